"""一括提供の求め: the non-residents of a run, ≤ 10,000 a message, to 住基ネット; the answers sealed on disk at once."""

from __future__ import annotations

import hashlib

import msgspec
import pyarrow as pa
from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.network import (
    ATTRIBUTES_CONTEXT,
    JUKI_ATTRIBUTES,
    JukiAttributes,
    JukiAttributesList,
    JukiAttributesWanted,
)
from todoke.exchange import client, parties
from todoke.exchange.transport import Transport
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.linkage.models import ConsistencyRun
from todoke.systems.linkage.queries import consistency
from todoke.systems.linkage.queries.numbers import open_numbers

ALIAS = "linkage"
VERB = Permission.LINKAGE_COMPARE.value


def begin_run(*, by: Actor) -> ConsistencyRun:
    """The run that is under way, or a new one about everybody who is registered now."""
    require(by, Permission.LINKAGE_COMPARE)
    consistency.destroy_finished()
    with transaction.atomic(using=ALIAS):
        runs = ConsistencyRun.objects.using(ALIAS)
        run = runs.filter(finished_at__isnull=True).first()
        if run is None:
            run = runs.create(
                started_at=clock.now(), started_by=by.staff_id, last_person=consistency.last_person()
            )
            consistency.destroy(run)  # what a run of this number left before the database was restored
            record(ALIAS, by=by, verb=VERB, subject=f"begin:{run.pk}")
    return run


def ask_attributes(
    *, run: ConsistencyRun, place: int, after: str, transport: Transport, by: Actor
) -> list[str]:
    """Ask about the next persons behind `after`, put the answer away as number `place`; who was asked about.

    The key of the message follows from its content: a run that was stopped hears the first answer again.
    Errors: UNAVAILABLE when 住基ネット cannot be reached (go on later), MESSAGE_INVALID.
    """
    require(by, Permission.LINKAGE_COMPARE)
    persons = consistency.nonresidents(run, after)
    if not persons:
        return []
    opened = open_numbers(persons)
    numbers = [opened[person] for person in persons]
    digest = hashlib.sha256("".join(numbers).encode() + consistency.public_key(run)).hexdigest()
    answer = client.request(
        transport,
        sender=parties.city(settings.TODOKE_MUNICIPALITY),
        receiver=parties.NETWORK,
        kind=JUKI_ATTRIBUTES,
        body=JukiAttributesWanted(individual_numbers=numbers, public_key=consistency.public_key(run)),
        key=f"consistency {run.pk} {place} {digest[:32]}",
    )
    text = consistency.open_answer(run, answer.sealed, ATTRIBUTES_CONTEXT)
    records = msgspec.json.decode(text, type=JukiAttributesList).records
    if len(records) != len(persons):
        raise TodokeError(ErrorCode.MESSAGE_INVALID, detail="回答の件数が要求の件数と違います")
    with transaction.atomic(using=ALIAS):
        record(ALIAS, by=by, verb=VERB, subject=f"ask:{run.pk}/{place}", persons=len(persons))
    consistency.store(run, place, _table(persons, records))
    return persons


def _table(persons: list[str], records: list[JukiAttributes]) -> pa.Table:
    """One row a person; a number that 住基ネット calls wrong is one that it does not have."""
    words = ["not_found" if one.word == "check_digit" else one.word for one in records]
    return pa.table(
        {
            "person": pa.array(persons, pa.string()),
            "word": pa.array(words, pa.string()),
            "name_kanji": pa.array([one.name_kanji for one in records], pa.string()),
            "sex": pa.array([one.sex for one in records], pa.string()),
            "birth_date": pa.array([one.birth_date for one in records], pa.date32()),
            "address": pa.array([one.address for one in records], pa.string()),
        }
    )
