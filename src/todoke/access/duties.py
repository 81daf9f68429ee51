"""事務: the closed list of duties, the roles under each, and the realms in which they are done (PIA III.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from todoke.access.permissions import SYSTEM_ROLES, Role

CITY, PLATFORM, NATIONAL = "city", "platform", "national"
EVERYWHERE = frozenset({CITY, PLATFORM, NATIONAL})


class Duty(Enum):
    """A duty to which staff are assigned; a right is always a role in a duty."""

    BENEFIT = "benefit"
    TREASURY = "treasury"
    BULK_INQUIRY = "bulk_inquiry"
    PROVISION = "provision"
    INQUIRIES = "inquiries"
    PLATFORM = "platform"
    NETWORK = "network"
    ADMINISTRATION = "administration"
    PERSONNEL = "personnel"
    DISCLOSURE = "disclosure"
    AUDIT = "audit"


@dataclass(frozen=True, kw_only=True)
class DutyRow:
    """A duty as it stands in アクセス権限と事務の対応表."""

    title: str
    roles: frozenset[Role]
    realms: frozenset[str]


ROWS: Final[Mapping[Duty, DutyRow]] = {
    Duty.BENEFIT: DutyRow(
        title="臨時特別給付金の支給",
        roles=frozenset({Role.CLERK, Role.SUPERVISOR, Role.CALL_OPERATOR}),
        realms=frozenset({CITY}),
    ),
    Duty.TREASURY: DutyRow(title="会計", roles=frozenset({Role.TREASURER}), realms=frozenset({CITY})),
    Duty.BULK_INQUIRY: DutyRow(
        title="税情報一括照会・統合番号連携の運用（委託）",
        roles=frozenset({Role.OPERATOR}),
        realms=frozenset({CITY}),
    ),
    Duty.PROVISION: DutyRow(
        title="特定個人情報の提供の許可",
        roles=frozenset({Role.PROVIDER_OFFICER}),
        realms=frozenset({PLATFORM}),
    ),
    Duty.INQUIRIES: DutyRow(
        title="情報照会の状況の確認（照会団体）",
        roles=frozenset({Role.INQUIRER_OFFICER}),
        realms=frozenset({PLATFORM}),
    ),
    Duty.PLATFORM: DutyRow(
        title="中間サーバー・プラットフォームの運用",
        roles=frozenset({Role.PLATFORM_OPERATOR}),
        realms=frozenset({PLATFORM}),
    ),
    Duty.NETWORK: DutyRow(
        title="情報提供ネットワークシステムの運用",
        roles=frozenset({Role.NETWORK_OPERATOR}),
        realms=frozenset({NATIONAL}),
    ),
    Duty.ADMINISTRATION: DutyRow(
        title="職員・権限・端末の管理",
        roles=frozenset({Role.SECTION_MANAGER, Role.ADMINISTRATOR}),
        realms=EVERYWHERE,
    ),
    Duty.PERSONNEL: DutyRow(title="人事情報の取込", roles=frozenset({Role.PERSONNEL}), realms=EVERYWHERE),
    Duty.DISCLOSURE: DutyRow(
        title="保有個人情報の開示・訂正・利用停止",
        roles=frozenset({Role.DISCLOSURE_CLERK, Role.DISCLOSURE_MANAGER}),
        realms=frozenset({CITY}),
    ),
    Duty.AUDIT: DutyRow(title="監査・自己点検", roles=frozenset({Role.AUDITOR}), realms=EVERYWHERE),
}
"""Every duty. A role outside every row cannot be granted to anybody."""

TITLES: Final[Mapping[Role, str]] = {
    Role.CLERK: "給付金担当（受付・審査）",
    Role.SUPERVISOR: "給付金担当 責任職（承認）",
    Role.CALL_OPERATOR: "コールセンター（電話の応対）",
    Role.TREASURER: "会計（支払の確定）",
    Role.OPERATOR: "委託先オペレーター",
    Role.PROVIDER_OFFICER: "提供団体の許可権限者",
    Role.INQUIRER_OFFICER: "照会団体の照会状況の確認者",
    Role.PLATFORM_OPERATOR: "プラットフォーム運用",
    Role.NETWORK_OPERATOR: "ネットワーク運用",
    Role.SECTION_MANAGER: "事務所管課 責任職（依頼・確認）",
    Role.ADMINISTRATOR: "システム管理者（設定）",
    Role.PERSONNEL: "人事情報の取込",
    Role.DISCLOSURE_CLERK: "開示等請求の受付",
    Role.DISCLOSURE_MANAGER: "開示等請求の決定",
    Role.AUDITOR: "監査・自己点検",
    Role.CITY_SYSTEM: "統合番号連携システム",
    Role.PLATFORM_SYSTEM: "自治体中間サーバー",
    Role.NETWORK_SYSTEM: "情報提供ネットワークシステム",
    Role.EXISTING_SYSTEM: "既存業務システム",
    Role.HOUSEKEEPER: "期限の処理",
    Role.FOUNDER: "最初の登録",
}
"""The roles in Japanese."""

MUNICIPAL: Final = frozenset({Role.PROVIDER_OFFICER, Role.INQUIRER_OFFICER})
"""Roles that are only ever held for one municipality (中間サーバー: 他団体の情報に一切アクセスできない)."""


CONTRACTORS: Final = frozenset({Role.OPERATOR, Role.PLATFORM_OPERATOR, Role.NETWORK_OPERATOR})
"""Roles that staff of a contractor may hold: they see counts and row numbers, never persons (PIA III.2-4)."""


def fits(role: Role, duty: Duty, realm: str, municipality: str) -> bool:
    """Whether a right of that shape can exist: the role lies under the duty, in that realm, rightly bound."""
    row = ROWS[duty]
    bound = bool(municipality) or role not in MUNICIPAL
    return role not in SYSTEM_ROLES and role in row.roles and realm in row.realms and bound


def duty_title(value: str) -> str:
    """臨時特別給付金の支給; the code itself for a duty that is no longer known."""
    try:
        return ROWS[Duty(value)].title
    except ValueError:
        return value
