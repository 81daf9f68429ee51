"""`todoke exchange reconcile`: do the three parties' 情報提供等記録 agree, exchange by exchange?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from todoke.engine import duck
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites import processes
from todoke.sites.instance import Instance

PARTIES = ("inquirer", "provider", "network")
_DIFFERENCES = """
WITH every AS (SELECT permit_id FROM inquirer UNION SELECT permit_id FROM provider UNION SELECT permit_id FROM network)
SELECT count(*) FROM every
LEFT JOIN inquirer i USING (permit_id) LEFT JOIN provider p USING (permit_id) LEFT JOIN network n USING (permit_id)
WHERE md5(i::text) IS DISTINCT FROM md5(p::text) OR md5(p::text) IS DISTINCT FROM md5(n::text)
"""


OPERATORS = {"inquirer": "p001", "provider": "p001", "network": "n001"}
"""Who exports each party's records in the demonstration."""


def reconcile(instance: Instance, by: Mapping[str, str] = OPERATORS) -> dict[str, int]:
    """Counts per party and the number of exchanges on which they differ. Each realm exports its own records.

    `by`: party → who exports them, signed in by command in that party's realm.
    """
    with TemporaryDirectory(prefix="todoke-records-") as folder:
        exports = Path(folder)
        children = [_export(instance, party, exports / f"{party}.csv", by[party]) for party in PARTIES]
        for child in children:
            if (code := child.wait()) != 0:
                raise processes.stopped(child, code)
        return compare(exports)


def compare(exports: Path) -> dict[str, int]:
    """The same of three files that lie in `exports` already, `<party>.csv` each."""
    with duck.connect() as connection:
        for party in PARTIES:
            connection.execute(
                f"CREATE TABLE {party} AS SELECT * FROM read_csv('{exports}/{party}.csv', all_varchar = true)"
            )
        counts = {party: _count(connection.execute(f"SELECT count(*) FROM {party}")) for party in PARTIES}
        return {**counts, "differences": _count(connection.execute(_DIFFERENCES))}


def _export(instance: Instance, party: str, file: Path, by: str) -> processes.Child:
    """The party's realm writes its records, as a process of its own."""
    verb = ["network", "records"] if party == "network" else ["intermediary", "records", "--side", party]
    environment = {"TODOKE_INSTANCE": str(instance.path)}
    log = instance.path / "log" / f"records-{party}.log"
    return processes.Child(
        f"records-{party}", [*verb, "--out", str(file), "--by", by], log=log, environment=environment
    )


def _count(result: object) -> int:
    row = result.fetchone()  # type: ignore[attr-defined]
    if row is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="記録の件数")
    return int(row[0])
