"""S8: 統合番号連携 keeps what the PIA lists (別添1 統合番号連携ファイル) and nothing else about a person.

The walk is over the database itself, not over the models: a column made by hand fails, too. A new column is a decision
about the PIA: it fails here until it is named, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

import pytest
from django.apps import apps
from django.db import connections

from todoke.sites.database.postgres import Server
from todoke.sites.database.provision import owner_connection
from todoke.sites.instance import Instance
from todoke.systems.linkage.flows import REGISTRATION_ENDS
from todoke.systems.linkage.models.registration import SEALED, TYPED


class Reason(Enum):
    """Why a column may stand here. The first six are the record items of 別添1."""

    INTEGRATED = "統合番号（その他識別情報・内部番号）"
    INDIVIDUAL = "個人番号: sealed, or what its seal needs"
    LOCAL = "業務固有番号 and the system it belongs to"
    ATTRIBUTE = "4情報, or its form of comparison (ADR 0012)"
    NO_REPLY = "自動応答不可（その他住民票関係情報）"
    TRANSIT = "on its way through only: a constraint or an action empties it"
    STATE = "where a procedure stands, who did it and when"
    WHY = "what a duty says of its reasons: never a person's data (help text, PIA III.3)"
    EXCHANGE = "codes of an exchange: who is asked, for what, under which list"
    TECHNICAL = "keys, order, message keys, counts"


_R = Reason
COLUMNS: dict[str, dict[Reason, str]] = {
    "linkage_person": {
        _R.INTEGRATED: "integrated_number",
        _R.ATTRIBUTE: "name_kanji sex birth_date address",
        # 「自動応答不可の状況及びその理由等を表示するために保有する」 (PIA II.2)
        _R.NO_REPLY: "auto_reply_prohibited auto_reply_reason",
    },
    "linkage_individualnumber": {
        _R.INTEGRATED: "person_id",
        _R.INDIVIDUAL: "municipality key_id blind_index ciphertext",
        _R.STATE: "standing",
        _R.TECHNICAL: "id",
    },
    "linkage_localnumber": {
        _R.INTEGRATED: "person_id",
        _R.LOCAL: "system local_number",
        _R.STATE: "former",
        _R.TECHNICAL: "id",
    },
    "linkage_matchform": {
        _R.INTEGRATED: "person_id",
        _R.ATTRIBUTE: "name sex birth_date address town",
        _R.TECHNICAL: "edition",
    },
    "linkage_coderequest": {
        _R.INTEGRATED: "person_id",
        _R.EXCHANGE: "organisation",
        _R.STATE: "state refusal changed_at requested_at attempts",
        _R.TECHNICAL: "id message_key",
    },
    "linkage_query": {
        _R.INTEGRATED: "person_id",
        _R.EXCHANGE: "provider duty procedure information_code nondisclosure organisation",
        _R.TRANSIT: "item_values item_reasons",
        _R.STATE: "state error handed_over",
        _R.TECHNICAL: "record_id batch_id sequence",
    },
    "linkage_querybatch": {
        _R.STATE: "submitted_at submitted_by begun_at",
        _R.TECHNICAL: "batch_id send_attempts",
    },
    "linkage_queryreceipt": {_R.STATE: "refusal", _R.TECHNICAL: "id batch_id position record_id"},
    "linkage_resultcursor": {_R.TECHNICAL: "municipality after"},
    "linkage_intermediarystatus": {
        # of a machine, not of a person
        _R.STATE: "state since checked_at error hours opens_at pause_begins_at pause_ends_at pause_reason",
        _R.TECHNICAL: "id checks clock_ahead",
    },
    "linkage_intermediarybacklog": {_R.STATE: "name waiting oldest", _R.TECHNICAL: "id status_id"},
    # of systems and files, not of persons
    "linkage_existingsystem": {
        _R.LOCAL: "code title",
        _R.EXCHANGE: "duties",
        _R.STATE: "valid_from valid_until registered_at registered_by",
    },
    "linkage_conversionright": {
        _R.LOCAL: "system_id local_system_id",
        _R.EXCHANGE: "duty direction law",
        _R.STATE: (
            "valid_from valid_until state state_at state_by declared_by declared_at confirmed_by confirmed_at"
        ),
        _R.TECHNICAL: "id",
    },
    "linkage_conversionjob": {
        _R.LOCAL: "system_id",
        _R.WHY: "duty purpose",
        _R.STATE: "state state_at state_by requested_by requested_at records error expires_at",
        _R.TECHNICAL: "job_id file_name file_sha256 answer_path answer_sha256",
    },
    "linkage_conversioncount": {
        _R.LOCAL: "local_system",
        _R.EXCHANGE: "direction word",
        _R.TECHNICAL: "id job_id records",
    },
    "linkage_conversionprogress": {_R.STATE: "processed", _R.TECHNICAL: "job_id"},
    "linkage_conversionfault": {_R.STATE: "column rule", _R.TECHNICAL: "id job_id row"},
    # file exchange (PIA (7)): queues and files as a whole; what a file holds about persons lies in the age vault
    "linkage_filequeue": {
        _R.LOCAL: "system_id",
        _R.EXCHANGE: ("direction kind layout edition form charset profile record_limit over_limit keep_days"),
        _R.STATE: "served_at trouble state state_at state_by state_reason",
        _R.TECHNICAL: "id next_number",
    },
    "linkage_filepartner": {
        _R.LOCAL: "system_id",
        _R.EXCHANGE: "signing_key recipient account",
        _R.STATE: "registered_at registered_by",
    },
    "linkage_exchangedfile": {
        _R.EXCHANGE: "direction file_name",
        _R.STATE: (
            "size records processed accepted rejected refusal bad_rows cleared answered arrived_at state state_at"
            " state_by"
        ),
        _R.TECHNICAL: "id queue_id number in_order sha256 repeats_id sealed",
    },
    "linkage_numbernotice": {
        # 統合番号 sent to the system that registered the person (PIA II.3 ⑤)
        _R.INTEGRATED: "person_id",
        _R.LOCAL: "system_id local_number",
        _R.STATE: "event noted_at",
        _R.TECHNICAL: "id file_id",
    },
    "linkage_queryreturn": {_R.TECHNICAL: "file_id query_id"},
    "linkage_filefault": {_R.STATE: "column rule", _R.TECHNICAL: "id file_id row"},
    # corrections, search by number (PIA (1)(9)): who asked what, the history by names of attributes, never values but
    # those proposed, which go when the request ends
    "linkage_correction": {
        _R.INTEGRATED: "person_id other_id",
        _R.TRANSIT: "name_kanji sex birth_date address",
        _R.WHY: "reason evidence",
        _R.STATE: "kind state state_at state_by requested_at requested_by confirmed_at confirmed_by",
        _R.TECHNICAL: "id local_numbers takes_number",
    },
    "linkage_numberalias": {_R.INTEGRATED: "former_id person_id", _R.TECHNICAL: "correction_id"},
    "linkage_personevent": {
        _R.INTEGRATED: "person_id other_id",
        _R.WHY: "what evidence",
        _R.STATE: "at by confirmed_by kind",
        _R.TECHNICAL: "id correction_id",
    },
    "linkage_lookup": {
        _R.INTEGRATED: "person_id",
        _R.WHY: "purpose",
        _R.STATE: "at staff_id",
        _R.TECHNICAL: "handle",
    },
    "linkage_registerload": {_R.STATE: "at by", _R.TECHNICAL: "id file first_number last_number"},
    # replicas (PIA (4)): a keyed digest, sealed rows that go when decided, counts; no item stays
    "linkage_registeredcopy": {
        _R.INTEGRATED: "person_id",
        _R.STATE: "state sent_at registered_at",
        _R.TECHNICAL: "id fiscal_year digest message_key",
    },
    "linkage_replicacorrection": {
        _R.INTEGRATED: "person_id",
        _R.TRANSIT: "sealed",
        _R.WHY: "reason",
        _R.STATE: "state proposed_at proposed_by confirmed_at confirmed_by declined_at declined_by",
        _R.TECHNICAL: "id fiscal_year deletes",
    },
    "linkage_replicadifference": {
        _R.INTEGRATED: "integrated_number",
        _R.STATE: "kind state state_at state_by",
        _R.TECHNICAL: "id fiscal_year reconciliation_id",
    },
    "linkage_replicafile": {
        _R.LOCAL: "system",
        _R.STATE: "kind state received_at received_by settled_at rows bad_rows",
        _R.TECHNICAL: "id name sha256 wrapped_key",
    },
    "linkage_replicapiece": {
        _R.STATE: "state sent_at settled_at error rows registered replaced deleted deleted_at",
        _R.TECHNICAL: "id file_id fiscal_year number message_key sealed_sha256",
    },
    "linkage_reconciliation": {
        _R.STATE: (
            "begun_at begun_by finished_at messages sent received ours theirs missing surplus stale different"
        ),
        _R.TECHNICAL: "id",
    },
    "linkage_singlequery": {
        _R.WHY: "purpose",
        _R.STATE: "asked_at asked_by answered_at taken_at dropped_at",
        _R.TECHNICAL: "query_id",
    },
    "linkage_registration": {
        _R.TRANSIT: " ".join((*TYPED, *SEALED)),
        _R.INTEGRATED: "person_id chosen_person_id",
        _R.LOCAL: "system",
        _R.WHY: "duty purpose reason",
        _R.STATE: (
            "state state_at state_by requested_by requested_at searched_at choice chosen_by chosen_at confirmed_by"
            " confirmed_at outcome name_equal sex_equal birth_date_equal address_equal candidates_shown"
        ),
        _R.TECHNICAL: "request_id file_sha256 file_row rules_edition",
    },
    "linkage_registrationcandidate": {
        # the whole row goes when the request ends
        _R.TRANSIT: "person_id name_level sex_level birth_date_level address_level by_number",
        _R.TECHNICAL: "id request_id rank",
    },
    "linkage_consistencyrun": {
        _R.INTEGRATED: "last_person",
        _R.STATE: "started_at started_by finished_at asked equal differing number_changed died not_found",
        _R.TECHNICAL: "id",
    },
    "linkage_difference": {
        _R.INTEGRATED: "person_id",
        _R.TRANSIT: "found",
        _R.WHY: "reason",
        _R.STATE: (
            "kind settlement state state_at state_by proposed_by proposed_at confirmed_by confirmed_at"
        ),
        _R.TECHNICAL: "id run_id",
    },
}
TOOLS = ("batch_", "custody_", "django_", "exchange_", "oplog_")
"""Tables of the house's tools, the same in every database; each has its own rules and tests."""
_WALK = """
SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2
"""


