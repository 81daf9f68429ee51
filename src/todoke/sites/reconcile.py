"""`todoke exchange reconcile` and `check`: do the three parties' records agree, and was every promise kept?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from todoke.engine import duck
from todoke.kernel import clock
from todoke.sites import invariants, processes
from todoke.sites.instance import Instance
from todoke.sites.invariants import Breach

OPERATORS: Final = {"platform": "p001", "network": "n001"}
"""Who exports the facts of each realm in the demonstration."""
GRACE: Final = timedelta(0)
"""How long records may be on their way; the demonstration has come to rest when it checks."""

_COUNTS = """
WITH every AS (
    SELECT permit_id, side, md5(concat_ws('|', inquirer, provider, duty, procedure, information_code, requested_at,
                                          outcome, provided_at)) AS digest
    FROM (SELECT permit_id, side, inquirer, provider, duty, procedure, information_code, requested_at, outcome,
                 provided_at FROM party_record
          UNION ALL
          SELECT permit_id, 'network', inquirer, provider, duty, procedure, information_code, requested_at, outcome,
                 provided_at FROM network_record)
), exchanges AS (SELECT permit_id, count(*) = 3 AND count(DISTINCT digest) = 1 AS agrees FROM every GROUP BY 1)
SELECT count(*) FILTER (WHERE side = 'inquirer'), count(*) FILTER (WHERE side = 'provider'),
       count(*) FILTER (WHERE side = 'network'), (SELECT count(*) FROM exchanges WHERE NOT agrees)
FROM every
"""


@dataclass(frozen=True)
class Found:
    """Records per party and exchanges on which they differ (`counts`), and every promise that was broken."""

    counts: dict[str, int]
    breaches: list[Breach]


def reconcile(instance: Instance, by: Mapping[str, str] = OPERATORS) -> dict[str, int]:
    """Counts per party and the number of exchanges on which they differ. Each realm exports its own records."""
    return check(instance, by).counts


def check(instance: Instance, by: Mapping[str, str] = OPERATORS, *, grace: timedelta = GRACE) -> Found:
    """Let each realm export its facts, as a process of its own, and judge them.

    `by`: realm → who exports them, signed in by command there. What was asked less than `grace` ago is not missed.
    """
    with TemporaryDirectory(prefix="todoke-facts-") as folder:
        facts = Path(folder)
        children = [_export(instance, realm, facts, by[realm]) for realm in OPERATORS]
        for child in children:
            if (code := child.wait()) != 0:
                raise processes.stopped(child, code)
        with duck.connect() as connection:
            invariants.read_facts(connection, facts)
            numbers = connection.execute(_COUNTS).fetchall()[0]
        counts = dict(zip(("inquirer", "provider", "network", "differences"), numbers, strict=True))
        return Found(counts, invariants.judge(facts, settled=clock.now() - grace))


def _export(instance: Instance, realm: str, folder: Path, by: str) -> processes.Child:
    verb = ["network" if realm == "network" else "intermediary", "facts", "--out", str(folder), "--by", by]
    return processes.Child(
        f"facts-{realm}",
        verb,
        log=instance.path / "log" / f"facts-{realm}.log",
        environment={"TODOKE_INSTANCE": str(instance.path)},
    )
