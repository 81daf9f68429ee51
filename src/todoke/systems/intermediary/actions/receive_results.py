"""情報照会の結果: the network's permits and the providers' answers, in whichever order they come.

Every answer is first put down in `arrived_provision`; `_settle` then applies what has a permit. It runs after both
kinds of message, under the results lock, so that both orders end in the same rows and neither is missed.
"""

from __future__ import annotations

import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.information import TAX_ITEMS, Outcome
from todoke.contracts.intermediary import Provisions
from todoke.contracts.network import PermitAnswers, PermitRequests, Received
from todoke.engine import postgres
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.intermediary import codecs, needs, queries
from todoke.systems.intermediary.codecs import items
from todoke.systems.intermediary.flows import INQUIRY
from todoke.systems.intermediary.needs import platform_of
from todoke.systems.intermediary.queries import records

_NEXT = "nextval('intermediary_result_sequence')"
_PERMITTED = """
UPDATE intermediary_inquiry i SET permit_id = g.permit_id FROM granted g
WHERE i.record_id = g.record_id AND g.refusal = '' AND i.permit_id IS NULL AND i.outcome = 'asked'
"""
_RECORDED = """
INSERT INTO intermediary_exchange_record
    (permit_id, side, inquirer, provider, duty, procedure, information_code, requested_at, outcome)
SELECT i.permit_id, 'inquirer', i.organisation, i.provider, i.duty, i.procedure, i.information_code, i.requested_at, 'asked'
FROM granted g JOIN intermediary_inquiry i ON i.record_id = g.record_id AND i.permit_id = g.permit_id
ORDER BY g.place ON CONFLICT (permit_id, side) DO NOTHING
"""
_REFUSED = f"""
UPDATE intermediary_inquiry i SET outcome = 'refused', error = g.refusal, sequence = g.number
FROM (SELECT *, {_NEXT} AS number FROM (SELECT * FROM granted WHERE refusal <> '' ORDER BY place) o) g
WHERE i.record_id = g.record_id AND i.permit_id IS NULL AND i.outcome = 'asked'
"""
_ARRIVED = """
INSERT INTO intermediary_arrived_provision (permit_id, record_id, outcome, error, provided_at, contents)
SELECT a.permit_id, a.record_id, a.outcome, a.error, a.provided_at, a.contents
FROM arrived a JOIN intermediary_inquiry i ON i.record_id = a.record_id AND i.provider = %(provider)s
ORDER BY a.place ON CONFLICT DO NOTHING
"""
_DROP = f"""
DELETE FROM intermediary_arrived_provision a USING intermediary_inquiry i
WHERE i.record_id = a.record_id
  AND (i.outcome = 'refused' OR i.permit_id <> a.permit_id
       OR (i.permit_id IS NOT NULL AND (i.outcome, a.outcome) NOT IN ({INQUIRY.sql_pairs})))
"""
_APPLY = f"""
WITH due AS (
    DELETE FROM intermediary_arrived_provision a USING intermediary_inquiry i
    WHERE i.record_id = a.record_id AND i.permit_id = a.permit_id AND (i.outcome, a.outcome) IN ({INQUIRY.sql_pairs})
      AND NOT EXISTS (
          SELECT FROM intermediary_arrived_provision b
          WHERE b.record_id = a.record_id AND b.permit_id = a.permit_id AND b.id < a.id
      )
    RETURNING a.*
), numbered AS (
    SELECT *, {_NEXT} AS number FROM (SELECT * FROM due ORDER BY id) o
), moved AS (
    UPDATE intermediary_inquiry i SET outcome = n.outcome, error = n.error, sequence = n.number
    FROM numbered n WHERE i.record_id = n.record_id
), recorded AS (
    UPDATE intermediary_exchange_record r SET outcome = d.outcome, provided_at = d.provided_at
    FROM due d WHERE r.permit_id = d.permit_id AND r.side = 'inquirer'
), answered AS (
    INSERT INTO intermediary_answer (record_id, contents)
    SELECT record_id, contents FROM due WHERE outcome = 'answered'
)
SELECT EXISTS (
    SELECT FROM due d JOIN intermediary_arrived_provision b
        ON b.record_id = d.record_id AND b.permit_id = d.permit_id AND b.id > d.id
)
"""


