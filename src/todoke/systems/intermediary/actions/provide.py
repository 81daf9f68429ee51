"""情報提供: answer the network's requests from the copies, automatically unless 自動応答不可 (PIA III.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from todoke.access import parties as actors
from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.information import LOCAL_TAX
from todoke.contracts.intermediary import ProvisionRequests
from todoke.contracts.network import Received
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.intermediary import codecs, needs, queries
from todoke.systems.intermediary.actions.renew_revocations import renew_revocations
from todoke.systems.intermediary.actions.ring_damaged import ring_damaged
from todoke.systems.intermediary.queries import DamagedRepliesError
from todoke.systems.intermediary.rules import permit_checks
from todoke.systems.intermediary.rules.permit_checks import Checked, Sifted

_FROM_PERMIT = (
    "permit_id", "record_id", "inquirer", "provider", "route", "duty", "procedure", "information_code",
)  # fmt: skip
_CASES = f"""
INSERT INTO intermediary_provision_case
    (permit_id, record_id, inquirer, provider, route, duty, procedure, information_code, permit_edition, integrated_number,
     requested_at, expires_at, received_at, provided_at, outcome, error)
SELECT a.permit_id, a.record_id, a.inquirer, a.provider, a.route, a.duty, a.procedure, a.information_code, a.permit_edition,
       l.integrated_number, a.requested_at, a.expires_at, %(now)s, %(now)s,
       CASE
         WHEN a.refusal <> '' OR NOT a.allowed THEN 'refused'
         WHEN r.integrated_number IS NULL THEN 'no_record'
         WHEN r.prohibited THEN 'held'
         WHEN a.permit_id = ANY(%(damaged)s) THEN 'refused'
         ELSE 'answered'
       END,
       CASE
         WHEN a.refusal <> '' THEN a.refusal
         WHEN %(edition)s::integer IS NULL THEN 'no_valid_list'
         WHEN NOT a.allowed THEN 'not_on_list'
         WHEN r.integrated_number IS NOT NULL AND NOT r.prohibited AND a.permit_id = ANY(%(damaged)s)
         THEN 'replica_damaged'
         ELSE ''
       END
FROM (SELECT a.*, {queries.LIST_ALLOWS} AS allowed FROM permitted a) a
LEFT JOIN intermediary_link_code l ON l.link_code = a.link_code AND l.organisation = a.provider
{queries.newest_replica("l.integrated_number", "a.information_code = %(local_tax)s")}
ON CONFLICT (permit_id) DO NOTHING
RETURNING permit_id
"""
_RECORDS = """
INSERT INTO intermediary_exchange_record
    (permit_id, side, inquirer, provider, duty, procedure, information_code, requested_at, outcome, provided_at)
SELECT permit_id, 'provider', inquirer, provider, duty, procedure, information_code, requested_at, outcome,
       provided_at
FROM intermediary_provision_case WHERE permit_id = ANY(%(permits)s) ORDER BY permit_id
"""


def provide(*, alias: str, body: ProvisionRequests, by: Actor) -> Received:
    """Check every permit, decide every case in one statement, record, and send the answers along their routes.

    Forged, foreign and used permits are dropped and counted in the log; nobody is answered for them. A copy that does
    not open is answered `replica_damaged`, by itself, and rings an alarm.
    """
    require(by, Permission.INTERMEDIARY_PROVIDE, municipality=needs.municipality_of(alias))
    renew_revocations(alias=alias, by=actors.actor(needs.party_of(alias)))
    ours = permit_checks.Ours(
        instance=settings.TODOKE_INSTANCE_NAME,
        own_party=needs.party_of(alias),
        now=clock.now(),
        signed=needs.permit_is_signed,
        party=needs.platform_of,
    )
    sifted = permit_checks.sift(body.records, ours)
    try:
        count = _answer(alias, sifted, ours, by)
    except (
        DamagedRepliesError
    ) as found:  # seldom: everything is undone, and done again without the copies that do not open
        count = _answer(alias, sifted, ours, by, damaged=found.permits)
    return Received(count=count)


def _answer(
    alias: str, sifted: Sifted, ours: permit_checks.Ours, by: Actor, damaged: Sequence[str] = ()
) -> int:
    with transaction.atomic(using=alias):
        queries.lock_replicas(alias, exclusive=False)
        decided = _decide(alias, sifted.genuine, ours, damaged)
        if decided:
            needs.send_answers(alias, queries.routed_answers(alias, decided))
        dropped = sifted.dropped + Counter(used=len(sifted.genuine) - len(decided))
        subject = " ".join(f"{why}:{count}" for why, count in sorted(dropped.items()) if count)
        verb = Permission.INTERMEDIARY_PROVIDE.value
        record(alias, by=by, verb=verb, subject=subject, persons=len(decided))
        if damaged:
            ring_damaged(alias=alias, permits=damaged, by=by)
    return len(decided)


def _decide(
    alias: str, genuine: list[Checked], ours: permit_checks.Ours, damaged: Sequence[str]
) -> list[str]:
    """Make cases and records of the permits that were never used before; their ids."""
    permits = [entry.permit for entry in genuine]
    columns = {name: codecs.texts([getattr(p, name) for p in permits]) for name in _FROM_PERMIT}
    columns |= {
        "permit_edition": pa.array([p.list_edition for p in permits], pa.int32()),
        "requested_at": pa.array([p.requested_at for p in permits], codecs.TIME),
        "expires_at": pa.array([p.expires_at for p in permits], codecs.TIME),
        "link_code": codecs.texts([entry.link_code for entry in genuine]),
        "refusal": codecs.texts([entry.refusal for entry in genuine]),
    }
    postgres.stage(alias, "permitted", pa.table(columns))
    parameters = {
        "now": ours.now,
        "today": clock.today(),
        "edition": queries.valid_edition(alias),
        "local_tax": LOCAL_TAX,
        "damaged": list(damaged),
    }
    decided = [permit_id for (permit_id,) in postgres.prepared(alias, _CASES, parameters)[0]]
    postgres.prepared(alias, _RECORDS, {"permits": decided})
    return decided
