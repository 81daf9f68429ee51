"""What one decision saw of one household, read again from the very files that it was sealed with.

A handful of point reads from Parquet: the files are sorted by person or household, so that each touches one row group.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from django.conf import settings

from todoke.contracts.residents import SnapshotKind
from todoke.engine import duck, snapshots
from todoke.systems.benefits import needs
from todoke.systems.benefits.models import Answer, AnswerImport, Decision, DecisionRun, Source
from todoke.systems.benefits.queries.overview import orders_before
from todoke.systems.benefits.rules.outcome import Reason
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.tax_status import TaxStatus
from todoke.systems.benefits.rules.why import (
    AnswerRead,
    Asked,
    Household,
    Member,
    Origin,
    Origins,
    ReadFrom,
    TaxRecord,
)

ALIAS = "benefits"

_PERSONS = """
SELECT resident_code, household_key, status, source
FROM read_parquet($file) WHERE household_key IN ($key, $key || '-1') ORDER BY resident_code
"""
_REGISTER = """
SELECT resident_code, name_kanji, is_head, relationship, birth_date, moved_in_on, previous_municipality, left_on,
    left_reason, protected
FROM read_parquet($file) WHERE resident_code IN ({codes})
"""
_TAX = """
SELECT resident_code, declared, income_levy, per_capita_levy, total_income, levy_waived, treaty_exempt,
    supporter IS NOT NULL AS dependant, supporter_taxed
FROM read_parquet($file) WHERE resident_code IN ({codes}) AND tax_year = $year
"""
_AID = """
SELECT resident_code, min(valid_from) AS aid_from, nullif(max(coalesce(valid_to, DATE '9999-12-31')), DATE '9999-12-31') AS aid_to
FROM read_parquet($file) WHERE resident_code IN ({codes}) AND kind = '生活保護'
    AND valid_from <= $day AND coalesce(valid_to >= $day, true)
GROUP BY resident_code
"""
_PAID = "SELECT lineage FROM read_parquet($file) WHERE lineage IN (SELECT unnest($lineages))"
_APPLIED = "SELECT min(received_on) AS received_on FROM read_parquet($file) WHERE household_key = $key"
_ASKED = "SELECT resident_code, abroad FROM read_parquet($file) WHERE resident_code IN ({codes})"

Row = dict[str, Any]


class _Files(NamedTuple):
    """The sealed files of a run, each checked, with where it came from."""

    base: Path
    latest: Path
    tax: Path
    assistance: Path
    origins: Origins


class _Found(NamedTuple):
    """What was read about the household's persons, each by resident code."""

    base: dict[str, Row]
    latest: dict[str, Row]
    tax: dict[str, Row]
    aid: dict[str, Row]
    asked: dict[str, Asked]
    answers: dict[str, AnswerRead]


def seen_household(decision: Decision, programme: Programme) -> Household:
    """Everything that the decision saw. Errors: INPUT_MISSING or INPUT_CHANGED for a file; NOT_FOUND for its entry."""
    run, key = decision.run, decision.household_key
    files = _files(run)
    with duck.connect(threads=1) as connection:
        near = _rows(connection, _PERSONS, _sealed(run.persons_path, run.persons_sha256), key=key)
        persons = [person for person in near if person["household_key"] == key]
        codes = [str(person["resident_code"]) for person in persons]
        found = _Found(
            base=_by_code(connection, _REGISTER, files.base, codes),
            latest=_by_code(connection, _REGISTER, files.latest, codes),
            tax=_by_code(connection, _TAX, files.tax, codes, year=str(programme.tax_year)),
            aid=_by_code(connection, _AID, files.assistance, codes, day=programme.tax_date),
            asked=_asked(connection, run, codes),
            answers=_answers(run, codes),
        )
        # the payment to a protected part is the household's own once nobody of it is protected any more
        lineages = [key] if len(persons) < len(near) else [key, f"{key}-1"]
        paid = _rows(connection, _PAID, _derived(run.paid_sha256, "paid"), lineages=lineages)
        (applied,) = _rows(connection, _APPLIED, _derived(run.applications_sha256, "applications"), key=key)
    return Household(
        key=key,
        reason=Reason(decision.reason_code),
        protected=decision.protected,
        members=[_member(person, found, protected=decision.protected) for person in persons],
        origins=files.origins,
        round=run.round,
        decided_at=run.decided_at,
        paid=bool(paid),
        applied_on=applied["received_on"],
    )


def _member(person: Row, found: _Found, *, protected: bool) -> Member:
    code = str(person["resident_code"])
    latest, aid = found.latest.get(code, {}), found.aid.get(code, {})
    base = (
        found.base.get(code) or latest
    )  # judged by the newest register, or registered again after the base date
    return Member(
        resident_code=code,
        name=base.get("name_kanji") or "",
        protected=bool(protected or base.get("protected") or latest.get("protected")),
        status=TaxStatus(person["status"]),
        read_from=ReadFrom(person["source"]),
        is_head=bool(base.get("is_head")),
        relationship=base.get("relationship") or "",
        birth_date=base.get("birth_date"),
        moved_in_on=base.get("moved_in_on"),
        previous_municipality=latest.get("previous_municipality") or "",
        left_on=latest.get("left_on"),
        left_reason=latest.get("left_reason") or "",
        record=_record(found.tax[code]) if code in found.tax else None,
        answer=found.answers.get(code),
        asked=found.asked.get(code),
        aid_from=aid.get("aid_from"),
        aid_to=aid.get("aid_to"),
    )


