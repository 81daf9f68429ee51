"""Reads of the register of requests (請求簿). Whoever calls them has asked for the permission of the place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.disclosure.flows import RequestState
from todoke.assurance.disclosure.models import Request
from todoke.assurance.disclosure.rules import deadlines
from todoke.assurance.disclosure.rules.offices import OFFICES
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

OPEN = (RequestState.RECEIVED, RequestState.INCOMPLETE, RequestState.IDENTIFIED)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A request in the register with the last day for its decision."""

    request: Request
    due_on: date

    @property
    def overdue(self) -> bool:
        """Whether it should have been decided."""
        return self.request.state in OPEN and self.due_on < clock.today()

    @property
    def soon(self) -> bool:
        """Whether the deadline is near."""
        left = self.due_on - clock.today()
        return self.request.state in OPEN and timedelta() <= left <= timedelta(days=deadlines.ALARM)


def locked(number: int) -> Request:
    """The request; NOT_FOUND when there is none. The runner locks the row when it moves it."""
    found = Request.objects.using(directory.alias()).filter(pk=number).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この請求")
    return found


def one(number: int, *, by: Actor, permission: Permission = Permission.DISCLOSURE_READ) -> Request:
    """The request, for somebody of its office. NOT_FOUND, PERMISSION_DENIED."""
    found = locked(number)
    require(by, permission, ward=OFFICES[found.office].ward)
    return found


def line(found: Request) -> Line:
    """With its deadline."""
    pauses = [(pause.since, pause.until) for pause in found.pauses.all()]
    due = deadlines.due_on(
        found.received_on, pauses=pauses, extended=found.extended_by is not None, today=clock.today()
    )
    return Line(request=found, due_on=due)


def days_left() -> int | None:
    """Until the soonest decision is due, of every office; negative when one is late, None when no request is open."""
    rows = Request.objects.using(directory.alias()).filter(state__in=OPEN).prefetch_related("pauses")
    return min(((line(row).due_on - clock.today()).days for row in rows), default=None)


def register(*, by: Actor, state: str = "", overdue: bool = False) -> list[Line]:
    """Every request of the offices that the reader may see, what is due first at the top."""
    places = [
        code for code, office in OFFICES.items() if by.may(Permission.DISCLOSURE_READ, ward=office.ward)
    ]
    wanted = Q(office__in=places) & (Q(state=state) if state else Q())
    rows = Request.objects.using(directory.alias()).filter(wanted).prefetch_related("pauses")
    lines = [line(row) for row in rows]
    return sorted(
        (one for one in lines if one.overdue or not overdue),
        key=lambda one: (one.request.state not in OPEN, one.due_on, one.request.pk),
    )
