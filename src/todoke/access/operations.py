"""Permissions as a closed list `system:resource:action` (PIA III.3): what may be done at all, and what asks for more."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum


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
    ACCESS_KEYS_READ = "access:keys:read"
    ACCESS_MATRIX_PRINT = "access:matrix:print"
    ACCESS_PASSWORD_RESET = "access:password:reset"  # noqa: S105 - an operation, not a password
    ACCESS_PASSKEY_INVITE = "access:passkey:invite"
    ACCESS_SESSION_END = "access:session:end"
    ACCESS_SESSION_LIST = "access:session:list"
    ACCESS_SESSION_TAKE_OVER = "access:session:take_over"
    ACCESS_STAFF_IMPORT = "access:staff:import"
    ACCESS_TERMINAL_REGISTER = "access:terminal:register"
    ACCESS_TRAINING_RECORD = "access:training:record"
    ASSURANCE_CHECK = "assurance:check:run"
    ASSURANCE_CLAUSES = "assurance:clause:note"
    ASSURANCE_DRAFT = "assurance:assessment:draft"
    ASSURANCE_DRILL = "assurance:backup:drill"
    ASSURANCE_MEDIUM = "assurance:medium:register"
    ASSURANCE_MEDIUM_END = "assurance:medium:end"
    ASSURANCE_MEDIUM_END_CONFIRM = "assurance:medium:confirm_end"
    ASSURANCE_MEDIUM_HAND = "assurance:medium:hand"
    ASSURANCE_MEDIUM_RECEIVE = "assurance:medium:receive"
    ASSURANCE_CONFIRM = "assurance:promise:confirm"
    ASSURANCE_INCIDENT = "assurance:incident:handle"
    ASSURANCE_INCIDENT_CLOSE = "assurance:incident:close"
    ASSURANCE_PRINT = "assurance:assessment:print"
    ASSURANCE_PUBLISH = "assurance:assessment:publish"
    ASSURANCE_READ = "assurance:promise:read"
    ASSURANCE_SHEET = "assurance:sheet:answer"
    ASSURANCE_SHEET_CLOSE = "assurance:sheet:close"
    BENEFITS_ACCOUNT = "benefits:account:correct"
    BENEFITS_APPEAL_ANSWER = "benefits:appeal:answer"
    BENEFITS_APPEAL_READ = "benefits:appeal:read"
    BENEFITS_APPEAL_RECEIVE = "benefits:appeal:receive"
    BENEFITS_APPROVE = "benefits:application:approve"
    BENEFITS_APPROVE_ABOVE = "benefits:application:approve_above"
    BENEFITS_ASK = "benefits:inquiry:ask"
    BENEFITS_BANK_LIST = "benefits:bank_list:import"
    BENEFITS_CALL_ANSWER = "benefits:call:answer"
    BENEFITS_CALL_NOTE = "benefits:call:note"
    BENEFITS_CALL_RETURN = "benefits:call:return"
    BENEFITS_CANCEL_ASK = "benefits:cancel:ask"
    BENEFITS_CANCEL_CONFIRM = "benefits:cancel:confirm"
    BENEFITS_CASE_READ = "benefits:case:read"
    BENEFITS_CERTIFICATE_ENTER = "benefits:certificate:enter"
    BENEFITS_DAY_CLOSE = "benefits:day:close"
    BENEFITS_DEBIT = "benefits:day:enter"
    BENEFITS_DECIDE = "benefits:decision:decide"
    BENEFITS_DECLINE_CONFIRM = "benefits:decline:confirm"
    BENEFITS_DECLINE_NOTE = "benefits:decline:note"
    BENEFITS_EXAMINE = "benefits:application:examine"
    BENEFITS_FIGURES_READ = "benefits:figures:read"
    BENEFITS_CONTACT_NOTE = "benefits:contact:note"
    BENEFITS_FORM_ENTER = "benefits:form:enter"
    BENEFITS_HOUSEHOLD_READ = "benefits:household:read"
    BENEFITS_IMPORT = "benefits:source:import"
    BENEFITS_IMPORT_CONFIRM = "benefits:source:confirm"
    BENEFITS_IMPORT_CONTINUE = "benefits:source:continue"
    BENEFITS_IMPORT_LIMIT = "benefits:source:limit"
    BENEFITS_IMPORT_READ = "benefits:source:read"
    BENEFITS_LIMIT_ASK = "benefits:limit:ask"
    BENEFITS_LIMIT_CONFIRM = "benefits:limit:confirm"
    BENEFITS_MAILING = "benefits:mailing:handle"
    BENEFITS_MAILING_CONFIRM = "benefits:mailing:confirm"
    BENEFITS_MAILING_READ = "benefits:mailing:read"
    BENEFITS_MAIL_RETURN = "benefits:mail:return"
    BENEFITS_PAPER_APPROVE = "benefits:paper:approve"
    BENEFITS_PAPER_DISPOSE = "benefits:paper:dispose"
    BENEFITS_PAPER_MOVE = "benefits:paper:move"
    BENEFITS_PAPER_READ = "benefits:paper:read"
    BENEFITS_PAY = "benefits:payment:prepare"
    BENEFITS_PAYMENT_READ = "benefits:payment:read"
    BENEFITS_PRINT = "benefits:letter:print"
    BENEFITS_PROGRAMME_APPROVE = "benefits:programme:approve"
    BENEFITS_PROGRAMME_PROPOSE = "benefits:programme:propose"
    BENEFITS_PROGRAMME_READ = "benefits:programme:read"
    BENEFITS_PROGRAMME_TRY = "benefits:programme:try"
    BENEFITS_PROTECTION_EXAMINE = "benefits:protection:examine"
    BENEFITS_PROTECTION_READ = "benefits:protection:read"
    BENEFITS_PROTECTED_LETTER = "benefits:protected_letter:handle"
    BENEFITS_RECALL_ASK = "benefits:recall:ask"
    BENEFITS_RECALL_CONFIRM = "benefits:recall:confirm"
    BENEFITS_RECEIVE = "benefits:application:receive"
    BENEFITS_REFUND_DECIDE = "benefits:refund:decide"
    BENEFITS_REFUND_PROPOSE = "benefits:refund:propose"
    BENEFITS_REFUND_READ = "benefits:refund:read"
    BENEFITS_REFUND_RECEIVE = "benefits:refund:receive"
    BENEFITS_RELEASE = "benefits:payment:release"
    BENEFITS_RESULT = "benefits:result:import"
    BENEFITS_SEARCH = "benefits:person:search"
    DISCLOSURE_CARRY_OUT = "disclosure:request:carry_out"
    DISCLOSURE_DECIDE = "disclosure:request:decide"
    DISCLOSURE_GATHER = "disclosure:person:gather"
    DISCLOSURE_HAND_OVER = "disclosure:request:hand_over"
    DISCLOSURE_READ = "disclosure:request:read"
    DISCLOSURE_RECEIVE = "disclosure:request:receive"
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
    INTERMEDIARY_CONTACT = "intermediary:held:contact"
    INTERMEDIARY_FIGURES = "intermediary:figures:read"
    INTERMEDIARY_RECORD_CONFIRM = "intermediary:record:confirm"
    INTERMEDIARY_RECORD_DISCLOSE = "intermediary:record:disclose"
    INTERMEDIARY_RECORD_MARK = "intermediary:record:mark"
    INTERMEDIARY_RECORD_NOTE = "intermediary:record:note"
    INTERMEDIARY_RECORD_READ = "intermediary:record:read"
    INTERMEDIARY_REPLICA_WATCH = "intermediary:replica:watch"
    INTERMEDIARY_EXPIRE = "intermediary:link_code:expire"
    INTERMEDIARY_HELD_DISCLOSE = "intermediary:person:disclose"
    INTERMEDIARY_HELD_EXPIRE = "intermediary:held:expire"
    INTERMEDIARY_HELD_OPEN = "intermediary:held:open"
    INTERMEDIARY_HELD_READ = "intermediary:held:read"
    INTERMEDIARY_INQUIRE = "intermediary:inquiry:inquire"
    INTERMEDIARY_LIST_RENEW = "intermediary:list:renew"
    INTERMEDIARY_INQUIRIES_READ = "intermediary:inquiry:read"
    INTERMEDIARY_KEYS_ROTATE = "intermediary:key:rotate"
    INTERMEDIARY_OPERATE = "intermediary:replica:operate"
    INTERMEDIARY_PERMITTED = "intermediary:permit:receive"
    INTERMEDIARY_PROVIDE = "intermediary:provision:provide"
    INTERMEDIARY_PROVISIONS_READ = "intermediary:provision:read"
    INTERMEDIARY_RECEIVE = "intermediary:provision:receive"
    INTERMEDIARY_REGISTER = "intermediary:replica:register"
    INTERMEDIARY_RELEASE = "intermediary:held:release"
    INTERMEDIARY_RENEW = "intermediary:permit:renew"
    LINKAGE_CONVERT = "linkage:number:convert"
    INTERMEDIARY_STORE_CODE = "intermediary:link_code:store"
    INTERMEDIARY_WATCH = "intermediary:state:watch"
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
    LINKAGE_RIGHT_READ = "linkage:right:read"
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
    NETWORK_LIST_APPROVE = "network:list:approve"
    NETWORK_LIST_DRAFT = "network:list:draft"
    NETWORK_LIST_REVOKE = "network:list:revoke"
    NETWORK_NONDISCLOSE = "network:record:nondisclose"
    NETWORK_OPERATE = "network:list:operate"
    NETWORK_ORGANISATION_CONFIRM = "network:organisation:confirm"
    NETWORK_ORGANISATION_PROPOSE = "network:organisation:propose"
    NETWORK_ORGANISATION_SUSPEND = "network:organisation:suspend"
    NETWORK_PERMIT = "network:permit:request"
    NETWORK_RENEW = "network:permit:renew"
    NETWORK_REPORT = "network:provision:report"
    NETWORK_SETTLE = "network:discrepancy:settle"
    NETWORK_WATCH = "network:exchange:watch"
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
    PRIVACY_PURGE_LIST = "privacy:purge:list"
    PRIVACY_REAP = "privacy:export:reap"
    RESIDENTS_IMPORT = "residents:snapshot:import"


STEP_UP = frozenset(
    {
        Permission.ACCESS_GRANT_CONFIRM,
        Permission.ASSURANCE_INCIDENT_CLOSE,
        Permission.ASSURANCE_PUBLISH,
        Permission.ASSURANCE_SHEET_CLOSE,
        Permission.BENEFITS_APPEAL_ANSWER,
        Permission.BENEFITS_APPROVE,
        Permission.BENEFITS_CANCEL_CONFIRM,
        Permission.BENEFITS_DAY_CLOSE,
        Permission.BENEFITS_IMPORT_CONFIRM,
        Permission.BENEFITS_LIMIT_CONFIRM,
        Permission.BENEFITS_MAILING_CONFIRM,
        Permission.BENEFITS_PAPER_APPROVE,
        Permission.BENEFITS_PROGRAMME_APPROVE,
        Permission.BENEFITS_PROTECTED_LETTER,
        Permission.BENEFITS_RECALL_CONFIRM,
        Permission.BENEFITS_REFUND_DECIDE,
        Permission.BENEFITS_RELEASE,
        Permission.DISCLOSURE_DECIDE,
        Permission.DISCLOSURE_GATHER,
        Permission.DISCLOSURE_HAND_OVER,
        Permission.INTERMEDIARY_CONFIRM,
        Permission.INTERMEDIARY_RECORD_CONFIRM,
        Permission.INTERMEDIARY_RELEASE,
        Permission.LINKAGE_CORRECTION_CONFIRM,
        Permission.LINKAGE_DIFFERENCE_CONFIRM,
        Permission.LINKAGE_REGISTER_CONFIRM,
        Permission.LINKAGE_REPLICA_CONFIRM,
        Permission.LINKAGE_RIGHT_CONFIRM,
        Permission.NETWORK_LIST_APPROVE,
        Permission.NETWORK_ORGANISATION_CONFIRM,
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
        Permission.BENEFITS_CALL_ANSWER,
        Permission.BENEFITS_CASE_READ,
        Permission.BENEFITS_HOUSEHOLD_READ,
        Permission.BENEFITS_SEARCH,
        Permission.LINKAGE_NUMBER_SEARCH,
        Permission.LINKAGE_CONVERSION_DOWNLOAD,
        Permission.INQUIRY_ORIGINAL,
        Permission.INQUIRY_SUBJECT_READ,
        Permission.INTERMEDIARY_RECORD_DISCLOSE,
        Permission.INTERMEDIARY_RECORD_READ,
        Permission.LINKAGE_MONITOR,
        Permission.LINKAGE_SEARCH,
        Permission.OPLOG_EXPORT,
        Permission.OPLOG_READ,
        Permission.PRIVACY_EXPORT,
    }
)
"""Operations that open a person's data to a reader: the purpose must be told before (DESIGN laws 9, 10)."""
