"""住民情報の取込: row by row or as whole tables, the result is the same; killed anywhere, it is the old one or the new one."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from django.db import connections, transaction

from tests.faults.dying import killed_at
from tests.systems.benefits.asking_city import rows as sql
from tests.systems.benefits.little_city import LittleCity
from tests.systems.benefits.world import CLERK
from todoke.batch.models import StepRun
from todoke.contracts import registry
from todoke.contracts.residents import Residents, SnapshotKind, SnapshotRef
from todoke.contracts.stand_ins import ResidentsStandIn
from todoke.engine import renewal, snapshots
from todoke.sites.database.postgres import Server
from todoke.sites.instance import Instance
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.registers import differing
from todoke.systems.benefits.actions.registers import take_register as taking
from todoke.systems.benefits.rules.households import search_forms
from todoke.systems.residents.codecs import read_register

LATEST, BASE = SnapshotKind.LATEST, SnapshotKind.BASE
ENTRIES = (
    f"SELECT side, {', '.join(differing.ENTRY)} FROM benefits_registerentry ORDER BY side, resident_code"
)
PEOPLE = """
SELECT resident_code, register, household_code, birth_date, protected, hidden, name_key, given_key, kana_key, given_kana_key,
    address_key, town_key, edition FROM benefits_resident ORDER BY resident_code
"""
CATALOGUE = """
SELECT 'constraint', conname, pg_get_constraintdef(oid), '' FROM pg_constraint WHERE conrelid = ANY(%(tables)s::regclass[])
UNION ALL SELECT 'index', c.relname, pg_get_indexdef(i.indexrelid), i.indisvalid::text
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = ANY(%(tables)s::regclass[])
UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid), tgenabled::text
    FROM pg_trigger WHERE tgrelid = ANY(%(tables)s::regclass[]) AND NOT tgisinternal
UNION ALL SELECT 'table', relname, relnamespace::regnamespace::text || ' ' || relowner::regrole::text,
    coalesce(reloptions::text, '') || (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(relacl) a)
    FROM pg_class WHERE oid = ANY(%(tables)s::regclass[]) OR oid = ANY(%(sequences)s::regclass[])
UNION ALL SELECT 'column', attname, format_type(atttypid, atttypmod) || attnotnull::text || attidentity::text || attcollation::text, ''
    FROM pg_attribute WHERE attrelid = ANY(%(tables)s::regclass[]) AND attnum > 0 AND NOT attisdropped
