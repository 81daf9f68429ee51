"""人事給与の所管部署 and contractors hand over who works where: CSV, UTF-8, header (PIA III.3 「システム間の連携により入手」)."""

from __future__ import annotations

from todoke.records.csv_input import Column, CsvLayout
from todoke.records.csv_rules import Date, Digits, OneOf, Text
from todoke.records.csv_table_rules import FilledWhen, Unique

EDITION = "2022"
OWN, CONTRACTOR = "職員", "委託先"

PERSONNEL = CsvLayout(
    "personnel",
    EDITION,
    "人事情報（採用・異動・機構改革・退職）と委託先の従事者名簿",
    (
        Column("staff_id", "職員ID", Text(16)),
        Column("name", "氏名", Text(120), personal=True),
        Column("kana", "氏名カナ", Text(120), personal=True),
        Column("organisation", "所属団体コード", Digits(5)),
        Column("section", "所属課", Text(120)),
        Column("employer", "雇用（職員、委託先）", OneOf((OWN, CONTRACTOR))),
        Column("contract", "契約番号（委託先のみ）", Text(60), required=False),
        Column("hired_on", "従事の開始日", Date()),
        Column("moved_on", "現所属の発令日", Date()),
        Column("left_on", "失効日（この日から利用できない）", Date(), required=False),
    ),
    rules=(Unique(("staff_id",)), FilledWhen("employer", CONTRACTOR, ("contract",))),
)

LAYOUTS = (PERSONNEL,)
