"""Permissions as a closed list `system:resource:action`, and the roles that carry them (PIA III.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.who import Who


class Permission(Enum):
    """Every operation that changes or shows something. Denied unless a role below names it."""

    ACCESS_CONTRACT_REGISTER = "access:contract:register"
    ACCESS_DIRECTORY_READ = "access:directory:read"
    ACCESS_FACE_LINK = "access:face:link"
    ACCESS_FACTOR_UNLOCK = "access:factor:unlock"
    ACCESS_GRANT_CONFIRM = "access:grant:confirm"
    ACCESS_GRANT_EXPIRE = "access:grant:expire"
    ACCESS_GRANT_REQUEST = "access:grant:request"
    ACCESS_GRANT_REVOKE = "access:grant:revoke"
    ACCESS_GRANT_SET = "access:grant:set"
    ACCESS_MATRIX_PRINT = "access:matrix:print"
    ACCESS_PASSWORD_RESET = "access:password:reset"  # noqa: S105 - an operation, not a password
    ACCESS_PASSKEY_INVITE = "access:passkey:invite"
    ACCESS_SESSION_END = "access:session:end"
    ACCESS_SESSION_LIST = "access:session:list"
    ACCESS_SESSION_TAKE_OVER = "access:session:take_over"
    ACCESS_STAFF_IMPORT = "access:staff:import"
    ACCESS_TERMINAL_REGISTER = "access:terminal:register"
    ACCESS_TRAINING_RECORD = "access:training:record"
    BENEFITS_APPROVE = "benefits:application:approve"
    BENEFITS_ASK = "benefits:inquiry:ask"
    BENEFITS_DECIDE = "benefits:decision:decide"
    BENEFITS_EXAMINE = "benefits:application:examine"
    BENEFITS_IMPORT = "benefits:source:import"
    BENEFITS_PAY = "benefits:payment:prepare"
    BENEFITS_PRINT = "benefits:letter:print"
    BENEFITS_RECEIVE = "benefits:application:receive"
    BENEFITS_RELEASE = "benefits:payment:release"
    INQUIRY_EXPIRE = "inquiry:query:expire"
    INQUIRY_OPERATE = "inquiry:file:operate"
    INQUIRY_ORIGINAL = "inquiry:original:read"
    INQUIRY_READ = "inquiry:matrix:read"
    INQUIRY_REASK = "inquiry:query:reask"
    INQUIRY_SUBJECT_READ = "inquiry:subject:read"
    INTERMEDIARY_ACQUIRE = "intermediary:link_code:acquire"
    INTERMEDIARY_COMPARE = "intermediary:replica:compare"
    INTERMEDIARY_COMPARE_RECORDS = "intermediary:record:compare"
    INTERMEDIARY_COLLECT = "intermediary:result:collect"
    INTERMEDIARY_CONFIRM = "intermediary:held:confirm"
    INTERMEDIARY_EXPIRE = "intermediary:link_code:expire"
    INTERMEDIARY_HELD_READ = "intermediary:held:read"
    INTERMEDIARY_INQUIRE = "intermediary:inquiry:inquire"
    INTERMEDIARY_OPERATE = "intermediary:replica:operate"
    INTERMEDIARY_PERMITTED = "intermediary:permit:receive"
    INTERMEDIARY_PROVIDE = "intermediary:provision:provide"
    INTERMEDIARY_RECEIVE = "intermediary:provision:receive"
    INTERMEDIARY_REGISTER = "intermediary:replica:register"
    INTERMEDIARY_RELEASE = "intermediary:held:release"
    LINKAGE_CONVERT = "linkage:number:convert"
    INTERMEDIARY_STORE_CODE = "intermediary:link_code:store"
    LINKAGE_COMPARE = "linkage:consistency:compare"
    LINKAGE_CORRECTION_CONFIRM = "linkage:correction:confirm"
    LINKAGE_CORRECTION_READ = "linkage:correction:read"
    LINKAGE_CORRECTION_REQUEST = "linkage:correction:request"
    LINKAGE_CONVERSION_DOWNLOAD = "linkage:conversion:download"
    LINKAGE_DIFFERENCE_CONFIRM = "linkage:difference:confirm"
    LINKAGE_DIFFERENCE_READ = "linkage:difference:read"
    LINKAGE_DIFFERENCE_SETTLE = "linkage:difference:settle"
    LINKAGE_FILE_FORGET = "linkage:file:forget"
    LINKAGE_FILE_READ = "linkage:file:read"
    LINKAGE_FILE_RUN = "linkage:file:run"
    LINKAGE_KEYS_ROTATE = "linkage:key:rotate"
    LINKAGE_NUMBER_MASK = "linkage:number:mask"
    LINKAGE_NUMBER_SEARCH = "linkage:number:search"
    LINKAGE_MONITOR = "linkage:code:monitor"
    LINKAGE_OPERATE = "linkage:number:operate"
    LINKAGE_PERSON_OPEN = "linkage:person:open"
    LINKAGE_PROTECTION_READ = "linkage:protection:read"
    LINKAGE_QUERY = "linkage:query:ask"
    LINKAGE_QUEUE_SET = "linkage:queue:set"
    LINKAGE_QUEUE_STOP = "linkage:queue:stop"
    LINKAGE_REGISTER_CONFIRM = "linkage:registration:confirm"
    LINKAGE_REGISTER_READ = "linkage:registration:read"
    LINKAGE_REGISTER_REQUEST = "linkage:registration:request"
    LINKAGE_REPLICA_CONFIRM = "linkage:replica:confirm"
    LINKAGE_REPLICA_OPERATE = "linkage:replica:operate"
    LINKAGE_REPLICA_PROPOSE = "linkage:replica:propose"
    LINKAGE_RIGHT_CONFIRM = "linkage:right:confirm"
    LINKAGE_RIGHT_DECLARE = "linkage:right:declare"
    LINKAGE_SEARCH = "linkage:person:search"
    LINKAGE_SYSTEM_CONVERT = "linkage:system:convert"
    LINKAGE_SYSTEM_REGISTER = "linkage:system:register"
    LINKAGE_SEND = "linkage:message:send"
    LINKAGE_WATCH = "linkage:intermediary:watch"
    NETWORK_ACQUIRE = "network:link_code:acquire"
    NETWORK_ATTRIBUTES = "network:resident:provide"
    NETWORK_COMPARE = "network:record:compare"
    NETWORK_EXPIRE = "network:link_code:expire"
    NETWORK_FETCH_LIST = "network:list:fetch"
    NETWORK_OPERATE = "network:list:operate"
    NETWORK_PERMIT = "network:permit:request"
    NETWORK_REPORT = "network:provision:report"
    NETWORK_SETTLE = "network:discrepancy:settle"
    OPLOG_DROP_APPROVE = "oplog:month:drop"
    OPLOG_DROP_REQUEST = "oplog:month:request_drop"
    OPLOG_ERASE_APPROVE = "oplog:entry:erase"
    OPLOG_ERASE_REQUEST = "oplog:entry:request_erasure"
    OPLOG_EXPORT = "oplog:log:export"
    OPLOG_READ = "oplog:entry:read"
    OPLOG_VERIFY = "oplog:log:verify"
    PRIVACY_EXPORT = "privacy:export:make"
    PRIVACY_EXPORT_APPROVE = "privacy:export:approve"
    PRIVACY_EXPORT_LIST = "privacy:export:list"
    PRIVACY_PURGE = "privacy:purge:run"
    PRIVACY_PURGE_CONFIRM = "privacy:purge:confirm"
    PRIVACY_REAP = "privacy:export:reap"
    RESIDENTS_IMPORT = "residents:snapshot:import"


STEP_UP = frozenset(
    {
        Permission.ACCESS_GRANT_CONFIRM,
        Permission.BENEFITS_APPROVE,
        Permission.BENEFITS_RELEASE,
        Permission.INTERMEDIARY_CONFIRM,
        Permission.INTERMEDIARY_RELEASE,
        Permission.LINKAGE_CORRECTION_CONFIRM,
        Permission.LINKAGE_DIFFERENCE_CONFIRM,
        Permission.LINKAGE_REGISTER_CONFIRM,
        Permission.LINKAGE_REPLICA_CONFIRM,
        Permission.LINKAGE_RIGHT_CONFIRM,
        Permission.OPLOG_DROP_APPROVE,
        Permission.OPLOG_ERASE_APPROVE,
        Permission.PRIVACY_EXPORT_APPROVE,
        Permission.PRIVACY_PURGE_CONFIRM,
    }
)
"""Operations before which the person is verified again (exchange.md §d: re-verify before approvals)."""

STEP_UP_LIFE = timedelta(minutes=5)
"""How long one check of the second factor counts for `STEP_UP`."""

PURPOSE = frozenset(
    {
        Permission.LINKAGE_NUMBER_SEARCH,
        Permission.LINKAGE_CONVERSION_DOWNLOAD,
        Permission.INQUIRY_ORIGINAL,
        Permission.INQUIRY_SUBJECT_READ,
        Permission.LINKAGE_MONITOR,
        Permission.LINKAGE_SEARCH,
        Permission.OPLOG_EXPORT,
        Permission.OPLOG_READ,
        Permission.PRIVACY_EXPORT,
    }
)
"""Operations that open a person's data to a reader: the purpose must be told before (DESIGN laws 9, 10)."""


