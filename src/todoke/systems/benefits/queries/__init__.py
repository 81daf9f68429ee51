"""Reads of 給付管理システム for its own actions, lists and files; set-based."""

from todoke.systems.benefits.queries.judging import (
    applications_received,
    decision_run,
    newest_answers,
    newest_source,
    outcome_counts,
    paid_lineages,
    write_decisions,
)
from todoke.systems.benefits.queries.paying import (
    BatchLine,
    Ledger,
    batches,
    cases_with_payees,
    examination_counts,
    latest_register,
    ledger,
    newest_run,
    refused_rows,
    states,
    with_payees,
)

__all__ = [
    "BatchLine",
    "Ledger",
    "applications_received",
    "batches",
    "cases_with_payees",
    "decision_run",
    "examination_counts",
    "latest_register",
    "ledger",
    "newest_answers",
    "newest_run",
    "newest_source",
    "outcome_counts",
    "paid_lineages",
    "refused_rows",
    "states",
    "with_payees",
    "write_decisions",
]
