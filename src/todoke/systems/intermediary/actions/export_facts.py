"""What one municipality's database says about its exchanges, as files that name no person (`todoke exchange check`).

A fact is what was done and what stood in its way at that moment: an expired permit, a list, a mark, a second person.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.exchange import facts
from todoke.oplog.record import record
from todoke.systems.intermediary import needs
from todoke.systems.intermediary.queries import holding

_ALLOWED: Final = """
EXISTS (
    SELECT FROM intermediary_list_copy l JOIN intermediary_list_copy_entry e ON e.edition_id = l.edition
    WHERE l.edition = (SELECT max(k.edition) FROM intermediary_list_copy k WHERE k.fetched_at <= {moment})
      AND l.valid_until > {moment}
      AND e.inquirer IN (c.inquirer, '*') AND e.provider IN ('{organisation}', '*')
      AND e.duty = c.duty AND e.procedure = c.procedure AND e.information_code = c.information_code
      AND ({moment} AT TIME ZONE 'Asia/Tokyo')::date >= e.valid_from
      AND (e.valid_to IS NULL OR ({moment} AT TIME ZONE 'Asia/Tokyo')::date <= e.valid_to)
)"""
_MOMENTS: Final = ("c.provided_at", "(c.provided_at - interval '1 minute')")
"""A list that was fetched in the very minute may have been stored after the answer was made."""

FACTS: Final = {
    "party_record": """
SELECT '{organisation}' AS organisation, side, permit_id, inquirer, provider, duty, procedure, information_code,
       requested_at, outcome, provided_at
FROM intermediary_exchange_record ORDER BY permit_id, side""",
    "provision": """
SELECT '{organisation}' AS provider, '{party}' AS party, c.permit_id, c.record_id, c.inquirer, c.route, c.duty,
       c.procedure, c.information_code, c.outcome, c.received_at < c.expires_at AS in_time, {allowed} AS allowed,
       c.provided_at < c.received_at + interval '{hold_limit} seconds' AS held_in_time,
       EXISTS (SELECT FROM intermediary_replica r WHERE r.integrated_number = c.integrated_number
               AND r.auto_reply_prohibited AND r.registered_at <= c.provided_at) AS marked,
       coalesce(d.state || ' ' || d.decision, '') AS decision, d.proposed_by, d.confirmed_by
FROM intermediary_provision_case c LEFT JOIN intermediary_held_decision d ON d.permit_id = c.permit_id
ORDER BY c.permit_id""",
    "inquiry": """
SELECT '{organisation}' AS inquirer, '{party}' AS party, i.record_id, i.provider, i.permit_id, i.outcome, i.requested_at,
       EXISTS (SELECT FROM intermediary_answer a WHERE a.record_id = i.record_id) AS has_answer
FROM intermediary_inquiry i ORDER BY i.record_id""",
    "list_copy": """
SELECT '{organisation}' AS organisation, edition, fetched_at, encode(sha256(body), 'hex') AS digest
FROM intermediary_list_copy ORDER BY edition""",
    "served": """
SELECT '{organisation}' AS provider, '{party}' AS party, l.logged, (
    SELECT count(*) FROM intermediary_provision_case WHERE received_at >= l.first - interval '1 hour'
) AS cases
FROM (
    SELECT coalesce(sum(persons) FILTER (WHERE verb = 'intermediary:provision:provide'), 0) AS logged,
           min(at) AS first
    FROM oplog_operation
) l""",
}
"""Name of the file → query; `{organisation}` and `{party}` are the municipality's own."""


def export_facts(*, aliases: Sequence[str], folder: Path, by: Actor) -> int:
    """`<fact>.<database>.csv` for every fact and municipality; the number of rows."""
    require(by, Permission.INTERMEDIARY_OPERATE)
    rows = 0
    for alias in aliases:
        with transaction.atomic(using=alias):
            record(alias, by=by, verb=Permission.INTERMEDIARY_OPERATE.value, subject="facts")
        for name, query in (FACTS | facts.FACTS).items():
            rows += postgres.write_csv(alias, _of(alias, query), folder / f"{name}.{alias}.csv")
    return rows


def _of(alias: str, query: str) -> str:
    organisation = needs.organisation_of(alias)
    moments = " OR ".join(_ALLOWED.format(moment=moment, organisation=organisation) for moment in _MOMENTS)
    limit = holding.limits().hold
    return query.format(
        organisation=organisation,
        party=needs.party_of(alias),
        allowed=f"({moments})",
        hold_limit=int(limit.total_seconds()),
    )
