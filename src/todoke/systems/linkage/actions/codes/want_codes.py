"""符号取得の対象 (PIA 統合番号連携 (2)): which persons the next messages ask for, ≤ 10,000 a message.

Everybody is wanted at the main organisation from the moment they are registered (migration 0006), and at another one
from the moment a query of its duty, or an operator, wants them there. What is chosen here is sent by request_codes.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.exchange.kinds import RECORD_LIMIT
from todoke.identifiers import municipality
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record

ALIAS = "linkage"
_CHOOSE = """
UPDATE linkage_coderequest r
SET state = CASE WHEN r.state = 'refused' THEN 'again' ELSE r.state END, refusal = '',
    message_key = rtrim(concat_ws(' ', %(key)s, chosen.message, r.organisation)), changed_at = %(now)s
FROM (
    SELECT id, (row_number() OVER (PARTITION BY organisation ORDER BY person_id) - 1) / %(limit)s AS message
    FROM linkage_coderequest WHERE {which} AND person_id IN (
        SELECT n.person_id FROM linkage_individualnumber n WHERE n.standing = 'live')
) AS chosen
WHERE r.id = chosen.id
"""
_FREE = "state IN ('wanted', 'again') AND message_key = ''"
_ASKED = """
SELECT coalesce(a.person_id, q.person_id) AS person_id, q.organisation
FROM linkage_query q LEFT JOIN linkage_numberalias a ON a.former_id = q.person_id
WHERE q.batch_id = ANY(%(batches)s) AND q.state = 'accepted'
"""
_OF_BATCHES = f"({_FREE} OR state = 'refused') AND (person_id, organisation) IN ({_ASKED})"
_AT = f"{_FREE} AND organisation = %(organisation)s"
_BEGIN = """
INSERT INTO linkage_coderequest (person_id, organisation, state, message_key, changed_at)
SELECT DISTINCT w.person_id, w.organisation, 'wanted', '', %(now)s::timestamptz FROM ({who}) w WHERE w.organisation <> ''
ON CONFLICT (person_id, organisation) DO NOTHING
"""
_EVERYBODY_THERE = """
SELECT n.person_id, %(organisation)s AS organisation FROM linkage_individualnumber n WHERE n.standing = 'live'
"""


def want_codes(
    *, batch_ids: Sequence[str] | None, by: Actor, again_only: bool = False, organisation: str = ""
) -> int:
    """Choose the persons of these batches' unsent queries (None: everybody without 符号); returns how many.

    `again_only`: of everybody, only those who stand in 再取得. `organisation`: everybody at that organisation of the city.
    Nobody without a 個人番号 can be asked for. Who was asked for is not asked for again. Who was refused is asked for again only for a batch, or by `ask_again`:
    the registers may have been put right.
    """
    require(by, Permission.LINKAGE_OPERATE)
    _check(organisation)
    everybody = _AT if organisation else f"{_FREE} AND state = 'again'" if again_only else _FREE
    which = everybody if batch_ids is None else _OF_BATCHES
    begun = _ASKED if batch_ids is not None else _EVERYBODY_THERE
    values: dict[str, Any] = {
        "key": f"codes {uuid.uuid4().hex}",
        "now": clock.now(),
        "limit": RECORD_LIMIT,
        "batches": list(batch_ids or ()),
        "organisation": organisation,
    }
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('linkage:codes', 0))")
        cursor.execute(_BEGIN.format(who=begun), values)
        cursor.execute(_CHOOSE.format(which=which), values)
        wanted = int(cursor.rowcount)
        record(ALIAS, by=by, verb="linkage:code:want", subject="persons", persons=wanted)
    return wanted


def _check(organisation: str) -> None:
    own = settings.TODOKE_MUNICIPALITY
    if organisation and (
        municipality.of_organisation(organisation) != own or municipality.is_main(organisation)
    ):
        raise TodokeError(ErrorCode.NUMBER_INVALID, kind="自団体のほかの機関の機関コード")
