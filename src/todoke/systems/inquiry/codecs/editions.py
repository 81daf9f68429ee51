"""The editions of a request file side by side: one canonical table of questions, written and read in each.

Which edition is used is data (rules/layout_uses.py). An edition that does not carry a column of the canonical table
gets it back from what the order knows, joined on the edition's key; a question that the order does not know, or one
that is missing, refuses the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa

from todoke.contracts.information import LOCAL_TAX
from todoke.identifiers.municipality import of_organisation, organisation_code
from todoke.kernel.clock import JAPAN
from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records.comma_fixed import CommaLayout
from todoke.records.layouts import inquiry_request_v2021 as pia
from todoke.records.layouts import ward_reply_v2024 as ward_reply
from todoke.records.layouts import ward_request_v2024 as ward
from todoke.records.ragged import Texts, pc
from todoke.records.wide_csv import WideLayout
from todoke.systems.inquiry.rules import request_form

KNOWN: Final = ("record_id", "local_number", "integrated_number", "provider")
"""What an order knows of each question: レコード識別番号, 住基個人コード, 統合番号, the provider's 5 digits."""

SAID: Final = (
    "inquirer_user_id",
    "inquirer",
    "nondisclosure",
    "duty",
    "procedure",
    "inquirer_delegator",
    "provider_delegator",
    "information_code",
    "condition_kind",
    "condition_year",
    "condition_from",
    "condition_to",
)
"""What the form of this duty says in every question."""

CANONICAL: Final = pa.schema([(name, pa.string()) for name in (*KNOWN, *SAID)])
_CONDITIONS = ("information_code", "condition_kind", "condition_year", "condition_from", "condition_to")
_LOCAL_DIGITS = 10


