"""What was written during an exchange measurement: the three parties' records compared, and where the time went."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from todoke.engine import duck
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.demonstration.exchange_site import CITY, PROVIDERS, in_realm
from todoke.sites.instance import Instance
from todoke.sites.realms import Realm

_REST = 30.0
_STAGES = (
    "arrival → inquiry taken by the platform",
    "inquiry taken → permit checked by the provider",
    "permit checked → result stored in the city",
)
_PARTIES = ("inquirer", "provider", "network")
_COUNTS = """
SELECT (SELECT count(*) FROM inquirer), (SELECT count(*) FROM provider), (SELECT count(*) FROM network),
       (SELECT count(*) FROM inquirer i FULL JOIN provider p USING (permit_id) FULL JOIN network n USING (permit_id)
        WHERE md5(i::text) IS DISTINCT FROM md5(p::text) OR md5(p::text) IS DISTINCT FROM md5(n::text))
"""


def compared(instance: Instance) -> dict[str, int]:
    """Counts of the three parties' records; an error unless they agree one by one and nothing is left waiting."""
    with TemporaryDirectory(prefix="todoke-records-") as folder:
        waiting = in_realm(instance, Realm.CITY, _waiting, ["linkage"])
        waiting += in_realm(instance, Realm.PLATFORM, _export_platform, folder)
        waiting += in_realm(instance, Realm.NATIONAL, _export_nation, folder)
        found = _compare(Path(folder))
    found["waiting"] = waiting
    if found["differences"] or waiting or found["inquirer"] != found["network"]:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"三者の記録が一致しません: {found}")
    return found


def _compare(folder: Path) -> dict[str, int]:
    with duck.connect() as connection:
        for party in _PARTIES:
            connection.execute(
                f"CREATE TABLE {party} AS SELECT * FROM read_csv('{folder}/{party}.csv', all_varchar = true)"
            )
        names = [*_PARTIES, "differences"]
        return dict(zip(names, connection.execute(_COUNTS).fetchall()[0], strict=True))


def stages(
    instance: Instance, run: str, ends: dict[str, tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    """p50 and p99 in milliseconds of each stretch. `ends`: when an inquiry arrived and when its result was stored, by the
    city; what lies between is what the platform wrote down."""
    asked, checked = in_realm(instance, Realm.PLATFORM, _moments, run)
    rows = [
        (first, asked[name], checked[name], last)
        for name, (first, last) in ends.items()
        if name in asked and name in checked
    ]
    if not rows:
        return {}
    spent = np.diff(np.array(rows), axis=1) * 1000
    return {name: _low_high(spent[:, place]) for place, name in enumerate(_STAGES)}


def _low_high(values: Any) -> tuple[float, float]:  # noqa: ANN401 - an array
    return round(float(np.percentile(values, 50)), 1), round(float(np.percentile(values, 99)), 1)


def _moments(_instance: Instance, run: str) -> tuple[dict[str, float], dict[str, float]]:
    from todoke.engine import postgres
    from todoke.systems.intermediary import needs

    like = [f"{run}-%"]
    asked = postgres.fetch(
        needs.alias_of(CITY),
        "SELECT record_id, extract(epoch FROM requested_at)::float8 FROM intermediary_inquiry WHERE record_id LIKE %s",
        like,
    )
    answered: dict[str, float] = {}
    for code in PROVIDERS:
        rows = postgres.fetch(
            needs.alias_of(code),
            "SELECT record_id, extract(epoch FROM received_at)::float8 FROM intermediary_provision_case"
            " WHERE record_id LIKE %s",
            like,
        )
        answered |= dict(rows)
    return dict(asked), answered


def _export_platform(_instance: Instance, folder: str) -> int:
    from todoke.contracts.exchange_records import Side
    from todoke.systems.intermediary import needs, queries

    waiting = _waiting(_instance, needs.aliases())
    for side in (Side.INQUIRER, Side.PROVIDER):
        queries.export_records(needs.aliases(), side, Path(folder) / f"{side.value}.csv")
    return waiting


def _export_nation(_instance: Instance, folder: str) -> int:
    from todoke.systems.network import queries

    queries.export_records(Path(folder) / "network.csv")
    return _waiting(_instance, ["network"])


def _waiting(_instance: Instance, aliases: list[str]) -> int:
    from todoke.engine import postgres

    query = "SELECT count(*) FROM exchange_outbox WHERE state <> 'delivered'"
    end = time.monotonic() + _REST
    while True:
        left: int = sum(postgres.fetch(alias, query)[0][0] for alias in aliases)
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.1)  # the last reports are on their way
