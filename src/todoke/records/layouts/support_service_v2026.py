"""給付支援サービスの申請一覧: applications that came in through an electronic service, as a CSV list.

The columns are ours: the service's own list layout was not at hand (facts/benefit.md, gaps). A city that has it adds
an edition beside this one.
"""

from __future__ import annotations

from todoke.records.csv_input import Column, CsvLayout
from todoke.records.csv_rules import Date, Digits, Flag, OneOf, Text
from todoke.records.csv_table_rules import AllOrNone, FilledWhen, Unique
from todoke.records.layouts.city_inputs_v2021 import ACCOUNT_TYPES

EDITION = "2026"
ACCOUNTS = OneOf(("公金受取口座", "申請者の口座", "なし"))
_ACCOUNT = ("銀行コード", "支店コード", "預金種目", "口座番号", "口座名義カナ")

APPLICATIONS = CsvLayout(
    "service_applications",
    EDITION,
    "給付支援サービスの申請一覧",
    (
        Column("受付番号", "サービスの受付番号", Digits(12)),
        Column("世帯コード", "世帯コード", Digits(10, suffix=True), personal=True),
        Column("申請日", "申請日", Date()),
        Column("辞退", "受給を辞退する", Flag(), personal=True),
        Column("扶養者課税の申出", "扶養者課税の申出", Flag(), required=False, personal=True),
        Column("口座の種類", "口座の種類", ACCOUNTS, personal=True),
        Column("銀行コード", "銀行コード", Digits(4), required=False, personal=True),
        Column("支店コード", "支店コード", Digits(3), required=False, personal=True),
        Column("預金種目", "預金種目", ACCOUNT_TYPES, required=False, personal=True),
        Column("口座番号", "口座番号", Digits(7), required=False, personal=True),
        Column("口座名義カナ", "口座名義カナ", Text(200), required=False, personal=True),
    ),
    rules=(
        Unique(("受付番号",)),
        AllOrNone(_ACCOUNT),
        FilledWhen("口座の種類", "公金受取口座", _ACCOUNT),
        FilledWhen("口座の種類", "申請者の口座", _ACCOUNT),
    ),
)

LAYOUTS = (APPLICATIONS,)
