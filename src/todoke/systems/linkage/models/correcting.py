"""統合・分割・番号変更 as they are written: what moves from one 統合番号 to another once a correction is confirmed.

In the caller's transaction, under `queries.numbers.merging_alone`, after the correction has become `confirmed`: the triggers
let nothing move before. Permission, rules and log are the calling action's.
"""

from __future__ import annotations

import pyarrow as pa
from django.conf import settings

from todoke.engine import postgres
from todoke.kernel import clock
from todoke.privacy.wrapping import missing
from todoke.systems.linkage import codecs
from todoke.systems.linkage.flows import CodeRequestState
from todoke.systems.linkage.models import minting
from todoke.systems.linkage.models.code_request import CodeRequest
from todoke.systems.linkage.models.correction import Correction
from todoke.systems.linkage.models.individual_number import IndividualNumber, Standing
from todoke.systems.linkage.models.local_number import RESIDENTS, LocalNumber
from todoke.systems.linkage.models.match_form import MatchForm
from todoke.systems.linkage.models.number_alias import NumberAlias
from todoke.systems.linkage.models.person import Person
from todoke.systems.linkage.models.registered_copy import RegisteredCopy
from todoke.systems.linkage.rules import match_forms

ALIAS = "linkage"
# one 住基個人コード is today's: that of the survivor, if it has one
_JOIN_LOCAL = """
UPDATE linkage_localnumber l SET person_id = %(stays)s, former = l.former OR l.system = %(residents)s AND EXISTS (
    SELECT FROM linkage_localnumber s WHERE s.person_id = %(stays)s AND s.system = l.system AND NOT s.former)
WHERE l.person_id = %(goes)s
"""


def merge(correction: Correction) -> None:
    """`other` dissolves into `person`: numbers move, older aliases follow, `other` becomes one."""
    stays, goes = correction.person_id, str(correction.other_id)
    postgres.execute(ALIAS, _JOIN_LOCAL, {"stays": stays, "goes": goes, "residents": RESIDENTS})
    live = IndividualNumber.objects.using(ALIAS).filter(person_id=stays, standing=Standing.LIVE)
    if correction.takes_number:
        live.update(standing=Standing.FORMER)
    _move_numbers(goes, stays, live_stays_live=not live.exists())
    MatchForm.objects.using(ALIAS).filter(person_id=goes).delete()
    # its 副本 ends at the intermediary with its 符号 (take_releases)
    RegisteredCopy.objects.using(ALIAS).filter(person_id=goes).delete()
    NumberAlias.objects.using(ALIAS).filter(person_id=goes).update(person_id=stays)
    NumberAlias.objects.using(ALIAS).create(former_id=goes, person_id=stays, correction=correction)


def mint_for(correction: Correction) -> str:
    """The person a split makes, without any number yet; protected like the one it comes from."""
    origin = correction.person
    attributes = _attributes(correction)
    (minted,) = minting.mint(attributes)
    if origin.auto_reply_prohibited:
        Person.objects.using(ALIAS).filter(pk=minted).update(
            auto_reply_prohibited=True, auto_reply_reason=origin.auto_reply_reason
        )
    minting.write_forms([minted], attributes, match_forms.home(settings.TODOKE_MUNICIPALITY))
    return minted


def split(correction: Correction, minted: str) -> None:
    """The chosen local numbers, and the 個人番号 with its former ones if it was chosen, go to the new number."""
    chosen = LocalNumber.objects.using(ALIAS).filter(pk__in=correction.local_numbers)
    chosen.update(person_id=minted)
    if correction.takes_number:
        _move_numbers(correction.person_id, minted, live_stays_live=True)


def change_number(correction: Correction) -> None:
    """The proposed 個人番号 becomes the live one; the live one becomes former. Who was refused a 符号 asks again with it."""
    rows = IndividualNumber.objects.using(ALIAS).filter(person_id=correction.person_id)
    rows.filter(standing=Standing.LIVE).update(standing=Standing.FORMER)
    rows.filter(standing=Standing.PROPOSED).update(standing=Standing.LIVE)
    refused = CodeRequest.objects.using(ALIAS).filter(
        person_id=correction.person_id, state=CodeRequestState.REFUSED
    )
    refused.update(state=CodeRequestState.AGAIN, refusal="", message_key="", changed_at=clock.now())


def propose_number(person: str, number: str) -> None:
    """Keep the new 個人番号 sealed beside its person until somebody else has confirmed it."""
    seal = codecs.number_keys().newest
    raw = [number.encode()]
    IndividualNumber.objects.using(ALIAS).create(
        person_id=person,
        municipality=seal.municipality,
        key_id=seal.key_id,
        blind_index=seal.index(raw)[0],
        ciphertext=seal.seal(raw, [person.encode()])[0],
        standing=Standing.PROPOSED,
    )


def is_proposed(person: str, number: str) -> bool:
    """Whether it is the number that waits for its confirmation; False too when its keys are gone."""
    row = IndividualNumber.objects.using(ALIAS).filter(person_id=person, standing=Standing.PROPOSED).first()
    seal = codecs.number_keys().find(row.key_id) if row else None
    return bool(row and seal and seal.index([number.encode()]) == [bytes(row.blind_index)])


def forget_proposed(person: str) -> None:
    """The request has ended without a confirmation: the number was never the person's."""
    IndividualNumber.objects.using(ALIAS).filter(person_id=person, standing=Standing.PROPOSED).delete()


def _move_numbers(origin: str, target: str, *, live_stays_live: bool) -> None:
    """Seal every number of `origin` anew, bound to `target`. SETUP_MISSING when the keys of one are gone."""
    keys = codecs.number_keys()
    rows = list(IndividualNumber.objects.using(ALIAS).filter(person_id=origin))
    for row in rows:
        old = keys.find(row.key_id)
        if old is None:
            raise missing("個人番号を封印した世代の鍵がありません", "控えから鍵を戻してください。")
        number = old.open([bytes(row.ciphertext)], [origin.encode()])
        row.person_id, row.key_id = target, keys.newest.key_id
        row.blind_index = keys.newest.index(number)[0]
        row.ciphertext = keys.newest.seal(number, [target.encode()])[0]
        if not live_stays_live and row.standing == Standing.LIVE:
            row.standing = Standing.FORMER
        row.save(using=ALIAS)


def _attributes(correction: Correction) -> pa.Table:
    return pa.table(
        {
            "name_kanji": pa.array([correction.name_kanji], pa.string()),
            "sex": pa.array([correction.sex], pa.string()),
            "birth_date": pa.array([correction.birth_date], pa.date32()),
            "address": pa.array([correction.address], pa.string()),
        }
    )
