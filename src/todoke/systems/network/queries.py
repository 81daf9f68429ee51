"""Reads of 情報提供ネットワークシステム: the newest list, counts, and its exchange records as a file."""

from __future__ import annotations

from pathlib import Path

from todoke.contracts.exchange_records import COLUMNS
from todoke.engine import postgres
from todoke.systems.network.flows import DiscrepancyState
from todoke.systems.network.models import Discrepancy, ListEdition
from todoke.systems.network.needs import ALIAS

_COUNTS = {
    "registered": "SELECT count(*) FROM network_registered_number",
    "acquisitions_waiting": "SELECT count(*) FROM network_acquisition",
    "permits": "SELECT count(*) FROM network_exchange_record",
    "permits_open": "SELECT count(*) FROM network_exchange_record WHERE outcome = 'asked'",
    "permits_held": "SELECT count(*) FROM network_exchange_record WHERE outcome = 'held'",
    "discrepancies_open": "SELECT count(*) FROM network_discrepancy WHERE state = 'open'",
    "list_edition": "SELECT coalesce(max(edition), 0) FROM network_list_edition",
}


def newest_list() -> ListEdition | None:
    """The edition in force, if any was ever published."""
    return ListEdition.objects.using(ALIAS).order_by("-edition").first()


def open_discrepancies() -> list[Discrepancy]:
    """What no party and no operator has explained yet, oldest first."""
    return list(Discrepancy.objects.using(ALIAS).filter(state=DiscrepancyState.OPEN).order_by("id"))


def counts() -> dict[str, int]:
    """How things stand, in numbers only."""
    return {name: postgres.fetch(ALIAS, query)[0][0] for name, query in _COUNTS.items()}


def export_records(out: Path) -> int:
    """The network's exchange records as CSV, sorted by permit; the number of rows."""
    query = f"SELECT {', '.join(COLUMNS)} FROM network_exchange_record ORDER BY permit_id"
    return postgres.write_csv(ALIAS, query, out)
