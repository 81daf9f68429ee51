"""Files that other departments and cities hand over for the 2021 benefit (issue 2 §3): CSV, UTF-8, header."""

from __future__ import annotations

from todoke.records.csv_input import Column, CsvLayout
from todoke.records.csv_rules import (
    Count,
    Date,
    Digits,
    Either,
    Flag,
    IndividualNumber,
    IntegratedNumber,
    JukiCode,
    OneOf,
    Rule,
    Text,
    Yen,
)
from todoke.records.csv_table_rules import AllOrNone, ExactlyOne, FilledWhen, Unique

EDITION = "2021"
SEXES = OneOf(("1", "2"))
ASSISTANCE_KINDS = OneOf(("生活保護", "児童扶養手当", "障害", "介護"))
ACCOUNT_TYPES = OneOf(("1", "2", "4", "9"))

_RESIDENT = Column("resident_code", "住基個人コード", Digits(10), personal=True)
_HOUSEHOLD = Column("household_code", "世帯コード", Digits(10, suffix=True), personal=True)
_ATTRIBUTES = (
    Column("name_kanji", "氏名", Text(240), personal=True),
    Column("sex", "性別（1 男、2 女）", SEXES, personal=True),
    Column("birth_date", "生年月日", Date(), personal=True),
    Column("address", "住所", Text(400), personal=True),
)

RESIDENTS = CsvLayout(
    "residents",
    EDITION,
    "住民記録（基準日・最新）",
    (
        _RESIDENT,
        _HOUSEHOLD,
        Column("is_head", "世帯主か", Flag()),
        Column("relationship", "続柄", Text(60)),
        Column("name_kanji", "氏名", Text(240), personal=True),
        Column("name_kana", "氏名カナ", Text(240), required=False, personal=True),
        Column("sex", "性別（1 男、2 女）", SEXES, personal=True),
        Column("birth_date", "生年月日", Date(), personal=True),
        Column("postal_code", "郵便番号", Digits(7), personal=True),
        Column("address", "住所", Text(400), personal=True),
        Column("ward_code", "現住所区コード", Digits(5)),
        Column("moved_in_on", "転入日", Date(), required=False, personal=True),
        Column("previous_municipality", "前住所コード（99999 国外）", Digits(5), required=False),
        Column("left_on", "消除日", Date(), required=False, personal=True),
        Column("left_reason", "消除事由", Text(60), required=False),
        Column("nationality", "国籍", Text(60), personal=True),
        Column("protected", "支援措置", Flag(), personal=True),
    ),
    rules=(Unique(("resident_code",)), AllOrNone(("left_on", "left_reason"))),
)

TAX = CsvLayout(
    "tax",
    EDITION,
    "市民税課税情報（市内課税分）",
    (
        _RESIDENT,
        Column("tax_year", "課税年度", Digits(4)),
        Column("declared", "申告あり", Flag(), personal=True),
        Column("total_income", "合計所得金額", Yen(), required=False, personal=True),
        Column("gross_income", "総所得金額等", Yen(), required=False, personal=True),
        Column("income_levy", "所得割額", Yen(), required=False, personal=True),
        Column("per_capita_levy", "均等割額", Yen(), required=False, personal=True),
        Column("levy_waived", "減免", Flag(), personal=True),
        Column("treaty_exempt", "租税条約免除", Flag(), personal=True),
        Column("supporter", "扶養者", Either(Digits(10), ("OUTSIDE",)), required=False, personal=True),
        Column("supporter_taxed", "扶養者が課税か", Flag(), required=False, personal=True),
    ),
    rules=(
        Unique(("resident_code", "tax_year")),
        FilledWhen("declared", "1", ("total_income", "gross_income", "income_levy", "per_capita_levy")),
    ),
)

ASSISTANCE = CsvLayout(
    "assistance",
    EDITION,
    "付帯状況",
    (
        _RESIDENT,
        Column("kind", "種別", ASSISTANCE_KINDS, personal=True),
        Column("valid_from", "開始日", Date(), personal=True),
        Column("valid_to", "終了日", Date(), required=False, personal=True),
    ),
    rules=(Unique(("resident_code", "kind", "valid_from")),),
)