def _record(row: Row) -> TaxRecord:
    return TaxRecord(**{name: value for name, value in row.items() if name != "resident_code"})


def _files(run: DecisionRun) -> _Files:
    base = needs.sealed_register(SnapshotKind.BASE, run.base_snapshot)
    latest = needs.sealed_register(SnapshotKind.LATEST, run.latest_snapshot)
    tax, assistance = _source("tax", run.tax_sha256), _source("assistance", run.assistance_sha256)
    return _Files(
        base=_sealed(base.path, base.sha256),
        latest=_sealed(latest.path, latest.sha256),
        tax=_sealed(tax.path, tax.sha256),
        assistance=_sealed(assistance.path, assistance.sha256),
        origins=Origins(
            base=Origin(name="基準日の住民記録", edition=base.snapshot_id, as_of=base.as_of),
            latest=Origin(name="最新の住民記録", edition=latest.snapshot_id, as_of=latest.as_of),
            tax=Origin(name="本市の課税情報", edition=tax.sha256[:12], arrived=tax.imported_at),
            assistance=Origin(
                name="付帯状況", edition=assistance.sha256[:12], arrived=assistance.imported_at
            ),
            payments=Origin(name="支給の記録", edition=run.paid_sha256[:12], arrived=run.decided_at),
            forms=Origin(name="確認書の受付", edition=run.applications_sha256[:12], arrived=run.decided_at),
        ),
    )


def _source(kind: str, sha256: str) -> Source:
    return Source.objects.using(ALIAS).get(kind=kind, sha256=sha256)


def _sealed(path: str, sha256: str) -> Path:
    return snapshots.check_unchanged(Path(path), sha256)


def _derived(sha256: str, name: str) -> Path:
    return _sealed(
        str(Path(settings.TODOKE_DATA_FOLDER) / "benefits" / f"{name}-{sha256[:16]}.parquet"), sha256
    )


def _rows(connection: duckdb.DuckDBPyConnection, query: str, file: Path, **given: object) -> list[Row]:
    found = connection.execute(query, {"file": str(file), **given})
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _by_code(
    connection: duckdb.DuckDBPyConnection, query: str, file: Path, codes: Sequence[str], **given: object
) -> dict[str, Row]:
    """Rows by resident code. The codes are written out one by one: only then does the reader skip row groups."""
    names = {f"code_{place}": code for place, code in enumerate(codes)}
    listed = query.format(codes=", ".join(f"${name}" for name in names) or "NULL")
    return {str(row["resident_code"]): row for row in _rows(connection, listed, file, **names, **given)}


def _asked(connection: duckdb.DuckDBPyConnection, run: DecisionRun, codes: Sequence[str]) -> dict[str, Asked]:
    """In which order each person was first asked about, and whether the newest order could not ask."""
    found: dict[str, Asked] = {}
    for order in orders_before(run):
        for code, row in _by_code(connection, _ASKED, _sealed(order.path, order.sha256), codes).items():
            first = found.get(code)
            found[code] = Asked(
                order_id=order.order_id,
                ordered_at=first.ordered_at if first else order.ordered_at,
                abroad=bool(row["abroad"]),
            )
    return found


def _answers(run: DecisionRun, codes: Sequence[str]) -> dict[str, AnswerRead]:
    """What was answered about these persons before the run, by the newest order and its newest files."""
    found: dict[str, AnswerRead] = {}
    for imported in _imports(run):
        for answer in Answer.objects.using(ALIAS).filter(imported=imported, resident_code__in=codes):
            found[answer.resident_code] = _answer(answer, imported.imported_at)
    return found


def _imports(run: DecisionRun) -> list[AnswerImport]:
    newest: dict[str, AnswerImport] = {}
    imports = AnswerImport.objects.using(ALIAS).filter(order__run__programme=run.programme)
    for imported in imports.filter(imported_at__lte=run.decided_at).order_by("order__run_id", "id"):
        newest[imported.order_id] = imported
    return list(newest.values())


def _answer(answer: Answer, arrived: datetime) -> AnswerRead:
    return AnswerRead(
        status=TaxStatus(answer.status),
        finding=answer.finding,
        inquiry_kind=answer.inquiry_kind,
        tax_year=answer.tax_year,
        income_levy=answer.income_levy,
        per_capita_levy=answer.per_capita_levy,
        income_levy_reason=answer.income_levy_reason,
        per_capita_levy_reason=answer.per_capita_levy_reason,
        taxing_municipality=answer.taxing_municipality or "",
        arrived=arrived,
        edition=answer.imported.order_id,
    )
