"""Reply to the ward-style bulk query (照会結果ファイル), facts/linkage.md §2.3 [V12, V13]: two drafts, 262 and 279 columns.

Published: columns 1–18 echo the request; 24–27 are the two status levels with their messages; each item is followed by
one companion column; the first item of the account reply stands in an odd column, 均等割額 and 所得割額 24 columns
apart. From that [C]: 262 = 28 + 117 pairs. Not published, and therefore ours [I], as data below:

- which pair an item of 別添1 has, beside that distance: the order of items 31–46, 均等割額 before 所得割額;
- the 17 columns by which the older draft is wider: further metadata before the first item;
- what the companion of an empty item holds: its reason of absence (RON), as in 別添1 and the 副本 (§2.4);
- the characters of messages: CP932; a cell never holds a comma.

A real file is to be held against this table before it is used; an edition beside these two is then made.
"""

from __future__ import annotations

import pyarrow as pa

from todoke.records import wide_csv
from todoke.records.layouts.ward_request_v2024 import FIELDS
from todoke.records.wide_csv import WideLayout

NAME = "ward_reply"
_STATUSES = (
    ("detail_status", 24),
    ("detail_message", 25),
    ("information_status", 26),
    ("information_message", 27),
)
PAIRS = {
    "tax_year": 1,
    "gross_income": 2,
    "total_income": 3,
    "dependants_general": 4,
    "dependants_specific": 5,
    "dependants_elderly": 6,
    "dependants_under16": 7,
    "housing_credit": 8,
    "housing_credit_before_transfer": 9,
    "donation_credit": 10,
    "donation_credit_before_transfer": 11,
    "per_capita_levy": 12,
    "income_levy": 24,
    "income_levy_before_transfer": 25,
    "taxed_elsewhere": 26,
    "taxing_municipality": 27,
}
"""Item of 別添1 → its pair among 117, from 1 [I]."""


def _places(first_item: int) -> tuple[tuple[str, int], ...]:
    echo = tuple((field.name, number) for number, field in enumerate(FIELDS, 1))
    values = tuple((name, first_item + 2 * (pair - 1)) for name, pair in PAIRS.items())
    reasons = tuple((f"{name}_reason", place + 1) for name, place in values)
    return (*echo, *_STATUSES, *values, *reasons)


REPLY = WideLayout(NAME, "2024", "照会結果ファイル", "cp932", 262, _places(29))
REPLY_DRAFT = WideLayout(NAME, "2024-draft", "照会結果ファイル（旧案）", "cp932", 279, _places(46))
LAYOUTS = (REPLY, REPLY_DRAFT)


def encode(layout: WideLayout, table: pa.Table) -> bytes:
    """The lines: `table` has the layout's columns as text, or some of them. RECORD_INVALID for what cannot be written."""
    return wide_csv.encode(layout, table)


def decode(layout: WideLayout, data: bytes, *, file: str) -> pa.Table:
    """The lines as text, an empty cell null. Raises InputRefused, also for a reply of another width."""
    return wide_csv.decode(layout, data, file=file, known=LAYOUTS)
