"""From the bytes of a file to a typed table: step 1 (columns, file kind, encoding) and step 2 (rows) of an import."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute

from todoke.kernel.errors import BadRow, InputRefused
from todoke.records import csv_input
from todoke.records.csv_input import CsvLayout
from todoke.records.encodings import WHOLE, Encoding, to_utf8
from todoke.records.layouts.city_inputs_v2021 import ASSISTANCE, RESIDENTS, RESPONSES, TAX
from todoke.records.layouts.decision_lists_v2026 import (
    EARLIER_ROUNDS,
    HARDSHIP_FIGURES,
    SHORTFALL_FIGURES,
    SPECIAL_PERSONS,
)
from todoke.records.layouts.support_service_v2026 import APPLICATIONS
from todoke.records.ragged import Mask
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.deciding import shortfall
from todoke.systems.benefits.rules.hardship import conditions as hardship
from todoke.systems.benefits.rules.imports.kinds import KINDS, ImportKind

pc: Any = pyarrow.compute
LAYOUTS: Final[dict[ImportKind, CsvLayout]] = {
    ImportKind.REGISTER_BASE: RESIDENTS,
    ImportKind.REGISTER_LATEST: RESIDENTS,
    ImportKind.TAX: TAX,
    ImportKind.ASSISTANCE: ASSISTANCE,
    ImportKind.SPECIAL_PERSONS: SPECIAL_PERSONS,
    ImportKind.HARDSHIP_FIGURES: HARDSHIP_FIGURES,
    ImportKind.SHORTFALL_FIGURES: SHORTFALL_FIGURES,
    ImportKind.EARLIER_ROUNDS: EARLIER_ROUNDS,
    ImportKind.FORMS: RESPONSES,
    ImportKind.SERVICE_APPLICATIONS: APPLICATIONS,
}
_NUMBERS: Final = frozenset(
    {"total_income", "gross_income", "income_levy", "per_capita_levy", *hardship.ITEMS, *shortfall.ITEMS}
)
_FLAGS: Final = frozenset(
    {"declared", "levy_waived", "treaty_exempt", "supporter_taxed", "is_head", "protected"}
)
_DATES: Final = frozenset({"valid_from", "valid_to", "birth_date", "moved_in_on", "left_on", "noted_on"})
_COUNT_LINE: Final = re.compile(rb"#END,([0-9]{1,12})\r?\n?\Z")
"""件数行: an optional last line that says how many records there are."""


def read(
    file: str,
    data: bytes,
    kind: ImportKind,
    encoding: Encoding,
    *,
    expected_rows: int | None = None,
) -> pa.Table:
    """The file as texts, in its own order. InputRefused with everything that is wrong with it, one group of rules at a time:
    encoding, header, line widths, count of records, then every cell and key."""
    layout = LAYOUTS[kind]
    utf8, announced = without_count_line(to_utf8(file, data, encoding))
    del data
    _refuse_foreign_header(file, utf8, layout)
    table = csv_input.parse(file, utf8, layout)
    del utf8
    _refuse_other_count(file, table.num_rows, announced, "末尾の件数行（#END）")
    _refuse_other_count(file, table.num_rows, expected_rows, "送付票の件数")
    csv_input.refuse_broken_rules(file, table, layout)
    return table


def typed(table: pa.Table, kind: ImportKind) -> pa.Table:
    """An edition as it is sealed: yen as int64, flags as bool, dates as date32, empty as null, ordered by its key."""
    columns = {name: _column(name, table[name].combine_chunks()) for name in table.column_names}
    return pa.table(columns).sort_by([(name, "ascending") for name in KINDS[kind].key])


def _column(name: str, cells: Any) -> Any:  # noqa: ANN401 - Arrow's stubs do not type compute kernels
    filled = pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)
    if name in _NUMBERS:
        return pc.cast(filled, pa.int64())
    if name in _FLAGS:
        return pc.equal(filled, "1")
    return pc.cast(filled, pa.date32()) if name in _DATES else filled


def forms(table: pa.Table, kind: ImportKind) -> pa.Table:
    """Returned forms of either list, in the file's order, with `source_row` (the header is line 1): see receive_forms.

    Dates as date32, flags as bool (declared_supporter_taxed null when the box was left empty), the rest as text.
    """
    if kind is ImportKind.SERVICE_APPLICATIONS:
        table = _of_service(table)
    columns = {name: table[name].combine_chunks() for name in RESPONSES.names}
    columns["received_on"] = pc.cast(columns["received_on"], pa.date32())
    columns["declines"] = pc.equal(columns["declines"], "1")
    declared = columns["declared_supporter_taxed"]
    columns["declared_supporter_taxed"] = pc.if_else(
        pc.equal(declared, ""), pa.scalar(None, pa.bool_()), pc.equal(declared, "1")
    )
    columns["source_row"] = pa.array(np.arange(2, len(table) + 2, dtype=np.int32))
    return pa.table(columns)


def _of_service(table: pa.Table) -> pa.Table:
    """給付支援サービスの申請一覧 as returned forms; the route keeps where the account is from."""
    route = pc.binary_join_element_wise("給付支援サービス（", table["口座の種類"], "）", "")
    return pa.table(
        {
            "household_code": table["世帯コード"],
            "received_on": table["申請日"],
            "route": route,
            "declines": table["辞退"],
            "declared_supporter_taxed": table["扶養者課税の申出"],
            "bank_code": table["銀行コード"],
            "branch_code": table["支店コード"],
            "account_type": table["預金種目"],
            "account_number": table["口座番号"],
            "account_holder_kana": table["口座名義カナ"],
        }
    )


def without_count_line(data: bytes) -> tuple[bytes, int | None]:
    """The file without its 件数行, and what that says."""
    found = _COUNT_LINE.search(data, max(0, len(data) - 32))
    if found is None or data[found.start() - 1 : found.start()] != b"\n":
        return data, None
    return data[: found.start()], int(found[1])


def first_lines(path: Path, encoding: Encoding, count: int) -> list[list[str]]:
    """The header and the first records of a file that was checked, as they stand there."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    whole = head[: head.rfind(b"\n" if encoding is not Encoding.UTF16 else b"\n\x00") + 1]
    if encoding is Encoding.UTF16:
        whole += b"\x00" * (len(whole) % 2)
    lines = to_utf8(path.name, whole, encoding).decode().splitlines()[: count + 1]
    return [row for row in csv.reader(lines) if not row[0].startswith("#END")]


