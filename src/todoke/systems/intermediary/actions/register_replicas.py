"""副本の登録・訂正・削除: take the copy of the 正本 for automatic answers (PIA III.6 リスク2)."""

from __future__ import annotations

import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.information import LOCAL_TAX
from todoke.contracts.intermediary import Replicas, ReplicasTaken
from todoke.engine import postgres
from todoke.identifiers import integrated_number
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.intermediary import codecs, needs, queries
from todoke.systems.intermediary.codecs import items
from todoke.systems.intermediary.models import ReplicaDelivery

_TAKEN_OVER = ", ".join(
    f"{name} = excluded.{name}" for name in ("contents", "auto_reply_prohibited", "edition", "registered_at")
)
_EDITIONS = "SELECT nextval('intermediary_replica_edition') FROM generate_series(1, %s)"
_PERSONS = """
INSERT INTO intermediary_person (integrated_number)
SELECT integrated_number FROM changed WHERE NOT deleted
ON CONFLICT (integrated_number) DO NOTHING
"""
_THERE = """
SELECT count(*) FROM changed c
JOIN intermediary_replica r ON r.integrated_number = c.integrated_number AND r.fiscal_year = %(year)s
WHERE NOT c.deleted
"""
_REPLICAS = f"""
INSERT INTO intermediary_replica
    (integrated_number, fiscal_year, auto_reply_prohibited, edition, registered_at, contents)
SELECT integrated_number, %(year)s, auto_reply_prohibited, edition, %(now)s, contents
FROM changed WHERE NOT deleted
ON CONFLICT (integrated_number, fiscal_year) DO UPDATE SET {_TAKEN_OVER}
"""
_DELETE = """
DELETE FROM intermediary_replica r USING changed c
WHERE c.deleted AND r.integrated_number = c.integrated_number AND r.fiscal_year = %(year)s
"""


def register_replicas(*, alias: str, body: Replicas, by: Actor) -> ReplicasTaken:
    """Insert, replace or delete the copies of one 年度, all of the message or none.

    Errors: RECORD_INVALID (other information, incomplete items, a person twice), NUMBER_INVALID, KEY_WITHDRAWN.
    """
    require(by, Permission.INTERMEDIARY_REGISTER, municipality=needs.municipality_of(alias))
    _check(body)
    rows = body.records
    with transaction.atomic(using=alias):
        queries.lock_replicas(alias, exclusive=True)
        # after the lock: whatever was answered before has an earlier time than the mark that would have held it back
        parameters = {"now": clock.now(), "year": body.fiscal_year}
        postgres.stage(alias, "changed", _sealed(alias, body))
        postgres.execute(alias, _PERSONS)
        ((replaced,),) = postgres.fetch(alias, _THERE, parameters)
        written = postgres.execute(alias, _REPLICAS, parameters)
        deleted = postgres.execute(alias, _DELETE, parameters)
        done = {"registered": written - replaced, "replaced": replaced, "deleted": deleted}
        ReplicaDelivery.objects.using(alias).create(
            fiscal_year=body.fiscal_year, taken_at=clock.now(), **done
        )
        verb, subject = Permission.INTERMEDIARY_REGISTER.value, f"{body.information_code} {body.fiscal_year}"
        record(alias, by=by, verb=verb, subject=f"{subject} deleted:{deleted}", persons=len(rows))
    return ReplicasTaken(**done)


def _sealed(alias: str, body: Replicas) -> pa.Table:
    """The rows with their new editions, and their items bound to them."""
    rows = body.records
    editions = [edition for (edition,) in postgres.fetch(alias, _EDITIONS, [len(rows)])]
    bound = [
        items.replica_row(row.integrated_number, body.fiscal_year, edition)
        for row, edition in zip(rows, editions, strict=True)
    ]
    return pa.table(
        {
            "integrated_number": codecs.texts([row.integrated_number for row in rows]),
            "auto_reply_prohibited": pa.array([row.auto_reply_prohibited for row in rows], pa.bool_()),
            "deleted": pa.array([not row.items for row in rows], pa.bool_()),
            "edition": pa.array(editions, pa.int32()),
            "contents": items.sealed_column(alias, [row.items for row in rows], bound),
        }
    )


def _check(body: Replicas) -> None:
    if body.information_code != LOCAL_TAX:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="地方税関係情報ではありません")
    if not 2000 <= body.fiscal_year <= 2999:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="年度が正しくありません")
    if not all(integrated_number.is_valid(row.integrated_number) for row in body.records):
        raise TodokeError(ErrorCode.NUMBER_INVALID, kind="統合番号")
    if len({row.integrated_number for row in body.records}) != len(body.records):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="同じ人の副本が一つの電文に二つあります")
    items.check_counts([row.items for row in body.records])
