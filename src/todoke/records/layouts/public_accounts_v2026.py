"""公金受取口座の照会の結果: for each household that was asked about, whether an account is registered, and which.

Asked by My Number at the registry (公的給付支給等口座登録法, TM00000000000089), so outside this system, which has none. The
columns are ours: the registry's own list was not at hand. A city that has it adds an edition beside this one.
"""

from __future__ import annotations

from todoke.records.csv_input import Column, CsvLayout
from todoke.records.csv_rules import Date, Digits, OneOf, Text
from todoke.records.csv_table_rules import AllOrNone, FilledWhen, Unique
from todoke.records.layouts.city_inputs_v2021 import ACCOUNT_TYPES

EDITION = "2026"
REGISTERED, NONE = "1", "0"
_ACCOUNT = ("bank_code", "branch_code", "account_type", "account_number", "account_holder_kana")

ACCOUNTS = CsvLayout(
    "public_accounts",
    EDITION,
    "公金受取口座の照会の結果",
    (
        Column("case_number", "給付管理番号", Digits(13), personal=True),
        Column("asked_on", "照会日", Date()),
        Column("registered", "登録（1 あり、0 なし）", OneOf((REGISTERED, NONE)), personal=True),
        Column("bank_code", "銀行コード", Digits(4), required=False, personal=True),
        Column("branch_code", "支店コード", Digits(3), required=False, personal=True),
        Column("account_type", "預金種目", ACCOUNT_TYPES, required=False, personal=True),
        Column("account_number", "口座番号", Digits(7), required=False, personal=True),
        Column("account_holder_kana", "口座名義カナ", Text(200), required=False, personal=True),
    ),
    rules=(Unique(("case_number",)), AllOrNone(_ACCOUNT), FilledWhen("registered", REGISTERED, _ACCOUNT)),
)

LAYOUTS = (ACCOUNTS,)
