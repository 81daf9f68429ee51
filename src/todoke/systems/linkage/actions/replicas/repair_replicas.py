"""差異の再登録: exactly the replicas that differed, from a file of the masters as they are now."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.linkage.actions.replicas.receive_masters import receive_repair
from todoke.systems.linkage.models.local_number import RESIDENTS

ALIAS = "linkage"
_OPEN = """
SELECT integrated_number, fiscal_year, kind FROM linkage_replicadifference
WHERE reconciliation_id = %s AND state = 'open' ORDER BY 1, 2
"""
_RESENT = """
UPDATE linkage_replicadifference d SET state = 'resent', state_at = %s, state_by = %s
FROM (SELECT unnest(%s::text[]) AS person, unnest(%s::int[]) AS year) r
WHERE d.reconciliation_id = %s AND d.state = 'open' AND d.integrated_number = r.person AND d.fiscal_year = r.year
"""


def repair_replicas(*, reconciliation: int, file: Path, by: Actor, system: str = RESIDENTS) -> int:
    """Register the open differences of a comparison anew; returns how many.

    Linkage keeps no items, so `file` (the layout of all masters) must hold them; rows of others in it are left alone.
    A surplus replica whose person has no row there is deleted at the intermediary. Whoever is in neither stays open.
    Errors: InputRefused; STATE_CONFLICT without an open difference.
    """
    require(by, Permission.LINKAGE_REPLICA_OPERATE)
    with transaction.atomic(using=ALIAS):
        rows = postgres.fetch(ALIAS, _OPEN + " FOR UPDATE", [reconciliation])
        if not rows:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="未対応の差異がありません")
        wanted = {(person, year) for person, year, _ in rows}
        surplus = {(person, year) for person, year, kind in rows if kind == "surplus"}
        _, sent = receive_repair(file=file, wanted=wanted, withdrawn=surplus, by=by, system=system)
        persons, years = [person for person, _ in sorted(sent)], [year for _, year in sorted(sent)]
        moved = postgres.execute(ALIAS, _RESENT, [clock.now(), by.staff_id, persons, years, reconciliation])
        verb, subject = "linkage:replica:repair", f"comparison {reconciliation}"
        record(ALIAS, by=by, verb=verb, subject=subject, persons=moved)
    return moved
