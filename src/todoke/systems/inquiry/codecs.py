"""照会送付ファイル and 他市転入者出力レコード ↔ models."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from todoke.contracts.information import LOCAL_TAX, TAX_ITEMS
from todoke.contracts.linkage import Query, QueryResult
from todoke.identifiers.municipality import organisation_code
from todoke.records.fields import Kind
from todoke.records.layouts import inquiry_answer_v2021 as answers
from todoke.records.layouts import inquiry_request_v2021 as requests
from todoke.records.ragged import Mask, Texts, pc
from todoke.systems.inquiry.rules import request_form
from todoke.systems.inquiry.rules.record_ids import record_id


class Draft(NamedTuple):
    """One attempt to be drafted: the person (id and position in the order), the provider's 5 digits, which attempt."""

    subject: int
    position: int
    provider: str
    round: int
    attempt: int = 1


_ITEM_COUNT = len(TAX_ITEMS)
assert answers.ITEMS == TAX_ITEMS


def drafted_table(order_id: str, drafts: Sequence[Draft], *, at: datetime, by: str) -> pa.Table:
    """The rows of these attempts as they begin."""
    ids = [record_id(order_id, round_=d.round, position=d.position, attempt=d.attempt) for d in drafts]
    moments = pa.array([at] * len(drafts), pa.timestamp("us", tz="UTC"))
    staff = pa.array([by] * len(drafts), pa.string())
    return pa.table(
        {
            "record_id": pa.array(ids, pa.string()),
            "subject_id": pa.array([draft.subject for draft in drafts], pa.int64()),
            "round": pa.array([draft.round for draft in drafts], pa.int16()),
            "attempt": pa.array([draft.attempt for draft in drafts], pa.int16()),
            "provider": pa.array([draft.provider for draft in drafts], pa.string()),
            "state": pa.array(["drafted"] * len(drafts), pa.string()),
            "drafted_at": moments,
            "drafted_by": staff,
            "state_at": moments,
            "state_by": staff,
        }
    )


def request_bytes(
    questions: Sequence[tuple[str, str, str]], *, municipality: str, number: int, user_id: str, **codes: str
) -> bytes:
    """A 照会送付ファイル of questions (record id, 統合番号, provider's 5 digits). `codes`: duty and procedure."""
    common = requests.Common(
        file_identifier=request_form.file_identifier(municipality, number),
        department_code=request_form.DEPARTMENT_CODE,
        user_id=user_id,
        user_name=request_form.USER_NAME,
    )
    same = {
        "inquirer_user_id": user_id,
        "inquirer": organisation_code(municipality),
        "nondisclosure": request_form.NONDISCLOSURE,
        "information_code_1": LOCAL_TAX,
        "condition_kind_1": request_form.CONDITION_KIND,
        "condition_year_1": request_form.CONDITION_YEAR,
        **codes,
    }
    columns: dict[str, Texts] = {name: pa.repeat(value, len(questions)) for name, value in same.items()}
    columns["record_id"] = pa.array([found for found, _, _ in questions], pa.string())
    columns["integrated_number"] = pa.array([number for _, number, _ in questions], pa.string())
    providers = {provider: organisation_code(provider) for _, _, provider in questions}
    columns["provider"] = pa.array([providers[provider] for _, _, provider in questions], pa.string())
    return requests.encode(common, pa.table(columns))


def request_queries(data: bytes, *, file: str) -> list[Query]:
    """The questions of a 照会送付ファイル, as 統合番号連携 takes them. Raises InputRefused."""
    _, table = requests.decode(data, file=file)
    columns = ("record_id", "integrated_number", "provider", "duty", "procedure", "nondisclosure")
    rows = table.select([*columns, "information_code_1"]).rename_columns([*columns, "information_code"])
    return [Query(**row) for row in rows.to_pylist()]


def answered_table(results: Sequence[QueryResult]) -> pa.Table:
    """Results with a state to store: record_id, state, error, item_values, item_reasons.

    An answer with an item that the answer record could not carry becomes an error of that person alone
    (`answer_malformed`), never a blank and never a refused file.
    """
    flat = [item for result in results for item in result.items]
    values = pa.array([item.value for item in flat], pa.string())
    reasons = pa.array([item.reason for item in flat], pa.string())
    answered = np.array([bool(result.items) for result in results], dtype=np.bool_)
    bad = np.zeros(len(results), dtype=np.bool_)
    bad[answered] = malformed(values, reasons)
    kept = answered & ~bad
    lists = np.where(kept, _ITEM_COUNT, 0)
    states = [result.outcome.value for result in results]
    errors = [result.error for result in results]
    return pa.table(
        {
            "record_id": pa.array([result.record_id for result in results], pa.string()),
            "state": pc.if_else(pa.array(bad), "refused", pa.array(states, pa.string())),
            "error": pc.if_else(pa.array(bad), "answer_malformed", pa.array(errors, pa.string())),
            "item_values": _lists(values, answered, kept, lists),
            "item_reasons": _lists(reasons, answered, kept, lists),
        }
    )


def _lists(flat: Texts, answered: Mask, kept: Mask, lengths: np.ndarray[Any, Any]) -> pa.Array[Any]:
    """The items of the kept answers as lists; null elsewhere."""
    good = flat.filter(pa.array(np.repeat(kept[answered], _ITEM_COUNT)))
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), good, mask=pa.array(~kept, pa.bool_()))


def malformed(values: Texts, reasons: Texts) -> Mask:
    """Which answers of 16 items each (laid end to end) do not fit items 31–63. Shape (answers,)."""
    count = len(values) // _ITEM_COUNT
    bad = np.zeros(count, dtype=np.bool_)
    for place, name in enumerate(TAX_ITEMS):
        chosen = pa.array(np.arange(count) * _ITEM_COUNT + place, pa.int64())
        field = answers.ANSWER.columns[name].field
        lowest = 1 if field.kind is Kind.NUMBER else field.width
        digits = pc.match_substring_regex(values.take(chosen), f"^[0-9]{{{lowest},{field.width}}}$")
        word = pc.match_substring_regex(reasons.take(chosen), "^[A-Za-z0-9_]{1,16}$")
        bad |= ~np.asarray(pc.fill_null(digits, True)) | ~np.asarray(pc.fill_null(word, True))
    return bad


def answer_bytes(table: pa.Table) -> bytes:
    """Answer records: `table` has ANSWER's columns as text; amounts and counts become numbers here."""
    for name, placed in answers.ANSWER.columns.items():
        if placed.field.kind is Kind.NUMBER:
            place = table.schema.get_field_index(name)
            table = table.set_column(place, name, table[name].cast(pa.int64()))
    return answers.encode(table)
