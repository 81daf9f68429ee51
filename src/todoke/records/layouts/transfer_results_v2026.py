"""総合振込の結果: what the bank tells of every transfer of a file, or of those that it could not pay (振込不能).

There is no standard return file for 総合振込: banks send a list, a web page or paper (facts/benefit.md §4). The columns
are ours, by the keys of our own file: 顧客コード1・2 lead back to the case, account and yen prove that it is the same
transfer. A city whose bank sends a list of its own adds an edition beside this one.
"""

from __future__ import annotations

from todoke.records.csv_input import Column, CsvLayout
from todoke.records.csv_rules import Date, Digits, OneOf, Yen
from todoke.records.csv_table_rules import FilledWhen, Unique

EDITION = "2026"
PAID, FAILED = "1", "2"

RESULTS = CsvLayout(
    "transfer_results",
    EDITION,
    "総合振込の結果（振込不能を含む）",
    (
        Column("customer_code", "顧客コード1・2", Digits(20), personal=True),
        Column("bank_code", "被仕向銀行番号", Digits(4), personal=True),
        Column("branch_code", "被仕向支店番号", Digits(3), personal=True),
        Column("account_number", "口座番号", Digits(7), personal=True),
        Column("amount", "振込金額", Yen()),
        Column("result", "結果（1 振込済、2 振込不能）", OneOf((PAID, FAILED))),
        Column("failure", "不能事由", OneOf(("1", "2", "3", "4", "5", "9")), required=False, personal=True),
        Column("settled_on", "振込日または返却日", Date()),
    ),
    rules=(Unique(("customer_code",)), FilledWhen("result", FAILED, ("failure",))),
)

LAYOUTS = (RESULTS,)
