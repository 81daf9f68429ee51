"""課税と付帯状況: what is known of a household's members, from which source and of which day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from todoke.engine import duck, snapshots
from todoke.systems.benefits.models import Answer, DecisionRun, Source, TaxCertificate
from todoke.systems.benefits.queries.deciding import certificates
from todoke.systems.benefits.rules.imports.kinds import ImportKind

ALIAS = "benefits"
_STATUSES: Final = """
SELECT resident_code, household_key, status, source FROM read_parquet($path) WHERE resident_code IN (SELECT unnest($codes))
"""
_TAX: Final = """
SELECT * FROM read_parquet($path) WHERE resident_code IN (SELECT unnest($codes)) ORDER BY resident_code, tax_year DESC
"""
_ASSISTANCE: Final = """
SELECT resident_code, kind, valid_from, valid_to FROM read_parquet($path)
WHERE resident_code IN (SELECT unnest($codes)) ORDER BY resident_code, valid_from, kind
"""

_LISTED: Final = """
SELECT * FROM read_parquet($path) WHERE resident_code IN (SELECT unnest($codes)) ORDER BY resident_code
"""
_DECLARED: Final = (ImportKind.HARDSHIP_FIGURES, ImportKind.SHORTFALL_FIGURES)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The tax status that a round's decision took for a person, what it was read from, and when it was decided.

    `run` and `household_key` name the decision about the household in which it has the person.
    """

    run: int
    household_key: str
    programme: str
    round: str
    status: str
    source: str
    decided_at: datetime


@dataclass(frozen=True, kw_only=True)
class Assistance:
    """付帯状況: 生活保護 and the like, from when to when."""

    kind: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A row about the person in a list that decisions read: what it says, of which programme if it has one, in which edition."""

    kind: ImportKind
    programme: str
    row: dict[str, Any]
    edition: int
    taken_at: datetime


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All of one person. `certificates` count or counted, `waiting` lack a second keying. `special` and `declared` are rows of lists (配慮を要する人, 申立て). `tax` are rows of the city's own roll, newest year first; `answer` is another city's."""

    judged: tuple[Judged, ...]
    tax: tuple[dict[str, Any], ...]
    tax_taken_at: datetime | None
    answer: Answer | None
    assistance: tuple[Assistance, ...]
    assistance_taken_at: datetime | None
    special: tuple[Listed, ...] = ()
    declared: tuple[Listed, ...] = ()
    certificates: tuple[TaxCertificate, ...] = ()
    waiting: tuple[TaxCertificate, ...] = ()


def evidence_of(resident_codes: Sequence[str]) -> dict[str, Evidence]:
    """What is known of each of these residents."""
    codes = list(resident_codes)
    judged: dict[str, list[Judged]] = {code: [] for code in codes}
    for run in _newest_runs():
        for row in rows_of(_STATUSES, run.persons_path, run.persons_sha256, codes):
            judged[row["resident_code"]].append(
                Judged(
                    run=run.pk, household_key=row["household_key"], programme=run.programme, round=run.round, status=row["status"], source=row["source"],
                    decided_at=run.decided_at,
                )
            )  # fmt: skip
    tax, tax_from = _sourced("tax", _TAX, codes)
    helped, helped_from = _sourced("assistance", _ASSISTANCE, codes)
    answers = _answers(codes)
    papers, waiting = certificates.all_of(codes), list(certificates.waiting(codes))
    special = _listed(ImportKind.SPECIAL_PERSONS, codes)
    declared = [one for kind in _DECLARED for one in _listed(kind, codes)]
    return {
        code: Evidence(
            judged=tuple(judged[code]),
            tax=tuple(row for row in tax if row["resident_code"] == code),
            tax_taken_at=tax_from,
            answer=answers.get(code),
            assistance=tuple(
                Assistance(kind=row["kind"], valid_from=row["valid_from"], valid_to=row["valid_to"])
                for row in helped
                if row["resident_code"] == code
            ),
            assistance_taken_at=helped_from,
            special=tuple(one for one in special if one.row["resident_code"] == code),
            declared=tuple(one for one in declared if one.row["resident_code"] == code),
            certificates=tuple(one for one in papers if one.resident_code == code),
            waiting=tuple(one for one in waiting if one.resident_code == code),
        )
        for code in codes
    }


def _newest_runs() -> list[DecisionRun]:
    """The newest run of each programme, the newest programme first."""
    newest: dict[str, DecisionRun] = {}
    for run in DecisionRun.objects.using(ALIAS).order_by("-pk"):
        newest.setdefault(run.programme, run)
    return list(newest.values())


def _answers(codes: list[str]) -> dict[str, Answer]:
    """The newest answer to each person."""
    rows = (
        Answer.objects.using(ALIAS).filter(resident_code__in=codes).select_related("imported").order_by("pk")
    )
    return {row.resident_code: row for row in rows}


def _listed(kind: ImportKind, codes: list[str]) -> list[Listed]:
    """Of each programme that has such a list, the newest."""
    newest = Source.objects.using(ALIAS).filter(kind=kind).order_by("programme", "-id").distinct("programme")
    return [
        Listed(
            kind=kind,
            programme=source.programme,
            row=row,
            edition=source.edition,
            taken_at=source.imported_at,
        )
        for source in newest
        for row in rows_of(_LISTED, source.path, source.sha256, codes)
    ]


def _sourced(kind: str, query: str, codes: list[str]) -> tuple[list[dict[str, Any]], datetime | None]:
    source = Source.objects.using(ALIAS).filter(kind=kind).order_by("-id").first()
    if source is None:
        return [], None
    return rows_of(query, source.path, source.sha256, codes), source.imported_at


def rows_of(query: str, path: str, sha256: str, codes: list[str]) -> list[dict[str, Any]]:
    """Rows of these residents; the file is ordered by resident and read only where they may stand."""
    return sealed_rows(query, path, sha256, codes=codes)


def sealed_rows(query: str, path: str, sha256: str, **given: object) -> list[dict[str, Any]]:
    """Rows of a sealed file (`$path`) with these values. INPUT_CHANGED when it is not what was sealed."""
    sealed = _checked(path, sha256, Path(path).stat().st_mtime_ns) if Path(path).is_file() else None
    file = sealed or snapshots.check(Path(path), sha256)
    with duck.cursor() as connection:
        return duck.table(connection, query, {"path": str(file), **given}).to_pylist()


@lru_cache(maxsize=64)
def _checked(path: str, sha256: str, changed: int) -> Path:
    """A seal is proved once for as long as the file is not touched: a page may not hash half a gigabyte each time."""
    return snapshots.check(Path(path), sha256)
