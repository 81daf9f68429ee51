"""Permissions as a closed list `system:resource:action`, and the roles that carry them (PIA III.3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from todoke.kernel.errors import ErrorCode, TodokeError


class Permission(Enum):
    """Every operation that changes or shows something. Denied unless a role below names it."""

    BENEFITS_APPROVE = "benefits:application:approve"
    BENEFITS_ASK = "benefits:inquiry:ask"
    BENEFITS_DECIDE = "benefits:decision:decide"
    BENEFITS_EXAMINE = "benefits:application:examine"
    BENEFITS_IMPORT = "benefits:source:import"
    BENEFITS_PAY = "benefits:payment:prepare"
    BENEFITS_PRINT = "benefits:letter:print"
    BENEFITS_RECEIVE = "benefits:application:receive"
    BENEFITS_RELEASE = "benefits:payment:release"
    INQUIRY_OPERATE = "inquiry:file:operate"
    INTERMEDIARY_CONFIRM = "intermediary:held:confirm"
    INTERMEDIARY_OPERATE = "intermediary:replica:operate"
    INTERMEDIARY_RELEASE = "intermediary:held:release"
    LINKAGE_CONVERT = "linkage:number:convert"
    LINKAGE_OPERATE = "linkage:number:operate"
    NETWORK_OPERATE = "network:list:operate"
    RESIDENTS_IMPORT = "residents:snapshot:import"


class Role(Enum):
    """Who holds what. Examination, approval and release never lie in one hand."""

    CLERK = "clerk"  # 給付金担当 (受付・審査)
    SUPERVISOR = "supervisor"  # 給付金担当 責任職 (承認)
    TREASURER = "treasurer"  # 会計 (支払の確定)
    OPERATOR = "operator"  # 委託先オペレーター
    PROVIDER_OFFICER = "provider_officer"  # 提供団体の許可権限者
    PLATFORM_OPERATOR = "platform_operator"  # 中間サーバー・プラットフォーム運用
    NETWORK_OPERATOR = "network_operator"  # 情報提供ネットワークシステム運用


_GRANTS: dict[Role, frozenset[Permission]] = {
    Role.CLERK: frozenset(
        {
            Permission.RESIDENTS_IMPORT,
            Permission.BENEFITS_IMPORT,
            Permission.BENEFITS_DECIDE,
            Permission.BENEFITS_ASK,
            Permission.BENEFITS_PRINT,
            Permission.BENEFITS_RECEIVE,
            Permission.BENEFITS_EXAMINE,
            Permission.LINKAGE_CONVERT,
        }
    ),
    Role.SUPERVISOR: frozenset({Permission.BENEFITS_APPROVE, Permission.BENEFITS_PAY}),
    Role.TREASURER: frozenset({Permission.BENEFITS_RELEASE}),
    Role.OPERATOR: frozenset(
        {Permission.INQUIRY_OPERATE, Permission.LINKAGE_OPERATE, Permission.LINKAGE_CONVERT}
    ),
    Role.PROVIDER_OFFICER: frozenset({Permission.INTERMEDIARY_RELEASE, Permission.INTERMEDIARY_CONFIRM}),
    Role.PLATFORM_OPERATOR: frozenset({Permission.INTERMEDIARY_OPERATE}),
    Role.NETWORK_OPERATOR: frozenset({Permission.NETWORK_OPERATE}),
}


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A member of staff who acts: one person, one ID, the roles held today."""

    staff_id: str
    roles: frozenset[Role]

    def may(self, permission: Permission) -> bool:
        """Whether any of the roles carries the permission."""
        return any(permission in _GRANTS[role] for role in self.roles)


def require(actor: Actor, permission: Permission) -> None:
    """PERMISSION_DENIED unless the actor may. The first line of every action."""
    if not actor.may(permission):
        raise TodokeError(ErrorCode.PERMISSION_DENIED, permission=permission.value)
