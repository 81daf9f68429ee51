"""Answers of an order and how its questions stand, for jobs and siblings."""

from __future__ import annotations

from typing import Any, TypeAlias

import pyarrow as pa
from django.db import connections

from todoke.contracts.information import TAX_ITEMS
from todoke.contracts.inquiry import AnswerFile as SealedAnswers
from todoke.contracts.inquiry import InquiryKind
from todoke.engine import postgres
from todoke.records.ragged import pc
from todoke.systems.inquiry import models
from todoke.systems.inquiry.rules.inquiry_kinds import Ending, Standing, ending

ALIAS = "inquiry"
Column: TypeAlias = "pa.ChunkedArray[Any]"
_ELSEWHERE = TAX_ITEMS.index("taxed_elsewhere") + 1
_STANDING = f"""
coalesce(s.refusal, '') AS refusal,
a.state AS first_state, coalesce(a.error, '') AS first_error, a.item_values[{_ELSEWHERE}] AS first_elsewhere,
s.second_refusal,
b.state AS second_state, coalesce(b.error, '') AS second_error, b.item_values[{_ELSEWHERE}] AS second_elsewhere
"""
_ITEMS = ", ".join(
    f"{query}.item_values[{place}] AS {query}_{name}, {query}.item_reasons[{place}] AS {query}_{name}_reason"
    for query in ("a", "b")
    for place, name in enumerate(TAX_ITEMS, 1)
)
_JOINED = """
LEFT JOIN inquiry_query a ON a.subject_id = s.id AND a.round = 1 AND a.current
LEFT JOIN inquiry_query b ON b.subject_id = s.id AND b.round = 2 AND b.current
"""
# The page is cut before anything is joined, so that reading all pages costs as much as reading all rows once.
_ANSWERS = f"""
WITH s AS MATERIALIZED (
    SELECT * FROM inquiry_subject WHERE order_id = $1 AND standing <> 'abroad' AND position > $2
    ORDER BY position LIMIT $3
)
SELECT s.position, s.resident_code, s.ward_code, s.integrated_number, {_STANDING}, {_ITEMS}
FROM s {_JOINED} ORDER BY s.position
"""
_COUNTS = f"""
SELECT {_STANDING}, count(*) FROM inquiry_subject s {_JOINED}
WHERE s.standing <> 'abroad' AND s.order_id = %s GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""
_FINGERPRINT = """
SELECT encode(sha256(convert_to(coalesce(string_agg(
    s.position || ' ' || s.second_refusal || ' ' || coalesce(q.record_id || q.state || q.error, ''), '/'
    ORDER BY s.position, q.round, q.attempt), ''), 'UTF8')), 'hex')
FROM inquiry_subject s LEFT JOIN inquiry_query q ON q.subject_id = s.id
WHERE s.order_id = %s AND s.standing <> 'abroad'
"""
_UNSETTLED = """
SELECT f.batch_id FROM inquiry_requestfile f
WHERE f.order_id = %s AND f.submitted_at IS NOT NULL
  AND EXISTS (SELECT FROM inquiry_query q WHERE q.request_file_id = f.number AND q.state = ANY(%s))
ORDER BY f.number
"""


def batches(order_id: str, *, round_: int | None = None) -> list[str]:
    """Batch ids of the submitted files of an order (of one round), in order."""
    files = models.RequestFile.objects.using(ALIAS).filter(order_id=order_id, submitted_at__isnull=False)
    chosen = files if round_ is None else files.filter(round=round_)
    return list(chosen.order_by("number").values_list("batch_id", flat=True))


def unsettled_batches(order_id: str, *states: str) -> list[str]:
    """Batches with a question in one of these states."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_UNSETTLED, [order_id, list(states)])
        return [batch_id for (batch_id,) in cursor]


def unsubmitted_files(order_id: str, *, round_: int, again: bool = False) -> list[int]:
    """Numbers of the planned files that were not submitted yet, in order."""
    files = models.RequestFile.objects.using(ALIAS).filter(order_id=order_id, round=round_, again=again)
    return list(files.filter(submitted_at__isnull=True).order_by("number").values_list("number", flat=True))


def newest_answer_files(order_id: str) -> list[models.AnswerFile]:
    """The files of the order's newest edition, in order."""
    files = models.AnswerFile.objects.using(ALIAS).filter(order_id=order_id)
    newest = files.order_by("-edition").values_list("edition", flat=True).first()
    return list(files.filter(edition=newest).order_by("number")) if newest else []


def sealed_answers(order_id: str) -> list[SealedAnswers]:
    """The same as siblings see them."""
    return [
        SealedAnswers(path=file.path, sha256=file.sha256, records=file.records)
        for file in newest_answer_files(order_id)
    ]


def fingerprint(order_id: str) -> str:
    """Changes whenever any question of the order changes its state."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_FINGERPRINT, [order_id])
        (digest,) = cursor.fetchone() or ("",)
    return str(digest)


def kind_counts(order_id: str) -> dict[InquiryKind, int]:
    """How many persons of the order stand in each 照会区分."""
    counts = dict.fromkeys(InquiryKind, 0)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_COUNTS, [order_id])
        for *standing, count in cursor:
            counts[ending(Standing(*standing)).kind] += count
    return counts


def answer_rows(order_id: str, *, after: int, limit: int) -> tuple[pa.Table, int]:
    """Up to `limit` persons behind position `after` with the columns of the answer record as text, and the last
    position. Reads committed rows only.
    """
    table = postgres.read(ALIAS, _ANSWERS, (order_id, after, limit))
    if not table.num_rows:
        return table, after
    standings = zip(*(table[name].to_pylist() for name in Standing._fields), strict=True)
    known: dict[tuple[Any, ...], Ending] = {}
    endings = [known.get(s) or known.setdefault(s, ending(Standing(*s))) for s in standings]
    columns = {name: table[name] for name in ("integrated_number", "resident_code", "ward_code")}
    columns["inquiry_kind"] = pa.chunked_array([pa.array([e.kind.value for e in endings], pa.string())])
    columns["error_reason"] = pa.chunked_array([pa.array([e.error or None for e in endings], pa.string())])
    source = pa.array([e.items_of for e in endings], pa.int8())
    for name in [*TAX_ITEMS, *(f"{name}_reason" for name in TAX_ITEMS)]:
        columns[name] = _chosen(source, table[f"a_{name}"], table[f"b_{name}"])
    return pa.table(columns), int(table["position"][-1].as_py())


def _chosen(source: pa.Array[Any], first: Column, second: Column) -> Column:
    """Item cells from the first or the second answer, or none at all."""
    nothing = pa.scalar(None, pa.string())
    cells: Column = pc.if_else(pc.equal(source, 1), first, pc.if_else(pc.equal(source, 2), second, nothing))
    return cells
