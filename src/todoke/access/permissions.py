"""Permissions as a closed list `system:resource:action`, and the roles that carry them (PIA III.3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.who import Who


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
    INTERMEDIARY_ACQUIRE = "intermediary:link_code:acquire"
    INTERMEDIARY_COLLECT = "intermediary:result:collect"
    INTERMEDIARY_CONFIRM = "intermediary:held:confirm"
    INTERMEDIARY_INQUIRE = "intermediary:inquiry:inquire"
    INTERMEDIARY_OPERATE = "intermediary:replica:operate"
    INTERMEDIARY_PERMITTED = "intermediary:permit:receive"
    INTERMEDIARY_PROVIDE = "intermediary:provision:provide"
    INTERMEDIARY_RECEIVE = "intermediary:provision:receive"
    INTERMEDIARY_REGISTER = "intermediary:replica:register"
    INTERMEDIARY_RELEASE = "intermediary:held:release"
    LINKAGE_CONVERT = "linkage:number:convert"
    INTERMEDIARY_STORE_CODE = "intermediary:link_code:store"
    LINKAGE_OPERATE = "linkage:number:operate"
    LINKAGE_SEARCH = "linkage:person:search"
    NETWORK_ACQUIRE = "network:link_code:acquire"
    NETWORK_FETCH_LIST = "network:list:fetch"
    NETWORK_OPERATE = "network:list:operate"
    NETWORK_PERMIT = "network:permit:request"
    NETWORK_REPORT = "network:provision:report"
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
    CITY_SYSTEM = "city_system"  # 統合番号連携システム (署名付き電文の当事者)
    PLATFORM_SYSTEM = "platform_system"  # 自治体中間サーバー (同上)
    NETWORK_SYSTEM = "network_system"  # 情報提供ネットワークシステム (同上)


SYSTEM_ROLES = frozenset({Role.CITY_SYSTEM, Role.PLATFORM_SYSTEM, Role.NETWORK_SYSTEM})
"""Roles of the systems that send signed messages; no member of staff can hold one."""


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
            Permission.LINKAGE_SEARCH,
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
    Role.CITY_SYSTEM: frozenset(
        {
            Permission.INTERMEDIARY_ACQUIRE,
            Permission.INTERMEDIARY_REGISTER,
            Permission.INTERMEDIARY_INQUIRE,
            Permission.INTERMEDIARY_COLLECT,
            Permission.NETWORK_ACQUIRE,
        }
    ),
    Role.PLATFORM_SYSTEM: frozenset(
        {
            Permission.INTERMEDIARY_RECEIVE,
            Permission.NETWORK_FETCH_LIST,
            Permission.NETWORK_PERMIT,
            Permission.NETWORK_REPORT,
        }
    ),
    Role.NETWORK_SYSTEM: frozenset(
        {
            Permission.INTERMEDIARY_STORE_CODE,
            Permission.INTERMEDIARY_PERMITTED,
            Permission.INTERMEDIARY_PROVIDE,
        }
    ),
}


@dataclass(frozen=True, kw_only=True)
class Actor(Who):
    """A member of staff who acts: one person, one ID, the roles held today."""

    roles: frozenset[Role]

    def may(self, permission: Permission) -> bool:
        """Whether any of the roles carries the permission."""
        return any(permission in _GRANTS[role] for role in self.roles)


def granted(role: Role) -> frozenset[Permission]:
    """What a role carries (アクセス権限と事務の対応表 is printed from this)."""
    return _GRANTS[role]


def require(actor: Actor, permission: Permission) -> None:
    """PERMISSION_DENIED unless the actor may. The first line of every action."""
    if not actor.may(permission):
        raise TodokeError(ErrorCode.PERMISSION_DENIED, permission=permission.value)
