"""Files exchanged with 既存業務システム (PIA I.2 システム2 (7)): their real layouts are not public, these are ours.

Fixed-length forms are for hosts: the queue says in which character set. Their columns are those of the CSV form.
"""

from __future__ import annotations

from todoke.records.charsets import IBM_939
from todoke.records.csv_input import Column, CsvLayout
from todoke.records.csv_rules import Date, Free, IntegratedNumber, OneOf, Text
from todoke.records.csv_table_rules import Unique
from todoke.records.fields import Field, Kind, RecordLayout
from todoke.records.layouts.inquiry_answer_v2021 import ITEMS

EDITION = "2022"

NUMBERS_HOST = RecordLayout(
    "individual_numbers_host",
    EDITION,
    "個人番号と4情報（住民記録システムからの固定長）",
    IBM_939,
    (
        Field("resident_code", "", "住基個人コード", 10, Kind.CODE, personal=True),
        Field("individual_number", "", "個人番号", 12, Kind.CODE, personal=True),
        Field("name_kanji", "", "氏名", 122, Kind.MIXED, personal=True),
        Field("sex", "", "性別（1 男、2 女）", 1, Kind.CODE, personal=True),
        Field("birth_date", "", "生年月日", 10, Kind.TEXT, personal=True, note="YYYY-MM-DD"),
        Field("address", "", "住所", 242, Kind.MIXED, personal=True),
        Field("filler", "", "予備", 3, Kind.FILLER),
    ),
)

NUMBER_NOTICES = CsvLayout(
    "number_notices",
    EDITION,
    "統合番号の通知",
    (
        Column("local_number", "業務固有番号", Text(20), personal=True),
        Column("integrated_number", "統合番号", IntegratedNumber(), personal=True),
        Column("event", "事由（1 付番、2 変更）", OneOf(("1", "2"))),
        Column("noted_on", "発生日", Date()),
    ),
)

NUMBER_NOTICES_HOST = RecordLayout(
    "number_notices_host",
    EDITION,
    "統合番号の通知（固定長）",
    IBM_939,
    (
        Field("local_number", "", "業務固有番号", 20, Kind.TEXT, personal=True),
        Field("integrated_number", "", "統合番号", 15, Kind.CODE, personal=True),
        Field("event", "", "事由", 1, Kind.CODE, note="1 付番、2 変更"),
        Field("noted_on", "", "発生日", 10, Kind.TEXT, note="YYYY-MM-DD"),
        Field("filler", "", "予備", 18, Kind.FILLER),
    ),
)

QUERY_RESULTS = CsvLayout(
    "query_results",
    EDITION,
    "照会結果（値と未設定事由）",
    (
        Column("record_id", "レコード識別番号", Text(32)),
        Column("integrated_number", "統合番号", IntegratedNumber(), personal=True),
        Column("outcome", "結果", Text(20)),
        Column("error", "エラー理由", Text(40), required=False),
        *(Column(name, name, Free(), required=False, personal=True) for name in ITEMS),
        *(Column(f"{name}_reason", f"{name}-RON", Free(), required=False, personal=True) for name in ITEMS),
    ),
    rules=(Unique(("record_id",)),),
)

CSV_LAYOUTS = (NUMBER_NOTICES, QUERY_RESULTS)
RECORD_LAYOUTS = (NUMBERS_HOST, NUMBER_NOTICES_HOST)