def _refuse_foreign_header(file: str, data: bytes, layout: CsvLayout) -> None:
    """A file of another kind, without a header, or with another separator: one sentence instead of one a column."""
    first = data.partition(b"\n")[0].rstrip(b"\r").decode("utf-8", "replace")
    found, wanted = set(next(csv.reader([first]), [])), set(layout.names)
    if not data or found == wanted or (found & wanted and _kind_of(found) is None):
        return  # csv_input names every missing and unknown column
    raise InputRefused(
        file, [BadRow(file=file, row=1, column="（見出し）", shown="", rule=_header_rule(first, layout))]
    )


def _header_rule(first: str, layout: CsvLayout) -> str:
    other = _kind_of(set(next(csv.reader([first]), [])))
    if other is not None:
        return f"この見出しは「{other.title}」のものです。種類に「{layout.title}」が選ばれています。種類を選び直すか、ファイルを選び直してください"
    wanted = f"1行目を見出しにしてください: {','.join(layout.names)}"
    for separator, name in (("\t", "タブ"), (";", "セミコロン")):
        if set(first.split(separator)) & set(layout.names):
            return f"列が{name}で区切られています。コンマ区切り（CSV）で出力し直してください"
    return f"1行目に列名がひとつもありません（見出しのないファイルか、別のファイルです）。{wanted}"


def _kind_of(found: set[str]) -> CsvLayout | None:
    return next((layout for layout in LAYOUTS.values() if found == set(layout.names)), None)


