"""Bulk query file in the ward style (照会依頼ファイル P640R110), facts/linkage.md §2.3 [V12]: two editions of one line.

18 fields, widths as published, joined by commas, CR LF, no header, at most 10,000 lines. In edition `2024` an empty
optional field has zero width; in `2024-draft`, the older variant of the same tool, it is filled with spaces.
Item numbers are those of the line. Which characters a code may have is not published [I]: ASCII.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa

from todoke.kernel.clock import JAPAN
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.records import comma_fixed
from todoke.records.charsets import ASCII
from todoke.records.comma_fixed import CommaLayout, Empty
from todoke.records.csv_table_rules import Unique
from todoke.records.faults import Faults
from todoke.records.fields import Field, Kind

NAME = "ward_request"
RECORD_LIMIT = 10_000

FIELDS = (
    Field("number_system", "1", "番号体系", 2, Kind.CONSTANT, value="01"),
    Field("local_number", "2", "宛名番号", 15, Kind.DIGITS, personal=True),
    Field(
        "integrated_number",
        "3",
        "統合宛名番号",
        15,
        Kind.CODE,
        required=False,
        personal=True,
        note="空なら連携サーバーが補う",
    ),
    Field("asked_at", "4", "照会依頼日時", 17, Kind.CODE, note="YYYYMMDDHHMMSSmmm"),
    Field("department_code", "5", "情報照会者部署コード", 20, Kind.TEXT),
    Field("inquirer_user_id", "6", "情報照会者ユーザーID", 20, Kind.TEXT, required=False),
    Field("inquirer", "7", "情報照会者機関コード", 16, Kind.CODE),
    Field("nondisclosure", "8", "照会側不開示コード", 1, Kind.CODE),
    Field("duty", "9", "事務コード", 16, Kind.TEXT, note="JM＋14桁"),
    Field("procedure", "10", "事務手続きコード", 16, Kind.TEXT, note="JT＋14桁"),
    Field("inquirer_delegator", "11", "情報照会者機関コード(委任元)", 16, Kind.CODE, required=False),
    Field("provider_delegator", "12", "情報提供者機関コード(委任元)", 16, Kind.CODE, required=False),
    Field("provider", "13", "情報提供者機関コード", 16, Kind.TEXT, note="5桁の前住所コード"),
    Field("information_code", "14", "特定個人情報名コード", 16, Kind.TEXT, note="TM＋14桁"),
    Field("condition_kind", "15", "照会条件区分", 1, Kind.CODE),
    Field("condition_year", "16", "照会年度区分", 1, Kind.CODE),
    Field("condition_from", "17", "照会開始日付", 8, Kind.CODE, required=False, note="YYYYMMDD"),
    Field("condition_to", "18", "照会終了日付", 8, Kind.CODE, required=False, note="YYYYMMDD"),
)

REQUEST = CommaLayout(NAME, "2024", "照会依頼ファイル（P640R110）", ASCII, FIELDS, Empty.ZERO_WIDTH)
REQUEST_DRAFT = CommaLayout(
    NAME, "2024-draft", "照会依頼ファイル（P640R110・旧案）", ASCII, FIELDS, Empty.SPACES
)
LAYOUTS = (REQUEST, REQUEST_DRAFT)


def file_name(made_at: datetime, serial: int) -> str:
    """P640R110_YYYYMMDDHHMMSS_0001.DAT, by the clock of Japan."""
    return f"P640R110_{made_at.astimezone(JAPAN):%Y%m%d%H%M%S}_{serial:04d}.DAT"


def encode(layout: CommaLayout, table: pa.Table) -> bytes:
    """The lines. Raises RECORD_INVALID with every bad value, for no or more than RECORD_LIMIT lines, and for a
    person asked about twice for the same information."""
    if not 1 <= table.num_rows <= RECORD_LIMIT:
        detail = f"{layout.title}: 1件以上{RECORD_LIMIT}件以内でなければなりません（{table.num_rows}件）"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)
    data = comma_fixed.encode(layout, table)
    faults = Faults(layout.title)
    _check_once(layout, table, faults)
    faults.refuse_records()
    return data


def decode(layout: CommaLayout, data: bytes, *, file: str) -> pa.Table:
    """The lines as `layout.schema`. Raises InputRefused with every bad line and field."""
    table = comma_fixed.decode(layout, data, file=file)
    faults = Faults(file)
    over = np.arange(table.num_rows) >= RECORD_LIMIT
    faults.add(over, layout.places[0], f"1ファイルは{RECORD_LIMIT}行以内です")
    _check_once(layout, table, faults)
    if faults.found:
        raise InputRefused(file, faults.rows)
    return table


def _check_once(layout: CommaLayout, table: pa.Table, faults: Faults) -> None:
    """A reply is matched by 宛名番号 and TM code, so the two are a key."""
    twice = Unique(("local_number", "information_code")).broken(table)
    faults.add(twice, layout.record.columns["local_number"], "同じ人への同じ照会が前の行にもあります")
