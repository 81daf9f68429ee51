"""税システム hands over its masters (正本) of 地方税関係情報 for registration as replicas (副本): CSV, UTF-8, header.

One row a person and 年度: 登録 (also 訂正) with all items, each a value or the reason for its absence; 削除 with none,
for who left the record. The file is ordered as the masters changed.
"""

from __future__ import annotations

from typing import Final

from todoke.records.csv_input import Column, CsvLayout
from todoke.records.csv_rules import Digits, Flag, OneOf, Text
from todoke.records.csv_table_rules import OneWhenElseNone, Unique
from todoke.records.layouts.city_inputs_v2021 import REPLICA_ITEMS

EDITION: Final = "2021"
REGISTER, DELETE = "1", "2"

MASTERS = CsvLayout(
    "replica_masters",
    EDITION,
    "副本登録用ファイル（地方税関係情報の正本）",
    (
        Column("local_number", "業務固有番号（宛名番号）", Digits(10), personal=True),
        Column("fiscal_year", "年度", Digits(4)),
        Column("change", "区分（1 登録・訂正、2 削除）", OneOf((REGISTER, DELETE))),
        Column("auto_reply_prohibited", "自動応答不可フラグ", Flag(), personal=True),
        *(Column(name, label, rule, required=False, personal=True) for name, label, rule in REPLICA_ITEMS),
        *(
            Column(f"{name}_reason", f"{label}-RON", Text(16), required=False, personal=True)
            for name, label, _ in REPLICA_ITEMS
        ),
    ),
    rules=(
        Unique(("local_number", "fiscal_year")),
        *(OneWhenElseNone("change", REGISTER, (name, f"{name}_reason")) for name, _, _ in REPLICA_ITEMS),
    ),
)

LAYOUTS = (MASTERS,)
