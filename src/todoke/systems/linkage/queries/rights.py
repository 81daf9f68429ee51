"""番号変換の許可, read: what a system may have converted today."""

from __future__ import annotations

from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.linkage.flows import RightState
from todoke.systems.linkage.models import ConversionRight, ExistingSystem
from todoke.systems.linkage.rules.conversions import Direction, Right, Route

ALIAS = "linkage"


def need_system(code: str, duty: str) -> ExistingSystem:
    """The system, in use today and working for the duty; PERMISSION_DENIED otherwise."""
    system = ExistingSystem.objects.using(ALIAS).filter(code=code).first()
    if system is None or not system.is_valid(clock.today()) or duty not in system.duties:
        raise TodokeError(ErrorCode.PERMISSION_DENIED, permission="linkage:system:convert")
    return system


def confirmed_rights(system: str) -> list[Right]:
    """The confirmed rights of a system, whatever their dates."""
    rows = ConversionRight.objects.using(ALIAS).filter(system_id=system, state=RightState.CONFIRMED)
    return [
        Right(
            duty=row.duty,
            route=Route(direction=Direction(row.direction), local_system=row.local_system_id or ""),
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
        for row in rows
    ]


def all_rights() -> list[ConversionRight]:
    """Every right that was ever asked for: those that wait for confirmation first, then the newest."""
    rows = ConversionRight.objects.using(ALIAS).select_related("system", "local_system")
    return sorted(rows.order_by("-declared_at"), key=lambda row: row.state != RightState.DECLARED)


def right(right_id: int) -> ConversionRight:
    """One right; NOT_FOUND."""
    rows = ConversionRight.objects.using(ALIAS).select_related("system", "local_system")
    found = rows.filter(pk=right_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="番号変換の許可")
    return found
