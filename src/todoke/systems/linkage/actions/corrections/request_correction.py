"""番号の訂正の依頼 (PIA 統合番号連携 (1)): a merge, a split, a changed 個人番号. Nothing moves before somebody else confirms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.people import BasicAttributes
from todoke.identifiers import individual_number
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.entry import Outcome
from todoke.oplog.person import Person
from todoke.oplog.record import record, record_refusal
from todoke.systems.linkage.flows import CorrectionKind, CorrectionState
from todoke.systems.linkage.models import Correction, correcting
from todoke.systems.linkage.queries import corrections as reads
from todoke.systems.linkage.queries import lookups
from todoke.systems.linkage.queries.numbers import find_persons, one_load_at_a_time
from todoke.systems.linkage.rules import corrections as rules

ALIAS = "linkage"
VERB = Permission.LINKAGE_CORRECTION_REQUEST.value


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """Why, and on which document of the office."""

    reason: str
    evidence: str


def request_merge(*, survivor: str, former: str, takes_number: bool, grounds: Grounds, by: Actor) -> int:
    """Ask that `former` dissolves into `survivor`, since both are one person; the id of the request.

    `takes_number`: the 個人番号 of `former` is the valid one. Errors: NOT_FOUND unless the actor has just found both by
    number; STATE_CONFLICT with what stands in the way.
    """
    require(by, Permission.LINKAGE_CORRECTION_REQUEST)
    with transaction.atomic(using=ALIAS):
        standing = _standings([survivor, former], by)
        if takes_number and not standing[former].live_number:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="統合される側に個人番号がありません")
        more = {"other_id": former, "takes_number": takes_number}
        return _keep(CorrectionKind.MERGE, survivor, grounds, by, more)


def request_split(
    *,
    person: str,
    local_numbers: Sequence[int],
    takes_number: bool,
    attributes: BasicAttributes,
    grounds: Grounds,
    by: Actor,
) -> int:
    """Ask that a second person, with these four attributes, gets a number of their own and takes the chosen ones along."""
    require(by, Permission.LINKAGE_CORRECTION_REQUEST)
    with transaction.atomic(using=ALIAS):
        standing = _standings([person], by)
        if fault := rules.split_hindrance(standing[person], moving=local_numbers, takes_number=takes_number):
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=fault)
        more = {
            "local_numbers": sorted(set(local_numbers)),
            "takes_number": takes_number,
            "name_kanji": attributes.name_kanji,
            "sex": attributes.sex,
            "birth_date": attributes.birth_date,
            "address": attributes.address,
        }
        return _keep(CorrectionKind.SPLIT, person, grounds, by, more)


def request_number_change(*, person: str, number: str, grounds: Grounds, by: Actor) -> int:
    """Ask that a person's 個人番号 is changed (番号変更), or entered where there is none. The confirmer types it again.

    Errors: NUMBER_INVALID; STATE_CONFLICT, also when anybody has or had the number: that counts as a wrong search.
    """
    require(by, Permission.LINKAGE_CORRECTION_REQUEST)
    individual_number.parse(number)
    lookups.refuse_too_many(by)
    with transaction.atomic(using=ALIAS):
        _standings([person], by)
        if find_persons([number.encode()]):
            record_refusal(ALIAS, by=by, verb=lookups.VERB, subject=lookups.WRONG, outcome=Outcome.REFUSED)
            detail = (
                "この番号には変更できません。番号を確かめ、二重登録が疑われるときは統合を依頼してください"
            )
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
        made = _keep(CorrectionKind.NUMBER, person, grounds, by, {})
        correcting.propose_number(person, number)
        return made


def _standings(persons: list[str], by: Actor) -> dict[str, rules.Standing]:
    """Of persons whom the actor has just found by number, so that nobody corrects what they have not looked at."""
    if len(set(persons)) < len(persons):
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="同じ統合番号どうしは統合できません")
    one_load_at_a_time()
    for person in persons:
        lookups.refuse_unseen(person, by)
    standing = reads.standings(persons)
    if fault := rules.hindrance(standing.values()):
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=fault)
    return standing


def _keep(kind: CorrectionKind, person: str, grounds: Grounds, by: Actor, more: dict[str, Any]) -> int:
    if not (grounds.reason.strip() and grounds.evidence.strip()):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="理由と根拠がありません")
    now = clock.now()
    made = Correction.objects.using(ALIAS).create(
        kind=kind,
        person_id=person,
        reason=grounds.reason,
        evidence=grounds.evidence,
        state=CorrectionState.REQUESTED,
        state_at=now,
        state_by=by.staff_id,
        requested_by=by.staff_id,
        requested_at=now,
        **more,
    )
    about = Person("integrated_number", person)
    record(ALIAS, by=by, verb=VERB, subject=f"{kind}:{made.pk}", persons=1, about=about)
    if made.other_id:
        other = Person("integrated_number", made.other_id)
        record(ALIAS, by=by, verb=VERB, subject=f"{kind}:{made.pk}", persons=1, about=other)
    return int(made.pk)
