"""金融機関・店舗コードの一覧 as of a day: which branches exist, from when, until when, and into which they went.

Public lists hold no dates: a merged branch vanishes from one edition to the next (facts/benefit.md §4). A city keeps the
dated list here, so that an account at a branch that was closed is answered with the branch that took it over.
"""

from __future__ import annotations

from todoke.records.csv_input import Column, CsvLayout
from todoke.records.csv_rules import Date, Digits, Text
from todoke.records.csv_table_rules import AllOrNone, NotBefore, Unique

EDITION = "2026"

BRANCHES = CsvLayout(
    "bank_branches",
    EDITION,
    "金融機関・店舗コードの一覧",
    (
        Column("bank_code", "金融機関コード", Digits(4)),
        Column("branch_code", "店舗コード", Digits(3)),
        Column("bank_name", "金融機関名", Text(60)),
        Column("branch_name", "店舗名", Text(60)),
        Column("valid_from", "始まりの日（空欄は以前から）", Date(), required=False),
        Column("valid_until", "終わりの日（この日まで使える。空欄は期限なし）", Date(), required=False),
        Column("successor_bank", "承継先の金融機関コード", Digits(4), required=False),
        Column("successor_branch", "承継先の店舗コード", Digits(3), required=False),
    ),
    rules=(
        Unique(("bank_code", "branch_code")),
        NotBefore("valid_until", "valid_from"),
        AllOrNone(("successor_bank", "successor_branch")),
    ),
)

LAYOUTS = (BRANCHES,)
