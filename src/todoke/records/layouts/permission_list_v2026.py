"""照会許可照会リスト: what the network's operator hands in as the draft of an edition. CSV, UTF-8, header.

The real list's file format is not public; this one is ours.
"""

from __future__ import annotations

from todoke.records.csv_input import Column, CsvLayout
from todoke.records.csv_rules import Date, OrganisationName, Prefixed
from todoke.records.csv_table_rules import NotBefore, Unique

EDITION = "2026"
_KEY = ("inquirer", "provider", "duty", "procedure", "information_code", "valid_from")

PERMISSION_LIST = CsvLayout(
    "permission_list",
    EDITION,
    "照会許可照会リスト",
    (
        Column("inquirer", "情報照会者", OrganisationName()),
        Column("provider", "情報提供者", OrganisationName()),
        Column("duty", "事務コード", Prefixed("JM", 14)),
        Column("procedure", "事務手続コード", Prefixed("JT", 14)),
        Column("information_code", "特定個人情報名コード", Prefixed("TM", 14)),
        Column("valid_from", "始まりの日", Date()),
        Column("valid_to", "終わりの日（この日を含む。空欄は期限なし）", Date(), required=False),
    ),
    rules=(Unique(_KEY), NotBefore("valid_to", "valid_from")),
)

LAYOUTS = (PERMISSION_LIST,)
