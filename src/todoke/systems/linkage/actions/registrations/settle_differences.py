"""差異の処理: what 住基ネット has is taken over only by a person's act, an identity by two people's.

An address follows people around and names nobody by itself: one person takes it over, and the log says who. Name, sex and
birth date are what a person is recognised by; with them a wrong link would be made to look right, so two people look.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.people import BasicAttributes
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person as Concerned
from todoke.oplog.record import record
from todoke.systems.linkage.flows import JUKI_DIFFERENCE, JukiDifferenceState
from todoke.systems.linkage.models import Difference, Person, PersonEvent, minting
from todoke.systems.linkage.models.person_event import EventKind
from todoke.systems.linkage.queries.numbers import one_load_at_a_time
from todoke.systems.linkage.queries.registrations import attribute_table
from todoke.systems.linkage.rules import match_forms
from todoke.systems.linkage.rules.consistency import FIELDS, IDENTITY, VALUED, Kind, Settlement
from todoke.workflow.runner import move, of

ALIAS = "linkage"


def take_over(*, difference_id: int, by: Actor) -> JukiDifferenceState:
    """Take an address over, or propose a name, sex or birth date to a second person; the state that follows.

    RECORD_INVALID for a kind without a value: changed numbers and deaths have procedures of their own.
    """
    require(by, Permission.LINKAGE_DIFFERENCE_SETTLE)
    with transaction.atomic(using=ALIAS):
        one_load_at_a_time()
        row = _locked(difference_id)
        if row.kind not in VALUED:
            raise TodokeError(
                ErrorCode.RECORD_INVALID, detail=f"「{Kind(row.kind).label}」はこの画面では更新できません"
            )
        if row.kind in IDENTITY:
            state, also = (
                JukiDifferenceState.PROPOSED,
                {"proposed_by": by.staff_id, "proposed_at": clock.now()},
            )
        else:
            state, also = JukiDifferenceState.SETTLED, {"settlement": Settlement.APPLIED, "found": None}
        move(ALIAS, JUKI_DIFFERENCE, of(JUKI_DIFFERENCE, [row.pk]), to=state, by=by, also=also)
        if state is JukiDifferenceState.SETTLED:
            _apply(row, by)
        _log(row, f"{row.kind}:{state}", Permission.LINKAGE_DIFFERENCE_SETTLE, by)
    return state


def keep_registered(*, difference_id: int, reason: str, by: Actor) -> None:
    """Leave what is registered as it is, and say why. RECORD_INVALID without a reason."""
    require(by, Permission.LINKAGE_DIFFERENCE_SETTLE)
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="更新しない理由がありません")
    with transaction.atomic(using=ALIAS):
        row = _locked(difference_id)
        also = {"settlement": Settlement.KEPT, "reason": reason.strip(), "found": None}
        move(
            ALIAS,
            JUKI_DIFFERENCE,
            of(JUKI_DIFFERENCE, [row.pk]),
            to=JukiDifferenceState.SETTLED,
            by=by,
            also=also,
        )
        _log(row, f"{row.kind}:kept", Permission.LINKAGE_DIFFERENCE_SETTLE, by)


def confirm_difference(*, difference_id: int, by: Actor) -> None:
    """Take a proposed name, sex or birth date over, as the second person. SAME_PERSON for whoever proposed it."""
    require(by, Permission.LINKAGE_DIFFERENCE_CONFIRM)
    with transaction.atomic(using=ALIAS):
        one_load_at_a_time()
        row = _locked(difference_id)
        also = {"settlement": Settlement.APPLIED, "found": None}
        move(
            ALIAS,
            JUKI_DIFFERENCE,
            of(JUKI_DIFFERENCE, [row.pk]),
            to=JukiDifferenceState.CONFIRMED,
            by=by,
            also=also,
        )
        _apply(row, by)
        _log(row, f"{row.kind}:confirmed", Permission.LINKAGE_DIFFERENCE_CONFIRM, by)


def return_difference(*, difference_id: int, by: Actor) -> None:
    """Give a proposal back: the difference is open again."""
    require(by, Permission.LINKAGE_DIFFERENCE_CONFIRM)
    with transaction.atomic(using=ALIAS):
        row = _locked(difference_id)
        also = dict.fromkeys(("proposed_by", "proposed_at"))
        move(
            ALIAS,
            JUKI_DIFFERENCE,
            of(JUKI_DIFFERENCE, [row.pk]),
            to=JukiDifferenceState.OPEN,
            by=by,
            also=also,
        )
        _log(row, f"{row.kind}:returned", Permission.LINKAGE_DIFFERENCE_CONFIRM, by)


def _locked(difference_id: int) -> Difference:
    row = Difference.objects.using(ALIAS).select_for_update().filter(pk=difference_id).first()
    if row is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="差異")
    return row


def _apply(row: Difference, by: Actor) -> None:
    """The value of 住基ネット becomes the registered one; the forms and the person's history follow."""
    person = Person.objects.using(ALIAS).select_for_update().get(pk=row.person_id)
    value = date.fromisoformat(str(row.found)) if row.kind == Kind.BIRTH_DATE else row.found
    setattr(person, FIELDS[Kind(row.kind)], value)
    person.save(using=ALIAS, update_fields=[FIELDS[Kind(row.kind)]])
    PersonEvent.objects.using(ALIAS).create(
        at=clock.now(),
        by=by.staff_id,
        kind=EventKind.ATTRIBUTES,
        person=person,
        what=FIELDS[Kind(row.kind)],
        evidence=f"住基ネットとの整合性確認 第{row.run_id}回",
    )
    attributes = BasicAttributes(
        name_kanji=person.name_kanji, sex=person.sex, birth_date=person.birth_date, address=person.address
    )
    home = match_forms.home(settings.TODOKE_MUNICIPALITY)
    minting.write_forms([person.pk], attribute_table([attributes]), home)


def _log(row: Difference, subject: str, permission: Permission, by: Actor) -> None:
    about = Concerned("integrated_number", str(row.person_id))
    record(ALIAS, by=by, verb=permission.value, subject=f"difference {subject}", persons=1, about=about)
