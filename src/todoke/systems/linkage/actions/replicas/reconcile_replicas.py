"""正本と副本の照合: counts and digests, year by year, bucket by bucket, down to the persons who differ."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import msgspec
import pyarrow as pa
from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts import intermediary
from todoke.engine import postgres
from todoke.exchange import client, kinds, parties
from todoke.exchange.kinds import RECORD_LIMIT, MessageKind
from todoke.exchange.transport import Transport
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.linkage import codecs
from todoke.systems.linkage.models import Reconciliation, RegisteredCopy
from todoke.systems.linkage.queries import replicas as reads
from todoke.systems.linkage.rules import descent

ALIAS = "linkage"
_LEAVES = 1_000
"""Deepest buckets asked for in one message: some 5,000 persons in a city of 300,000."""

_UNDER_WAY = """
SELECT person_id FROM linkage_registeredcopy
WHERE fiscal_year = %s AND person_id = ANY(%s) AND (state IN ('sent', 'leaving') OR registered_at >= %s)
"""
_CLOSE = """
UPDATE linkage_replicadifference d
SET state = CASE WHEN EXISTS (
        SELECT FROM found f WHERE f.integrated_number = d.integrated_number AND f.fiscal_year = d.fiscal_year
    ) THEN 'carried' ELSE 'settled' END,
    state_at = %s, state_by = %s
WHERE d.state IN ('open', 'resent')
"""
_KEEP = """
INSERT INTO linkage_replicadifference (reconciliation_id, integrated_number, fiscal_year, kind, state, state_at, state_by)
SELECT %s, integrated_number, fiscal_year, kind, 'open', %s, %s FROM found
"""
Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)
Difference = tuple[str, int, str]
"""統合番号, 年度, kind."""


@dataclass
class _Talk:
    """Questions to the intermediary, counted. Never through the outbox: the key must not lie in a table."""

    transport: Transport
    key: bytes
    messages: int = 0
    sent: int = 0
    received: int = 0
    run: str = field(default_factory=lambda: uuid.uuid4().hex)

    def ask(self, kind: MessageKind[Q, A], body: Q) -> A:
        self.messages += 1
        self.sent += len(kinds.encode(body))
        answer = client.request(
            self.transport,
            sender=parties.city(settings.TODOKE_MUNICIPALITY),
            receiver=parties.platform(settings.TODOKE_MUNICIPALITY),
            kind=kind,
            body=body,
            key=f"reconcile {self.run}.{self.messages}",
        )
        self.received += len(kinds.encode(answer))
        return answer


def reconcile_replicas(*, transport: Transport, by: Actor) -> Reconciliation:
    """Compare what was registered with what the intermediary holds now; the differences are kept, each open.

    Those of earlier comparisons end: settled where the two sides agree now, else carried over.
    Errors: UNAVAILABLE; SETUP_MISSING without the key of the digests.
    """
    require(by, Permission.LINKAGE_REPLICA_OPERATE)
    begun = clock.now()
    talk = _Talk(transport, codecs.digest_key(first=not RegisteredCopy.objects.using(ALIAS).exists()))
    totals = talk.ask(intermediary.REPLICA_TOTALS, intermediary.ReplicaTotalsWanted(key=talk.key))
    theirs = {bucket.fiscal_year: (bucket.count, bucket.digest) for bucket in totals.records}
    ours = reads.copy_totals()
    found: list[Difference] = []
    for year in sorted(ours.keys() | theirs.keys()):
        if ours.get(year) != theirs.get(year):
            found += _descend(talk, year, begun)
    counts = (sum(count for count, _ in ours.values()), sum(count for count, _ in theirs.values()))
    return _keep(found, talk, counts, begun, by)


def _descend(talk: _Talk, year: int, begun: datetime) -> Iterator[Difference]:
    prefixes = [""]
    for depth in descent.LEVELS:
        prefixes = [
            prefix
            for group in descent.groups(prefixes, depth, RECORD_LIMIT)
            for prefix in _differing_buckets(talk, year, group, depth)
        ]
    for start in range(0, len(prefixes), _LEAVES):
        yield from _differing_persons(talk, year, prefixes[start : start + _LEAVES], begun)


def _differing_buckets(talk: _Talk, year: int, prefixes: list[str], depth: int) -> list[str]:
    body = intermediary.ReplicaBucketsWanted(key=talk.key, fiscal_year=year, prefixes=prefixes, depth=depth)
    answer = talk.ask(intermediary.REPLICA_BUCKETS, body)
    theirs = {bucket.prefix: (bucket.count, bucket.digest) for bucket in answer.records}
    return descent.differing(reads.copy_buckets(year, prefixes, depth), theirs)


def _differing_persons(talk: _Talk, year: int, prefixes: list[str], begun: datetime) -> Iterator[Difference]:
    """Persons are judged by what the city knows after the answer: what moved meanwhile is under way, not lost."""
    body = intermediary.ReplicaDigestsWanted(key=talk.key, fiscal_year=year, prefixes=prefixes)
    answer = talk.ask(intermediary.REPLICA_DIGESTS, body)
    theirs = {one.integrated_number: one.digest for one in answer.records}
    ours = reads.copy_digests(year, prefixes)
    persons = descent.differing(ours, theirs)
    moving = {person for (person,) in postgres.fetch(ALIAS, _UNDER_WAY, [year, persons, begun])}
    for person in persons:
        kind = descent.kind_of(ours.get(person), theirs.get(person), under_way=person in moving)
        if kind is not None:
            yield person, year, kind


def _keep(
    found: list[Difference], talk: _Talk, counts: tuple[int, int], begun: datetime, by: Actor
) -> Reconciliation:
    kinds_found = [kind for _, _, kind in found]
    now = clock.now()
    with transaction.atomic(using=ALIAS):
        kept = Reconciliation.objects.using(ALIAS).create(
            begun_at=begun, begun_by=by.staff_id, finished_at=now, ours=counts[0], theirs=counts[1],
            missing=kinds_found.count("missing"), surplus=kinds_found.count("surplus"),
            different=kinds_found.count("different"), stale=kinds_found.count("stale"),
            messages=talk.messages, sent=talk.sent, received=talk.received,
        )  # fmt: skip
        columns = {
            "integrated_number": pa.array([person for person, _, _ in found], pa.string()),
            "fiscal_year": pa.array([year for _, year, _ in found], pa.int16()),
            "kind": pa.array(kinds_found, pa.string()),
        }
        postgres.stage(ALIAS, "found", pa.table(columns))
        postgres.execute(ALIAS, _CLOSE, [now, by.staff_id])
        postgres.execute(ALIAS, _KEEP, [kept.pk, now, by.staff_id])
        verb, subject = "linkage:replica:reconcile", f"comparison {kept.pk}"
        record(ALIAS, by=by, verb=verb, subject=subject, persons=len(found))
    return kept
