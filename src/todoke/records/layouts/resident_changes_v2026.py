"""住民異動データ: the daily file of the resident-record system. CSV, UTF-8, header; every row is the record after the change."""

from __future__ import annotations

from todoke.records.csv_input import Column, CsvLayout
from todoke.records.csv_rules import Count, Date, OneOf
from todoke.records.csv_table_rules import AllOrNone, FilledWhen, Unique
from todoke.records.layouts.city_inputs_v2021 import RESIDENTS

EDITION = "2026"
BORN, DIED, MOVED_IN, MOVED_OUT = "出生", "死亡", "転入", "転出"
MOVED_WITHIN, HOUSEHOLD, HEAD, CORRECTED = "転居", "世帯変更", "世帯主変更", "修正"
KINDS = (BORN, DIED, MOVED_IN, MOVED_OUT, MOVED_WITHIN, HOUSEHOLD, HEAD, CORRECTED)
ARRIVALS, DEPARTURES = (BORN, MOVED_IN), (DIED, MOVED_OUT)

RESIDENT_CHANGES = CsvLayout(
    "resident_changes",
    EDITION,
    "住民異動（日次）",
    (
        Column("serial", "異動通番（ファイルをまたいで続き、欠番なし）", Count(12)),
        Column("kind", "異動事由", OneOf(KINDS)),
        Column("changed_on", "異動日", Date(), personal=True),
        *RESIDENTS.columns,
    ),
    rules=(
        Unique(("serial",)),
        AllOrNone(("left_on", "left_reason")),
        *(FilledWhen("kind", kind, ("left_on", "left_reason")) for kind in DEPARTURES),
        FilledWhen("kind", MOVED_IN, ("moved_in_on", "previous_municipality")),
    ),
)
LAYOUTS = (RESIDENT_CHANGES,)
