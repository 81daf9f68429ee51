"""権限の依頼: the section asks for a right of one of its people (PIA III.3 「事務所管課からの依頼」)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from todoke.access import directory
from todoke.access.duties import CONTRACTORS, Duty, fits
from todoke.access.models import Employer, Grant, GrantState, Staff
from todoke.access.permissions import Actor, Permission, Role, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record


def request_grant(
    *,
    staff_id: str,
    role: Role,
    duty: Duty,
    valid_from: date,
    valid_until: date,
    municipality: str = "",
    ward: str = "",
    reason: str = "",
    by: Actor,
) -> int:
    """Ask for a right; returns its number. It counts only after it was set and confirmed by two other people.

    Errors: SAME_PERSON (for oneself), NOT_FOUND, RECORD_INVALID (such a right cannot exist here), ALREADY_DONE.
    """
    require(by, Permission.ACCESS_GRANT_REQUEST)
    if staff_id == by.staff_id:
        raise TodokeError(ErrorCode.SAME_PERSON)
    if not fits(role, duty, directory.realm(), municipality) or valid_until < valid_from:
        raise TodokeError(
            ErrorCode.RECORD_INVALID, detail="この事務・役割・期間の組合せの権限は付与できません"
        )
    alias, now = directory.alias(), clock.now()
    with transaction.atomic(using=alias):
        person = _at_work(alias, staff_id, valid_from)
        if person.employer == Employer.CONTRACTOR and role not in CONTRACTORS:
            raise TodokeError(ErrorCode.RECORD_INVALID, detail="委託先の従事者には付与できない役割です")
        row = Grant(
            staff_id=staff_id,
            role=role.value,
            duty=duty.value,
            municipality=municipality,
            ward=ward,
            valid_from=valid_from,
            valid_until=valid_until,
            reason=reason,
            requested_by=by.staff_id,
            requested_at=now,
        )
        _refuse_twice(alias, row, now)
        row.save(using=alias, force_insert=True)
        record(alias, by=by, verb=Permission.ACCESS_GRANT_REQUEST.value, subject=f"grant:{row.pk}:{staff_id}")
    return int(row.pk)


def _at_work(alias: str, staff_id: str, day: date) -> Staff:
    """The person, locked; NOT_FOUND unless in the directory and not gone by that day."""
    person = Staff.objects.using(alias).select_for_update().filter(pk=staff_id).first()
    if person is None or (person.left_on is not None and person.left_on <= max(day, clock.today())):
        raise TodokeError(ErrorCode.NOT_FOUND, what="在職する職員のID")
    return person


def _refuse_twice(alias: str, row: Grant, now: datetime) -> None:
    same = Grant.objects.using(alias).filter(
        staff_id=row.staff_id, role=row.role, duty=row.duty, municipality=row.municipality, ward=row.ward,
        valid_from=row.valid_from, state__in=[GrantState.REQUESTED, GrantState.SET, GrantState.CONFIRMED],
    )  # fmt: skip
    if same.exists():
        raise TodokeError(ErrorCode.ALREADY_DONE, detail="同じ権限の依頼または付与があります")