class Role(Enum):
    """Who holds what. Examination, approval and release never lie in one hand."""

    CLERK = "clerk"  # 給付金担当 (受付・審査)
    SUPERVISOR = "supervisor"  # 給付金担当 責任職 (承認)
    TREASURER = "treasurer"  # 会計 (支払の確定)
    OPERATOR = "operator"  # 委託先オペレーター
    PROVIDER_OFFICER = "provider_officer"  # 提供団体の許可権限者
    PLATFORM_OPERATOR = "platform_operator"  # 中間サーバー・プラットフォーム運用
    NETWORK_OPERATOR = "network_operator"  # 情報提供ネットワークシステム運用
    SECTION_MANAGER = "section_manager"  # 事務所管課 責任職 (権限の依頼・確認)
    ADMINISTRATOR = "administrator"  # システム管理者 (権限の設定)
    PERSONNEL = "personnel"  # 人事情報の取込担当
    AUDITOR = "auditor"  # 監査・自己点検
    CITY_SYSTEM = "city_system"  # 統合番号連携システム (署名付き電文の当事者)
    PLATFORM_SYSTEM = "platform_system"  # 自治体中間サーバー (同上)
    NETWORK_SYSTEM = "network_system"  # 情報提供ネットワークシステム (同上)
    EXISTING_SYSTEM = "existing_system"  # 既存業務システム (同上)
    HOUSEKEEPER = "housekeeper"  # 期限の処理と、人が始めた処理の続き (人の操作によらない)
    FOUNDER = "founder"  # 最初の登録 (空の名簿にだけできる)


