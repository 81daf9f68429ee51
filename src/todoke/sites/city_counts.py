"""What came of a road, counted in the city's own databases, for summary.json."""

from __future__ import annotations

from pathlib import Path

from todoke.contracts.residents import SnapshotKind
from todoke.sites.road import PROGRAMME
from todoke.systems.benefits import queries as benefits
from todoke.systems.inquiry import queries as inquiry
from todoke.systems.residents import queries as residents

ROUND = "second"


def collect() -> dict[str, int]:
    """Residents, households by outcome, persons asked by how that ended, payments."""
    asked = inquiry.totals(f"{PROGRAMME}-first")
    ledger = benefits.ledger(PROGRAMME)
    return {
        "residents": residents.newest_snapshot(SnapshotKind.BASE).rows,
        **benefits.outcome_counts(benefits.decision_run(PROGRAMME, ROUND)),
        "queried": asked["queried"],
        "answered": asked["answered"],
        "held": asked["held"],
        "failed": asked["queried"] - asked["answered"] - asked["held"],
        "paid_count": ledger.ordered_payments,
        "paid_yen": ledger.ordered_yen,
    }


def write_decisions(target: Path) -> None:
    """decisions.csv of the decision that counts."""
    benefits.write_decisions(benefits.decision_run(PROGRAMME, ROUND), target)
