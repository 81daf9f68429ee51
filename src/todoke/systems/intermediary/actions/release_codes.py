"""符号管理: end the 符号 and the 副本 of 統合番号 that have lost their person (統合番号の統合・分割)."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.intermediary import CodeReleases
from todoke.contracts.network import Received
from todoke.engine import postgres
from todoke.oplog.record import record
from todoke.systems.intermediary import needs, queries

# the row stays: a number that is split may ask for a 符号 of its own later
_RELEASE = """
UPDATE intermediary_link_code
SET state = 'not_requested', link_code = NULL, acquisition_number = NULL, requested_at = NULL, acquired_at = NULL
WHERE integrated_number = ANY(%s) AND state IN ('requested', 'acquired')
"""
_FORGET = "DELETE FROM intermediary_replica WHERE integrated_number = ANY(%s)"


def release_codes(*, alias: str, body: CodeReleases, by: Actor) -> Received:
    """Let go of what these numbers had; a 符号 may then be acquired for their heirs. A second time changes nothing."""
    require(by, Permission.INTERMEDIARY_ACQUIRE, municipality=needs.municipality_of(alias))
    ended = [entry.ended for entry in body.records]
    with transaction.atomic(using=alias):
        queries.lock_replicas(alias, exclusive=True)
        released = postgres.execute(alias, _RELEASE, [ended])
        copies = postgres.execute(alias, _FORGET, [ended])
        subject = f"codes:{released} replicas:{copies}"
        record(alias, by=by, verb="intermediary:link_code:release", subject=subject, persons=len(ended))
    return Received(count=len(ended))
