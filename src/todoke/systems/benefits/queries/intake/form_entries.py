"""Reads of 転記: sheets that wait to be keyed, what was keyed of one, and its pictures."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import NamedTuple

from todoke.engine import postgres
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import codecs
from todoke.systems.benefits.models import FormEntry, FormImage
from todoke.systems.benefits.queries.deciding import declared
from todoke.systems.benefits.queries.examination.accounts import ACCOUNTS, FORMS
from todoke.systems.benefits.rules.intake.form_entry import Keyed

ALIAS = "benefits"
# A form of a received case that nobody keyed in a file, or a 補正 of a deficient one; not yet agreed upon
_OPEN = """
p.state IN ('held', 'out') AND (
    p.kind = 'form' AND c.state = 'received'
        AND NOT EXISTS (SELECT FROM benefits_application a WHERE a.case_id = c.id AND a.refusal = '')
    OR p.kind = 'correction' AND c.state = 'deficient' AND NOT EXISTS (
        SELECT FROM benefits_application a JOIN benefits_form_entry e ON e.id = a.entry_id WHERE e.paper_id = p.id))
"""
_WAITING = f"""
SELECT p.id, count(e.id) AS keyed, coalesce(bool_or(e.entered_by = %(by)s), false) AS own, p.received_on
FROM benefits_paper p JOIN benefits_case c ON c.id = p.case_id
LEFT JOIN benefits_form_entry e ON e.paper_id = p.id
WHERE c.state IN ('received', 'deficient') AND {_OPEN}
GROUP BY p.id
"""
# Whoever has most behind it goes first, then the oldest; people begin at different places among those of one day
_NEXT = f"""
SELECT w.id FROM ({_WAITING}) w WHERE NOT w.own AND w.id <> %(but)s
ORDER BY w.keyed DESC, w.received_on, md5(w.id || %(by)s) LIMIT 1
"""
_COUNTS = f"SELECT w.keyed, w.own, count(*) FROM ({_WAITING}) w GROUP BY 1, 2"
_SHEET = f"""
SELECT p.id, p.kind, p.received_on, c.id, c.case_number, c.programme, c.household_key, b.label, b.place, c.protected,
    ({_OPEN}), r.id
FROM benefits_paper p JOIN benefits_case c ON c.id = p.case_id JOIN benefits_box b ON b.id = p.box_id
LEFT JOIN {FORMS} r ON r.case_id = c.id AND p.kind = 'correction'
WHERE p.id = %(paper)s AND p.kind IN ('form', 'correction')
"""
_KNOWN_BEFORE = """
SELECT t.bank_code, t.branch_code, t.account_type, t.account_number, t.account_holder_kana
FROM benefits_case c JOIN benefits_transfer t ON t.id = c.known_transfer_id WHERE c.id = %(case)s
"""
_KNOWN_NOW = f"""
SELECT k.bank_code, k.branch_code, k.account_type, k.account_number, k.account_holder_kana
FROM {ACCOUNTS} k WHERE k.case_id = %(case)s AND k.bank_code <> ''
"""


class Entry(NamedTuple):
    """One keying."""

    by: str
    keyed: Keyed


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet with what was keyed of it. `protected`: its picture tells where somebody hides; `known`: the account that stays without a change; `replaces`: the form that a
    補正 takes the place of."""

    paper_id: int
    kind: str
    received_on: date
    case_id: int
    case_number: str
    programme: str
    household_key: str
    box: str
    place: str
    protected: bool
    open: bool
    replaces: int | None
    known: tuple[str, str, str, str, str] | None
    entries: tuple[Entry, ...]


def locked(paper_id: int) -> Sheet:
    """The sheet, until the transaction ends nobody else's. NOT_FOUND."""
    statement = "SELECT FROM benefits_paper WHERE id = %s FOR NO KEY UPDATE"
    if not postgres.fetch(ALIAS, statement, [paper_id]):
        raise TodokeError(ErrorCode.NOT_FOUND, what="文書台帳の文書")
    return sheet(paper_id)


def sheet(paper_id: int) -> Sheet:
    """The sheet as it stands. NOT_FOUND."""
    rows = postgres.fetch(ALIAS, _SHEET, {"paper": paper_id})
    if not rows:
        raise TodokeError(ErrorCode.NOT_FOUND, what="文書台帳の文書")
    paper, kind, received_on, case, number, programme, household, box, place, protected, waits, replaces = (
        rows[0]
    )
    query = _KNOWN_NOW if kind == "correction" else _KNOWN_BEFORE
    known = postgres.fetch(ALIAS, query, {"case": case})
    entries = FormEntry.objects.using(ALIAS).filter(paper_id=paper_id).order_by("number")
    return Sheet(
        paper_id=paper, kind=kind, received_on=received_on, case_id=case, case_number=number, programme=programme,
        household_key=household, box=box, place=place, protected=protected, open=waits, replaces=replaces,
        known=known[0] if known else None,
        entries=tuple(Entry(entry.entered_by, _keyed(entry)) for entry in entries),
    )  # fmt: skip


def _keyed(entry: FormEntry) -> Keyed:
    own = {each.name: getattr(entry, each.name) for each in fields(Keyed) if each.name != "incomes"}
    return Keyed(**own, incomes=declared.of_entry(entry.pk))


def next_sheet(staff_id: str, *, but: int = 0) -> int | None:
    """The sheet that this person keys next, not `but` this one; None when nothing waits for them."""
    rows = postgres.fetch(ALIAS, _NEXT, {"by": staff_id, "but": but})
    return int(rows[0][0]) if rows else None


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Sheets that wait for a first, second or third keying by anybody, and how many of them this person may not key."""

    first: int = 0
    second: int = 0
    third: int = 0
    own: int = 0

    @property
    def mine(self) -> int:
        """What waits for this person."""
        return self.first + self.second + self.third - self.own


def waiting(staff_id: str) -> Waiting:
    """How much there is to key."""
    found = {"first": 0, "second": 0, "third": 0, "own": 0}
    for keyed, own, count in postgres.fetch(ALIAS, _COUNTS, {"by": staff_id}):
        found[("first", "second", "third")[min(keyed, 2)]] += count
        found["own"] += count if own else 0
    return Waiting(**found)


def pages(paper_id: int) -> list[int]:
    """The sides of the sheet of which there is a picture."""
    found = FormImage.objects.using(ALIAS).filter(paper_id=paper_id).order_by("page")
    return list(found.values_list("page", flat=True))


def picture(paper_id: int, page: int) -> tuple[str, bytes]:
    """Media type and bytes of one side. NOT_FOUND; INPUT_CHANGED when it is not what was kept."""
    row = FormImage.objects.using(ALIAS).filter(paper_id=paper_id, page=page).first()
    if row is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="様式の画像")
    sealed = codecs.SealedImage(key_id=row.key_id, sha256=row.sha256, sealed=bytes(row.sealed))
    return row.media_type, codecs.open_image(sealed, codecs.bound(paper_id, page))