@dataclass(frozen=True, kw_only=True)
class Head:
    """What is said once in a file, or of all its questions: whose, the how-manieth, when ordered."""

    municipality: str
    number: int
    user_id: str
    asked_at: datetime


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One edition: how its file is named, written and read. `key`: the column by which its questions are told apart."""

    name: str
    key: str
    file_name: Callable[[Head], str]
    write: Callable[[Head, pa.Table], bytes]
    read_lines: Callable[[bytes, str], pa.Table]
    reply: WideLayout | None

    def read(self, data: bytes, *, file: str, known: pa.Table) -> pa.Table:
        """The questions of a file in canonical form, ordered by record id. Raises InputRefused.

        `known`: the columns KNOWN of every question that the file must hold.
        """
        return _completed(self, self.read_lines(data, file), known, file)


def edition(name: str) -> Edition:
    """The edition of that name; SETUP_MISSING for one that is not here."""
    if name not in EDITIONS:
        known = "、".join(EDITIONS)
        todo = "様式の設定を直してください。"
        raise TodokeError(
            ErrorCode.SETUP_MISSING, detail=f"照会ファイルの版 {name}（使えるもの: {known}）", todo=todo
        )
    return EDITIONS[name]


def questions(known: pa.Table, *, user_id: str, municipality: str, duty: str, procedure: str) -> pa.Table:
    """The canonical table of these questions, as the form of this duty puts them."""
    said: dict[str, str | None] = dict.fromkeys(SAID)
    said |= {
        "inquirer_user_id": user_id,
        "inquirer": organisation_code(municipality),
        "nondisclosure": request_form.NONDISCLOSURE,
        "duty": duty,
        "procedure": procedure,
        "information_code": LOCAL_TAX,
        "condition_kind": request_form.CONDITION_KIND,
        "condition_year": request_form.CONDITION_YEAR,
    }
    table = known.select(list(KNOWN))
    for name, text in said.items():
        table = table.append_column(name, pa.repeat(pa.scalar(text, pa.string()), table.num_rows))
    return table


def _completed(made: Edition, lines: pa.Table, known: pa.Table, file: str) -> pa.Table:
    """The lines with the columns that the edition does not carry, by record id."""
    absent = [name for name in CANONICAL.names if name not in lines.column_names]
    place = pc.index_in(lines[made.key].combine_chunks(), value_set=known[made.key].combine_chunks())
    strange = np.flatnonzero(np.asarray(pc.is_null(place)))
    if len(strange) or lines.num_rows != known.num_rows:
        raise InputRefused(file, _strangers(file, strange, lines.num_rows, known.num_rows))
    for name in absent:
        lines = lines.append_column(name, known[name].combine_chunks().take(place))
    return lines.select(CANONICAL.names).cast(CANONICAL).sort_by("record_id")


def _strangers(file: str, rows: np.ndarray, found: int, wanted: int) -> list[BadRow]:
    rule = "この照会ファイルの依頼にない照会です"
    bad = [BadRow(file=file, row=int(row) + 1, column="（行全体）", shown="", rule=rule) for row in rows]
    count = f"依頼の{wanted}件と合いません（{found}件）"
    return bad or [BadRow(file=file, row=found, column="（ファイル全体）", shown="", rule=count)]


def _write_pia(head: Head, table: pa.Table) -> bytes:
    common = pia.Common(
        file_identifier=request_form.file_identifier(head.municipality, head.number),
        department_code=request_form.DEPARTMENT_CODE,
        user_id=head.user_id,
        user_name=request_form.USER_NAME,
    )
    table = _mapped(table.drop_columns(["local_number"]), "provider", organisation_code)
    names = [f"{name}_1" if name in _CONDITIONS else name for name in table.column_names]
    return pia.encode(common, table.rename_columns(names))


def _read_pia(data: bytes, file: str) -> pa.Table:
    _, table = pia.decode(data, file=file)
    carried = [name for name in CANONICAL.names if name != "local_number"]
    columns = [f"{name}_1" if name in _CONDITIONS else name for name in carried]
    return _mapped(table.select(columns).rename_columns(carried), "provider", of_organisation)


def _ward_writer(layout: CommaLayout) -> Callable[[Head, pa.Table], bytes]:
    def write(head: Head, table: pa.Table) -> bytes:
        moment = f"{head.asked_at.astimezone(JAPAN):%Y%m%d%H%M%S}{head.asked_at.microsecond // 1000:03d}"
        lines = table.drop_columns(["record_id"])
        for name, text in (("asked_at", moment), ("department_code", request_form.DEPARTMENT_CODE)):
            lines = lines.append_column(name, pa.repeat(text, lines.num_rows))
        return ward.encode(layout, lines)

    return write


def _ward_reader(layout: CommaLayout) -> Callable[[bytes, str], pa.Table]:
    def read(data: bytes, file: str) -> pa.Table:
        table = ward.decode(layout, data, file=file).drop_columns(["asked_at", "department_code"])
        return _with(table, "local_number", local_numbers(table["local_number"].combine_chunks()))

    return read


def local_numbers(padded: Texts) -> Texts:
    """The local number of 10 digits inside 15; whatever has no five zeros before it stays and matches nobody."""
    short = pc.utf8_slice_codeunits(padded, 15 - _LOCAL_DIGITS)
    zeros = pc.starts_with(padded, "0" * (15 - _LOCAL_DIGITS))
    found: Texts = pc.if_else(zeros, short, padded)
    return found


def _mapped(table: pa.Table, name: str, change: Callable[[str], str]) -> pa.Table:
    """A column with few different values, each changed once."""
    coded = table[name].combine_chunks().cast(pa.string()).dictionary_encode()
    values = pa.array([change(str(value)) for value in coded.dictionary.to_pylist()], pa.string())
    return _with(table, name, values.take(coded.indices))


def _with(table: pa.Table, name: str, column: Texts) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, column)


def _ward(layout: CommaLayout, reply: WideLayout) -> Edition:
    return Edition(
        name=f"ward-{layout.edition}",
        key="local_number",
        file_name=lambda head: ward.file_name(head.asked_at, head.number),
        write=_ward_writer(layout),
        read_lines=_ward_reader(layout),
        reply=reply,
    )


_ALL = (
    Edition(
        name="pia-2021",
        key="record_id",
        file_name=lambda head: f"request-{head.number:04d}.dat",
        write=_write_pia,
        read_lines=_read_pia,
        reply=None,
    ),
    _ward(ward.REQUEST, ward_reply.REPLY),
    _ward(ward.REQUEST_DRAFT, ward_reply.REPLY_DRAFT),
)
EDITIONS: Final[Mapping[str, Edition]] = {made.name: made for made in _ALL}
