"""箱の置き場所: where a box stands from now on."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.models import Box

ALIAS = "benefits"


def place_box(*, box_id: int, place: str, by: Actor) -> None:
    """The log keeps the places of before. RECORD_INVALID without a place."""
    require(by, Permission.BENEFITS_PAPER_MOVE)
    if not place.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="置き場所がありません")
    with transaction.atomic(using=ALIAS):
        box = Box.objects.using(ALIAS).select_for_update().get(pk=box_id)
        before = box.place
        box.place, box.placed_at, box.placed_by = place.strip(), clock.now(), by.staff_id
        box.save(using=ALIAS, update_fields=["place", "placed_at", "placed_by"])
        subject = f"box {box.label} from {before or '-'} to {box.place}"
        record(ALIAS, by=by, verb="benefits:paper:move", subject=subject)
