"""回答の検査と保管: what arrived is checked for sense, stored if it can be true, and its original sealed beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.information import TAX_ITEMS, Outcome
from todoke.engine import duck, postgres
from todoke.identifiers.municipality import DESIGNATED_CITIES
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.records.ragged import Texts, pc
from todoke.systems.inquiry import codecs, queries
from todoke.systems.inquiry.codecs import originals
from todoke.systems.inquiry.codecs.arrivals import STATUSES, Arrivals
from todoke.systems.inquiry.flows import QUERY
from todoke.systems.inquiry.models import RequestFile
from todoke.systems.inquiry.rules import answer_checks

ALIAS = "inquiry"
_STAGED = "inquiry_incoming"
_TAKE = f"""
UPDATE inquiry_query q
SET state = r.state, error = r.error, item_values = r.item_values, item_reasons = r.item_reasons,
    state_at = %s, state_by = %s
FROM {_STAGED} r
WHERE q.record_id = r.record_id AND q.request_file_id = %s AND q.state || '>' || r.state = ANY(%s)
RETURNING q.record_id
"""
# An expired question whose answer came late counts instead of the attempt that followed it, unless that was answered.
_LATE = f"""
SELECT q.record_id, newer.record_id FROM inquiry_query q JOIN {_STAGED} r USING (record_id)
JOIN inquiry_query newer ON newer.subject_id = q.subject_id AND newer.round = q.round AND newer.current
WHERE q.state = 'answered' AND NOT q.current AND newer.state <> 'answered'
"""
_COUNTS = "UPDATE inquiry_query SET current = %s WHERE record_id = ANY(%s)"
_TEXT: Final = pa.string()


@dataclass(frozen=True, kw_only=True)
class _Intake:
    """What is taken in at once: arrivals to the questions of one request file."""

    file: RequestFile
    arrived: Arrivals
    questions: pa.Table
    source: str
    by: Actor


def keep_answers(*, file: RequestFile, arrived: Arrivals, source: str, by: Actor) -> int:
    """Store what changes the state of the file's questions; returns how many. In the caller's transaction.

    An answer with a refusing finding is 回答エラー (state refused) with the finding as its error, and its items are
    not stored: only the sealed original has them.
    """
    require(by, Permission.INQUIRY_OPERATE)
    if not arrived.table.num_rows:
        return 0
    questions = queries.questions_of(file.number)
    intake = _Intake(file=file, arrived=arrived, questions=questions, source=source, by=by)
    findings = _findings(arrived.table, questions, file)
    with transaction.atomic(using=ALIAS):
        postgres.stage(ALIAS, _STAGED, _judged(arrived.table, findings))
        changed = _take(file, by)
        _keep_findings(findings, changed)
        _keep_originals(intake, changed)
        refused = len(pc.unique(_of(findings, changed, answer_checks.REFUSE)["record_id"]))
        if refused:
            subject = f"request {file.number}"
            record(ALIAS, by=by, verb="inquiry:answer:refuse", subject=subject, persons=refused)
    return len(changed)


def _take(file: RequestFile, by: Actor) -> Texts:
    """Move the questions of what is staged; the record ids of those that moved."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_TAKE, [clock.now(), by.staff_id, file.number, QUERY.arrows])
        changed = pa.array([record_id for (record_id,) in cursor.fetchall()], _TEXT)
        cursor.execute(_LATE)
        late = dict(cursor.fetchall())
        for counts, record_ids in ((False, late.values()), (True, late)):
            cursor.execute(_COUNTS, [counts, list(record_ids)])
        cursor.execute(f"DROP TABLE {_STAGED}")
    return changed


def _findings(arrived: pa.Table, questions: pa.Table, file: RequestFile) -> pa.Table:
    providers = questions["provider"].combine_chunks()
    asked = pa.table(
        {
            "record_id": questions["record_id"],
            "asked_number": questions["integrated_number"],
            "asked_provider": providers,
            "asked_year": pa.repeat(pa.scalar(file.order.tax_year, pa.int32()), questions.num_rows),
            "designated": pc.is_in(providers, value_set=pa.array(sorted(DESIGNATED_CITIES), _TEXT)),
        }
    )
    with duck.connect() as connection:
        return answer_checks.find(connection, arrived=arrived, questions=asked, today=clock.today())


