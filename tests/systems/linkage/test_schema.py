"""S8: 統合番号連携 keeps the basic attributes and nothing else about a person."""

from __future__ import annotations

from django.apps import apps

# A new column here is a decision about the PIA (別添1 統合番号連携ファイル), not a detail: change both or neither.
COLUMNS = {
    "linkage_person": {
        "integrated_number",
        "name_kanji",
        "sex",
        "birth_date",
        "address",
        "auto_reply_prohibited",
        # その他住民票関係情報: 「自動応答不可の状況及びその理由等を表示するために保有する」 (PIA II.2 記録される項目)
        "auto_reply_reason",
    },
    "linkage_individualnumber": {
        "id",
        "person_id",
        "municipality",
        "key_id",
        "blind_index",
        "ciphertext",
        "standing",
    },
    "linkage_localnumber": {"id", "person_id", "system", "local_number", "former"},
    # derived from linkage_person alone, to search by (ADR 0012)
    "linkage_matchform": {"person_id", "name", "sex", "birth_date", "address", "town", "edition"},
    # 訂正と履歴: who, when, which numbers; what an attribute was is kept nowhere
    "linkage_numberalias": {"former_id", "person_id", "correction_id"},
    "linkage_personevent": {
        "id",
        "at",
        "by",
        "confirmed_by",
        "kind",
        "person_id",
        "other_id",
        "what",
        "evidence",
        "correction_id",
    },
    "linkage_correction": {
        "id",
        "kind",
        "person_id",
        "other_id",
        "local_numbers",
        "takes_number",
        # of the person whom a split will make; null as soon as the request has ended (constraint)
        "name_kanji",
        "sex",
        "birth_date",
        "address",
        "reason",
        "evidence",
        "state",
        "state_at",
        "state_by",
        "requested_by",
        "requested_at",
        "confirmed_by",
        "confirmed_at",
    },
    "linkage_lookup": {"handle", "at", "staff_id", "purpose", "person_id"},
    # whether the 符号 was asked for and acquired, never the 符号
    "linkage_coderequest": {
        "person_id",
        "state",
        "message_key",
        "refusal",
        "changed_at",
        "requested_at",
        "attempts",
    },
    # what a system is still to be told (PIA: 統合番号 goes back to the system where it came from)
    "linkage_numbernotice": {"id", "system_id", "local_number", "person_id", "event", "noted_at", "file_id"},
    "linkage_query": {
        "record_id",
        "batch_id",
        "person_id",
        "provider",
        "duty",
        "procedure",
        "information_code",
        "nondisclosure",
        "state",
        "error",
        "sequence",
        "item_values",
        "item_reasons",
        "handed_over",
    },
}
NOT_ABOUT_PERSONS = {
    "linkage_conversioncount",
    "linkage_conversionfault",
    "linkage_conversionjob",
    "linkage_conversionright",
    "linkage_existingsystem",
    "linkage_exchangedfile",
    "linkage_filefault",
    "linkage_filepartner",
    "linkage_filequeue",
    "linkage_intermediarybacklog",
    "linkage_intermediarystatus",
    "linkage_querybatch",
    "linkage_queryreceipt",
    "linkage_queryreturn",
    "linkage_resultcursor",
    "linkage_registerload",
}


def test_no_other_column_stands_beside_a_person() -> None:
    models = {model._meta.db_table: model for model in apps.get_app_config("linkage").get_models()}
    assert models.keys() == COLUMNS.keys() | NOT_ABOUT_PERSONS
    for table, columns in COLUMNS.items():
        assert {field.column for field in models[table]._meta.local_fields} == columns


def test_no_column_anywhere_could_hold_a_link_code_or_an_acquisition_number() -> None:
    for model in apps.get_app_config("linkage").get_models():
        for field in model._meta.local_fields:
            assert "link_code" not in field.name
            assert "acquisition" not in field.name
