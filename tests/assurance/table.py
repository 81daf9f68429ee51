"""The table of breakages: what is broken, where, how, and exactly which checks must turn red."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tests import hiring
from tests.assurance.breakages import (
    Break,
    Breakage,
    added,
    ago,
    at_session,
    by_sql,
    changed,
    constraint_off,
    guard_off,
    mode,
    month_shut,
    patched,
    patched_dict,
    setting,
    without,
)
from tests.assurance.healthy import HOME, OTHER
from todoke.access.duties import ROWS, Duty
from todoke.access.operations import Permission
from todoke.access.roles import GRANTS, Role
from todoke.assurance.models import Clause
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE
from todoke.exchange import key_states
from todoke.kernel import clock
from todoke.privacy.classes import Privacy
from todoke.privacy.retention import REGISTER, for_ever
from todoke.systems.linkage.rules import duties

STAFF, PLATFORM_STAFF, NETWORK_STAFF = "directory_city", "directory_platform", "directory_national"
MINE, THEIRS = f"intermediary_{HOME}", f"intermediary_{OTHER}"
_REALM = {
    PLATFORM_STAFF: "platform",
    MINE: "platform",
    THEIRS: "platform",
    NETWORK_STAFF: "national",
    "network": "national",
}


def breakage(name: str, alias: str, red: str, breaking: Break) -> Breakage:
    """One row; `red`: the checks, separated by spaces."""
    realm = _REALM.get(alias, "city")
    return Breakage(name=name, realm=realm, alias=alias, red=frozenset(red.split()), breaking=breaking)


_RIGHTS = [
    breakage("a right too many: TRUNCATE", "linkage", "app_may_rows_only", by_sql("linkage", "GRANT TRUNCATE ON linkage_person TO {app}", "REVOKE TRUNCATE ON linkage_person FROM {app}")),
    breakage("the app may create tables", "benefits", "app_may_rows_only", by_sql("benefits", "GRANT CREATE ON SCHEMA public TO {app}", "REVOKE CREATE ON SCHEMA public FROM {app}")),
    breakage("everybody reads persons", "linkage", "no_stranger_reads", by_sql("linkage", "GRANT SELECT ON linkage_person TO PUBLIC", "REVOKE SELECT ON linkage_person FROM PUBLIC")),
    breakage("another system reads cases", "benefits", "no_stranger_reads", by_sql("benefits", "GRANT SELECT ON benefits_case TO {other}", "REVOKE SELECT ON benefits_case FROM {other}")),
    breakage("another system connects", "linkage", "no_stranger_connects", by_sql("linkage", "GRANT CONNECT ON DATABASE {base} TO {other}", "REVOKE CONNECT ON DATABASE {base} FROM {other}")),
    breakage("everybody connects to a municipality", MINE, "no_stranger_connects", by_sql(MINE, "GRANT CONNECT ON DATABASE {base} TO PUBLIC", "REVOKE CONNECT ON DATABASE {base} FROM PUBLIC")),
    breakage("the app may make databases", "inquiry", "roles_without_power", by_sql("inquiry", "ALTER ROLE {app} CREATEDB", "ALTER ROLE {app} NOCREATEDB")),
    breakage("the owner may make roles", "network", "roles_without_power", by_sql("network", "ALTER ROLE {owner} CREATEROLE", "ALTER ROLE {owner} NOCREATEROLE")),
    breakage("the owner passes row security", MINE, "roles_without_power", by_sql(MINE, "ALTER ROLE {owner} BYPASSRLS", "ALTER ROLE {owner} NOBYPASSRLS")),
    breakage("the app owns something", "residents", "app_owns_nothing", by_sql("residents", ["CREATE SEQUENCE stray", "ALTER SEQUENCE stray OWNER TO {app}"], "DROP SEQUENCE stray")),
    breakage("commits do not wait for the disk", "benefits", "commits_wait_for_disk", at_session("benefits", "synchronous_commit", "off")),
    breakage("passwords as MD5 on the server", STAFF, "passwords_by_scram", at_session(STAFF, "password_encryption", "md5")),
]  # fmt: skip

_LOG = [
    breakage("the log may be changed", "benefits", "log_insert_only", by_sql("benefits", "GRANT UPDATE ON oplog_operation TO {app}", "REVOKE UPDATE ON oplog_operation FROM {app}")),
    breakage("segments may be removed", "linkage", "log_insert_only", by_sql("linkage", "GRANT DELETE ON oplog_segment TO {app}", "REVOKE DELETE ON oplog_segment FROM {app}")),
    breakage("the log's guard is off", "linkage", "guards_of_oplog", by_sql("linkage", "ALTER TABLE oplog_operation DISABLE TRIGGER oplog_operation_append_only", "ALTER TABLE oplog_operation ENABLE TRIGGER oplog_operation_append_only")),
    breakage("a removed log row", "linkage", "newest_entries_hold", changed("linkage", "oplog_operation", "subject = 'two'", "")),
    breakage("a changed log row", "benefits", "newest_entries_hold", changed("benefits", "oplog_operation", "subject = 'two'", "actor = 'nobody'")),
    breakage("a log row pretends another time", "inquiry", "newest_entries_hold", changed("inquiry", "oplog_operation", "subject = 'two'", "at = at - interval '1 second'", known_by="id")),
    breakage("a changed segment", "benefits", "newest_entries_hold checkpoints_signed", changed("benefits", "oplog_segment", "seg = 0", "root = sha256('x')")),
    breakage("a removed segment", "residents", "checkpoints_signed", changed("residents", "oplog_segment", "seg = 0", "")),
    breakage("a removed checkpoint", "linkage", "checkpoints_signed", changed("linkage", "oplog_checkpoint", "size = 1", "")),
    breakage("a forged checkpoint", "network", "checkpoints_signed", changed("network", "oplog_checkpoint", "size = 1", "note = replace(note, E'\\n\\n', E'0\\n\\n')")),
    breakage("entries wait unsealed", "benefits", "log_sealed", added("benefits", "oplog_operation", at=ago(hours=2), verb="x", leaf=bytes(32))),
    breakage("no witness of one log", "linkage", "log_witnessed", changed("linkage", "oplog_cosignature", "origin LIKE '%/linkage'", "")),
    breakage("the witness is silent for days", "linkage", "log_witnessed", changed("linkage", "oplog_cosignature", "origin LIKE '%/linkage'", "received_at = received_at - interval '3 days'")),
    breakage("nobody's checkpoint arrives", "linkage", "witness_of_others", changed("linkage", "oplog_witnessed", "true", "witnessed_at = witnessed_at - interval '3 days'")),
    breakage("a verification that failed", STAFF, "log_verified_in_time", added(STAFF, "oplog_operation", at=ago(), verb="oplog:log:verify", outcome="failed", leaf=bytes(32))),
    breakage("no verification for a month", STAFF, "log_verified_in_time", patched("todoke.assurance.checks.logs.VERIFIED_WITHIN", -timedelta(days=1))),
    breakage("a log deleted too early", "benefits", "log_kept_long_enough", added("benefits", "oplog_deletion", number=0, month=date(2022, 4, 1), n=1, root=bytes(32), legal_basis="x", requested_by="a", requested_at=ago(days=9), confirmed_by="b", confirmed_at=ago(days=8), prev=bytes(32))),
    breakage("no place for next month's log", "inquiry", "months_are_open", month_shut("inquiry")),
]  # fmt: skip

_SHAPE = [
    breakage("a column too many on persons", "linkage", "linkage_holds_basics_only", by_sql("linkage", "ALTER TABLE linkage_person ADD COLUMN income bigint", "ALTER TABLE linkage_person DROP COLUMN income")),
    breakage("a column that nobody knows", "benefits", "columns_known", by_sql("benefits", "ALTER TABLE benefits_case ADD COLUMN memo text", "ALTER TABLE benefits_case DROP COLUMN memo")),
    breakage("a table that nobody knows", "inquiry", "columns_known", by_sql("inquiry", "CREATE TABLE copy_of_persons (name text)", "DROP TABLE copy_of_persons")),
    breakage("符号 in the city", "linkage", "link_codes_apart linkage_holds_basics_only", by_sql("linkage", "ALTER TABLE linkage_person ADD COLUMN link_code text", "ALTER TABLE linkage_person DROP COLUMN link_code")),
    breakage("an unclassified field", "linkage", "fields_classified", patched("todoke.systems.linkage.models.Person.privacy", Privacy(open="integrated_number", keep=for_ever(REGISTER)))),
    breakage("個人番号 elsewhere", "inquiry", "numbers_in_one_place", patched("todoke.assurance.models.Sheet.privacy", Privacy(number="title", open="id kind state state_at state_by opened_by opened_at closed_by closed_at", keep=for_ever(REGISTER)))),
    *(breakage(f"a guard of {room} is off", alias, f"guards_of_{room}", guard_off(alias, room)) for alias, room in (
        ("residents", "residents"), ("benefits", "benefits"), ("inquiry", "inquiry"), ("linkage", "linkage"), (MINE, "intermediary"),
        ("network", "network"), (STAFF, "access"), (PLATFORM_STAFF, "custody"), (STAFF, "assurance"))),
    *(breakage(f"a constraint of {room} is gone", alias, f"constraints_of_{room}", constraint_off(alias, room)) for alias, room in (
        ("benefits", "benefits"), ("linkage", "linkage"), (MINE, "intermediary"), ("network", "network"), (STAFF, "access"),
        ("benefits", "custody"), ("linkage", "exchange"), ("residents", "residents"), ("inquiry", "inquiry"), ("residents", "batch"), (NETWORK_STAFF, "assurance"))),
    breakage("a constraint that old rows may break", "benefits", "constraints_of_benefits", constraint_off("benefits", "benefits", back="NOT VALID")),
    breakage("one payment a household is no longer held", "benefits", "constraints_of_benefits", without("benefits", "benefits_payment", "payment_once_per_lineage")),
]  # fmt: skip

_SECOND = added(STAFF, "access_session", token_hash="e" * 64, staff_id="u001", terminal_id=hiring.TERMINAL, begun_at=ago(minutes=1), seen_at=ago(), factor="passkey", factor_at=ago(), take_over_by="", ended_by="", end_reason="")  # fmt: skip
_GRANT = {"municipality": "", "ward": "", "valid_from": hiring.LONG_AGO, "valid_until": hiring.FAR, "origin": "request", "reason": "", "requested_by": "x001", "ended_by": ""}  # fmt: skip


def _right(staff: str, role: Role, duty: Duty) -> Break:
    return added(
        STAFF, "access_grant", staff_id=staff, role=role.value, duty=duty.value, state="confirmed", requested_at=ago(days=9),
        set_by="y001", set_at=ago(days=8), confirmed_by="y002", confirmed_at=ago(days=7), **_GRANT,
    )  # fmt: skip


_PEOPLE = [
    breakage("two sessions of one ID", STAFF, "one_session_each constraints_of_access sign_ins_are_logged", without(STAFF, "access_session", "session_one_live_per_staff", _SECOND)),
    breakage("a session by password alone", STAFF, "sessions_with_second_factor", changed(STAFF, "access_session", "staff_id = 'u001'", "factor = ''")),
    breakage("a right without face or passkey", STAFF, "people_have_factors", changed(STAFF, "access_passkey", "staff_id = 'c001'", "")),
    breakage("a shared ID", STAFF, "no_shared_ids", added(STAFF, "access_alarm", at=ago(days=1), kind="two_terminals", staff_id="c001", terminal="desk-2", detail="")),
    breakage("a leaver keeps the right", STAFF, "leavers_are_out", changed(STAFF, "access_staff", "staff_id = 'c001'", "left_on = current_date - 2")),
    breakage("a leaver is signed in", STAFF, "leavers_are_out", changed(STAFF, "access_staff", "staff_id = 'u001'", "left_on = current_date - 2")),
    breakage("an expired training", STAFF, "training_in_time", changed(STAFF, "access_training", "staff_id = 'c001'", "held_on = current_date - 400")),
    breakage("no training at all", STAFF, "training_in_time", changed(STAFF, "access_training", "staff_id = 's001'", "")),
    breakage("twice a year at the platform", PLATFORM_STAFF, "training_in_time", changed(PLATFORM_STAFF, "access_training", "staff_id = 'p001'", "held_on = current_date - 200")),
    breakage("a password that is not Argon2", STAFF, "passwords_are_hashed", changed(STAFF, "access_staff", "staff_id = 's001'", "password = 'md5$x$y'")),
    breakage("short passwords", STAFF, "password_rules", setting(AUTH_PASSWORD_VALIDATORS=[])),
    breakage("a weak hash for new passwords", STAFF, "password_rules", setting(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])),
    breakage("sessions that do not end", STAFF, "sessions_run_out", patched("todoke.access.standing.IDLE", timedelta(hours=8))),
    breakage("a session older than a day's work", STAFF, "sessions_run_out", changed(STAFF, "access_session", "staff_id = 'u001'", "begun_at = now() - interval '12 hours'")),
    breakage("a withdrawn terminal in use", STAFF, "sessions_at_known_terminals", changed(STAFF, "access_terminal", "name = 'test-1'", "withdrawn_at = now(), withdrawn_by = 'x002'")),
    breakage("an expired terminal in use", STAFF, "sessions_at_known_terminals", changed(STAFF, "access_terminal", "name = 'test-1'", "valid_until = current_date - 1")),
    breakage("a sign-in that nobody logged", STAFF, "sign_ins_are_logged", added(STAFF, "access_session", token_hash="f" * 64, staff_id="c001", terminal_id=hiring.TERMINAL, begun_at=ago(minutes=1), seen_at=ago(), factor="passkey", factor_at=ago(), take_over_by="", ended_by="", end_reason="")),
    breakage("no personnel feed, and its log row removed", STAFF, "personnel_feed_in_time newest_entries_hold", changed(STAFF, "oplog_operation", "verb = 'access:staff:import'", "")),
    breakage("a right by two people", STAFF, "rights_by_three constraints_of_access", without(STAFF, "access_grant", "grant_three_people", changed(STAFF, "access_grant", "staff_id = 'c001'", "set_by = requested_by"))),
    breakage("a request that nobody confirms", STAFF, "requests_run_out", added(STAFF, "access_grant", staff_id="c001", role="supervisor", duty="benefit", state="requested", requested_at=ago(days=30), set_by="", confirmed_by="", **_GRANT)),
    breakage("a right in a duty where it does not lie", STAFF, "rights_fit_duties", changed(STAFF, "access_grant", "staff_id = 'c001'", "duty = 'treasury'")),
    breakage("a merged duty: examines and approves", STAFF, "duties_not_merged", _right("c001", Role.SUPERVISOR, Duty.BENEFIT)),
    breakage("a merged duty: sets and confirms rights", STAFF, "duties_not_merged", _right("x002", Role.SECTION_MANAGER, Duty.ADMINISTRATION)),
    breakage("a merged duty: administers and audits", STAFF, "duties_not_merged", _right("x002", Role.AUDITOR, Duty.AUDIT)),
    breakage("a merged role: examines and approves", STAFF, "roles_not_merged", patched_dict(GRANTS, {Role.CLERK: GRANTS[Role.CLERK] | {Permission.BENEFITS_APPROVE}})),
    breakage("a merged role: asks for and confirms deletions", STAFF, "roles_not_merged", patched_dict(GRANTS, {Role.ADMINISTRATOR: GRANTS[Role.ADMINISTRATOR] | {Permission.PRIVACY_PURGE_CONFIRM}})),
    breakage("a role in no duty", STAFF, "roles_have_duties", patched("todoke.assurance.checks.rights.ROWS", {Duty.BENEFIT: replace(ROWS[Duty.BENEFIT], roles=frozenset({Role.CLERK})), Duty.TREASURY: ROWS[Duty.TREASURY]})),
    breakage("an undeclared screen", STAFF, "screens_declared", setting(ROOT_URLCONF="tests.assurance.broken_urls")),
]  # fmt: skip

_CONTRACTS = [
    breakage("a contract that is over", STAFF, "contractors_under_contract subcontracts_permitted", changed(STAFF, "access_contract", "number = 'R3-001'", "valid_until = current_date - 1")),
    breakage("more people than the contract allows", STAFF, "contract_head_counts", by_sql(STAFF, "INSERT INTO access_staff SELECT (jsonb_populate_record(s, jsonb_build_object('staff_id', 'z' || lpad(n::text, 3, '0')))).* FROM access_staff s, generate_series(1, 12) n WHERE s.staff_id = 'o001'", "DELETE FROM access_staff WHERE staff_id LIKE 'z0%'")),
    breakage("a sub-contract that nobody permitted", STAFF, "subcontracts_permitted", changed(STAFF, "access_contract", "number = 'R3-001'", "subcontracting_permitted = false")),
    *(breakage(f"a contract without the clause {clause.value}", STAFF, f"contract_clause_{clause.value}", changed(STAFF, "assurance_contract_clause", f"contract = 'R3-002' AND clause = '{clause.value}'", "")) for clause in Clause),
]  # fmt: skip

_EXPORT = {"model": "benefits.Case", "fields": ["id"], "conditions": [], "purpose": "x", "rows": 1, "digest": b"x", "recipient": "x", "file_name": "x", "file_sha256": "0" * 64, "state_by": "c001", "requested_by": "c001"}  # fmt: skip
_KEEPING = [
    breakage("an overdue purge", STAFF, "nothing_overdue", added(STAFF, "access_alarm", at=ago(days=365 * 9), kind="tries_exhausted", staff_id="c001", terminal="", detail="")),
    breakage("a deletion that stopped", "benefits", "deletions_finished", added("benefits", "custody_purge", run="r", model="m", table_name="t", rows=1, digest=b"x", cutoff=ago(days=9), legal_basis="x", state="confirmed", state_at=ago(days=3), state_by="b", requested_by="a", requested_at=ago(days=9), confirmed_by="b", confirmed_at=ago(days=3))),
    breakage("an export past its time", "benefits", "exports_are_reaped", added("benefits", "custody_export", state="made", approval_needed=False, expires_at=ago(days=1), state_at=ago(days=2), requested_at=ago(days=3), **_EXPORT)),
    breakage("an export that nobody approved", "benefits", "exports_by_two constraints_of_custody", without("benefits", "custody_export", "export_approved_before_made", added("benefits", "custody_export", state="made", approval_needed=True, expires_at=ago(days=-1), state_at=ago(days=2), requested_at=ago(days=3), **_EXPORT))),
]  # fmt: skip


def _expired(root: object) -> list[key_states.KeyState]:
    now = clock.now()
    return [
        key_states.KeyState(
            name="city:14100",
            use="署名・TLS",
            owner="city",
            valid_from=now - timedelta(days=400),
            valid_until=now - timedelta(days=1),
        )
    ]


_SECRETS = [
    breakage("a key that others may read", STAFF, "key_files_closed", mode(lambda sites: sites.instance.path / "city" / "keys" / "oplog.sign.key", 0o644)),
    breakage("a folder of keys that others may open", PLATFORM_STAFF, "key_files_closed", mode(lambda sites: sites.instance.path / "platform" / "keys", 0o755)),
    breakage("a database secret that others may read", STAFF, "secret_files_closed", mode(lambda sites: sites.instance.path / "city" / "database.secret", 0o640)),
    breakage("municipal keys with the platform's operator", PLATFORM_STAFF, "municipal_keys_apart", setting(TODOKE_MUNICIPAL_KEYS=lambda sites: sites.instance.path / "platform" / "keys")),
    breakage("an expired certificate", STAFF, "certificates_in_time", patched("todoke.exchange.key_states.states", _expired)),
    breakage("error pages with inner values", STAFF, "pages_are_strict", setting(DEBUG=True)),
    breakage("any host name", STAFF, "pages_are_strict", setting(ALLOWED_HOSTS=["*"])),
    breakage("pages in other sites' frames", STAFF, "pages_are_strict", setting(X_FRAME_OPTIONS="SAMEORIGIN")),
    breakage("no protection against forged requests", STAFF, "pages_are_strict", setting(MIDDLEWARE=["todoke.pages.security.StrictHeaders", "django.middleware.clickjacking.XFrameOptionsMiddleware", "todoke.access.middleware.SignedIn"])),
    breakage("pages for everybody", STAFF, "pages_ask_who", setting(MIDDLEWARE=["todoke.pages.security.StrictHeaders", "django.middleware.csrf.CsrfViewMiddleware", "django.middleware.clickjacking.XFrameOptionsMiddleware"])),
]  # fmt: skip

_WIDER = duties.DutyGrant(role=Role.OPERATOR, duty="JM999", procedure=PROCEDURE, information_code=LOCAL_TAX, kind="01", valid_from=date(2021, 12, 20), valid_to=None, source="x")  # fmt: skip
_ANYBODY = replace(duties.GRANTS[0], role=Role.TREASURER)
_LINKAGE = [
    breakage("check digits that let all pass", "linkage", "check_digits_refuse", patched("todoke.identifiers.individual_number.check_digit", lambda body: "2")),
    breakage("a duty that the law does not name", "linkage", "asks_for_allowed_duties_only", patched("todoke.systems.linkage.rules.duties.GRANTS", (*duties.GRANTS, _WIDER))),
    breakage("a role that may not ask may ask", "linkage", "asks_for_allowed_duties_only", patched("todoke.systems.linkage.rules.duties.GRANTS", (*duties.GRANTS, _ANYBODY))),
    breakage("non-residents are not compared", "linkage", "nonresidents_compared", changed("linkage", "linkage_consistencyrun", "true", "finished_at = finished_at - interval '200 days', started_at = started_at - interval '200 days'")),
    breakage("copies that differ from the master", "linkage", "replicas_agree", changed("linkage", "linkage_reconciliation", "true", "missing = 3")),
    breakage("copies that nobody compares", "linkage", "replicas_agree", changed("linkage", "linkage_reconciliation", "true", "finished_at = finished_at - interval '200 days'")),
    breakage("the register no longer arrives", "linkage", "register_arrives", changed("linkage", "linkage_registerload", "true", "at = at - interval '200 days'")),
    breakage("a working folder that others may write", "linkage", "working_files_closed", mode(lambda sites: sites.instance.path / "city" / "data", 0o777)),
    breakage("a reason without the sign", "linkage", "protection_has_reasons constraints_of_linkage", without("linkage", "linkage_person", "person_reason_of_a_prohibition", added("linkage", "linkage_person", integrated_number="141000000000002", name_kanji="架空", sex="1", birth_date=date(1980, 1, 1), address="x", auto_reply_prohibited=False, auto_reply_reason="DV"))),
]  # fmt: skip

_CASE = {"record_id": "r2", "inquirer": "01700131121", "provider": "01700141003", "route": "platform:13112", "duty": DUTY, "procedure": PROCEDURE, "information_code": LOCAL_TAX, "permit_edition": 1, "requested_at": ago(days=11), "expires_at": ago(days=-30), "provided_at": ago(days=10), "error": ""}  # fmt: skip
_EXCHANGE = [
    breakage("an expired permission list", MINE, "list_copy_in_time", changed(MINE, "intermediary_list_copy", "edition = 1", "valid_until = now() - interval '1 day'")),
    breakage("no permission list", THEIRS, "list_copy_in_time", changed(THEIRS, "intermediary_list_copy", "edition = 1", "")),
    breakage("a forged permission list", THEIRS, "list_copy_genuine", changed(THEIRS, "intermediary_list_copy", "edition = 1", "signature = sha512('x')")),
    breakage("a line added to the permission list", THEIRS, "list_copy_whole", added(THEIRS, "intermediary_list_copy_entry", edition_id=1, inquirer="*", provider="*", duty="JM999", procedure="x", information_code="x", valid_from=date(2022, 1, 1))),
    breakage("an answer off the list", MINE, "provisions_on_the_list", changed(MINE, "intermediary_provision_case", "permit_id = 'permit-1'", "duty = 'JM999'")),
    breakage("an answer without a record", MINE, "records_written", changed(MINE, "intermediary_exchange_record", "permit_id = 'permit-1'", "")),
    breakage("an answer about a protected person", MINE, "flagged_only_released", added(MINE, "intermediary_replica", integrated_number="141000000000001", fiscal_year=2021, auto_reply_prohibited=True, edition=1, registered_at=ago(days=5), contents=b"x")),
    breakage("a release by one officer", MINE, "held_by_two_officers constraints_of_intermediary", without(MINE, "intermediary_held_decision", "held_two_persons", added(MINE, "intermediary_held_decision", permit_id="permit-1", state="confirmed", decision="release", reason="x", replica_editions="", proposed_by="p002", proposed_at=ago(days=2), confirmed_by="p002", confirmed_at=ago(days=1)))),
    breakage("a held request that nobody decides", MINE, "held_in_time", added(MINE, "intermediary_provision_case", permit_id="permit-2", integrated_number="141000000000001", outcome="held", received_at=ago(days=10), **_CASE)),
    breakage("a nondisclosure code that discloses", MINE, "nondisclosure_codes_close", setting(TODOKE_NONDISCLOSURE_CODES="1=開示できる,2=不開示（本人の生命を害するおそれ）,3!不開示（その他）")),
    breakage("a message that is stuck", "linkage", "messages_move", added("linkage", "exchange_outbox", sender="city:14100", receiver="platform:14100", contract="x", message_key="k", body=b"x", body_sha256="0" * 64, queued_at=ago(days=3))),
    breakage("a list published by one person", "network", "list_by_two", changed("network", "network_list_edition", "edition = 1", "approved_by = NULL")),
    breakage("a list that has run out", "network", "list_by_two", changed("network", "network_list_edition", "edition = 1", "issued_at = now() - interval '40 days', valid_until = now() - interval '1 day'")),
    breakage("records that differ for weeks", "network", "discrepancies_settled", added("network", "network_discrepancy", permit_id="p", side="inquirer", inquirer="a", provider="b", difference="missing", here="answered", there="", found_at=ago(days=20), seen_at=ago(days=1), state="open", closed_by="", reason="")),
]  # fmt: skip

_MAILING = {"programme": "x", "number": 1, "letters": 1, "sheets": 2, "state": "dispatched", "state_at": ago(), "state_by": "s001", "handed_at": ago(days=3), "handed_by": "c001", "counted_at": ago(days=2), "counted_by": "c002", "confirmed_at": ago(days=1)}  # fmt: skip
_BENEFITS = [
    breakage("letters sent without the newest address", "benefits", "addresses_matched", added("benefits", "benefits_mailing", confirmed_by="s001", **_MAILING)),
    breakage("a dispatch that its own clerk confirms", "benefits", "dispatch_by_second constraints_of_benefits", without("benefits", "benefits_mailing", "mailing_confirmed_by_second", added("benefits", "benefits_mailing", matched_at=ago(days=2), matched_by="c003", confirmed_by="c001", **_MAILING))),
    breakage("paper thrown away by one person", "benefits", "disposal_by_second constraints_of_benefits", without("benefits", "benefits_paper_disposal", "disposal_two_persons", added("benefits", "benefits_paper_disposal", box_id=1, papers=1, received_until=date(2022, 1, 1), reason="x", state="approved", state_at=ago(), state_by="c001", proposed_at=ago(days=1), proposed_by="c001", approved_at=ago(), approved_by="c001"))),
    breakage("paper that does not come back", "benefits", "papers_came_back", added("benefits", "benefits_paper_move", paper_id=1, kind="sent", from_box_id=1, sent_to="x", moved_at=ago(days=60), moved_by="c001")),
    breakage("one person examines and approves", "benefits", "payments_by_three", added("benefits", "benefits_payment", programme="x", lineage="l", case_id=1, approval_id=1, amount_yen=1, examined_by="c001", approved_by="c001", reserved_at=ago(), reserved_by="s001")),
]  # fmt: skip

_INSPECTIONS = [
    breakage("no self-inspection this year", STAFF, "self_inspection_in_time", changed(STAFF, "assurance_sheet", "kind = 'self'", "closed_at = closed_at - interval '400 days'")),
    breakage("no internal audit", STAFF, "internal_audit_in_time", changed(STAFF, "assurance_sheet", "kind = 'internal'", "")),
    breakage("a finding that nobody mended", STAFF, "self_inspection_in_time", changed(STAFF, "assurance_sheet_item", "sheet_id = (SELECT id FROM assurance_sheet WHERE kind = 'self')", "answer = 'no', note = 'x', remedy = 'y', due_on = current_date - 1")),
    breakage("an accident that was not reported", STAFF, "incident_steps_in_time", added(STAFF, "assurance_incident", kind="numbers", title="x", content="x", persons=1, detected_at=ago(days=10), prevention="", answered_by_promises=[], state="open", state_at=ago(), state_by="x002", registered_by="x002", registered_at=ago(days=9))),
]  # fmt: skip

_OLD = "began_at = began_at - interval '9 days'"
_BACKUPS = [
    breakage("a stale backup", STAFF, "backup_is_recent backup_is_elsewhere", changed(STAFF, "assurance_backup", "true", _OLD)),
    breakage("a backup that nobody verified", STAFF, "backup_is_verified", changed(STAFF, "assurance_backup_event", "step = 'verified'", "")),
    breakage("a backup that is damaged", STAFF, "backup_is_verified", changed(STAFF, "assurance_backup_event", "step = 'verified'", "step = 'failed'")),
    breakage("a backup in one place", PLATFORM_STAFF, "backup_is_elsewhere", changed(PLATFORM_STAFF, "assurance_backup_event", "step = 'copied'", "")),
    breakage("a restore that nobody tried", NETWORK_STAFF, "restore_is_drilled", changed(NETWORK_STAFF, "assurance_backup_event", "step = 'drilled'", "at = at - interval '400 days'")),
]  # fmt: skip

_MEDIA = [
    breakage("a medium that does not arrive", STAFF, "media_arrive", changed(STAFF, "assurance_transport", "true", "received_by = NULL, received_at = NULL, handed_at = handed_at - interval '9 days'")),
    breakage("a medium without a seal", STAFF, "media_arrive", changed(STAFF, "assurance_transport", "true", "seal = ''")),
    breakage("a medium whose destruction nobody saw", STAFF, "media_arrive", added(STAFF, "assurance_medium_end", medium_id=1, how="destroyed", method="x", done_by="x001", done_at=ago(days=9))),
    breakage("one person carries a medium alone", STAFF, "constraints_of_assurance", without(STAFF, "assurance_transport", "transport_by_two_persons", changed(STAFF, "assurance_transport", "true", "accompanied_by = carried_by"))),
]  # fmt: skip

_ASSESSMENT = [
    breakage("numbers that have left the published class", STAFF, "classes_as_published", changed(STAFF, "assurance_edition", "true", "body = replace(body, '1,000人未満', '10万人以上30万人未満')")),
    breakage("a programme without its texts", STAFF, "classes_as_published", changed(STAFF, "assurance_edition", "true", "programme = 'r9-none'")),
    breakage("an edition published by who drafted it", STAFF, "constraints_of_assurance", without(STAFF, "assurance_edition", "assessment_by_two_persons", changed(STAFF, "assurance_edition", "true", "published_by = drafted_by"))),
]  # fmt: skip

BREAKAGES = [
    *_RIGHTS, *_LOG, *_SHAPE, *_PEOPLE, *_CONTRACTS, *_KEEPING, *_SECRETS, *_LINKAGE, *_EXCHANGE, *_BENEFITS, *_INSPECTIONS,
    *_BACKUPS, *_MEDIA, *_ASSESSMENT,
]  # fmt: skip
