"""符号取得の要求 (番号法21条の2): 取得番号 from the intermediary, then (取得番号, 個人番号) to 住基ネット.

Neither message goes through the outbox and no 取得番号 is stored: a run that was stopped asks again and hears the same
取得番号, as long as the 符号 has not arrived. The 符号 itself goes from the network to the intermediary, never here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.intermediary import ACQUISITIONS, CodeWanted
from todoke.contracts.network import ACQUIRE, JukiAcquisition, JukiAcquisitions
from todoke.exchange import client, parties
from todoke.exchange.transport import Transport
from todoke.identifiers.municipality import organisation_code
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.linkage.queries.numbers import open_numbers

ALIAS = "linkage"
PRESENT = ""
_WANTED = """
SELECT person_id, organisation FROM linkage_coderequest
WHERE message_key = %s AND state IN ('wanted', 'again') ORDER BY person_id
"""
_SETTLE = """
UPDATE linkage_coderequest c
SET state = a.state, refusal = a.refusal, changed_at = %(now)s, attempts = c.attempts + 1,
    requested_at = CASE a.state WHEN 'requested' THEN %(now)s ELSE c.requested_at END
FROM (SELECT unnest(%(persons)s::text[]) AS person_id, unnest(%(states)s::text[]) AS state,
      unnest(%(words)s::text[]) AS refusal) a
WHERE c.person_id = a.person_id AND c.state IN ('wanted', 'again') AND c.message_key = %(key)s
"""


def request_codes(*, message_key: str, transport: Transport, by: Actor) -> int:
    """Ask for the 符号 of the persons noted under this key (≤ 10,000); returns how many.

    Raises UNAVAILABLE when a receiver cannot be reached: the same call continues later.
    """
    require(by, Permission.LINKAGE_SEND)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_WANTED, [message_key])
        rows = cursor.fetchall()
    if not rows:
        return 0
    persons, organisation = [person for person, _ in rows], rows[0][1]  # a key is of one organisation
    acquisitions = _acquisition_numbers(persons, organisation, message_key, transport)
    missing = {p: number for p, number in zip(persons, acquisitions, strict=True) if number != PRESENT}
    refusals = _acquire(missing, organisation, message_key, transport) if missing else {}
    states = [_state(person, missing, refusals) for person in persons]
    words = [refusals.get(person, "") for person in persons]
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute(
            _SETTLE,
            {"now": clock.now(), "persons": persons, "states": states, "words": words, "key": message_key},
        )
        record(ALIAS, by=by, verb="linkage:code:request", subject="persons", persons=len(persons))
    return len(persons)


def _acquisition_numbers(persons: list[str], organisation: str, key: str, transport: Transport) -> list[str]:
    """Per person the 取得番号, or PRESENT."""
    municipality = settings.TODOKE_MUNICIPALITY
    states = client.request(
        transport,
        sender=parties.city(municipality),
        receiver=parties.platform(municipality),
        kind=ACQUISITIONS,
        body=CodeWanted(integrated_numbers=persons, organisation=organisation),
        key=key,
    )
    return _one_each(states.acquisition_numbers, len(persons))


def _acquire(wanted: dict[str, str], organisation: str, key: str, transport: Transport) -> dict[str, str]:
    """Refusal word by person, of those that 住基ネット refused."""
    municipality = settings.TODOKE_MUNICIPALITY
    numbers = open_numbers(list(wanted))
    receipts = client.request(
        transport,
        sender=parties.city(municipality),
        receiver=parties.NETWORK,
        kind=ACQUIRE,
        body=JukiAcquisitions(
            organisation=organisation or organisation_code(municipality),
            records=[JukiAcquisition(number, numbers[person]) for person, number in wanted.items()],
        ),
        key=f"{key} {_digest(wanted.values())}",
    )
    words = _one_each(receipts.refusals, len(wanted))
    return {person: word for person, word in zip(wanted, words, strict=True) if word}


def _digest(numbers: Iterable[str]) -> str:
    """Names the content: whoever was served since the first try is missing in a second, and that is another message."""
    return hashlib.sha256("\n".join(numbers).encode()).hexdigest()[:16]


def _state(person: str, missing: dict[str, str], refusals: dict[str, str]) -> str:
    if person not in missing:
        return "present"
    return "refused" if person in refusals else "requested"


def _one_each(words: Sequence[str], count: int) -> list[str]:
    if len(words) != count:
        raise TodokeError(ErrorCode.MESSAGE_INVALID, detail="回答の件数が要求の件数と違います")
    return list(words)
