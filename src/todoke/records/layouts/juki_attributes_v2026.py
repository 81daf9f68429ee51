"""本人確認情報 for the 住基ネット part of the national site: CSV, UTF-8, header. A stand-in for what J-LIS holds."""

from __future__ import annotations

from todoke.records.csv_input import Column, CsvLayout
from todoke.records.csv_rules import Date, IndividualNumber, OneOf, Text
from todoke.records.csv_table_rules import Unique

EDITION = "2026"
CURRENT, NUMBER_CHANGED, DIED = "1", "2", "3"

JUKI_ATTRIBUTES = CsvLayout(
    "juki_attributes",
    EDITION,
    "本人確認情報（住基ネット専用）",
    (
        Column("individual_number", "個人番号", IndividualNumber(), personal=True),
        Column("name_kanji", "氏名", Text(240), personal=True),
        Column("sex", "性別（1 男、2 女）", OneOf(("1", "2")), personal=True),
        Column("birth_date", "生年月日", Date(), personal=True),
        Column("address", "住所", Text(400), personal=True),
        Column(
            "status",
            "状態（1 現存、2 個人番号の変更、3 死亡）",
            OneOf((CURRENT, NUMBER_CHANGED, DIED)),
            personal=True,
        ),
    ),
    rules=(Unique(("individual_number",)),),
)
LAYOUTS = (JUKI_ATTRIBUTES,)
