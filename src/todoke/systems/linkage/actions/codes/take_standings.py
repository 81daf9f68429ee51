"""符号の取得結果: the city learns that a 符号 was acquired or failed, never which it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.intermediary import CodeStanding, CodeStandings
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record

ALIAS = "linkage"
UNKNOWN_THERE = "unknown_at_intermediary"
_CODE = re.compile(r"[a-z0-9_]{1,24}")
_TAKE = """
UPDATE linkage_coderequest c SET state = a.state, refusal = a.refusal, changed_at = %(now)s
FROM (SELECT unnest(%(persons)s::text[]) AS person_id, unnest(%(states)s::text[]) AS state,
             unnest(%(words)s::text[]) AS refusal) a
WHERE c.person_id = a.person_id AND c.organisation = %(organisation)s AND c.state = 'requested'
"""


def take_standings(
    *, persons: Sequence[str], answer: CodeStandings, by: Actor, organisation: str = ""
) -> int:
    """Store how far these persons' acquisitions at one organisation came; returns how many ended. MESSAGE_INVALID for a wrong count."""
    require(by, Permission.LINKAGE_SEND)
    if not len(persons) == len(answer.standings) == len(answer.reasons):
        raise TodokeError(ErrorCode.MESSAGE_INVALID, detail="回答の件数が要求の件数と違います")
    ended = [
        (person, *_ended(standing, reason))
        for person, standing, reason in zip(persons, answer.standings, answer.reasons, strict=True)
        if standing is not CodeStanding.WAITING
    ]
    if not ended:
        return 0
    columns = dict(zip(("persons", "states", "words"), map(list, zip(*ended, strict=True)), strict=True))
    with transaction.atomic(using=ALIAS):
        count = postgres.execute(ALIAS, _TAKE, {"now": clock.now(), "organisation": organisation, **columns})
        record(ALIAS, by=by, verb="linkage:code:stand", subject="persons", persons=count)
    return count


def _ended(standing: CodeStanding, reason: str) -> tuple[str, str]:
    """State and word; text of another realm never passes through as it is."""
    if standing is CodeStanding.ACQUIRED:
        return "present", ""
    if standing is CodeStanding.UNKNOWN:
        return "refused", UNKNOWN_THERE
    return "refused", reason if _CODE.fullmatch(reason) else "unspecified"
