"""番号検索の結果と回数: the doors to persons who were found, and how often somebody has searched."""

from __future__ import annotations

import uuid
from typing import Final

from todoke.access import alarms, directory
from todoke.access.permissions import Actor, Permission
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.entry import Outcome
from todoke.oplog.record import record_refusal
from todoke.systems.linkage.models import Lookup
from todoke.systems.linkage.rules.search_limits import DOOR_OPEN, LIMITS

ALIAS = "linkage"
VERB: Final = Permission.LINKAGE_NUMBER_SEARCH.value
FOUND, WRONG, STOPPED = "number:found", "number:wrong", "number:stopped"
_RECENT = """
SELECT count(*) FROM oplog_operation WHERE actor = %s AND verb = %s AND subject = ANY(%s) AND at > %s
"""


def refuse_too_many(by: Actor) -> None:
    """NUMBER_SEARCH_STOPPED over a limit: logged for good, and an alarm for the administrators once an hour.

    One search at a time per member of staff until the caller's transaction ends, so that the count is exact.
    """
    postgres.execute(
        ALIAS, "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"search:{by.staff_id}"]
    )
    now = clock.now()
    for limit in LIMITS:
        subjects = [WRONG] if limit.wrong else [FOUND, WRONG]
        parameters = [by.staff_id, VERB, subjects, now - limit.window]
        if postgres.fetch(ALIAS, _RECENT, parameters)[0][0] >= limit.count:
            record_refusal(ALIAS, by=by, verb=VERB, subject=STOPPED, outcome=Outcome.REFUSED)
            alarms.ring_hourly(directory.alias(), alarms.SEARCHED_TOO_OFTEN, by=by, detail=limit.title)
            raise TodokeError(ErrorCode.NUMBER_SEARCH_STOPPED, limit=limit.title)


def open_door(person: str, by: Actor) -> uuid.UUID:
    """A handle by which the searcher, and nobody else, opens the person for some minutes."""
    handle = uuid.uuid4()
    Lookup.objects.using(ALIAS).create(
        handle=handle, at=clock.now(), staff_id=by.staff_id, purpose=by.purpose, person_id=person
    )
    return handle


def behind(handle: uuid.UUID, by: Actor) -> Lookup:
    """Whom the actor found under this handle; NOT_FOUND when it is too old or somebody else's."""
    rows = Lookup.objects.using(ALIAS).filter(
        handle=handle, staff_id=by.staff_id, at__gt=clock.now() - DOOR_OPEN
    )
    found = rows.first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="検索の結果（15分を過ぎたものは開けません）")
    return found


def refuse_unseen(person: str, by: Actor) -> None:
    """NOT_FOUND unless the actor has found this person by number within the last minutes."""
    since = clock.now() - DOOR_OPEN
    if not Lookup.objects.using(ALIAS).filter(person_id=person, staff_id=by.staff_id, at__gt=since).exists():
        raise TodokeError(ErrorCode.NOT_FOUND, what="15分以内に検索して確かめた統合番号")
