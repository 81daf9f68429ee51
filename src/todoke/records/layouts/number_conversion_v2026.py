"""個人番号・統合番号変換: what an existing system hands over and gets back (PIA 統合番号連携 (6)): CSV, UTF-8, header."""

from __future__ import annotations

from todoke.records.csv_input import Column, CsvLayout
from todoke.records.csv_rules import Date, Hidden, IndividualNumber, IntegratedNumber, OneOf, Text
from todoke.records.csv_table_rules import EmptyWhen, RuleWhen

EDITION = "2026"

_TO_LOCAL, _FROM_LOCAL = "integrated_to_local", "local_to_integrated"
_FROM_INDIVIDUAL, _TO_INDIVIDUAL = "individual_to_integrated", "integrated_to_individual"

REQUEST = CsvLayout(
    "number_conversion",
    EDITION,
    "番号変換の依頼",
    (
        Column("direction", "変換の向き", OneOf((_FROM_LOCAL, _TO_LOCAL, _FROM_INDIVIDUAL, _TO_INDIVIDUAL))),
        Column("local_system", "業務固有番号のシステム（業務固有番号の変換のみ）", Text(20), required=False),
        Column("number", "変換する番号", Hidden(Text(20)), personal=True),
        Column("name_kanji", "氏名", Text(240), personal=True),
        Column("sex", "性別（1 男、2 女）", OneOf(("1", "2")), personal=True),
        Column("birth_date", "生年月日", Date(), personal=True),
        Column("address", "住所", Text(400), personal=True),
    ),
    rules=(
        EmptyWhen("direction", (_FROM_INDIVIDUAL, _TO_INDIVIDUAL), "local_system"),
        RuleWhen("direction", (_FROM_INDIVIDUAL,), "number", IndividualNumber()),
        RuleWhen("direction", (_TO_LOCAL, _TO_INDIVIDUAL), "number", IntegratedNumber()),
    ),
)

ANSWER = CsvLayout(
    "number_conversion_answer",
    EDITION,
    "番号変換の回答（依頼と同じ並び）",
    (
        Column("row", "依頼の行（見出しの次が1）", Text(12)),
        Column("answer", "変換後の番号（変換できないときは空欄）", Text(20), required=False, personal=True),
        Column("refusal", "変換できない理由", Text(20), required=False),
    ),
)

LAYOUTS = (REQUEST, ANSWER)
