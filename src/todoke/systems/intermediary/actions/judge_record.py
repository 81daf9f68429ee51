"""不開示の判断 (番号法23条2項): one officer proposes a code with its reason, another confirms; the network is told with it."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.nondisclosure import Nondisclosure as Told
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.intermediary import needs
from todoke.systems.intermediary.flows import NONDISCLOSURE, NondisclosureState
from todoke.systems.intermediary.models import Nondisclosure
from todoke.systems.intermediary.queries import records
from todoke.workflow.runner import move, of


def propose_judgement(*, alias: str, number: int, code: str, reason: str, by: Actor) -> Nondisclosure:
    """Propose a code for a record, to set 不開示 or to lift it.

    Errors: NOT_FOUND; RECORD_INVALID for a code that the table does not have, or without a reason; STATE_CONFLICT when a
    proposal is open or the record has the code already.
    """
    require(by, Permission.INTERMEDIARY_RECORD_MARK, municipality=needs.municipality_of(alias))
    if code not in records.codes() or not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="不開示コードまたは理由")
    now = clock.now()
    with transaction.atomic(using=alias):
        found = records.record_of(alias, number)
        if found is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="情報提供等記録")
        if found.proposal is not None:
            raise _conflict("先に提案された判断が、確認を待っています")
        if found.own_code == code:
            raise _conflict("この記録は既にこのコードです")
        proposed = Nondisclosure.objects.using(alias).create(
            record_id=number, code=code, reason=reason.strip(), state=NondisclosureState.PROPOSED.value,
            state_at=now, state_by=by.staff_id, proposed_by=by.staff_id, proposed_at=now,
        )  # fmt: skip
        about = Person("integrated_number", found.person) if found.person else None
        record(
            alias, by=by, verb=Permission.INTERMEDIARY_RECORD_MARK.value, subject=f"record:{number} code:{code}",
            persons=1, about=about, permit_id=found.permit_id,
        )  # fmt: skip
    return proposed


def confirm_judgement(*, alias: str, judgement: int, by: Actor) -> None:
    """Second officer: from now on the code is in force here, and the network is told in the same transaction.

    Errors: NOT_FOUND, SAME_PERSON, STATE_CONFLICT.
    """
    require(by, Permission.INTERMEDIARY_RECORD_CONFIRM, municipality=needs.municipality_of(alias))
    with transaction.atomic(using=alias):
        _moved(alias, judgement, NondisclosureState.CONFIRMED, by)
        row = Nondisclosure.objects.using(alias).select_related("record").get(pk=judgement)
        assert row.confirmed_at is not None
        needs.tell_nondisclosures(alias, [Told(row.record.permit_id, row.code, row.confirmed_at)])


def withdraw_judgement(*, alias: str, judgement: int, by: Actor) -> None:
    """Take a proposal back, or send it back; nothing has changed. NOT_FOUND, STATE_CONFLICT."""
    require(by, Permission.INTERMEDIARY_RECORD_MARK, municipality=needs.municipality_of(alias))
    _moved(alias, judgement, NondisclosureState.WITHDRAWN, by)


def _moved(alias: str, judgement: int, to: NondisclosureState, by: Actor) -> None:
    row = Nondisclosure.objects.using(alias).filter(pk=judgement).first()
    if row is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="不開示の判断")
    here = by.at(municipality=needs.municipality_of(alias))
    subject = f"record:{row.record_id} {to.value}:{row.code}"
    move(alias, NONDISCLOSURE, of(NONDISCLOSURE, [judgement]), to=to, by=here, subject=subject)


def _conflict(detail: str) -> TodokeError:
    return TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
