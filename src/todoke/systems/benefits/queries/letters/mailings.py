"""発送: what waits for the printer, every mailing with its counts, and the letters that must be taken out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from todoke.engine import postgres
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import Mailing

ALIAS = "benefits"
_WAITING = """
SELECT f.kind, f.route, sum(f.cases), sum(f.cases * f.sheets_each), count(*) FROM benefits_letter_file f
WHERE f.programme = %s AND NOT f.apart AND NOT EXISTS (SELECT FROM benefits_mailing_file m WHERE m.file_id = f.id)
GROUP BY f.kind, f.route ORDER BY f.kind, f.route
"""
_HELD = """
SELECT h.*, coalesce(p.number, 0), p.printed, p.spoiled, p.reprinted, p.enclosed FROM (
    SELECT f.kind, f.route, sum(f.cases) AS letters, sum(f.cases * f.sheets_each) AS sheets, count(*) AS files
    FROM benefits_mailing_file m JOIN benefits_letter_file f ON f.id = m.file_id
    WHERE m.mailing_id = %(mailing)s GROUP BY f.kind, f.route
) h LEFT JOIN LATERAL (
    SELECT * FROM benefits_printer_count p WHERE p.mailing_id = %(mailing)s AND p.kind = h.kind AND p.route = h.route
    ORDER BY p.number DESC LIMIT 1
) p ON true ORDER BY h.kind, h.route
"""
_REASONS = """
SELECT reason, count(*) FROM benefits_pull WHERE mailing_id = %s AND register_snapshot = %s GROUP BY reason ORDER BY reason
"""
_PULLS = """
SELECT f.name, l.position, c.case_number FROM benefits_pull p JOIN benefits_letter l ON l.id = p.letter_id
JOIN benefits_letter_file f ON f.id = l.file_id JOIN benefits_case c ON c.id = l.case_id
WHERE p.mailing_id = %s AND p.register_snapshot = %s ORDER BY f.number, l.position
"""


@dataclass(frozen=True)
class Held:
    """The letters of one kind; `counts`: how often the printer's figures were entered, with the newest ones (None: never)."""

    kind: str
    route: str
    letters: int
    sheets: int
    files: int
    counts: int = 0
    printed: int | None = None
    spoiled: int | None = None
    reprinted: int | None = None
    enclosed: int | None = None


class Pulled(NamedTuple):
    """A letter to take out, and where it lies. Why is not said here: that would tell who is protected."""

    file: str
    position: int
    case_number: str


class Line(NamedTuple):
    """One mailing in the list."""

    pk: int
    programme: str
    number: int
    state: str
    letters: int
    sheets: int
    pulled: int | None
    handed_at: datetime
    confirmed_at: datetime | None


def waiting(programme: str) -> list[Held]:
    """Printed letters that were not handed over, by kind."""
    return [_held(row) for row in postgres.fetch(ALIAS, _WAITING, (programme,))]


def held(mailing_id: int) -> list[Held]:
    """The letters of a mailing by kind, with the printer's newest figures."""
    return [_held(row) for row in postgres.fetch(ALIAS, _HELD, {"mailing": mailing_id})]


def listed() -> list[Line]:
    """Every mailing, the newest first."""
    rows = Mailing.objects.using(ALIAS).order_by("-handed_at", "-pk")
    return [
        Line(
            row.pk, row.programme_id, row.number, row.state, row.letters, row.sheets, row.pulled, row.handed_at,
            row.confirmed_at,
        )
        for row in rows
    ]  # fmt: skip


def one(mailing_id: int) -> Mailing:
    """The mailing; NOT_FOUND otherwise."""
    row = Mailing.objects.using(ALIAS).filter(pk=mailing_id).first()
    if row is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="その発送")
    return row


def reasons(mailing: Mailing) -> dict[str, int]:
    """How many letters must be taken out for which reason, by the newest matching."""
    return dict(postgres.fetch(ALIAS, _REASONS, (mailing.pk, mailing.register_snapshot)))


def pulled(mailing: Mailing) -> list[Pulled]:
    """The letters to take out, in the order in which they lie."""
    return [Pulled(*row) for row in postgres.fetch(ALIAS, _PULLS, (mailing.pk, mailing.register_snapshot))]


def _held(row: tuple[Any, ...]) -> Held:
    kind, route, letters, sheets, files, *counted = row
    return Held(kind, route, int(letters), int(sheets), int(files), *counted)
