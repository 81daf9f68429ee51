"""Files in which a duty asks for the registration of many 住登外者 at once: CSV, UTF-8, header."""

from __future__ import annotations

from todoke.records.csv_input import Column, CsvLayout
from todoke.records.csv_rules import Date, IndividualNumber, OneOf, Text
from todoke.records.csv_table_rules import Unique

EDITION = "2026"

REGISTRATION_REQUESTS = CsvLayout(
    "registration_requests",
    EDITION,
    "住登外者の登録依頼",
    (
        Column("local_number", "業務固有番号", Text(20), personal=True),
        Column("individual_number", "個人番号", IndividualNumber(), required=False, personal=True),
        Column("name_kanji", "氏名", Text(240), personal=True),
        Column("sex", "性別（1 男、2 女）", OneOf(("1", "2")), personal=True),
        Column("birth_date", "生年月日", Date(), personal=True),
        Column("address", "住所", Text(400), personal=True),
    ),
    rules=(Unique(("local_number",)),),
)
LAYOUTS = (REGISTRATION_REQUESTS,)
