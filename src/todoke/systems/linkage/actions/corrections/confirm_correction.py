"""番号の訂正の確認: a second person confirms and everything moves in one transaction, or the request ends."""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.linkage.flows import CORRECTION, CorrectionKind, CorrectionState
from todoke.systems.linkage.models import Correction, PersonEvent, correcting, releasing
from todoke.systems.linkage.models.person_event import EventKind
from todoke.systems.linkage.queries import corrections as reads
from todoke.systems.linkage.queries.numbers import merging_alone
from todoke.systems.linkage.rules import corrections as rules
from todoke.workflow.runner import move, of

ALIAS = "linkage"
_EVENTS: Final = {
    CorrectionKind.MERGE: EventKind.MERGED,
    CorrectionKind.SPLIT: EventKind.SPLIT,
    CorrectionKind.NUMBER: EventKind.NUMBER_CHANGED,
}
_DROPPED: Final = dict.fromkeys(("name_kanji", "sex", "birth_date", "address"))


def confirm_correction(*, correction_id: int, by: Actor, number: str = "") -> None:
    """Confirm, and do it. `number`: for a changed 個人番号, typed again by the confirmer.

    Errors: NOT_FOUND, SAME_PERSON, STATE_CONFLICT: something stands in the way now, a query in flight above all.
    """
    require(by, Permission.LINKAGE_CORRECTION_CONFIRM)
    with transaction.atomic(using=ALIAS):
        merging_alone()
        correction = _open(correction_id)
        if correction.requested_by == by.staff_id:  # the history and the flow would refuse it, in other words
            raise TodokeError(ErrorCode.SAME_PERSON)
        _refuse_hindered(correction)
        kind = CorrectionKind(correction.kind)
        if kind is CorrectionKind.NUMBER and not correcting.is_proposed(correction.person_id, number):
            detail = "入力した個人番号が依頼のものと一致しません"
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
        minted = correcting.mint_for(correction) if kind is CorrectionKind.SPLIT else ""
        _write_events(correction, minted, by)
        changed: dict[str, Any] = dict(_DROPPED) | ({"other_id": minted} if minted else {})
        _move(correction, CorrectionState.CONFIRMED, by, changed)
        _carry_out(kind, correction, minted)
        other = minted or correction.other_id
        for person in filter(None, (correction.person_id, other)):
            about = Person("integrated_number", person)
            verb = Permission.LINKAGE_CORRECTION_CONFIRM.value
            record(ALIAS, by=by, verb=verb, subject=f"{kind}:{correction.pk}", persons=1, about=about)


def refuse_correction(*, correction_id: int, by: Actor) -> None:
    """不承認: the request ends and nothing has moved."""
    require(by, Permission.LINKAGE_CORRECTION_CONFIRM)
    _end(correction_id, CorrectionState.REFUSED, by)


def withdraw_correction(*, correction_id: int, by: Actor) -> None:
    """取下げ."""
    require(by, Permission.LINKAGE_CORRECTION_REQUEST)
    _end(correction_id, CorrectionState.WITHDRAWN, by)


def _end(correction_id: int, state: CorrectionState, by: Actor) -> None:
    with transaction.atomic(using=ALIAS):
        correction = _open(correction_id)
        _move(correction, state, by, dict(_DROPPED))
        correcting.forget_proposed(correction.person_id)


def _open(correction_id: int) -> Correction:
    correction = reads.correction(correction_id)
    if correction.state != CorrectionState.REQUESTED:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この依頼は既に終わっています")
    return correction


def _refuse_hindered(correction: Correction) -> None:
    """Everything that was asked at the request is asked again: days may have passed."""
    persons = [correction.person_id, *filter(None, [correction.other_id])]
    standing = reads.standings(persons)
    fault = rules.hindrance(standing.values(), mine=1)
    if not fault and correction.kind == CorrectionKind.SPLIT:
        fault = rules.split_hindrance(
            standing[correction.person_id],
            moving=correction.local_numbers,
            takes_number=correction.takes_number,
        )
    if fault:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=fault)


def _write_events(correction: Correction, minted: str, by: Actor) -> None:
    """One in the history of each person concerned."""
    person, other, now = correction.person_id, minted or correction.other_id, clock.now()
    pairs = [(person, other), *([(other, person)] if other else [])]
    PersonEvent.objects.using(ALIAS).bulk_create(
        PersonEvent(
            at=now,
            by=correction.requested_by,
            confirmed_by=by.staff_id,
            kind=_EVENTS[CorrectionKind(correction.kind)],
            person_id=of_whom,
            other_id=second,
            evidence=correction.evidence,
            correction=correction,
        )
        for of_whom, second in pairs
    )


def _move(correction: Correction, state: CorrectionState, by: Actor, also: dict[str, Any]) -> None:
    rows = of(CORRECTION, [correction.pk])
    subject = f"{CORRECTION.name}:{state}:{correction.pk}"
    move(ALIAS, CORRECTION, rows, to=state, by=by, subject=subject, also=also)


def _carry_out(kind: CorrectionKind, correction: Correction, minted: str) -> None:
    match kind:
        case CorrectionKind.MERGE:
            correcting.merge(correction)
            releasing.release(ended=str(correction.other_id), heir=correction.person_id)
        case CorrectionKind.SPLIT:
            correcting.split(correction, minted)
            if correction.takes_number:
                releasing.release(ended=correction.person_id, heir=minted)
        case CorrectionKind.NUMBER:
            correcting.change_number(correction)
