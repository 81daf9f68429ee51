"""Roles as a closed list; what each carries stands in `access.permissions`."""

from __future__ import annotations

from enum import Enum


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
