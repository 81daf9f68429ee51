"""移動: sheets go to another box, are sent to somebody, or come back; each with a row that stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.flows import PAPER
from todoke.systems.benefits.rules.intake import answers as intake
from todoke.systems.benefits.rules.intake.paper_state import PaperState
from todoke.workflow.runner import move, of

ALIAS = "benefits"
_NOTE = """
INSERT INTO benefits_paper_move (paper_id, kind, from_box_id, to_box_id, sent_to, moved_at, moved_by)
SELECT p.id, %(kind)s, p.box_id, %(box)s, %(sent_to)s, %(now)s, %(by)s FROM benefits_paper p WHERE p.id = ANY(%(papers)s)
"""
_INTO = "UPDATE benefits_paper SET box_id = %(box)s WHERE id = ANY(%(papers)s) AND state = 'held'"


def move_into_box(*, papers: Sequence[int], box: str, by: Actor) -> int:
    """Into a box, from another one or from outside; how many. Errors: NOT_FOUND for a box that is not in use;
    STATE_CONFLICT for sheets that are cancelled, disposed of or listed for disposal."""
    require(by, Permission.BENEFITS_PAPER_MOVE)
    with transaction.atomic(using=ALIAS):
        values = _values(papers, by)
        label = intake.box_label(box)
        rows = postgres.fetch(ALIAS, "SELECT id FROM benefits_box WHERE label = %s", [label])
        if not rows:
            raise TodokeError(ErrorCode.NOT_FOUND, what=f"箱 {label}")
        states = _lock(values)
        kind = "returned" if PaperState.OUT in states else "moved"
        postgres.execute(ALIAS, _NOTE, {**values, "kind": kind, "box": rows[0][0], "sent_to": ""})
        if kind == "returned":
            move(ALIAS, PAPER, of(PAPER, papers), to=PaperState.HELD, by=by, persons=len(papers))
        if postgres.execute(ALIAS, _INTO, {**values, "box": rows[0][0]}) != len(papers):
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="箱にない文書です")
        _log(papers, f"to box {label}", by)
    return len(papers)


def send_out(*, papers: Sequence[int], sent_to: str, by: Actor) -> int:
    """Out of the box to somebody; how many. Errors: RECORD_INVALID without a name; STATE_CONFLICT when not in a box."""
    require(by, Permission.BENEFITS_PAPER_MOVE)
    if not sent_to.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="持ち出す先がありません")
    with transaction.atomic(using=ALIAS):
        values = _values(papers, by)
        _lock(values)
        postgres.execute(ALIAS, _NOTE, {**values, "kind": "sent", "box": None, "sent_to": sent_to.strip()})
        move(ALIAS, PAPER, of(PAPER, papers), to=PaperState.OUT, by=by, persons=len(papers))
        _log(papers, "sent out", by)
    return len(papers)


def _values(papers: Sequence[int], by: Actor) -> dict[str, Any]:
    return {"papers": list(papers), "now": clock.now(), "by": by.staff_id}


def _lock(values: dict[str, Any]) -> set[str]:
    lock = "SELECT state, disposal_id FROM benefits_paper WHERE id = ANY(%(papers)s) ORDER BY id FOR UPDATE"
    rows = postgres.fetch(ALIAS, lock, values)
    if len(rows) != len(values["papers"]):
        raise TodokeError(ErrorCode.NOT_FOUND, what="文書台帳の文書")
    if any(disposal is not None for _, disposal in rows):
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="廃棄の承認待ち、または廃棄した文書です")
    return {state for state, _ in rows}


def _log(papers: Sequence[int], where: str, by: Actor) -> None:
    record(ALIAS, by=by, verb="benefits:paper:move", subject=f"papers {where}", persons=len(papers))