ORDER BY 1, 2, 3
"""
TABLES = ["benefits_registerentry", "benefits_resident"]


@pytest.fixture(autouse=True)
def _site(databases: Instance) -> None:
    """Empty databases."""


def town(seed: int, folder: Path) -> dict[SnapshotKind, pa.Table]:
    """Two registers of a few people each, drawn from the same sixty: moved, renamed, protected, gone."""
    draw = random.Random(seed)
    little = LittleCity()
    for number in draw.sample(range(1, 60), 40):
        moved = {
            "address": f"神奈川県横浜市中区本町{draw.randint(1, 6)}丁目{number}番地",
            "ward_code": "14104",
        }
        little.person(
            number,
            draw.randint(1, 15),
            is_head="1",
            tax={},
            now=moved if draw.random() < 0.3 else {},
            name_kanji=draw.choice(["高橋　一郎", "髙橋　二郎", "山﨑　花子"]),
            name_kana=draw.choice(["タカハシ　イチロウ", "ヤマザキ　ハナコ", ""]),
            protected=str(int(draw.random() < 0.1)),
        )
    little.base, little.latest = little.base[: draw.randint(20, 40)], little.latest[draw.randint(0, 20) :]
    folder.mkdir(exist_ok=True)
    little.write(folder)
    return {kind: read_register(folder / f"residents_{kind.value}.csv") for kind in SnapshotKind}


def serve(registers: dict[SnapshotKind, pa.Table], folder: Path, day: int) -> None:
    refs = []
    for kind, table in registers.items():
        seal = snapshots.write(table, folder, f"residents-{kind.value}")
        refs.append(
            SnapshotRef(
                snapshot_id=f"{kind.value}-{seal.sha256[:8]}",
                kind=kind,
                as_of=date(2022, 2, day),
                path=str(seal.path),
                sha256=seal.sha256,
                rows=seal.rows,
            )
        )
    registry.serve(Residents, ResidentsStandIn(refs))  # type: ignore[type-abstract]


def standing() -> tuple[list[Any], list[Any]]:
    return sql(ENTRIES), sql(PEOPLE)


def ids() -> dict[str, int]:
    return dict(sql("SELECT resident_code, id FROM benefits_resident"))


def expected(registers: dict[SnapshotKind, pa.Table]) -> list[tuple[Any, ...]]:
    """Who is found by which register, in which household, and who is hidden: said once more, person by person."""
    by_side = {
        kind: {row["resident_code"]: row for row in table.to_pylist()} for kind, table in registers.items()
    }
    preferred = {
        **{code: (BASE, row) for code, row in by_side[BASE].items()},
        **{code: (LATEST, row) for code, row in by_side[LATEST].items()},
    }
    protected = {code for rows in by_side.values() for code, row in rows.items() if row["protected"]}
    shelters = {row["household_code"] for code, (_, row) in preferred.items() if code in protected}
    return [
        (code, kind.value, row["household_code"], code in protected, row["household_code"] in shelters, search_forms.name(row["name_kanji"]))
        for code, (kind, row) in sorted(preferred.items())
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_both_ways_leave_the_same_tables_and_known_people_their_ids(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    towns = [town(10 * seed + place, tmp_path / f"{seed}-{place}") for place in range(3)]
    left: dict[int, list[object]] = {}
    for most in (0, 10**6):  # never as whole tables but the first time; always
        monkeypatch.setattr(taking, "_MOST", most)
        left[most] = []
        for place, registers in enumerate(towns):
            serve(registers, tmp_path, place + 1)
            for kind in ((LATEST, BASE), (BASE, LATEST))[(seed + place) % 2]:
                before = ids()
                taken = taking.take_register(kind=kind, by=CLERK)
                left[most].append((taken, standing()))
                now = ids()
                assert all(before[code] == now[code] for code in before.keys() & now.keys())
                fresh = [now[code] for code in now.keys() - before.keys()]
                assert not fresh or min(fresh) > max(before.values(), default=0)
            found = sql(
                "SELECT resident_code, register, household_code, protected, hidden, name_key FROM benefits_resident ORDER BY 1"
            )
            assert found == expected(registers)
        connections["benefits"].close()
        request.getfixturevalue("_emptier").empty()
    assert left[0] == left[10**6]


def test_old_keys_are_made_anew_whichever_way(tmp_path: Path) -> None:
    first, second = (town(seed, tmp_path / str(seed)) for seed in (1, 2))
    serve(first, tmp_path, 1)
    jobs.take_registers(by=CLERK)
    with connections["benefits"].cursor() as cursor:
        cursor.execute("UPDATE benefits_resident SET edition = 'old', name_key = 'old'")
    serve({**first, BASE: second[BASE]}, tmp_path, 2)
    taking.take_register(kind=BASE, by=CLERK)
    assert sql("SELECT count(*) FROM benefits_resident WHERE edition = 'old' OR name_key = 'old'") == [(0,)]


def test_a_renewed_table_has_every_key_index_constraint_and_right_of_the_old_one(tmp_path: Path) -> None:
    before = catalogue()
    assert len(before) > 60
    for place in range(2):
        serve(town(place, tmp_path / str(place)), tmp_path, place + 1)
        oids = sql("SELECT 'benefits_resident'::regclass::oid, 'benefits_registerentry'::regclass::oid")
        jobs.take_registers(by=CLERK)
        assert oids != sql(
            "SELECT 'benefits_resident'::regclass::oid, 'benefits_registerentry'::regclass::oid"
        )
        assert catalogue() == before
    assert sql("SELECT count(*) FROM pg_class WHERE relnamespace = 'renewal'::regnamespace") == [(0,)]


def catalogue() -> list[Any]:
    with connections["benefits"].cursor() as cursor:
        cursor.execute(CATALOGUE, {"tables": TABLES, "sequences": [f"{table}_id_seq" for table in TABLES]})
        return cursor.fetchall()


def test_a_reader_sees_the_old_table_until_the_commit_and_never_none(
    tmp_path: Path, databases: Instance, server: Server
) -> None:
    serve(town(1, tmp_path / "one"), tmp_path, 1)
    jobs.take_registers(by=CLERK)
    ((count,),) = sql("SELECT count(*) FROM benefits_resident")
    address = server.address.uri(databases.account("benefits"))
    with psycopg.connect(address, autocommit=True) as reader:
        reader.execute("SET lock_timeout = '100ms'")
        seen = "SELECT count(*) FROM benefits_resident"
        with transaction.atomic(using="benefits"):
            with renewal.renewed("benefits", "benefits_resident") as (new,):
                add = f"INSERT INTO {new} SELECT * FROM benefits_resident WHERE register = 'latest'"
                with connections["benefits"].cursor() as cursor:
                    cursor.execute(add)
                    kept = cursor.rowcount
                assert 0 < kept < count
                assert reader.execute(seen).fetchone() == (count,)
                with pytest.raises(psycopg.errors.LockNotAvailable):  # a writer waits from the beginning
                    reader.execute("DELETE FROM benefits_resident")
            with pytest.raises(
                psycopg.errors.LockNotAvailable
            ):  # from the exchange to the commit a reader waits
                reader.execute(seen)
        assert reader.execute(seen).fetchone() == (kept,)


@pytest.mark.parametrize(
    ("commands", "refused"),
    [
        (["SELECT renewal_begin('benefits_payment')"], psycopg.errors.InsufficientPrivilege),
        (["SELECT renewal_begin('oplog_operation')"], psycopg.errors.InsufficientPrivilege),
        (["SELECT renewal_swap('benefits_case')"], psycopg.errors.UndefinedTable),
        (
            ["SELECT renewal_begin('benefits_resident')", "SELECT renewal_swap('benefits_resident')"],
            psycopg.errors.ObjectNotInPrerequisiteState,
        ),
        (
            ["SELECT renewal_begin('benefits_resident')", "DROP TABLE renewal.benefits_resident"],
            psycopg.errors.InsufficientPrivilege,
        ),
        (["CREATE TABLE renewal.mine (id int)"], psycopg.errors.InsufficientPrivilege),
    ],
)
def test_the_app_role_renews_only_what_it_may_and_only_as_it_was(
    databases: Instance, server: Server, commands: list[str], refused: type[Exception]
) -> None:
    with psycopg.connect(server.address.uri(databases.account("benefits"))) as app:
        for command in commands[:-1]:
            app.execute(command)
        with pytest.raises(refused):
            app.execute(commands[-1])


def taken_steps() -> int:
    return StepRun.objects.using("benefits").filter(name="benefits.register", state="done").count()


@pytest.mark.parametrize("most", [0, 10**6], ids=["row by row", "as whole tables"])
def test_kill_9_at_every_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    first, second = (town(seed, tmp_path / str(seed)) for seed in (1, 2))
    serve(first, tmp_path, 1)
    jobs.take_registers(by=CLERK)
    monkeypatch.setattr(taking, "_MOST", most)
    serve(second, tmp_path, 2)
    states = [standing()]
    point, refused = 1, 0
    # a child that is not killed may still be refused, while the server holds the lock of the one killed before
    while (killed := killed_at(point, lambda: jobs.take_registers(by=CLERK))) or taken_steps() < 4:
        point, refused = point + killed, refused + (not killed)
        assert refused < 50
        if standing() != states[-1]:
            states.append(standing())
    assert point > 20
    assert len(states) <= 3  # before, base taken, both taken: nothing in between
    assert sql(
        "SELECT resident_code, register, household_code, protected, hidden, name_key FROM benefits_resident ORDER BY 1"
    ) == expected(second)
    for report, kind in zip(jobs.take_registers(by=CLERK), SnapshotKind, strict=True):
        assert report.resumed
        assert report.counts.totals["追加"] > 0  # as whoever was killed would have told
        assert report.counts.taken == second[kind].num_rows
    taken = sql("SELECT subject FROM oplog_operation WHERE verb = 'benefits:register:take' ORDER BY id")
    assert len(taken) == 4  # each register once
    assert sql("SELECT count(*) FROM pg_class WHERE relnamespace = 'renewal'::regnamespace") == [(0,)]
