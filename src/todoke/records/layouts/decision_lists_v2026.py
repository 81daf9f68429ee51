"""Lists that a decision reads beside registers and tax records: special persons, declared figures, earlier rounds.

The columns are ours: what municipalities hand over here differs from one to the next (facts/benefit.md §1.1–1.4).
"""

from __future__ import annotations

from todoke.records.csv_input import Column, CsvLayout
from todoke.records.csv_rules import Count, Date, Digits, Flag, OneOf, Text, YearMonth, Yen
from todoke.records.csv_table_rules import Unique

EDITION = "2026"
SPECIAL_KINDS = OneOf(("配偶者等からの避難", "措置入所児童等", "職権消除後の再登録"))
STANDINGS = OneOf(("支給済み", "未申請", "辞退"))

_RESIDENT = Column("resident_code", "住基個人コード", Digits(10), personal=True)

SPECIAL_PERSONS = CsvLayout(
    "special_persons",
    EDITION,
    "配慮を要する人（避難者・施設入所児童・職権消除後の再登録）",
    (
        _RESIDENT,
        Column("kind", "区分", SPECIAL_KINDS, personal=True),
        Column("noted_on", "申出・措置・再登録の日", Date(), personal=True),
    ),
    rules=(Unique(("resident_code", "kind")),),
)

HARDSHIP_FIGURES = CsvLayout(
    "hardship_figures",
    EDITION,
    "家計急変の申立て（任意の1か月の収入）",
    (
        _RESIDENT,
        Column("month", "任意の月（西暦年月6桁）", YearMonth(), personal=True),
        Column("salary", "給与収入", Yen(), required=False, personal=True),
        Column("business", "事業収入", Yen(), required=False, personal=True),
        Column("property", "不動産収入", Yen(), required=False, personal=True),
        Column("pension", "公的年金等収入", Yen(), required=False, personal=True),
        Column("business_cost", "事業の経費", Yen(), required=False, personal=True),
        Column("property_cost", "不動産の経費", Yen(), required=False, personal=True),
        Column("dependants", "同一生計配偶者と扶養親族の数", Count(2), required=False, personal=True),
        Column("special", "障害者・未成年者・寡婦・ひとり親", Flag(), required=False, personal=True),
    ),
    rules=(Unique(("resident_code",)),),
)

SHORTFALL_FIGURES = CsvLayout(
    "shortfall_figures",
    EDITION,
    "調整給付の算定に使う税額",
    (
        _RESIDENT,
        Column("income_tax", "令和6年分推計所得税額", Yen(), required=False, personal=True),
        Column("income_levy_before", "定額減税前の所得割額", Yen(), required=False, personal=True),
        Column("dependants", "同一生計配偶者と扶養親族の数", Count(2), required=False, personal=True),
    ),
    rules=(Unique(("resident_code",)),),
)

EARLIER_ROUNDS = CsvLayout(
    "earlier_rounds",
    EDITION,
    "先行する給付の対象世帯",
    (
        Column("household_code", "世帯コード", Digits(10, suffix=True), personal=True),
        Column("programme", "事業コード", Text(40)),
        Column("head", "当時の世帯主の住基個人コード", Digits(10), required=False, personal=True),
        Column("standing", "状況", STANDINGS, personal=True),
    ),
    rules=(Unique(("household_code", "programme")),),
)

LAYOUTS = (SPECIAL_PERSONS, HARDSHIP_FIGURES, SHORTFALL_FIGURES, EARLIER_ROUNDS)
