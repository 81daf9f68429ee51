"""`todoke bench replicas`: registering a file of masters end to end over loopback, and comparing afterwards.

The city runs in this process, the platform's door is a process of its own behind mutual TLS, PostgreSQL under both.
The floor of the registration is measured in the same run: the same file read as bare CSV and copied once into a table
of the same columns. The comparison's is what it would cost to hand over every single digest.
"""

from __future__ import annotations

import resource
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from todoke.contracts.information import TAX_ITEMS
from todoke.sites import processes
from todoke.sites.demonstration.bench import machine
from todoke.sites.instance import EXAMPLE, Instance
from todoke.sites.ports import realm_ports

CITY: Final = EXAMPLE[0]
YEAR: Final = 2021
DIFFERENCES: Final = (0, 10, 1_000)
_START_SECONDS = 60.0
_FLOOR = "bench_floor"
_ALTER = """
UPDATE intermediary_replica SET contents = set_byte(contents, 20, get_byte(contents, 20) # 1)
WHERE id IN (SELECT id FROM intermediary_replica ORDER BY md5(integrated_number) LIMIT %s)
"""
_MEND = _ALTER
"""The same bit again."""


def run(persons: int, var: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure on an instance of its own, which is removed again."""
    from todoke.exchange import keys
    from todoke.sites.database.postgres import running_server
    from todoke.sites.entering import enter_everything

    folder = var / "bench" / "replicas"
    shutil.rmtree(folder, ignore_errors=True)
    instance = Instance.create(
        folder / "instance", f"bench_{secrets.token_hex(3)}", municipalities=EXAMPLE[:1], ports=realm_ports()
    )
    with running_server(instance) as server:
        instance.use_server(server.address)
        enter_everything(instance)
        from todoke.sites.database.provision import drop, provision

        provision(instance, server)
        keys.init(instance.path)
        try:
            with _platform(instance):
                return _measure(instance, persons, folder, say)
        finally:
            from django.db import connections

            connections.close_all()
            drop(instance, server)
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _platform(instance: Instance) -> Iterator[None]:
    child = processes.Child(
        "platform",
        ["serve", "platform", "--door-only"],
        log=instance.path / "log" / "platform.log",
        environment={"TODOKE_INSTANCE": str(instance.path)},
    )
    try:
        ready, deadline = instance.path / "platform.ready", time.monotonic() + _START_SECONDS
        while not (ready.is_file() and ready.read_text() == str(child.pid)):
            if not child.running() or time.monotonic() > deadline:
                raise processes.stopped(child, None)
            time.sleep(0.05)
        yield
    finally:
        child.stop()


def _measure(instance: Instance, persons: int, folder: Path, say: Callable[[str], None]) -> dict[str, Any]:
    from todoke.access import parties
    from todoke.contracts import registry
    from todoke.exchange.dispatch import Dispatcher
    from todoke.exchange.transport import Transport
    from todoke.sites.realms import Realm
    from todoke.sites.wiring import wire
    from todoke.systems.linkage.jobs import replicas

    wire(Realm.CITY)
    by, transport = parties.housekeeper(), registry.need(Transport)
    file = _people(persons, folder, say)
    say("副本を登録します")
    seconds, cpu = _spent(lambda: replicas.register(file, by=by, dispatcher=registry.need(Dispatcher)))
    floor, floor_cpu = _spent(lambda: _copy_once(file))
    found = {
        "name": "replicas",
        "persons": persons,
        "file_mb": round(file.stat().st_size / 1e6, 1),
        "register_seconds": seconds,
        "register_city_cpu_seconds": cpu,
        "register_per_s": round(persons / seconds),
        "floor_seconds": floor,
        "floor_cpu_seconds": floor_cpu,
        "register / bare CSV and one COPY": round(seconds / floor, 1),
        "machine": machine(),
    }
    found["all_digests_bytes"] = _all_digests()
    found["comparisons"] = [_compare(count, by, transport, say) for count in DIFFERENCES if count <= persons]
    return found


def _people(persons: int, folder: Path, say: Callable[[str], None]) -> Path:
    """Invented persons in the linkage system, and the file of their masters."""
    from django.db import transaction

    from todoke.engine import postgres
    from todoke.identifiers import integrated_number
    from todoke.records.layouts.replica_masters_v2021 import MASTERS

    say("架空の正本を作ります")
    numbers = pa.array(integrated_number.mint_many(0, persons), pa.string())
    local = pa.array([f"{place:010d}" for place in range(persons)], pa.string())
    people = {
        "integrated_number": numbers,
        "name_kanji": pa.repeat("見本　太郎", persons),
        "sex": pa.repeat("1", persons),
        "birth_date": pa.repeat(pa.scalar(0, pa.date32()), persons),
        "address": pa.repeat("見本町１", persons),
        "auto_reply_prohibited": pa.repeat(pa.scalar(value=False), persons),
    }
    links = {"system": pa.repeat("residents", persons), "local_number": local, "person_id": numbers}
    with transaction.atomic(using="linkage"):
        postgres.copy_in("linkage", "linkage_person", pa.table(people))
        postgres.copy_in("linkage", "linkage_localnumber", pa.table(links))
    rng = np.random.default_rng(YEAR)
    columns: dict[str, Any] = dict.fromkeys(MASTERS.names, pa.repeat("", persons))
    columns |= {name: pa.array(rng.integers(0, 9_000_000, persons)).cast(pa.string()) for name in TAX_ITEMS}
    columns |= {
        f"dependants_{kind}": pa.repeat("1", persons)
        for kind in ("general", "specific", "elderly", "under16")
    }
    columns |= {
        "local_number": local,
        "fiscal_year": pa.repeat(str(YEAR), persons),
        "change": pa.repeat("1", persons),
    }
    columns |= {"auto_reply_prohibited": pa.repeat("0", persons), "tax_year": pa.repeat(str(YEAR), persons)}
    columns |= {"taxed_elsewhere": pa.repeat("0", persons), "taxing_municipality": pa.repeat("", persons)}
    columns["taxing_municipality_reason"] = pa.repeat("NotAcceptable", persons)
    file = folder / "masters.csv"
    arrow_csv.write_csv(pa.table(columns), file, arrow_csv.WriteOptions(quoting_style="none"))
    return file


def _copy_once(file: Path) -> None:
    """The floor: bare CSV into one table of the same width, without any check, key, message or index."""
    from django.db import transaction

    from todoke.engine import postgres

    names = arrow_csv.open_csv(file).schema.names
    types = arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    with transaction.atomic(using=f"intermediary_{CITY}"):
        postgres.stage(f"intermediary_{CITY}", _FLOOR, arrow_csv.read_csv(file, convert_options=types))


def _compare(count: int, by: Any, transport: Any, say: Callable[[str], None]) -> dict[str, Any]:  # noqa: ANN401
    """One comparison with so many replicas altered behind everybody's back."""
    from todoke.systems.linkage.actions.replicas.reconcile_replicas import reconcile_replicas

    say(f"{count:,} 件の違いを探します")
    _execute(_ALTER, count)
    kept: list[Any] = []
    seconds, cpu = _spent(lambda: kept.append(reconcile_replicas(transport=transport, by=by)))
    _execute(_MEND, count)
    row = kept[0]
    differing = row.missing + row.surplus + row.different + row.stale
    if differing != count:
        raise AssertionError(f"{differing} differences were found, {count} had been made")
    return {
        "differences": count,
        "seconds": seconds,
        "city_cpu_seconds": cpu,
        "messages": row.messages,
        "bytes": row.sent + row.received,
    }


def _all_digests() -> int:
    """Bytes of one message with every digest, as the comparison's floor by brute force."""
    from todoke.contracts.intermediary import ReplicaDigest, ReplicaDigests
    from todoke.exchange import kinds
    from todoke.systems.linkage.queries import replicas as reads

    found = reads.copy_digests(YEAR, [""])
    return len(kinds.encode(ReplicaDigests(records=[ReplicaDigest(*pair) for pair in found.items()])))


def _execute(statement: str, count: int) -> None:
    from django.db import connections

    with connections[f"intermediary_{CITY}"].cursor() as cursor:
        cursor.execute(statement, [count])


def _spent(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of this process's processor (the city; not the platform, not PostgreSQL)."""
    begun, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    work()
    now = resource.getrusage(resource.RUSAGE_SELF)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    return round(time.perf_counter() - begun, 2), round(cpu, 2)


def as_table(found: dict[str, Any]) -> str:
    """For a person."""
    lines = [
        f"replicas: {found['persons']:,} of a file of {found['file_mb']} MB in {found['register_seconds']} s "
        f"({found['register_per_s']:,}/s; city CPU {found['register_city_cpu_seconds']} s)",
        f"floor, bare CSV and one COPY: {found['floor_seconds']} s; ratio {found['register / bare CSV and one COPY']}",
        found["machine"],
        "",
        "| differences | seconds | city CPU s | messages | bytes | of all digests |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row['differences']:,} | {row['seconds']} | {row['city_cpu_seconds']} | {row['messages']} | {row['bytes']:,} "
        f"| {row['bytes'] / found['all_digests_bytes']:.2%} |"
        for row in found["comparisons"]
    ]
    return "\n".join(lines)