def take_permits(*, alias: str, body: PermitRequests, answer: PermitAnswers, by: Actor) -> None:
    """The network's answer to our request: note permits, make records, turn refusals into results."""
    require(by, Permission.INTERMEDIARY_PERMITTED, municipality=needs.municipality_of(alias))
    rows = answer.records
    if [row.record_id for row in rows] != [row.record_id for row in body.records]:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="許可証の回答が要求と対応していません")
    _take(
        alias,
        [row.record_id for row in rows],
        [row.permit_id for row in rows],
        [row.refusal for row in rows],
        by,
    )


def refuse_permits(*, alias: str, body: PermitRequests, error_code: str, by: Actor) -> None:
    """The network refused the whole message for good: every record of it ends refused."""
    require(by, Permission.INTERMEDIARY_PERMITTED, municipality=needs.municipality_of(alias))
    ids = [row.record_id for row in body.records]
    _take(alias, ids, [""] * len(ids), [f"network_{error_code.lower()}"] * len(ids), by)


def take_provisions(*, alias: str, body: Provisions, by: Actor) -> Received:
    """A provider's answers. What we did not ask of it is not counted and not kept.

    Errors: PERMISSION_DENIED when the provider is not the sender's organisation, RECORD_INVALID for an answer
    without items or items without an answer.
    """
    require(by, Permission.INTERMEDIARY_RECEIVE, municipality=needs.municipality_of(alias))
    if by.staff_id != platform_of(body.provider):
        raise TodokeError(ErrorCode.PERMISSION_DENIED, permission=Permission.INTERMEDIARY_RECEIVE.value)
    rows = body.records
    for row in rows:
        wanted = len(TAX_ITEMS) if row.outcome is Outcome.ANSWERED else 0
        if row.outcome is Outcome.ASKED or len(row.items) != wanted:
            raise TodokeError(ErrorCode.RECORD_INVALID, detail="回答の状態と項目が合いません")
    columns = {
        "place": codecs.places(len(rows)),
        "permit_id": codecs.texts([row.permit_id for row in rows]),
        "record_id": codecs.texts([row.record_id for row in rows]),
        "outcome": codecs.texts([row.outcome.value for row in rows]),
        "error": codecs.texts([row.error for row in rows]),
        "provided_at": pa.array([row.provided_at for row in rows], codecs.TIME),
    }
    bound = [items.answer_row(row.record_id, row.permit_id) for row in rows]
    with transaction.atomic(using=alias, savepoint=False):
        queries.lock_results(alias)
        sealed = items.sealed_column(alias, [row.items for row in rows], bound)
        postgres.stage(alias, "arrived", pa.table({**columns, "contents": sealed}))
        _, count = postgres.prepared(alias, _ARRIVED, {"provider": body.provider})
        _settle(alias)
        verb = Permission.INTERMEDIARY_RECEIVE.value
        record(alias, by=by, verb=verb, subject=f"{count}/{len(rows)}", persons=count)
    return Received(count=count)


def _take(alias: str, record_ids: list[str], permit_ids: list[str], refusals: list[str], by: Actor) -> None:
    granted = {
        "place": codecs.places(len(record_ids)),
        "record_id": codecs.texts(record_ids),
        "permit_id": codecs.texts(permit_ids),
        "refusal": codecs.texts(refusals),
    }
    with transaction.atomic(using=alias, savepoint=False):
        queries.lock_results(alias)
        postgres.stage(alias, "granted", pa.table(granted))
        postgres.prepared(alias, _PERMITTED)
        postgres.prepared(alias, _RECORDED)
        needs.tell_nondisclosures(alias, records.withheld_from_the_start(alias))
        _, refused = postgres.prepared(alias, _REFUSED)
        _settle(alias)
        verb, subject = Permission.INTERMEDIARY_PERMITTED.value, f"refused:{refused}"
        record(alias, by=by, verb=verb, subject=subject, persons=len(record_ids))


def _settle(alias: str) -> None:
    """Apply arrived answers whose permit is known, the oldest of each record first; drop what can never count."""
    more = True
    while more:
        postgres.prepared(alias, _DROP)
        ((more,),) = postgres.prepared(alias, _APPLY)[0]