INDIVIDUAL_NUMBERS = CsvLayout(
    "individual_numbers",
    EDITION,
    "個人番号と4情報（統合番号連携システム専用）",
    (_RESIDENT, Column("individual_number", "個人番号", IndividualNumber(), personal=True), *_ATTRIBUTES),
    rules=(Unique(("resident_code",)), Unique(("individual_number",))),
)

_ACCOUNT = (
    Column("bank_code", "銀行コード", Digits(4), required=False, personal=True),
    Column("branch_code", "支店コード", Digits(3), required=False, personal=True),
    Column("account_type", "預金種目", ACCOUNT_TYPES, required=False, personal=True),
    Column("account_number", "口座番号", Digits(7), required=False, personal=True),
    Column("account_holder_kana", "口座名義カナ", Text(200), required=False, personal=True),
)

RESPONSES = CsvLayout(
    "responses",
    EDITION,
    "返送された確認書・申請書",
    (
        _HOUSEHOLD,
        Column("received_on", "受付日", Date()),
        Column("route", "受付経路", Text(60)),
        Column("declines", "辞退", Flag(), personal=True),
        Column("declared_supporter_taxed", "扶養者課税の申出", Flag(), required=False, personal=True),
        *_ACCOUNT,
    ),
    rules=(AllOrNone(tuple(column.name for column in _ACCOUNT)),),
)

_INTEGRATED = Column("integrated_number", "統合番号", IntegratedNumber(), personal=True)

NEIGHBOUR_NUMBERS = CsvLayout(
    "neighbour_numbers",
    EDITION,
    "他市町村の統合番号と個人番号",
    (_INTEGRATED, Column("individual_number", "個人番号", IndividualNumber(), personal=True)),
    rules=(Unique(("integrated_number",)), Unique(("individual_number",))),
)

REPLICA_ITEMS: tuple[tuple[str, str, Rule], ...] = (
    ("tax_year", "課税年度", Digits(4)),
    ("gross_income", "総所得金額等", Yen()),
    ("total_income", "合計所得金額", Yen()),
    ("dependants_general", "扶養控除情報:一般", Count(2)),
    ("dependants_specific", "扶養控除情報:特定", Count(2)),
    ("dependants_elderly", "扶養控除情報:老人", Count(2)),
    ("dependants_under16", "16歳未満扶養者数", Count(2)),
    ("housing_credit", "住宅借入金等特別税額控除額", Yen()),
    ("housing_credit_before_transfer", "住宅借入金等特別税額控除額【税源移譲前】", Yen()),
    ("donation_credit", "寄附金税額控除額", Yen()),
    ("donation_credit_before_transfer", "寄附金税額控除額【税源移譲前】", Yen()),
    ("income_levy", "所得割額", Yen()),
    ("income_levy_before_transfer", "所得割額【税源移譲前】", Yen()),
    ("per_capita_levy", "均等割額", Yen()),
    ("taxed_elsewhere", "住民登録外課税の有無", Flag()),
    ("taxing_municipality", "住民登録外課税者の課税地市区町村コード", Digits(5)),
)

REPLICA = CsvLayout(
    "neighbour_replica",
    EDITION,
    "他市町村の副本（地方税関係情報）",
    (
        _INTEGRATED,
        *(Column(name, label, rule, required=False, personal=True) for name, label, rule in REPLICA_ITEMS),
        *(
            Column(f"{name}_reason", f"{label}-RON", Text(16), required=False, personal=True)
            for name, label, _ in REPLICA_ITEMS
        ),
        Column("auto_reply_prohibited", "自動応答不可フラグ", Flag(), personal=True),
    ),
    rules=(
        Unique(("integrated_number",)),
        *(ExactlyOne((name, f"{name}_reason")) for name, _, _ in REPLICA_ITEMS),
    ),
)

JUKI = CsvLayout(
    "juki",
    EDITION,
    "住民票コードと個人番号（住基ネット専用）",
    (
        Column("juki_code", "住民票コード", JukiCode(), personal=True),
        Column("individual_number", "個人番号", IndividualNumber(), personal=True),
    ),
    rules=(Unique(("juki_code",)), Unique(("individual_number",))),
)

LAYOUTS = (
    RESIDENTS,
    TAX,
    ASSISTANCE,
    INDIVIDUAL_NUMBERS,
    RESPONSES,
    NEIGHBOUR_NUMBERS,
    REPLICA,
    JUKI,
)
