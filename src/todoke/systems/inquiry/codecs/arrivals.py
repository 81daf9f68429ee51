"""What arrived about questions, in one form whichever way it came: results of 統合番号連携, or a reply file.

Items stay text as they came: nothing is a number before the checks (rules/answer_checks.py) have seen it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa

from todoke.contracts.information import TAX_ITEMS, Outcome
from todoke.contracts.linkage import QueryResult
from todoke.identifiers.municipality import of_organisation
from todoke.kernel.errors import BadRow, InputRefused, TodokeError
from todoke.records import wide_csv
from todoke.records.layouts import ward_reply_v2024 as ward_reply
from todoke.records.ragged import Texts, pc
from todoke.systems.inquiry.codecs.editions import Edition, local_numbers
from todoke.systems.inquiry.rules.answer_statuses import (
    DETAIL_SUCCESS,
    INFORMATION_SUCCESS,
    NORMAL_END,
    NOT_SUCCESSFUL,
)

STATUSES: Final = ("detail_status", "detail_message", "information_status", "information_message")
ITEM_CELLS: Final = (*TAX_ITEMS, *(f"{name}_reason" for name in TAX_ITEMS))
ECHOES: Final = ("echo_number", "echo_provider", "echo_asked_at")
ARRIVED: Final = pa.schema(
    [(name, pa.string()) for name in ("record_id", "state", "error", *STATUSES, *ECHOES, *ITEM_CELLS)]
)
"""One row an arrival. `echo_…`: 統合番号, provider (5 digits) and time as they came back, null where the way has none."""


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """Rows of ARRIVED, and the bytes of each as they arrived."""

    table: pa.Table
    originals: list[bytes]


def of_results(results: Sequence[QueryResult]) -> Arrivals:
    """Results handed over by 統合番号連携. On that way an answer has both statuses of success, anything else has none."""
    answered = [bool(result.items) for result in results]
    nothing = [None] * len(results)
    columns: dict[str, Sequence[str | None]] = {
        "record_id": [result.record_id for result in results],
        "state": [result.outcome.value for result in results],
        "error": [result.error for result in results],
        "echo_number": [result.integrated_number for result in results],
        "echo_provider": nothing,
        "echo_asked_at": nothing,
    }
    words = (DETAIL_SUCCESS, NORMAL_END, INFORMATION_SUCCESS, NORMAL_END)
    for name, word in zip(STATUSES, words, strict=True):
        columns[name] = [word if is_answer else None for is_answer in answered]
    for place, name in enumerate(TAX_ITEMS):
        columns[name] = [result.items[place].value if result.items else None for result in results]
        columns[f"{name}_reason"] = [
            result.items[place].reason if result.items else None for result in results
        ]
    return Arrivals(
        table=pa.table(columns, schema=ARRIVED), originals=[msgspec.json.encode(result) for result in results]
    )


def of_reply_file(made: Edition, data: bytes, *, known: pa.Table, file: str) -> Arrivals:
    """The lines of a reply file to one request file. `known`: the questions of that file (editions.KNOWN).

    Raises InputRefused for a line that answers no question of the file, and for a question answered twice.
    """
    if made.reply is None:
        raise InputRefused(
            file, [BadRow(file=file, row=1, column="（ファイル全体）", shown="", rule="返信のない版です")]
        )
    lines = ward_reply.decode(made.reply, data, file=file)
    numbers = local_numbers(pc.fill_null(lines["local_number"].combine_chunks(), ""))
    place = pc.index_in(numbers, value_set=known["local_number"].combine_chunks())
    _refuse_strangers(place, file)
    success = pc.and_(
        pc.fill_null(pc.equal(lines["detail_status"], DETAIL_SUCCESS), False),
        pc.fill_null(pc.equal(lines["information_status"], INFORMATION_SUCCESS), False),
    )
    columns = {name: lines[name].combine_chunks() for name in (*STATUSES, *ITEM_CELLS)}
    columns |= {
        "record_id": known["record_id"].combine_chunks().take(place),
        "state": pc.if_else(success, Outcome.ANSWERED.value, Outcome.REFUSED.value).combine_chunks(),
        "error": pc.if_else(success, "", NOT_SUCCESSFUL).combine_chunks(),
        "echo_number": lines["integrated_number"].combine_chunks(),
        "echo_provider": _municipalities(lines["provider"].combine_chunks()),
        "echo_asked_at": lines["asked_at"].combine_chunks(),
    }
    return Arrivals(
        table=pa.table([columns[name] for name in ARRIVED.names], schema=ARRIVED),
        originals=wide_csv.raw_lines(data),
    )


def _refuse_strangers(place: pa.Array[Any], file: str) -> None:
    """A line without a question, or a second line about one question, would be somebody else's amount."""
    faults = [
        _fault(file, int(row), "この照会ファイルの依頼にない宛名番号です")
        for row in np.flatnonzero(np.asarray(pc.is_null(place)))
    ]
    places = np.asarray(pc.fill_null(place, -1))
    _, first = np.unique(places, return_index=True)
    again = np.ones(len(places), dtype=np.bool_)
    again[first] = False
    faults += [
        _fault(file, int(row), "同じ照会への回答が前の行にもあります")
        for row in np.flatnonzero(again & (places >= 0))
    ]
    if faults:
        raise InputRefused(file, faults)


def _fault(file: str, row: int, rule: str) -> BadRow:
    return BadRow(file=file, row=row + 1, column="宛名番号", shown="（伏せています）", rule=rule)


def _municipalities(providers: Texts) -> Texts:
    """5 digits of each 情報提供者機関コード, which the server may have converted to 16; anything else stays as it is."""
    coded = providers.dictionary_encode()
    values = pa.array([_municipality(str(text)) for text in coded.dictionary.to_pylist()], pa.string())
    return values.take(coded.indices)


def _municipality(text: str) -> str:
    try:
        return of_organisation(text)
    except (TodokeError, ValueError):
        return text
