"""One held request as its officers see it, the lock on it, the limits, and what monitoring measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from todoke.engine import postgres
from todoke.exchange.metrics import Gauge, seconds_since
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.intermediary import needs
from todoke.systems.intermediary.models import HeldContact, HeldDecision, PermitExtension, ProvisionCase
from todoke.systems.intermediary.rules.holding import HOLD_LIMIT, Limits

_LOCK: Final = """
SELECT permit_id FROM intermediary_provision_case
WHERE permit_id = ANY(%s) AND outcome = 'held' ORDER BY permit_id FOR UPDATE
"""
_COPIES: Final = """
SELECT fiscal_year, edition, registered_at, auto_reply_prohibited
FROM intermediary_replica WHERE integrated_number = %s ORDER BY fiscal_year DESC
"""
_QUEUE: Final = """
SELECT count(*), count(*) FILTER (WHERE received_at <= %(overdue)s), count(*) FILTER (WHERE expires_at <= %(now)s),
       min(received_at)
FROM intermediary_provision_case WHERE outcome = 'held'
"""


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A 副本 that is there now: which, not what it says."""

    fiscal_year: int
    edition: int
    registered_at: datetime
    prohibited: bool


@dataclass(frozen=True, kw_only=True)
class HeldCase:
    """A request that is or was held, with everything that was done about it. `case.integrated_number` is the person."""

    case: ProvisionCase
    contacts: list[HeldContact]
    extensions: list[PermitExtension]
    decision: HeldDecision | None
    copies: list[Copy]

    @property
    def contacted(self) -> bool:
        """Whether a release may be proposed."""
        return any(c.law_confirmed and c.need_confirmed and c.handling_confirmed for c in self.contacts)


@dataclass(frozen=True, kw_only=True)
class Queue:
    """The held requests of a municipality, in numbers."""

    held: int
    overdue: int
    expired: int
    oldest: datetime | None


def limits() -> Limits:
    """As they are set for this platform."""
    return Limits(
        hold=getattr(settings, "TODOKE_HOLD_LIMIT", HOLD_LIMIT),
        alarm=timedelta(days=settings.TODOKE_HOLD_ALARM_DAYS),
    )


def copies_of(person: str) -> str:
    """SQL: which copies of `person` (an expression) are there, of every 年度, as one text. Each registration changes it."""
    return f"""coalesce((
    SELECT string_agg(e.fiscal_year || ':' || e.edition, ' ' ORDER BY e.fiscal_year)
    FROM intermediary_replica e WHERE e.integrated_number = {person}
), '')"""


def lock(alias: str, permit_ids: Sequence[str]) -> list[str]:
    """Lock held requests until commit; their ids in order. STATE_CONFLICT when any is not held, or there is none."""
    ids = sorted(set(permit_ids))
    if not ids or len(postgres.fetch(alias, _LOCK, [ids])) != len(ids):
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="提供者確認中ではない照会が含まれています")
    return ids


def one(alias: str, permit_id: str) -> HeldCase | None:
    """The request under this permit if it is or was held, else None."""
    case = ProvisionCase.objects.using(alias).filter(pk=permit_id).first()
    if case is None:
        return None
    decision = HeldDecision.objects.using(alias).filter(pk=permit_id).first()
    if case.outcome != "held" and decision is None and case.error != "permit_expired":
        return None
    rows = postgres.fetch(alias, _COPIES, [case.integrated_number])
    return HeldCase(
        case=case,
        contacts=list(HeldContact.objects.using(alias).filter(case_id=permit_id).order_by("-pk")),
        extensions=list(PermitExtension.objects.using(alias).filter(case_id=permit_id).order_by("-pk")),
        decision=decision,
        copies=[
            Copy(fiscal_year=year, edition=edition, registered_at=at, prohibited=flag)
            for year, edition, at, flag in rows
        ],
    )


def queue(alias: str) -> Queue:
    """How many are held, are overdue, have a dead permit; and since when the oldest waits."""
    now = clock.now()
    ((held, overdue, expired, oldest),) = postgres.fetch(
        alias, _QUEUE, {"now": now, "overdue": now - limits().alarm}
    )
    return Queue(held=held, overdue=overdue, expired=expired, oldest=oldest)


def gauges(aliases: Iterable[str]) -> list[Gauge]:
    """As measures for monitoring: per municipality."""
    found = {needs.municipality_of(alias): queue(alias) for alias in aliases}
    labels = {code: (("municipality", code),) for code in found}
    return [
        Gauge(name="todoke_held", help="Requests held back (auto reply prohibited)",
              values={labels[code]: float(row.held) for code, row in found.items()}),
        Gauge(name="todoke_held_overdue", help="Held longer than the alarm allows",
              values={labels[code]: float(row.overdue) for code, row in found.items()}),
        Gauge(name="todoke_held_permit_expired", help="Held with a permit that must be renewed",
              values={labels[code]: float(row.expired) for code, row in found.items()}),
        Gauge(name="todoke_held_oldest_seconds", help="Age of the oldest held request",
              values={labels[code]: seconds_since(row.oldest) for code, row in found.items() if row.oldest}),
    ]  # fmt: skip
