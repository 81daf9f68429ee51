"""記録の不一致: the list, and what each of the three parties holds on one exchange."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from todoke.contracts.exchange_records import Side
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.network.flows import DiscrepancyState
from todoke.systems.network.models import Discrepancy, ExchangeRecord
from todoke.systems.network.needs import ALIAS

LISTED: Final = 2_000
"""Rows of the list at most, the oldest first; what is open is settled from the top."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """One party's record of an exchange. `outcome` "": it has none; `known` False: it showed nothing that differs."""

    organisation: str
    outcome: str
    at: datetime | None
    known: bool = True


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """The three records of one permit, and everything that was ever found about it, the newest first."""

    network: Held
    inquirer: Held
    provider: Held
    found: list[Discrepancy]


def listed(state: str) -> list[Discrepancy]:
    """Discrepancies in this state ("": all), the oldest first."""
    rows = Discrepancy.objects.using(ALIAS).order_by("found_at", "id")
    return list((rows.filter(state=state) if state else rows)[:LISTED])


def exchange(permit_id: str) -> Exchange:
    """NOT_FOUND where nothing was ever found about the permit."""
    found = list(Discrepancy.objects.using(ALIAS).filter(permit_id=permit_id).order_by("-found_at", "-id"))
    if not found:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この許可証の不一致")
    ours = ExchangeRecord.objects.using(ALIAS).filter(pk=permit_id).first()
    outcome, at = (ours.outcome, ours.provided_at) if ours else ("", None)
    return Exchange(
        network=Held(organisation="", outcome=outcome, at=at),
        inquirer=_party(found, Side.INQUIRER, found[0].inquirer, outcome),
        provider=_party(found, Side.PROVIDER, found[0].provider, outcome),
        found=found,
    )


def _party(found: list[Discrepancy], side: Side, organisation: str, ours: str) -> Held:
    row = next((row for row in found if row.side == side and row.state == DiscrepancyState.OPEN), None)
    if row is None:
        return Held(organisation=organisation, outcome=ours, at=None, known=False)
    return Held(organisation=organisation, outcome=row.there, at=row.seen_at)
