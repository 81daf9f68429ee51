"""箱の使用開始: a box number, and where the box stands, before anything is put into it."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.rules.intake import answers as intake

ALIAS = "benefits"
_OPEN = """
INSERT INTO benefits_box (label, place, opened_at, opened_by, placed_at, placed_by)
VALUES (%(label)s, %(place)s, %(now)s, %(by)s, %(now)s, %(by)s) ON CONFLICT (label) DO NOTHING
"""


def open_box(*, label: str, place: str, by: Actor) -> str:
    """The number as it is kept; a box that is in use already stays as it is. RECORD_INVALID for no such number."""
    require(by, Permission.BENEFITS_RECEIVE)
    known = intake.box_label(label)
    if not known:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="箱番号は英数字とハイフンで12字までです")
    values = {"label": known, "place": place.strip(), "now": clock.now(), "by": by.staff_id}
    with transaction.atomic(using=ALIAS):
        if postgres.execute(ALIAS, _OPEN, values):
            record(ALIAS, by=by, verb="benefits:box:open", subject=f"box {known}")
    return known
