"""符号管理: tell the municipality's own city whether its 符号 arrived, never which they are."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.intermediary import CodeStandings, CodeStandingsWanted
from todoke.oplog.record import record
from todoke.systems.intermediary import needs, queries


def report_codes(*, alias: str, body: CodeStandingsWanted, by: Actor) -> CodeStandings:
    """Per number acquired, waiting, failed (with the reason) or unknown here."""
    require(by, Permission.INTERMEDIARY_ACQUIRE, municipality=needs.municipality_of(alias))
    subject, count = needs.own_organisation(alias, body.organisation), len(body.integrated_numbers)
    with transaction.atomic(using=alias):
        found = queries.code_standings(alias, subject, body.integrated_numbers)
        record(alias, by=by, verb="intermediary:link_code:report", subject=subject, persons=count)
    return found
