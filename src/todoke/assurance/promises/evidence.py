"""措置を示す確認 (evidence): which checks of `assurance.checks` show which promise, by their stable names.

A promise that is not named here is shown by a dated confirmation of a person.
"""

from __future__ import annotations

from typing import Final

_BACKUP: Final = (
    "backup_is_recent", "backup_is_verified", "backup_is_elsewhere", "restore_is_drilled",
)  # fmt: skip
_SERVER: Final = ("passwords_by_scram", "roles_without_power", "pages_ask_who", "secret_files_closed")

_OF_BOTH_FILES: Final[dict[str, tuple[str, ...]]] = {
    "3.1-紐付け-01": ("rights_fit_duties", "duties_not_merged"),
    "3.1-紐付け-02": (
        "linkage_holds_basics_only",
        "columns_known",
        "fields_classified",
        "numbers_in_one_place",
    ),
    "3.1-紐付け-04": ("log_insert_only", "guards_of_oplog"),
    "3.2-認証-01": ("screens_declared", "roles_have_duties"),
    "3.2-認証-02": (
        "sessions_with_second_factor",
        "people_have_factors",
        "passwords_are_hashed",
        "password_rules",
    ),
    "3.2-認証-03": ("no_shared_ids",),
    "3.2-認証-04": ("one_session_each", "sessions_run_out"),
    "3.2-発効-01": ("roles_not_merged",),
    "3.2-発効-02": ("rights_by_three",),
    "3.2-発効-03": ("people_have_factors", "sessions_at_known_terminals"),
    "3.2-発効-04": ("leavers_are_out",),
    "3.2-権限-01": ("guards_of_access",),
    "3.2-権限-02": ("constraints_of_access",),
    "3.2-権限-03": ("requests_run_out",),
    "3.2-権限-04": ("personnel_feed_in_time",),
    "3.2-記録-01": ("log_sealed", "newest_entries_hold", "checkpoints_signed", "commits_wait_for_disk"),
    "3.2-記録-02": (
        "log_kept_long_enough",
        "months_are_open",
        "log_verified_in_time",
        "log_witnessed",
        "witness_of_others",
    ),
    "4-委託-01": ("contract_clause_purpose", "contractors_under_contract", "contract_head_counts"),
    "4-委託-02": ("contract_clause_copying",),
    "4-委託-03": ("contract_clause_taking_out",),
    "4-委託-04": ("contract_clause_subcontract", "subcontracts_permitted"),
    "4-委託-05": ("contract_clause_return",),
    "4-委託-06": ("contract_clause_report",),
    "4-委託-07": ("contract_clause_training",),
    "4-再委託-01": ("contract_clause_terms",),
    "4-再委託-02": ("contract_clause_special",),
    "4-再委託-03": ("contract_clause_computer",),
    "5-提供-01": ("exports_by_two", "exports_are_reaped"),
    "7-手順-01": ("incident_steps_in_time",),
    "8-監査-01": ("self_inspection_in_time",),
    "8-監査-02": ("internal_audit_in_time", "guards_of_assurance", "constraints_of_assurance"),
    "9-教育-01": ("training_in_time",),
    "9-教育-02": ("training_in_time",),
    "6.1-入手-01": ("asks_for_allowed_duties_only",),
    "6.1-入手-02": ("guards_of_linkage", "constraints_of_linkage"),
    "6.1-入手-03": ("check_digits_refuse",),
    "6.1-入手-05": ("sign_ins_are_logged",),
    "6.1-入手-06": (
        "list_by_two",
        "discrepancies_settled",
        "guards_of_network",
        "constraints_of_network",
        "provisions_on_the_list",
    ),
    "6.1-入手-07": ("sign_ins_are_logged",),
    "6-接続-01": ("sign_ins_are_logged", "log_insert_only"),
    "6-接続-02": ("link_codes_apart",),
    "6-接続-03": ("pages_are_strict", "certificates_in_time"),
    "6-接続-04": ("key_files_closed", "messages_move", "constraints_of_exchange"),
    "6-接続-05": ("no_stranger_reads", "no_stranger_connects", "app_owns_nothing", "app_may_rows_only"),
    "6-接続-06": ("municipal_keys_apart",),
}
"""After `III-A.` and `III-B.`: the assessment promises the same for both files."""

EVIDENCE: Final[dict[str, tuple[str, ...]]] = {
    "II-A.6-保管-04": (*_SERVER, "no_stranger_connects"),
    "II-A.6-保管-05": _BACKUP,
    "II-A.6-保管-07": ("guards_of_intermediary", "constraints_of_intermediary", "backup_is_recent"),
    "II-B.6-保管-04": (*_SERVER, "no_stranger_connects"),
    "II-B.6-保管-05": _BACKUP,
    "II-B.6-保管-06": ("media_arrive",),
    "II-B.6-保管-07": ("papers_came_back",),
    "II-B.6-保管-09": ("guards_of_intermediary", "constraints_of_intermediary", "backup_is_recent"),
    "III-A.2-入手-01": ("guards_of_inquiry", "constraints_of_inquiry"),
    **{f"III-{file}.{name}": checks for file in "AB" for name, checks in _OF_BOTH_FILES.items()},
    "III-B.2-入手-01": ("register_arrives", "guards_of_residents", "constraints_of_residents"),
    "III-B.2-入手-02": ("nonresidents_compared",),
    "III-B.2-入手-03": ("check_digits_refuse",),
    "III-B.2-入手-05": ("sign_ins_are_logged",),
    "III-B.6.2-提供-01": (
        "replicas_agree",
        "working_files_closed",
        "constraints_of_batch",
    ),
    "III-B.6.2-提供-02": ("duties_not_merged", "rights_fit_duties"),
    "III-B.6.2-提供-03": (
        "held_by_two_officers",
        "held_in_time",
        "protection_has_reasons",
        "nondisclosure_codes_close",
    ),
    "III-B.6.2-提供-04": ("list_copy_in_time", "list_copy_genuine", "list_copy_whole"),
    "III-B.6.2-提供-05": ("provisions_on_the_list", "records_written"),
    "III-B.6.2-提供-06": ("flagged_only_released",),
    "III-B.6.2-提供-07": ("sign_ins_are_logged",),
    "V.1-しきい値-01": ("classes_as_published",),
    "別紙-01-01": ("guards_of_benefits",),
    "別紙-01-02": ("addresses_matched",),
    "別紙-02-01": ("exports_by_two",),
    "別紙-03-01": ("constraints_of_benefits",),
    "別紙-04-02": ("payments_by_three", "guards_of_custody", "constraints_of_custody"),
    "別紙-05-01": ("training_in_time",),
    "別紙-06-02": ("training_in_time",),
    "別紙-07-01": ("dispatch_by_second",),
    "別紙-07-02": ("exports_are_reaped",),
    "別紙-08-01": ("exports_by_two",),
    "別紙-09-01": ("training_in_time",),
    "別紙-09-02": ("papers_came_back",),
    "別紙-09-03": ("disposal_by_second",),
    "別紙-10-01": ("papers_came_back", "nothing_overdue", "deletions_finished"),
    "別紙-10-02": ("disposal_by_second",),
}


def checks_of(promise_id: str) -> tuple[str, ...]:
    """Names of the checks that show this promise; none: a person confirms it."""
    return EVIDENCE.get(promise_id, ())
