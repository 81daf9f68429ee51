"""副本登録: take the copy of the 正本 for automatic answers (PIA III.6 リスク2)."""

from __future__ import annotations

import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.information import LOCAL_TAX, TAX_ITEMS
from todoke.contracts.intermediary import Replicas
from todoke.contracts.network import Received
from todoke.engine import postgres
from todoke.identifiers import integrated_number
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.intermediary import codecs, needs, queries
from todoke.systems.intermediary.models.tax_items import ITEM_COLUMNS

_ITEMS = ", ".join(ITEM_COLUMNS)
_TAKEN_OVER = ", ".join(
    f"{name} = excluded.{name}" for name in (*ITEM_COLUMNS, "auto_reply_prohibited", "registered_at")
)
_PERSONS = """
INSERT INTO intermediary_link_code (integrated_number, state)
SELECT integrated_number, 'not_requested' FROM registered
ON CONFLICT (integrated_number) DO NOTHING
"""
_REPLICAS = f"""
INSERT INTO intermediary_replica (integrated_number, auto_reply_prohibited, edition, registered_at, {_ITEMS})
SELECT integrated_number, auto_reply_prohibited, 1, %(now)s, {_ITEMS} FROM registered
ON CONFLICT (integrated_number) DO UPDATE
SET {_TAKEN_OVER}, edition = intermediary_replica.edition + 1
"""


def register_replicas(*, alias: str, body: Replicas, by: Actor) -> Received:
    """Insert or replace the copies, all of the message or none.

    Errors: RECORD_INVALID (other information, incomplete items, a person twice), NUMBER_INVALID.
    """
    require(by, Permission.INTERMEDIARY_REGISTER, municipality=needs.municipality_of(alias))
    _check(body)
    numbers = [row.integrated_number for row in body.records]
    registered = {
        "integrated_number": codecs.texts(numbers),
        "auto_reply_prohibited": pa.array([row.auto_reply_prohibited for row in body.records], pa.bool_()),
        **codecs.item_columns([row.items for row in body.records]),
    }
    with transaction.atomic(using=alias):
        queries.lock_replicas(alias, exclusive=True)
        postgres.stage(alias, "registered", pa.table(registered))
        postgres.execute(alias, _PERSONS)
        postgres.execute(alias, _REPLICAS, {"now": clock.now()})
        verb = Permission.INTERMEDIARY_REGISTER.value
        record(alias, by=by, verb=verb, subject=body.information_code, persons=len(numbers))
    return Received(count=len(numbers))


def _check(body: Replicas) -> None:
    if body.information_code != LOCAL_TAX:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="地方税関係情報ではありません")
    if any(len(row.items) != len(TAX_ITEMS) for row in body.records):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="項目が足りません")
    if not all(integrated_number.is_valid(row.integrated_number) for row in body.records):
        raise TodokeError(ErrorCode.NUMBER_INVALID, kind="統合番号")
    if len({row.integrated_number for row in body.records}) != len(body.records):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="同じ人の副本が一つの電文に二つあります")
