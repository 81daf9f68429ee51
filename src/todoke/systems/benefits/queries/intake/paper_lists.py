"""Lists of the register of paper: sheets, boxes, disposals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from todoke.engine import postgres
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import Paper, PaperDisposal, PaperMove
from todoke.systems.benefits.rules.intake.paper_state import PaperState

ALIAS = "benefits"
MOST = 2000
"""Sheets that a list shows; a box holds fewer."""
_SHEETS = """
SELECT p.id, c.case_number, p.kind, p.received_on, b.id, b.label, b.place, p.state, m.sent_to, p.registered_at,
    p.registered_by
FROM benefits_paper p
JOIN benefits_case c ON c.id = p.case_id
JOIN benefits_box b ON b.id = p.box_id
LEFT JOIN LATERAL (
    SELECT v.sent_to FROM benefits_paper_move v WHERE v.paper_id = p.id ORDER BY v.id DESC LIMIT 1
) m ON p.state = 'out'
WHERE (%(number)s = '' OR c.case_number = %(number)s) AND (%(box)s = '' OR b.label = %(box)s)
    AND (%(state)s = '' OR p.state = %(state)s) AND (%(paper)s = 0 OR p.id = %(paper)s)
ORDER BY p.id DESC LIMIT %(most)s
"""
_BOXES = """
SELECT b.id, b.label, b.place, b.placed_at, count(p.id) FILTER (WHERE p.state = 'held'),
    count(p.id) FILTER (WHERE p.state = 'out'), count(p.id) FILTER (WHERE p.state = 'disposed'),
    min(p.received_on) FILTER (WHERE p.state = 'held'), max(p.received_on) FILTER (WHERE p.state = 'held')
FROM benefits_box b LEFT JOIN benefits_paper p ON p.box_id = b.id
WHERE %(box)s = 0 OR b.id = %(box)s
GROUP BY b.id ORDER BY b.label
"""


class Sheet(NamedTuple):
    """A sheet as the register lists it."""

    paper_id: int
    number: str
    kind: str
    received_on: date
    box_id: int
    box: str
    place: str
    state: str
    sent_to: str | None
    at: datetime
    by: str

    @property
    def kind_title(self) -> str:
        """In words."""
        return dict(Paper.KINDS)[self.kind]

    @property
    def where(self) -> str:
        """Where the sheet lies now."""
        if self.state == PaperState.OUT:
            return f"持出先：{self.sent_to}（箱 {self.box} から）"
        if self.state != PaperState.HELD:
            return "－"
        return f"箱 {self.box}（{self.place}）" if self.place else f"箱 {self.box}"


class BoxRow(NamedTuple):
    """A box with what is in it."""

    box_id: int
    label: str
    place: str
    placed_at: datetime
    held: int
    out: int
    disposed: int
    first: date | None
    last: date | None


def sheets(*, number: str = "", box: str = "", state: str = "", paper: int = 0) -> list[Sheet]:
    """Newest first, at most `MOST`."""
    values: dict[str, Any] = {"number": number, "box": box, "state": state, "paper": paper, "most": MOST}
    return [Sheet(*row) for row in postgres.fetch(ALIAS, _SHEETS, values)]


def sheet(paper_id: int) -> Sheet:
    """One sheet; NOT_FOUND."""
    found = sheets(paper=paper_id) if paper_id else []
    if not found:
        raise TodokeError(ErrorCode.NOT_FOUND, what="文書台帳の文書")
    return found[0]


def boxes() -> list[BoxRow]:
    """Every box, by its number."""
    return [BoxRow(*row) for row in postgres.fetch(ALIAS, _BOXES, {"box": 0})]


def box(box_id: int) -> BoxRow:
    """One box; NOT_FOUND."""
    rows = postgres.fetch(ALIAS, _BOXES, {"box": box_id}) if box_id else []
    if not rows:
        raise TodokeError(ErrorCode.NOT_FOUND, what="箱")
    return BoxRow(*rows[0])


def moves(paper_id: int) -> Sequence[PaperMove]:
    """Where a sheet went, newest first."""
    found = PaperMove.objects.using(ALIAS).select_related("from_box", "to_box").filter(paper_id=paper_id)
    return list(found.order_by("-id"))


def disposals() -> Sequence[PaperDisposal]:
    """Every list for disposal, newest first."""
    return list(PaperDisposal.objects.using(ALIAS).select_related("box").order_by("-id"))


def disposal(disposal_id: int) -> PaperDisposal:
    """One of them; NOT_FOUND."""
    found = PaperDisposal.objects.using(ALIAS).select_related("box").filter(pk=disposal_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="廃棄の提案")
    return found