def _judged(arrived: pa.Table, findings: pa.Table) -> pa.Table:
    """record_id, state, error, item_values, item_reasons: a refused answer without its items."""
    refusing = findings.filter(pc.equal(findings["severity"], answer_checks.REFUSE))
    first = refusing.group_by("record_id", use_threads=False).aggregate([("code", "first")])
    place = pc.index_in(arrived["record_id"].combine_chunks(), value_set=first["record_id"].combine_chunks())
    good = pc.is_null(place)
    why = first["code_first"].combine_chunks().take(place)
    state = pc.if_else(good, arrived["state"].combine_chunks(), Outcome.REFUSED.value)
    kept = pc.equal(state, Outcome.ANSWERED.value)
    return pa.table(
        {
            "record_id": arrived["record_id"],
            "state": state,
            "error": pc.if_else(good, arrived["error"].combine_chunks(), why),
            "item_values": _lists(arrived, kept, TAX_ITEMS),
            "item_reasons": _lists(arrived, kept, tuple(f"{name}_reason" for name in TAX_ITEMS)),
        }
    )


def _lists(arrived: pa.Table, kept: Texts, names: tuple[str, ...]) -> Texts:
    """The items of each kept answer as one list; null for the others."""
    rows = arrived.num_rows
    columns = pa.concat_arrays([arrived[name].combine_chunks() for name in names])
    by_row = pa.array((np.arange(rows)[:, None] + np.arange(len(names)) * rows).ravel(), pa.int64())
    offsets = pa.array(range(0, len(names) * (rows + 1), len(names)), pa.int32())
    lists = pa.ListArray.from_arrays(offsets, columns.take(by_row))
    found: Texts = pc.if_else(kept, lists, pa.scalar(None, lists.type))
    return found


def _of(findings: pa.Table, changed: Texts, severity: str) -> pa.Table:
    chosen = findings.filter(pc.is_in(findings["record_id"], value_set=changed))
    return chosen.filter(pc.equal(chosen["severity"], severity))


def _keep_findings(findings: pa.Table, changed: Texts) -> None:
    chosen = findings.filter(pc.is_in(findings["record_id"], value_set=changed))
    count = chosen.num_rows
    rows = {
        "query_id": chosen["record_id"],
        "code": chosen["code"],
        "severity": chosen["severity"],
        "edition": pa.repeat(pa.scalar(answer_checks.EDITION, pa.int16()), count),
        "found_at": pa.repeat(pa.scalar(clock.now(), pa.timestamp("us", "UTC")), count),
    }
    postgres.copy_in(ALIAS, "inquiry_finding", pa.table(rows))


def _keep_originals(of: _Intake, changed: Texts) -> None:
    """The bytes of every arrival that changed something, encrypted and bound to its place."""
    file, arrived, questions = of.file, of.arrived, of.questions
    places = pc.indices_nonzero(pc.is_in(arrived.table["record_id"].combine_chunks(), value_set=changed))
    rows = arrived.table.select(["record_id", *STATUSES]).take(places)
    ids = rows["record_id"].to_pylist()
    bindings = [originals.binding(file.order_id, file.number, str(record_id)) for record_id in ids]
    sealed = codecs.seal_originals([arrived.originals[place] for place in places.to_pylist()], bindings)
    asked = pc.index_in(rows["record_id"].combine_chunks(), value_set=questions["record_id"].combine_chunks())
    columns = {name: rows[name].combine_chunks() for name in rows.column_names}
    columns |= {
        "provider": questions["provider"].combine_chunks().take(asked),
        "order_id": pa.repeat(file.order_id, len(ids)),
        "file_number": pa.repeat(pa.scalar(file.number, pa.int32()), len(ids)),
        "source": pa.repeat(of.source, len(ids)),
        "received_at": pa.repeat(pa.scalar(clock.now(), pa.timestamp("us", "UTC")), len(ids)),
        "received_by": pa.repeat(of.by.staff_id, len(ids)),
        "sha256": pa.array(sealed.sha256, _TEXT),
        "key_id": pa.repeat(pa.scalar(sealed.key_id, pa.int16()), len(ids)),
        "sealed": pa.array(sealed.sealed, pa.binary()),
    }
    postgres.copy_in(ALIAS, "inquiry_receivedanswer", pa.table(columns))
