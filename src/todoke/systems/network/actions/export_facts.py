"""What the network's database says about all exchanges, as files (`todoke exchange check`)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.exchange import facts
from todoke.oplog.record import record
from todoke.systems.network.needs import ALIAS

FACTS: Final = {
    "network_record": """
SELECT permit_id, record_id, inquirer, provider, duty, procedure, information_code, requested_at, outcome, provided_at
FROM network_exchange_record ORDER BY permit_id""",
    "list_edition": """
SELECT edition, encode(sha256(body), 'hex') AS digest FROM network_list_edition ORDER BY edition""",
    "discrepancy": "SELECT permit_id, side, state FROM network_discrepancy ORDER BY id",
}
"""Name of the file → query."""


def export_facts(*, folder: Path, by: Actor) -> int:
    """`<fact>.network.csv` for every fact; the number of rows."""
    require(by, Permission.NETWORK_OPERATE)
    with transaction.atomic(using=ALIAS):
        record(ALIAS, by=by, verb=Permission.NETWORK_OPERATE.value, subject="facts")
    files = (FACTS | facts.FACTS).items()
    return sum(postgres.write_csv(ALIAS, query, folder / f"{name}.{ALIAS}.csv") for name, query in files)
