"""受付: a request is taken in at one of the 19 offices, its identity papers noted; made complete; withdrawn."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.disclosure import queries
from todoke.assurance.disclosure.flows import REQUEST, RequestState
from todoke.assurance.disclosure.models import Pause, Request
from todoke.assurance.disclosure.on_person import person_of
from todoke.assurance.disclosure.rules import deadlines, identity
from todoke.assurance.disclosure.rules.identity import Capacity, Document, Route
from todoke.assurance.disclosure.rules.kinds import GIVING, Kind, Outcome
from todoke.assurance.disclosure.rules.offices import OFFICES
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.workflow.runner import move, of

RECEIVE = Permission.DISCLOSURE_RECEIVE


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the form says. `name`, `birth_date`, `address`: the person's; `representative`: name of whoever asks for them."""

    kind: Kind
    office: str
    route: Route
    received_on: date
    name: str
    birth_date: date
    address: str
    capacity: Capacity
    representative: str
    documents: Collection[Document]
    wanted: str
    based_on: int | None = None


def receive_request(*, asked: Asked, by: Actor) -> int:
    """Take it in; the request's number. Errors: RECORD_INVALID for a day to come, a missing representative, or a
    correction or suspension that follows no disclosure within 90 days."""
    require(by, Permission.DISCLOSURE_RECEIVE, ward=OFFICES[asked.office].ward)
    _check(asked)
    alias, now = directory.alias(), clock.now()
    with transaction.atomic(using=alias):
        if asked.based_on is not None:
            _check_basis(asked, queries.one(asked.based_on, by=by))
        made = Request.objects.using(alias).create(
            kind=asked.kind, office=asked.office, route=asked.route, received_on=asked.received_on, name=asked.name,
            birth_date=asked.birth_date, address=asked.address, capacity=asked.capacity,
            representative=asked.representative, documents=sorted(asked.documents), wanted=asked.wanted,
            based_on_id=asked.based_on, state=RequestState.RECEIVED, state_at=now, state_by=by.staff_id,
            received_by=by.staff_id, received_at=now,
        )  # fmt: skip
        record(alias, by=by, verb=RECEIVE.value, subject=f"{made.kind}:{made.pk}", persons=1)
    return int(made.pk)


def ask_completion(*, number: int, missing: str, on: date, by: Actor) -> None:
    """補正を求める: from that day on the days do not count."""
    found = queries.locked(number)
    require(by, Permission.DISCLOSURE_RECEIVE, ward=OFFICES[found.office].ward)
    alias = directory.alias()
    if on < found.received_on or on > clock.today():
        raise TodokeError(
            ErrorCode.RECORD_INVALID, detail="補正を求めた日が、受付の日より前か、今日より後です"
        )
    with transaction.atomic(using=alias):
        rows, here = of(REQUEST, [number]), by.at(ward=OFFICES[found.office].ward)
        move(alias, REQUEST, rows, to=RequestState.INCOMPLETE, by=here, persons=1)
        Pause.objects.using(alias).create(
            request_id=number, missing=missing, since=on, asked_by=by.staff_id
        )  # fmt: skip
        record(alias, by=by, verb="disclosure:request:return", subject=f"asked:{number}", persons=1)


def complete(*, number: int, documents: Collection[Document], on: date, by: Actor) -> None:
    """補正された: what was missing came on that day. `documents`: everything that has been seen by now."""
    found = queries.locked(number)
    require(by, Permission.DISCLOSURE_RECEIVE, ward=OFFICES[found.office].ward)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        pause = Pause.objects.using(alias).filter(request_id=number, until=None).first()
        if pause is None:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="補正を求めている請求ではありません")
        if on < pause.since or on > clock.today():
            raise TodokeError(
                ErrorCode.RECORD_INVALID, detail="補正された日が、求めた日より前か、今日より後です"
            )
        pause.until, pause.ended_by = on, by.staff_id
        pause.save(using=alias, update_fields=["until", "ended_by"])
        seen = sorted({*found.documents, *documents})
        rows, here = of(REQUEST, [number]), by.at(ward=OFFICES[found.office].ward)
        move(alias, REQUEST, rows, to=RequestState.RECEIVED, by=here, persons=1, also={"documents": seen})
        record(alias, by=by, verb="disclosure:request:return", subject=f"brought:{number}", persons=1)


def withdraw(*, number: int, by: Actor) -> None:
    """取下げ."""
    found = queries.locked(number)
    require(by, Permission.DISCLOSURE_RECEIVE, ward=OFFICES[found.office].ward)
    alias, about = directory.alias(), person_of(found)
    with transaction.atomic(using=alias):
        rows, here = of(REQUEST, [number]), by.at(ward=OFFICES[found.office].ward)
        move(alias, REQUEST, rows, to=RequestState.WITHDRAWN, by=here, persons=1, about=about)


def _check(asked: Asked) -> None:
    if asked.received_on > clock.today():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="受付の日が今日より後です")
    if (asked.capacity is Capacity.OWN) is bool(asked.representative):
        raise TodokeError(
            ErrorCode.RECORD_INVALID, detail="代理人の氏名は、代理人による請求のときに（だけ）書きます"
        )
    if (asked.kind is Kind.DISCLOSURE) is (asked.based_on is not None):
        raise TodokeError(
            ErrorCode.RECORD_INVALID, detail="訂正・利用停止の請求には、開示を受けた請求の番号が要ります"
        )


def _check_basis(asked: Asked, basis: Request) -> None:
    """90条1項・3項、98条1項・3項: only what was disclosed, and within 90 days. A refusal disclosed nothing."""
    handed = basis.executed_at.astimezone(clock.JAPAN).date() if basis.executed_at else None
    given = bool(basis.outcome) and Outcome(basis.outcome) in GIVING
    right = basis.kind == Kind.DISCLOSURE and basis.state == RequestState.EXECUTED and given
    if not right or handed is None or (basis.name, basis.birth_date) != (asked.name, asked.birth_date):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="この人が開示を受けた請求ではありません")
    if asked.received_on > deadlines.may_ask_until(handed):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="開示を受けた日から90日を過ぎています")


def lacking(found: Request) -> list[str]:
    """Which identity papers are still to be shown."""
    return lacking_of(found, Route(found.route), {Document(paper) for paper in found.documents})


def lacking_of(found: Request, route: Route, shown: Collection[Document]) -> list[str]:
    """Which of the papers that such a request needs were not shown."""
    minor = identity.is_minor(found.birth_date, clock.today())
    return identity.lacking(Capacity(found.capacity), route, shown, minor=minor)