SYSTEM_ROLES = frozenset(
    {
        Role.CITY_SYSTEM,
        Role.PLATFORM_SYSTEM,
        Role.NETWORK_SYSTEM,
        Role.EXISTING_SYSTEM,
        Role.HOUSEKEEPER,
        Role.FOUNDER,
    }
)
"""Roles of systems: senders of signed messages, and the clock; no member of staff can hold one."""


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
            Permission.INQUIRY_READ,
            Permission.INQUIRY_SUBJECT_READ,
            Permission.LINKAGE_CONVERT,
            Permission.LINKAGE_CORRECTION_READ,
            Permission.LINKAGE_CORRECTION_REQUEST,
            Permission.LINKAGE_NUMBER_SEARCH,
            Permission.LINKAGE_PERSON_OPEN,
            Permission.LINKAGE_CONVERSION_DOWNLOAD,
            Permission.LINKAGE_DIFFERENCE_READ,
            Permission.LINKAGE_DIFFERENCE_SETTLE,
            Permission.LINKAGE_QUERY,
            Permission.LINKAGE_REGISTER_READ,
            Permission.LINKAGE_REGISTER_REQUEST,
            Permission.LINKAGE_REPLICA_PROPOSE,
            Permission.LINKAGE_SEARCH,
            Permission.LINKAGE_SYSTEM_CONVERT,
        }
    ),
    Role.SUPERVISOR: frozenset(
        {
            Permission.BENEFITS_APPROVE,
            Permission.BENEFITS_PAY,
            Permission.LINKAGE_CORRECTION_CONFIRM,
            Permission.LINKAGE_CORRECTION_READ,
            Permission.LINKAGE_NUMBER_MASK,
            Permission.LINKAGE_NUMBER_SEARCH,
            Permission.LINKAGE_PERSON_OPEN,
            Permission.LINKAGE_PROTECTION_READ,
            Permission.LINKAGE_REPLICA_CONFIRM,
            Permission.INQUIRY_ORIGINAL,
            Permission.INQUIRY_READ,
            Permission.INQUIRY_SUBJECT_READ,
            Permission.LINKAGE_DIFFERENCE_CONFIRM,
            Permission.LINKAGE_DIFFERENCE_READ,
            Permission.LINKAGE_REGISTER_CONFIRM,
            Permission.LINKAGE_REGISTER_READ,
            Permission.PRIVACY_EXPORT,
            Permission.PRIVACY_EXPORT_LIST,
        }
    ),
    Role.TREASURER: frozenset({Permission.BENEFITS_RELEASE}),
    Role.OPERATOR: frozenset(
        {
            Permission.INQUIRY_OPERATE,
            Permission.LINKAGE_OPERATE,
            Permission.LINKAGE_CONVERT,
            Permission.LINKAGE_SYSTEM_CONVERT,
            Permission.INQUIRY_EXPIRE,
            Permission.INQUIRY_OPERATE,
            Permission.INQUIRY_READ,
            Permission.INQUIRY_REASK,
            Permission.INQUIRY_OPERATE,
            Permission.LINKAGE_COMPARE,
            Permission.LINKAGE_CONVERT,
            Permission.LINKAGE_CONVERT,
            Permission.LINKAGE_FILE_FORGET,
            Permission.LINKAGE_FILE_READ,
            Permission.LINKAGE_FILE_RUN,
            Permission.LINKAGE_MONITOR,
            Permission.LINKAGE_OPERATE,
            Permission.LINKAGE_QUEUE_STOP,
            Permission.LINKAGE_REPLICA_OPERATE,
            Permission.LINKAGE_SEND,
            Permission.LINKAGE_WATCH,
        }
    ),
    Role.PROVIDER_OFFICER: frozenset(
        {
            Permission.INTERMEDIARY_HELD_READ,
            Permission.INTERMEDIARY_RELEASE,
            Permission.INTERMEDIARY_CONFIRM,
        }
    ),
    Role.PLATFORM_OPERATOR: frozenset(
        {Permission.INTERMEDIARY_COMPARE_RECORDS, Permission.INTERMEDIARY_OPERATE}
    ),
    Role.NETWORK_OPERATOR: frozenset({Permission.NETWORK_OPERATE, Permission.NETWORK_SETTLE}),
    Role.SECTION_MANAGER: frozenset(
        {
            Permission.ACCESS_DIRECTORY_READ,
            Permission.ACCESS_GRANT_CONFIRM,
            Permission.ACCESS_GRANT_REQUEST,
            Permission.ACCESS_GRANT_REVOKE,
            Permission.ACCESS_MATRIX_PRINT,
            Permission.ACCESS_SESSION_LIST,
            Permission.ACCESS_SESSION_TAKE_OVER,
            Permission.ACCESS_TRAINING_RECORD,
            Permission.LINKAGE_RIGHT_CONFIRM,
            Permission.PRIVACY_EXPORT_APPROVE,
            Permission.PRIVACY_EXPORT_LIST,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.ACCESS_CONTRACT_REGISTER,
            Permission.ACCESS_DIRECTORY_READ,
            Permission.ACCESS_FACE_LINK,
            Permission.ACCESS_GRANT_REVOKE,
            Permission.ACCESS_FACTOR_UNLOCK,
            Permission.ACCESS_PASSKEY_INVITE,
            Permission.ACCESS_GRANT_SET,
            Permission.ACCESS_MATRIX_PRINT,
            Permission.ACCESS_PASSWORD_RESET,
            Permission.ACCESS_SESSION_END,
            Permission.ACCESS_SESSION_LIST,
            Permission.ACCESS_TERMINAL_REGISTER,
            Permission.LINKAGE_FILE_READ,
            Permission.LINKAGE_KEYS_ROTATE,
            Permission.LINKAGE_QUEUE_SET,
            Permission.LINKAGE_QUEUE_STOP,
            Permission.LINKAGE_RIGHT_DECLARE,
            Permission.LINKAGE_SYSTEM_REGISTER,
            Permission.LINKAGE_WATCH,
            Permission.OPLOG_DROP_REQUEST,
            Permission.OPLOG_ERASE_REQUEST,
            Permission.PRIVACY_PURGE,
            Permission.PRIVACY_REAP,
        }
    ),
    Role.PERSONNEL: frozenset({Permission.ACCESS_STAFF_IMPORT}),
    Role.HOUSEKEEPER: frozenset(
        {
            Permission.ACCESS_GRANT_EXPIRE,
            Permission.INQUIRY_EXPIRE,
            Permission.INTERMEDIARY_COMPARE_RECORDS,
            Permission.INTERMEDIARY_EXPIRE,
            Permission.LINKAGE_FILE_FORGET,
            Permission.LINKAGE_FILE_RUN,
            Permission.LINKAGE_OPERATE,
            Permission.LINKAGE_REPLICA_OPERATE,
            Permission.LINKAGE_SEND,
            Permission.LINKAGE_WATCH,
            Permission.NETWORK_EXPIRE,
            Permission.PRIVACY_REAP,
        }
    ),
    Role.FOUNDER: frozenset(
        {
            Permission.ACCESS_STAFF_IMPORT,
            Permission.ACCESS_TERMINAL_REGISTER,
            Permission.ACCESS_TRAINING_RECORD,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            Permission.ACCESS_DIRECTORY_READ,
            Permission.ACCESS_MATRIX_PRINT,
            Permission.ACCESS_SESSION_LIST,
            Permission.OPLOG_DROP_APPROVE,
            Permission.OPLOG_ERASE_APPROVE,
            Permission.OPLOG_EXPORT,
            Permission.OPLOG_READ,
            Permission.OPLOG_VERIFY,
            Permission.PRIVACY_EXPORT,
            Permission.PRIVACY_EXPORT_LIST,
            Permission.PRIVACY_PURGE_CONFIRM,
        }
    ),
    Role.CITY_SYSTEM: frozenset(
        {
            Permission.INTERMEDIARY_ACQUIRE,
            Permission.INTERMEDIARY_REGISTER,
            Permission.INTERMEDIARY_COMPARE,
            Permission.INTERMEDIARY_INQUIRE,
            Permission.INTERMEDIARY_COLLECT,
            Permission.LINKAGE_SEND,
            Permission.LINKAGE_WATCH,
            Permission.NETWORK_ACQUIRE,
            Permission.NETWORK_ATTRIBUTES,
        }
    ),
    Role.PLATFORM_SYSTEM: frozenset(
        {
            Permission.INTERMEDIARY_RECEIVE,
            Permission.NETWORK_COMPARE,
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
    Role.EXISTING_SYSTEM: frozenset({Permission.LINKAGE_SYSTEM_CONVERT}),
}


@dataclass(frozen=True, kw_only=True)
class Held:
    """One right of a member of staff, valid now. Empty `municipality` or `ward`: all of them."""

    role: Role
    duty: str
    municipality: str = ""
    ward: str = ""

    def covers(self, municipality: str | None, ward: str | None) -> bool:
        """Whether the right reaches there. A bound right reaches nothing that does not name its place."""
        return self.municipality in ("", municipality) and self.ward in ("", ward)


@dataclass(frozen=True, kw_only=True)
class Actor(Who):
    """Who acts, with the rights held now: `held` of a member of staff; `roles`, unbound, of a system.

    `verified_at`: when the second factor was last checked. `paused`: why no right counts at the moment.
    """

    roles: frozenset[Role] = frozenset()
    held: tuple[Held, ...] = ()
    verified_at: datetime | None = None
    paused: ErrorCode | None = None

    def carries(self, role: Role) -> bool:
        """Whether the actor holds the role anywhere."""
        return self.paused is None and (role in self.roles or any(right.role is role for right in self.held))

    def may(
        self, permission: Permission, *, municipality: str | None = None, ward: str | None = None
    ) -> bool:
        """Whether a right of the actor carries the permission at that place."""
        return self.paused is None and (
            self._as_system(permission)
            or any(right.covers(municipality, ward) for right in self._rights(permission))
        )

    def may_somewhere(self, permission: Permission) -> bool:
        """Whether there is any place where the actor may: what menus and doors ask before the place is known."""
        return self.paused is None and (
            self._as_system(permission) or next(self._rights(permission), None) is not None
        )

    def works_in(self, system: str) -> bool:
        """Whether any right of the actor is one of that system's (`benefits`, `linkage`…)."""
        return self.paused is None and any(
            permission.value.startswith(f"{system}:")
            for role in (*self.roles, *(right.role for right in self.held))
            for permission in _GRANTS[role]
        )

    def at(self, *, municipality: str | None = None, ward: str | None = None) -> Actor:
        """The same actor with only the rights that reach there, for what asks without naming the place (flows)."""
        here = [right for right in self.held if right.covers(municipality, ward)]
        return replace(self, held=tuple(replace(right, municipality="", ward="") for right in here))

    def must_verify(self, permission: Permission) -> bool:
        """Whether the second factor must be checked (again) before this operation. Systems have none."""
        if permission not in STEP_UP or self._as_system(permission):
            return False
        return self.verified_at is None or clock.now() - self.verified_at > STEP_UP_LIFE

    def _as_system(self, permission: Permission) -> bool:
        return any(permission in _GRANTS[role] for role in self.roles)

    def _rights(self, permission: Permission) -> Iterator[Held]:
        return (right for right in self.held if permission in _GRANTS[right.role])


def granted(role: Role) -> frozenset[Permission]:
    """What a role carries (アクセス権限と事務の対応表 is printed from this)."""
    return _GRANTS[role]


def require(
    by: Actor, permission: Permission, *, municipality: str | None = None, ward: str | None = None
) -> None:
    """The first line of every action: PERMISSION_DENIED unless the actor may, there and now.

    Errors: why rights pause (TRAINING_OVERDUE, CONTRACT_OVER, PASSWORD_EXPIRED); VERIFY_AGAIN before a `STEP_UP`.
    """
    if by.paused is not None:
        raise TodokeError(by.paused)
    if not by.may(permission, municipality=municipality, ward=ward):
        raise TodokeError(ErrorCode.PERMISSION_DENIED, permission=permission.value)
    if by.must_verify(permission):
        raise TodokeError(ErrorCode.VERIFY_AGAIN, permission=permission.value)
