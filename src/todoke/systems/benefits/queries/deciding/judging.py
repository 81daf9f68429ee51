"""Reads around the decision: sources, runs, answers, decisions.csv."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from todoke.engine import duck, postgres, snapshots
from todoke.engine.code import code_version
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import Decision, DecisionRun, InquiryOrder, Source
from todoke.systems.benefits.rules.programme import Standing
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

ALIAS = "benefits"
_DECISIONS = """
COPY (
    SELECT d.household_key AS household_code, c.case_number, d.outcome, d.reasons
    FROM read_parquet('{path}') d LEFT JOIN cases c USING (household_key) ORDER BY d.household_key
) TO '{target}' (FORMAT CSV, HEADER)
"""
_ANSWERS = """
SELECT o.run_id::int AS rank, a.resident_code, a.status
FROM benefits_answer a JOIN benefits_answerimport i ON i.id = a.imported_id
JOIN benefits_inquiry_order o ON o.order_id = i.order_id JOIN benefits_decisionrun r ON r.id = o.run_id
WHERE r.programme = $1 AND i.id IN (SELECT max(id) FROM benefits_answerimport GROUP BY order_id)
"""
_STANDING = """
SELECT resident_code, coalesce(a.status, CASE WHEN p.abroad THEN $not_asked ELSE $asked END) AS status
FROM (SELECT * FROM asked QUALIFY row_number() OVER (PARTITION BY resident_code ORDER BY rank DESC) = 1) p
LEFT JOIN answer a USING (rank, resident_code) ORDER BY resident_code
"""


def newest_source(kind: str) -> Source:
    """The tax or assistance file imported last; NOT_FOUND when none was."""
    found = Source.objects.using(ALIAS).filter(kind=kind).order_by("-id").first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="課税情報または付帯状況の取込")
    return found


def order_id(programme: str, round_name: str) -> str:
    """The order that a round gives to 税情報一括照会."""
    return f"{programme}-{round_name}"


def known_order(programme: str, round_name: str) -> InquiryOrder | None:
    """The order of a round, if it was given."""
    return InquiryOrder.objects.using(ALIAS).filter(order_id=order_id(programme, round_name)).first()


def inquiry_order(programme: str, round_name: str) -> InquiryOrder:
    """The order of a round; NOT_FOUND before anybody was asked about."""
    found = known_order(programme, round_name)
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="税情報一括照会の依頼")
    return found


def answers(programme: str) -> pa.Table:
    """resident_code and status of everybody who was ever asked about, by resident code; committed rows only.

    The newest order that a person was in counts, and of it the newest answers. Without an answer: 照会中, or
    未照会 when the person came from abroad and so could not be asked about.
    """
    orders = InquiryOrder.objects.using(ALIAS).filter(run__programme=programme).order_by("run_id")
    with duck.connect() as connection:
        connection.execute("CREATE TEMP TABLE asked (rank INTEGER, resident_code VARCHAR, abroad BOOLEAN)")
        for order in orders:
            path = snapshots.check(Path(order.path), order.sha256)
            connection.execute(
                "INSERT INTO asked SELECT ?, resident_code, abroad FROM read_parquet(?)",
                [order.run_id, str(path)],
            )
        connection.register("answer", postgres.read(ALIAS, _ANSWERS, (programme,)))
        words = {"asked": TaxStatus.ASKED.value, "not_asked": TaxStatus.NOT_ASKED.value}
        return duck.table(connection, _STANDING, words)


def decision_run(programme: str, round_name: str) -> DecisionRun:
    """The decision run of a round; NOT_FOUND before it was decided."""
    found = DecisionRun.objects.using(ALIAS).filter(programme=programme, round=round_name).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="支給判定の回")
    return found


def decision_of(run: int, household_key: str) -> int | None:
    """The number of that run's decision about that household; None when the run's decisions are no longer kept."""
    rows = Decision.objects.using(ALIAS).filter(run_id=run, household_key=household_key)
    return rows.values_list("pk", flat=True).first()


def versions_of(run_id: int, today: str) -> str:
    """Code and engine of a run, and today's."""
    run = DecisionRun.objects.using(ALIAS).get(pk=run_id)
    return f"{run.code_version}・{run.engine} {run.engine_version} → {code_version()}・{today}"


def paid_lineages(programme: str) -> pa.Table:
    """Households that have a payment already: one column `lineage`."""
    query = "SELECT DISTINCT lineage FROM benefits_payment WHERE programme = $1 ORDER BY lineage"
    return postgres.read(ALIAS, query, (programme,))


def earlier_rounds(programmes: Sequence[str]) -> pa.Table:
    """How households stood in other programmes: programme, household_key, head, standing (rules.programme.Standing).

    Only those that were a target: whoever was numbered on request, and whose status never became known, was none.
    """
    words = {one.name.lower(): one.value for one in Standing}
    query = """
        SELECT c.programme, c.lineage AS household_key, c.payee_resident_code AS head,
            CASE WHEN EXISTS (SELECT FROM benefits_payment p WHERE p.case_id = c.id) THEN '{paid}'
                WHEN c.state = 'declined' THEN '{declined}' ELSE '{targeted}' END AS standing
        FROM benefits_case c JOIN benefits_decision d ON d.run_id = c.decision_run_id AND d.household_key = c.household_key
        WHERE c.programme = ANY($1::text[]) AND c.state <> 'ineligible'
            AND (d.outcome = 'eligible' OR EXISTS (SELECT FROM benefits_payment p WHERE p.case_id = c.id))
        ORDER BY 1, 2
    """
    return postgres.read(ALIAS, query.format(**words), ("{" + ",".join(programmes) + "}",))


def applications_received(programme: str) -> pa.Table:
    """Forms that came back and do not decline: household_key and the first day of receipt."""
    query = """
        SELECT household_key, min(received_on) AS received_on FROM benefits_application
        WHERE programme = $1 AND NOT declines GROUP BY 1 ORDER BY 1
    """
    return postgres.read(ALIAS, query, (programme,))


def outcome_counts(run: DecisionRun) -> dict[str, int]:
    """Households by outcome, and in all."""
    path = snapshots.check(Path(run.result_path), run.result_sha256)
    with duck.connect() as connection:
        rows = connection.execute(
            "SELECT outcome, count(*) FROM read_parquet(?) GROUP BY 1", [str(path)]
        ).fetchall()
    found = {"eligible": 0, "ineligible": 0, "undecided": 0, **dict(rows)}
    return {**found, "households": sum(found.values())}


def status_counts(run: DecisionRun) -> dict[str, int]:
    """Persons by tax status, in the order of the statuses; those that nobody has are absent."""
    path = snapshots.check(Path(run.persons_path), run.persons_sha256)
    with duck.connect() as connection:
        query = "SELECT status, count(*) FROM read_parquet(?) GROUP BY 1"
        found = dict(connection.execute(query, [str(path)]).fetchall())
    return {status.value: found[status.value] for status in TaxStatus if status.value in found}


def write_decisions(run: DecisionRun, target: Path) -> None:
    """decisions.csv: household_code, case_number, outcome, reasons; ordered, byte for byte repeatable."""
    path = snapshots.check(Path(run.result_path), run.result_sha256)
    cases = postgres.read(
        ALIAS, "SELECT household_key, case_number FROM benefits_case WHERE programme = $1", (run.programme,)
    )
    unfinished = target.with_name(f".{target.name}.part")
    with duck.connect() as connection:
        connection.register("cases", cases)
        connection.execute(_DECISIONS.format(path=path, target=unfinished))
    unfinished.replace(target)
