"""判定の一覧の作成 (make_overview): the newest decision by ward and by what is missing, in one pass over its sealed files."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.residents import SnapshotKind
from todoke.engine import duck, postgres, snapshots
from todoke.identifiers.municipality import city_of
from todoke.oplog.record import record
from todoke.systems.benefits import needs, queries
from todoke.systems.benefits.actions.registers.shielding import Shielding
from todoke.systems.benefits.models import DecisionRun, JudgedCount
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

ALIAS = "benefits"

_JUDGED = """
CREATE TEMP TABLE judged AS
SELECT d.household_key, CASE WHEN d.protected THEN '' ELSE coalesce(b.ward_code, l.ward_code, '') END AS ward_code,
    d.outcome, d.reason_code, d.members, d.protected
FROM read_parquet($households) d LEFT JOIN read_parquet($base) b ON b.resident_code = d.payee_resident_code
LEFT JOIN read_parquet($latest) l ON l.resident_code = d.payee_resident_code
"""
# Who was asked is the place that an answer names, else the place that the register says the person came from
_MISSING = """
CREATE TEMP TABLE missing AS
SELECT p.resident_code, h.household_key, h.ward_code, p.status,
    CASE WHEN h.protected OR p.status IN ({by_herself}) OR coalesce(o.abroad, false) THEN ''
        ELSE coalesce(city.city, a.taxing_municipality, l.previous_municipality, '') END AS asked,
    coalesce(CASE WHEN p.status NOT IN ({waiting}) THEN a.arrived END, o.ordered_at, $decided_at) AS since
FROM read_parquet($persons) p JOIN judged h USING (household_key)
LEFT JOIN read_parquet($latest) l USING (resident_code)
LEFT JOIN answer a USING (resident_code)
LEFT JOIN asked o USING (resident_code)
LEFT JOIN city ON city.code = coalesce(a.taxing_municipality, l.previous_municipality)
WHERE h.outcome = 'undecided' AND p.status IN ({unknown})
"""
_TABLES = {
    "benefits_judged_household": (
        "SELECT household_key, ward_code, outcome, reason_code FROM judged ORDER BY outcome, ward_code, household_key"
    ),
    "benefits_judged_count": (
        "SELECT ward_code, outcome, reason_code, count(*) AS households, sum(members)::BIGINT AS persons"
        " FROM judged GROUP BY ALL ORDER BY ALL"
    ),
    "benefits_missing_status": (
        "SELECT resident_code, household_key, ward_code, status, asked, since FROM missing ORDER BY asked, status, since"
    ),
    "benefits_missing_count": (
        "SELECT asked, status, count(*) AS persons, count(DISTINCT household_key) AS households, min(since) AS oldest"
        " FROM missing GROUP BY asked, status ORDER BY asked, status"
    ),
}
_CITIES = "SELECT DISTINCT previous_municipality AS code FROM read_parquet($latest) WHERE previous_municipality IS NOT NULL"


class Overview(NamedTuple):
    """What was laid out."""

    households: int
    missing: int


def make_overview(*, programme: Programme, by: Actor) -> Overview:
    """Lay out the newest run in place of the one before; the same run again changes nothing.

    Errors: NOT_FOUND without a decision, INPUT_CHANGED when a sealed file is no longer what the run was made from.
    """
    require(by, Permission.BENEFITS_DECIDE)
    run = DecisionRun.objects.using(ALIAS).get(pk=queries.newest_run(programme.code))
    if JudgedCount.objects.using(ALIAS).filter(run=run).exists():
        return Overview(run.households, queries.missing_persons(run))
    tables = _laid_out(run, programme)
    with transaction.atomic(using=ALIAS):
        for name, rows in tables.items():
            postgres.execute(ALIAS, _DELETE.format(table=name), (programme.code,))
            ids = pa.repeat(pa.scalar(run.pk, pa.int64()), rows.num_rows)
            postgres.copy_in(ALIAS, name, rows.append_column("run_id", ids))
        Shielding.cover()
        subject = f"decision {programme.code} {run.round}"
        record(ALIAS, by=by, verb="benefits:overview:make", subject=subject, persons=run.residents)
    return Overview(tables["benefits_judged_household"].num_rows, tables["benefits_missing_status"].num_rows)


_DELETE = "DELETE FROM {table} WHERE run_id IN (SELECT id FROM benefits_decisionrun WHERE programme = %s)"


def _laid_out(run: DecisionRun, programme: Programme) -> dict[str, pa.Table]:
    base = needs.sealed_register(SnapshotKind.BASE, run.base_snapshot)
    latest = needs.sealed_register(SnapshotKind.LATEST, run.latest_snapshot)
    files = {
        "households": str(snapshots.check(Path(run.result_path), run.result_sha256)),
        "base": str(snapshots.check(Path(base.path), base.sha256)),
        "latest": str(snapshots.check(Path(latest.path), latest.sha256)),
    }
    with duck.connect() as connection:
        connection.execute(_JUDGED, files)
        connection.register("answer", queries.answers_arrived(run))
        connection.register("asked", queries.asked_persons(run))
        connection.register("city", _cities(duck.table(connection, _CITIES, {"latest": files["latest"]})))
        persons = str(snapshots.check(Path(run.persons_path), run.persons_sha256))
        connection.execute(
            _MISSING.format(**_words(programme)),
            {"persons": persons, "latest": files["latest"], "decided_at": run.decided_at},
        )
        return {name: duck.table(connection, query) for name, query in _TABLES.items()}


def _cities(codes: pa.Table) -> pa.Table:
    """Each place with the municipality that answers for it: wards fold into their city."""
    found = [str(code) for code in codes["code"].to_pylist()]
    return pa.table(
        {"code": pa.array(found, pa.string()), "city": pa.array(map(city_of, found), pa.string())}
    )


def _words(programme: Programme) -> dict[str, str]:
    unknown = [status for status in TaxStatus if status.unknown and status not in programme.exempt]
    return {
        "unknown": _listed(*unknown),
        "by_herself": _listed(TaxStatus.UNDECLARED, TaxStatus.NO_ANSWER),
        "waiting": _listed(TaxStatus.ASKED, TaxStatus.HELD),
    }


def _listed(*statuses: TaxStatus) -> str:
    return ", ".join(f"'{status.value}'" for status in statuses)
