"""What the overview of a decision is laid out from: answers as they stood then, and who was asked when."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from todoke.engine import duck, postgres, snapshots
from todoke.systems.benefits.models import DecisionRun, InquiryOrder, JudgedCount, MissingStatus

ALIAS = "benefits"

# Of every order the newest answers that had arrived when the run was decided; of several orders the newest
_ANSWERS = """
SELECT DISTINCT ON (a.resident_code) a.resident_code, nullif(a.taxing_municipality, '') AS taxing_municipality,
    i.imported_at AS arrived
FROM benefits_answer a JOIN benefits_answerimport i ON i.id = a.imported_id
JOIN benefits_inquiry_order o ON o.order_id = i.order_id JOIN benefits_decisionrun r ON r.id = o.run_id
WHERE r.programme = $1 AND i.id IN (
    SELECT max(id) FROM benefits_answerimport WHERE imported_at <= $2::timestamptz GROUP BY order_id
)
ORDER BY a.resident_code, o.run_id DESC
"""


def answers_arrived(run: DecisionRun) -> pa.Table:
    """resident_code, taxing_municipality, arrived of the answers that the run could read; committed rows only."""
    return postgres.read(ALIAS, _ANSWERS, (run.programme, run.decided_at.isoformat()))


def asked_persons(run: DecisionRun) -> pa.Table:
    """resident_code, abroad and ordered_at of everybody who had been asked about before the run."""
    with duck.connect() as connection:
        connection.execute(
            "CREATE TEMP TABLE asked (resident_code VARCHAR, abroad BOOLEAN, ordered_at TIMESTAMPTZ)"
        )
        for order in (one for one in orders_of(run.programme) if one.ordered_at <= run.decided_at):
            path = snapshots.check(Path(order.path), order.sha256)
            connection.execute(
                "INSERT INTO asked SELECT resident_code, abroad, ? FROM read_parquet(?)",
                [order.ordered_at, str(path)],
            )
        return duck.table(
            connection,
            "SELECT resident_code, arg_max(abroad, ordered_at) AS abroad, min(ordered_at) AS ordered_at"
            " FROM asked GROUP BY resident_code",
        )


def orders_of(programme: str) -> list[InquiryOrder]:
    """The programme's orders, oldest first."""
    return list(InquiryOrder.objects.using(ALIAS).filter(run__programme=programme).order_by("ordered_at"))


def missing_persons(run: DecisionRun) -> int:
    """How many persons of undecided households have no known status."""
    return MissingStatus.objects.using(ALIAS).filter(run=run).count()


def laid_out_run(programme: str) -> DecisionRun | None:
    """The run that counts and lists are drawn from; None before any was laid out."""
    newest = JudgedCount.objects.using(ALIAS).filter(run__programme=programme).order_by("-run_id").first()
    return newest.run if newest else None