def _refuse_other_count(file: str, rows: int, expected: int | None, source: str) -> None:
    if expected is None or rows == expected:
        return
    why = (
        "途中で切れているか、一部だけのファイルです"
        if rows < expected
        else "別のファイルか、二つをつないだファイルです"
    )
    rule = (
        f"{source}は {expected:,} 件ですが、ファイルには {rows:,} 件あります。{why}。送り主に確かめてください"
    )
    raise InputRefused(file, [BadRow(file=file, row=rows + 1, column=WHOLE, shown="", rule=rule)])


def refuse_other_place_or_day(
    file: str, table: pa.Table, kind: ImportKind, *, as_of: date, tax_year: str, municipality: str
) -> None:
    """InputRefused for every row of another municipality, of another 課税年度, of a 事業 that
    there is not, or of a day after the file's own."""
    found: list[BadRow] = []
    if kind in (ImportKind.REGISTER_BASE, ImportKind.REGISTER_LATEST):
        wards = pc.starts_with(table["ward_code"], municipality[:3])
        rule = f"現住所区コードが当市（{municipality[:3]}）のものではありません。別の市区町村のファイルでないか確かめてください"
        found += _bad(file, table, "ward_code", ~_where(wards), rule)
        for name, label in (("moved_in_on", "転入日"), ("left_on", "消除日")):
            later = pc.greater(table[name], as_of.isoformat())
            rule = f"{label}が指定された基準日（{as_of.isoformat()}）より後です。別の時点のファイルでないか確かめてください"
            found += _bad(file, table, name, _where(later), rule, shown=False)
    if kind is ImportKind.SPECIAL_PERSONS:
        later = _where(pc.greater(table["noted_on"], as_of.isoformat()))
        rule = f"申出・措置・再登録の日が、指定された作成日（{as_of.isoformat()}）より後です。別の時点のファイルでないか確かめてください"
        found += _bad(file, table, "noted_on", later, rule, shown=False)
    if kind is ImportKind.EARLIER_ROUNDS:
        codes = [one.code for one in programmes.every()]
        rule = f"事業コードが、このシステムの事業ではありません。次のいずれかです: {'、'.join(codes)}"
        found += _bad(
            file,
            table,
            "programme",
            ~_where(pc.is_in(table["programme"], value_set=pa.array(codes, pa.string()))),
            rule,
        )
    if kind is ImportKind.TAX and tax_year:
        found += _of_other_years(file, table, tax_year)
    if found:
        raise InputRefused(file, sorted(found, key=lambda bad: bad.row))


def _of_other_years(file: str, table: pa.Table, tax_year: str) -> list[BadRow]:
    """Rows of a later year than the newest that was promised; or a file without a row of that year. Earlier ones may stand by."""
    rule = f"課税年度が指定（{tax_year}）より新しいものです。別の年度のファイルでないか確かめてください"
    found = _bad(file, table, "tax_year", _where(pc.greater(table["tax_year"], tax_year)), rule)
    if not found and not pc.any(pc.equal(table["tax_year"], tax_year)).as_py():
        years = "、".join(sorted(pc.unique(table["tax_year"]).to_pylist())[-3:]) or "なし"
        rule = f"課税年度 {tax_year} の行がひとつもありません（ファイルの年度：{years}）。別の年度のファイルでないか確かめてください"
        found.append(BadRow(file=file, row=1, column=WHOLE, shown="", rule=rule))
    return found


def _bad(
    file: str, table: pa.Table, column: str, broken: Mask, rule: str, *, shown: bool = True
) -> list[BadRow]:
    rows = np.flatnonzero(broken)
    values = table[column].take(pa.array(rows, pa.int64())).to_pylist()
    return [
        BadRow(file=file, row=int(row) + 2, column=column, shown=str(value) if shown else "", rule=rule)
        for row, value in zip(rows, values, strict=True)
    ]


def _where(found: Any) -> Mask:  # noqa: ANN401 - Arrow's stubs do not type compute kernels
    return np.asarray(found.combine_chunks(), dtype=np.bool_)
