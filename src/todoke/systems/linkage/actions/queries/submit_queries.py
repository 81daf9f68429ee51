"""情報照会の受付 (PIA 統合番号連携 (3)): duty, check digits, known numbers, fresh record ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
from django.conf import settings
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.linkage import Query, QueryReceipt
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.linkage import models
from todoke.systems.linkage.flows import QueryState
from todoke.systems.linkage.rules import duties, receipts

ALIAS = "linkage"
_COPIED = ("record_id", "provider", "duty", "procedure", "information_code", "nondisclosure")


def submit_queries(*, batch_id: str, queries: Sequence[Query], by: Actor) -> list[QueryReceipt]:
    """Take on what may be asked, refuse the rest with a reason; the same batch id hears its first receipts."""
    require(by, Permission.LINKAGE_OPERATE)
    with transaction.atomic(using=ALIAS):
        if not _begin(batch_id, by):
            return _first_receipts(batch_id)
        answers = receipts.refusals(
            queries,
            known_numbers=_present("linkage_person", "integrated_number", _numbers(queries)),
            used_ids=_present("linkage_query", "record_id", [query.record_id for query in queries]),
            allowed=_DutyCheck(by),
        )
        _keep_receipts(batch_id, queries, answers)
        taken = [query for query, answer in zip(queries, answers, strict=True) if answer is None]
        _keep_queries(batch_id, taken)
        subject = f"batch {batch_id}"
        record(ALIAS, by=by, verb="linkage:query:submit", subject=subject, persons=len(taken))
    return [
        QueryReceipt(record_id=query.record_id, refusal=answer)
        for query, answer in zip(queries, answers, strict=True)
    ]


def _begin(batch_id: str, by: Actor) -> bool:
    """False when the batch was taken in before; a submission at the same moment waits for the other."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(
            "INSERT INTO linkage_querybatch (batch_id, submitted_at, submitted_by) VALUES (%s, %s, %s)"
            " ON CONFLICT (batch_id) DO NOTHING",
            [batch_id, clock.now(), by.staff_id],
        )
        return bool(cursor.rowcount)


def _first_receipts(batch_id: str) -> list[QueryReceipt]:
    rows = models.QueryReceipt.objects.using(ALIAS).filter(batch_id=batch_id).order_by("position")
    return [
        QueryReceipt(record_id=record_id, refusal=refusal)
        for record_id, refusal in rows.values_list("record_id", "refusal")
    ]


def _numbers(queries: Iterable[Query]) -> list[str]:
    return sorted({query.integrated_number for query in queries})


def _present(table: str, column: str, values: list[str]) -> set[str]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE {column} = ANY(%s)", [values])
        return {value for (value,) in cursor}


class _DutyCheck:
    """Whether the actor's duty covers a query; each combination is looked up once."""

    def __init__(self, by: Actor) -> None:
        self._by, self._today = by, clock.today()
        self._known: dict[tuple[str, str, str], bool] = {}

    def __call__(self, query: Query) -> bool:
        asked = (query.duty, query.procedure, query.information_code)
        if asked not in self._known:
            self._known[asked] = duties.is_allowed(
                self._by,
                duty=query.duty,
                procedure=query.procedure,
                information_code=query.information_code,
                on=self._today,
            )
        return self._known[asked]


def _keep_receipts(batch_id: str, queries: Sequence[Query], answers: list[str | None]) -> None:
    table = pa.table(
        {
            "batch_id": pa.array([batch_id] * len(queries), pa.string()),
            "position": pa.array(range(1, len(queries) + 1), pa.int32()),
            "record_id": pa.array([query.record_id for query in queries], pa.string()),
            "refusal": pa.array(answers, pa.string()),
        }
    )
    postgres.copy_in(ALIAS, "linkage_queryreceipt", table)


def _keep_queries(batch_id: str, queries: list[Query]) -> None:
    columns = {name: pa.array([getattr(query, name) for query in queries], pa.string()) for name in _COPIED}
    columns["person_id"] = pa.array([query.integrated_number for query in queries], pa.string())
    columns["batch_id"] = pa.array([batch_id] * len(queries), pa.string())
    city = settings.TODOKE_MUNICIPALITY
    by_duty = {duty: duties.organisation_of(duty, city=city) for duty in {query.duty for query in queries}}
    columns["organisation"] = pa.array([by_duty[query.duty] for query in queries], pa.string())
    columns["state"] = pa.array([QueryState.ACCEPTED.value] * len(queries), pa.string())
    postgres.copy_in(ALIAS, "linkage_query", pa.table(columns))
