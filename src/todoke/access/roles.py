"""The roles that carry permissions, and which carries what (アクセス権限と事務の対応表 is printed from this)."""

from __future__ import annotations

from enum import Enum

from todoke.access.operations import Permission


class Role(Enum):
    """Who holds what. Examination, approval and release never lie in one hand."""

    CLERK = "clerk"  # 給付金担当 (受付・審査)
    SUPERVISOR = "supervisor"  # 給付金担当 責任職 (承認)
    CALL_OPERATOR = "call_operator"  # コールセンター (電話の応対)
    TREASURER = "treasurer"  # 会計 (支払の確定)
    OPERATOR = "operator"  # 委託先オペレーター
    PROVIDER_OFFICER = "provider_officer"  # 提供団体の許可権限者
    INQUIRER_OFFICER = "inquirer_officer"  # 照会団体の照会状況の確認者
    PLATFORM_OPERATOR = "platform_operator"  # 中間サーバー・プラットフォーム運用
    NETWORK_OPERATOR = "network_operator"  # 情報提供ネットワークシステム運用
    SECTION_MANAGER = "section_manager"  # 事務所管課 責任職 (権限の依頼・確認)
    ADMINISTRATOR = "administrator"  # システム管理者 (権限の設定)
    PERSONNEL = "personnel"  # 人事情報の取込担当
    DISCLOSURE_CLERK = "disclosure_clerk"  # 市民情報課・区 広報相談係 (開示等請求の受付・交付)
    DISCLOSURE_MANAGER = "disclosure_manager"  # 市民情報課 責任職 (開示等の決定)
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


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.CLERK: frozenset(
        {
            Permission.RESIDENTS_IMPORT,
            Permission.BENEFITS_IMPORT,
            Permission.BENEFITS_IMPORT_READ,
            Permission.BENEFITS_DECIDE,
            Permission.BENEFITS_APPEAL_READ,
            Permission.BENEFITS_APPEAL_RECEIVE,
            Permission.BENEFITS_DECLINE_NOTE,
            Permission.BENEFITS_REFUND_PROPOSE,
            Permission.BENEFITS_REFUND_READ,
            Permission.BENEFITS_ASK,
            Permission.BENEFITS_CALL_ANSWER,
            Permission.BENEFITS_CALL_NOTE,
            Permission.BENEFITS_CALL_RETURN,
            Permission.BENEFITS_CASE_READ,
            Permission.BENEFITS_CERTIFICATE_ENTER,
            Permission.BENEFITS_FIGURES_READ,
            Permission.BENEFITS_FORM_ENTER,
            Permission.BENEFITS_MAILING,
            Permission.BENEFITS_MAILING_READ,
            Permission.BENEFITS_MAIL_RETURN,
            Permission.BENEFITS_PAPER_DISPOSE,
            Permission.BENEFITS_PAPER_MOVE,
            Permission.BENEFITS_PAPER_READ,
            Permission.BENEFITS_PRINT,
            Permission.BENEFITS_RECEIVE,
            Permission.BENEFITS_EXAMINE,
            Permission.BENEFITS_ACCOUNT,
            Permission.BENEFITS_BANK_LIST,
            Permission.BENEFITS_CONTACT_NOTE,
            Permission.BENEFITS_HOUSEHOLD_READ,
            Permission.BENEFITS_PROGRAMME_PROPOSE,
            Permission.BENEFITS_PROGRAMME_TRY,
            Permission.BENEFITS_PROGRAMME_READ,
            Permission.BENEFITS_SEARCH,
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
            Permission.BENEFITS_APPEAL_ANSWER,
            Permission.BENEFITS_APPEAL_READ,
            Permission.BENEFITS_APPROVE,
            Permission.BENEFITS_CANCEL_ASK,
            Permission.BENEFITS_CASE_READ,
            Permission.BENEFITS_DECLINE_CONFIRM,
            Permission.BENEFITS_REFUND_DECIDE,
            Permission.BENEFITS_REFUND_READ,
            Permission.BENEFITS_FIGURES_READ,
            Permission.BENEFITS_IMPORT_CONFIRM,
            Permission.BENEFITS_IMPORT_LIMIT,
            Permission.BENEFITS_IMPORT_READ,
            Permission.BENEFITS_HOUSEHOLD_READ,
            Permission.BENEFITS_LIMIT_ASK,
            Permission.BENEFITS_MAILING_CONFIRM,
            Permission.BENEFITS_MAILING_READ,
            Permission.BENEFITS_PAPER_APPROVE,
            Permission.BENEFITS_PAPER_READ,
            Permission.BENEFITS_PAY,
            Permission.BENEFITS_PAYMENT_READ,
            Permission.BENEFITS_PROGRAMME_APPROVE,
            Permission.BENEFITS_PROGRAMME_PROPOSE,
            Permission.BENEFITS_PROGRAMME_TRY,
            Permission.BENEFITS_PROGRAMME_READ,
            Permission.BENEFITS_PROTECTED_LETTER,
            Permission.BENEFITS_PROTECTION_EXAMINE,
            Permission.BENEFITS_PROTECTION_READ,
            Permission.BENEFITS_SEARCH,
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
    Role.CALL_OPERATOR: frozenset({Permission.BENEFITS_CALL_ANSWER, Permission.BENEFITS_CALL_NOTE}),
    Role.TREASURER: frozenset(
        {
            Permission.BENEFITS_CANCEL_ASK,
            Permission.BENEFITS_CANCEL_CONFIRM,
            Permission.BENEFITS_DAY_CLOSE,
            Permission.BENEFITS_DEBIT,
            Permission.BENEFITS_FIGURES_READ,
            Permission.BENEFITS_PAYMENT_READ,
            Permission.BENEFITS_RECALL_ASK,
            Permission.BENEFITS_RECALL_CONFIRM,
            Permission.BENEFITS_REFUND_READ,
            Permission.BENEFITS_REFUND_RECEIVE,
            Permission.BENEFITS_RELEASE,
            Permission.BENEFITS_RESULT,
        }
    ),
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
            Permission.INTERMEDIARY_HELD_OPEN,
            Permission.INTERMEDIARY_CONTACT,
            Permission.INTERMEDIARY_RENEW,
            Permission.INTERMEDIARY_HELD_EXPIRE,
            Permission.INTERMEDIARY_RELEASE,
            Permission.INTERMEDIARY_CONFIRM,
            Permission.INTERMEDIARY_PROVISIONS_READ,
            Permission.INTERMEDIARY_FIGURES,
            Permission.INTERMEDIARY_RECORD_CONFIRM,
            Permission.INTERMEDIARY_RECORD_DISCLOSE,
            Permission.INTERMEDIARY_RECORD_MARK,
            Permission.INTERMEDIARY_RECORD_READ,
            Permission.INTERMEDIARY_REPLICA_WATCH,
        }
    ),
    Role.NETWORK_OPERATOR: frozenset(
        {
            Permission.ACCESS_KEYS_READ,
            Permission.NETWORK_LIST_APPROVE,
            Permission.NETWORK_LIST_DRAFT,
            Permission.NETWORK_LIST_REVOKE,
            Permission.NETWORK_OPERATE,
            Permission.NETWORK_ORGANISATION_CONFIRM,
            Permission.NETWORK_ORGANISATION_PROPOSE,
            Permission.NETWORK_ORGANISATION_SUSPEND,
            Permission.NETWORK_SETTLE,
            Permission.NETWORK_WATCH,
        }
    ),
    Role.INQUIRER_OFFICER: frozenset({Permission.INTERMEDIARY_INQUIRIES_READ}),
    Role.PLATFORM_OPERATOR: frozenset(
        {
            Permission.ACCESS_KEYS_READ,
            Permission.INTERMEDIARY_COMPARE_RECORDS,
            Permission.INTERMEDIARY_FIGURES,
            Permission.INTERMEDIARY_LIST_RENEW,
            Permission.INTERMEDIARY_OPERATE,
            Permission.INTERMEDIARY_WATCH,
        }
    ),
    Role.SECTION_MANAGER: frozenset(
        {
            Permission.ACCESS_DIRECTORY_READ,
            Permission.ACCESS_GRANT_CONFIRM,
            Permission.ACCESS_GRANT_REQUEST,
            Permission.ACCESS_GRANT_REVOKE,
            Permission.ACCESS_MATRIX_PRINT,
            Permission.ASSURANCE_PRINT,
            Permission.ASSURANCE_PUBLISH,
            Permission.ACCESS_SESSION_LIST,
            Permission.ACCESS_SESSION_TAKE_OVER,
            Permission.ACCESS_TRAINING_RECORD,
            Permission.BENEFITS_APPROVE,
            Permission.BENEFITS_APPROVE_ABOVE,
            Permission.BENEFITS_LIMIT_CONFIRM,
            Permission.BENEFITS_FIGURES_READ,
            Permission.LINKAGE_RIGHT_CONFIRM,
            Permission.LINKAGE_RIGHT_READ,
            Permission.PRIVACY_EXPORT_APPROVE,
            Permission.PRIVACY_EXPORT_LIST,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.ACCESS_KEYS_READ,
            Permission.ACCESS_CONTRACT_REGISTER,
            Permission.ACCESS_DIRECTORY_READ,
            Permission.ACCESS_FACE_LINK,
            Permission.ACCESS_GRANT_REVOKE,
            Permission.ACCESS_FACTOR_UNLOCK,
            Permission.ACCESS_PASSKEY_INVITE,
            Permission.ACCESS_GRANT_SET,
            Permission.ACCESS_MATRIX_PRINT,
            Permission.ASSURANCE_PRINT,
            Permission.ACCESS_PASSWORD_RESET,
            Permission.ACCESS_SESSION_END,
            Permission.ACCESS_SESSION_LIST,
            Permission.ACCESS_TERMINAL_REGISTER,
            Permission.ASSURANCE_CHECK,
            Permission.ASSURANCE_CLAUSES,
            Permission.ASSURANCE_CONFIRM,
            Permission.ASSURANCE_DRAFT,
            Permission.ASSURANCE_DRILL,
            Permission.ASSURANCE_INCIDENT,
            Permission.ASSURANCE_MEDIUM,
            Permission.ASSURANCE_MEDIUM_END,
            Permission.ASSURANCE_MEDIUM_END_CONFIRM,
            Permission.ASSURANCE_MEDIUM_HAND,
            Permission.ASSURANCE_MEDIUM_RECEIVE,
            Permission.ASSURANCE_READ,
            Permission.ASSURANCE_SHEET,
            Permission.INTERMEDIARY_KEYS_ROTATE,
            Permission.LINKAGE_FILE_READ,
            Permission.LINKAGE_KEYS_ROTATE,
            Permission.LINKAGE_QUEUE_SET,
            Permission.LINKAGE_QUEUE_STOP,
            Permission.LINKAGE_RIGHT_DECLARE,
            Permission.LINKAGE_RIGHT_READ,
            Permission.LINKAGE_SYSTEM_REGISTER,
            Permission.LINKAGE_WATCH,
            Permission.OPLOG_DROP_REQUEST,
            Permission.OPLOG_ERASE_REQUEST,
            Permission.PRIVACY_PURGE,
            Permission.PRIVACY_PURGE_LIST,
            Permission.PRIVACY_REAP,
        }
    ),
    Role.PERSONNEL: frozenset({Permission.ACCESS_STAFF_IMPORT}),
    Role.HOUSEKEEPER: frozenset(
        {
            Permission.ACCESS_GRANT_EXPIRE,
            Permission.ASSURANCE_CHECK,
            Permission.BENEFITS_DECIDE,
            Permission.BENEFITS_PRINT,
            Permission.BENEFITS_IMPORT_CONTINUE,
            Permission.BENEFITS_PROGRAMME_TRY,
            Permission.INQUIRY_EXPIRE,
            Permission.INTERMEDIARY_COMPARE_RECORDS,
            Permission.INTERMEDIARY_EXPIRE,
            Permission.INTERMEDIARY_HELD_EXPIRE,
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
    Role.DISCLOSURE_CLERK: frozenset(
        {
            Permission.DISCLOSURE_CARRY_OUT,
            Permission.DISCLOSURE_GATHER,
            Permission.DISCLOSURE_HAND_OVER,
            Permission.DISCLOSURE_READ,
            Permission.DISCLOSURE_RECEIVE,
        }
    ),
    Role.DISCLOSURE_MANAGER: frozenset(
        {Permission.DISCLOSURE_DECIDE, Permission.DISCLOSURE_GATHER, Permission.DISCLOSURE_READ}
    ),
    Role.AUDITOR: frozenset(
        {
            Permission.ACCESS_DIRECTORY_READ,
            Permission.ACCESS_MATRIX_PRINT,
            Permission.ASSURANCE_PRINT,
            Permission.ACCESS_SESSION_LIST,
            Permission.ASSURANCE_CHECK,
            Permission.ASSURANCE_CONFIRM,
            Permission.ASSURANCE_INCIDENT_CLOSE,
            Permission.ASSURANCE_MEDIUM_END_CONFIRM,
            Permission.ASSURANCE_READ,
            Permission.ASSURANCE_SHEET,
            Permission.ASSURANCE_SHEET_CLOSE,
            Permission.LINKAGE_RIGHT_READ,
            Permission.OPLOG_DROP_APPROVE,
            Permission.OPLOG_ERASE_APPROVE,
            Permission.OPLOG_EXPORT,
            Permission.OPLOG_READ,
            Permission.OPLOG_VERIFY,
            Permission.PRIVACY_EXPORT,
            Permission.PRIVACY_EXPORT_LIST,
            Permission.PRIVACY_PURGE_CONFIRM,
            Permission.PRIVACY_PURGE_LIST,
        }
    ),
    Role.CITY_SYSTEM: frozenset(
        {
            Permission.INTERMEDIARY_ACQUIRE,
            Permission.INTERMEDIARY_REGISTER,
            Permission.INTERMEDIARY_COMPARE,
            Permission.INTERMEDIARY_INQUIRE,
            Permission.INTERMEDIARY_COLLECT,
            Permission.INTERMEDIARY_HELD_DISCLOSE,
            Permission.LINKAGE_SEND,
            Permission.LINKAGE_WATCH,
            Permission.NETWORK_ACQUIRE,
            Permission.NETWORK_ATTRIBUTES,
        }
    ),
    Role.PLATFORM_SYSTEM: frozenset(
        {
            Permission.INTERMEDIARY_LIST_RENEW,
            Permission.INTERMEDIARY_RECEIVE,
            Permission.NETWORK_COMPARE,
            Permission.NETWORK_FETCH_LIST,
            Permission.NETWORK_NONDISCLOSE,
            Permission.NETWORK_PERMIT,
            Permission.NETWORK_RENEW,
            Permission.NETWORK_REPORT,
        }
    ),
    Role.NETWORK_SYSTEM: frozenset(
        {
            Permission.INTERMEDIARY_STORE_CODE,
            Permission.INTERMEDIARY_RECORD_NOTE,
            Permission.INTERMEDIARY_PERMITTED,
            Permission.INTERMEDIARY_PROVIDE,
        }
    ),
    Role.EXISTING_SYSTEM: frozenset({Permission.LINKAGE_SYSTEM_CONVERT}),
}


def granted(role: Role) -> frozenset[Permission]:
    """What a role carries (アクセス権限と事務の対応表 is printed from this)."""
    return GRANTS[role]
