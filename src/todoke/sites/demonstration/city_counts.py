"""What came of a road, counted in the city's own databases, for summary.json."""

from __future__ import annotations

from pathlib import Path

from todoke.contracts.inquiry import InquiryKind
from todoke.contracts.residents import SnapshotKind
from todoke.sites.demonstration.road import PROGRAMME
from todoke.systems.benefits import queries as benefits
from todoke.systems.inquiry import queries as inquiry
from todoke.systems.residents import queries as residents

ROUND = "second"


def collect() -> dict[str, int]:
    """Residents, households by outcome, persons asked by how that ended, payments."""
    kinds = inquiry.kind_counts(f"{PROGRAMME}-first")
    queried, answered, held = (
        sum(kinds.values()),
        kinds.get(InquiryKind.ANSWERED, 0),
        kinds.get(InquiryKind.HELD, 0),
    )
    ledger = benefits.ledger(PROGRAMME)
    return {
        "residents": residents.newest_snapshot(SnapshotKind.BASE).rows,
        **benefits.outcome_counts(benefits.decision_run(PROGRAMME, ROUND)),
        "queried": queried,
        "answered": answered,
        "held": held,
        "failed": queried - answered - held,
        "paid_count": ledger.ordered_payments,
        "paid_yen": ledger.ordered_yen,
    }


def write_decisions(target: Path) -> None:
    """decisions.csv of the decision that counts."""
    benefits.write_decisions(benefits.decision_run(PROGRAMME, ROUND), target)