def _walk() -> Iterator[tuple[str, str]]:
    with connections["linkage"].cursor() as cursor:
        cursor.execute(_WALK)
        for table, column in cursor.fetchall():
            if not table.startswith(TOOLS):
                yield table, column


def _named() -> set[tuple[str, str]]:
    pairs = [
        (table, column)
        for table, reasons in COLUMNS.items()
        for columns in reasons.values()
        for column in columns.split()
    ]
    assert len(pairs) == len(set(pairs)), "a column has two reasons"
    return set(pairs)


@pytest.mark.usefixtures("server")
def test_no_other_column_stands_anywhere_in_the_database() -> None:
    assert set(_walk()) == _named()


def test_a_column_made_by_hand_is_found(instance: Instance, server: Server) -> None:
    """The walk can fail: it sees what no model knows."""
    with owner_connection(instance, server, instance.owner("linkage")) as owner:
        owner.execute("CREATE TABLE linkage_notes (telephone text)")
        try:
            assert set(_walk()) - _named() == {("linkage_notes", "telephone")}
        finally:
            owner.execute("DROP TABLE linkage_notes")


@pytest.mark.usefixtures("server")
def test_what_is_in_transit_is_held_empty_by_the_database() -> None:
    """A request that has ended holds nothing typed, a difference settled no value, an answer handed over no items."""
    with connections["linkage"].cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conname = ANY(%s)",
            [
                [
                    "registration_typed_until_it_ends",
                    "juki_difference_value_until_settled",
                    "linkage_query_items_only_in_transit",
                ]
            ],
        )
        held = dict(cursor.fetchall())
    assert len(held) == 3
    typed = held["registration_typed_until_it_ends"]
    for column in (*TYPED, *SEALED):
        assert f"{column} IS NULL" in typed
    for state in REGISTRATION_ENDS:
        assert f"'{state}'" in typed
    assert "found IS NULL" in held["juki_difference_value_until_settled"]
    assert "item_values IS NULL" in held["linkage_query_items_only_in_transit"]


def test_no_column_anywhere_could_hold_a_link_code_or_an_acquisition_number() -> None:
    for model in apps.get_app_config("linkage").get_models():
        for field in model._meta.local_fields:
            assert "link_code" not in field.name
            assert "acquisition" not in field.name
