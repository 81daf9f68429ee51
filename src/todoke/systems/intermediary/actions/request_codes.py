"""符号管理: hand out 取得番号 for 統合番号 that have no 符号 yet."""

from __future__ import annotations

import secrets

import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.intermediary import CodeStates, CodeWanted
from todoke.engine import postgres
from todoke.identifiers import integrated_number
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.intermediary import codecs, needs

_REQUEST = """
INSERT INTO intermediary_link_code (organisation, integrated_number, state, acquisition_number, requested_at)
SELECT DISTINCT ON (integrated_number) %(organisation)s, integrated_number, 'requested', fresh, %(now)s
FROM wanted ORDER BY integrated_number, place
ON CONFLICT (organisation, integrated_number) DO UPDATE
SET state = 'requested', acquisition_number = excluded.acquisition_number, requested_at = excluded.requested_at,
    failure = ''
WHERE intermediary_link_code.state IN ('not_requested', 'failed')
"""
_PERSONS = """
INSERT INTO intermediary_person (integrated_number)
SELECT DISTINCT integrated_number FROM wanted ORDER BY integrated_number
ON CONFLICT (integrated_number) DO NOTHING
"""
_STATES = """
SELECT coalesce(l.acquisition_number, '')
FROM wanted w JOIN intermediary_link_code l
  ON l.integrated_number = w.integrated_number AND l.organisation = %(organisation)s
ORDER BY w.place
"""


def request_codes(*, alias: str, body: CodeWanted, by: Actor) -> CodeStates:
    """Per number its 取得番号, or "" when the 符号 is there. One that was asked for keeps its 取得番号.

    Errors: NUMBER_INVALID when any number has a wrong check digit.
    """
    require(by, Permission.INTERMEDIARY_ACQUIRE, municipality=needs.municipality_of(alias))
    numbers, organisation = body.integrated_numbers, needs.own_organisation(alias, body.organisation)
    if not all(map(integrated_number.is_valid, numbers)):
        raise TodokeError(ErrorCode.NUMBER_INVALID, kind="統合番号")
    wanted = {
        "place": codecs.places(len(numbers)),
        "integrated_number": codecs.texts(numbers),
        "fresh": codecs.texts([secrets.token_hex(10) for _ in numbers]),
    }
    with transaction.atomic(using=alias):
        postgres.stage(alias, "wanted", pa.table(wanted))
        postgres.execute(alias, _PERSONS)
        asked = postgres.execute(alias, _REQUEST, {"now": clock.now(), "organisation": organisation})
        states = [state for (state,) in postgres.fetch(alias, _STATES, {"organisation": organisation})]
        verb = Permission.INTERMEDIARY_ACQUIRE.value
        record(alias, by=by, verb=verb, subject=organisation, persons=asked)
    return CodeStates(acquisition_numbers=states)
