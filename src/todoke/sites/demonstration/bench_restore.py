"""`todoke bench restore`: a large city's site from its backup on a server that has nothing, as in a restore drill.

The floor is what PostgreSQL's own tools need for the same databases: `pg_dump` (custom format, nothing packed, nothing
sealed) and `pg_restore`. They hash, verify and migrate nothing, and know of no keys, files or log.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.conninfo import make_conninfo
from pyrage import x25519

from todoke.sites.database import postgres_home
from todoke.sites.database.postgres import Server
from todoke.sites.demonstration import screens_city
from todoke.sites.demonstration.bench import machine
from todoke.sites.demonstration.bench_site import Spent, apart, instance_for
from todoke.sites.instance import Instance
from todoke.sites.realms import Realm

LIMIT_SECONDS: Final = 600.0
"""For the city of 400,000 (issue 8)."""
_GROWTH: Final = 10
_COPY: Final = "bench_restore_floor"


def run(residents: int, var: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """A tenth of the city, for the growth, then all of it."""
    sizes = [_size(size, var, say) for size in (residents // _GROWTH, residents)]
    small, large = sizes
    return {
        "name": "restore",
        "sizes": sizes,
        "growth": {
            "rows": round(large["rows"] / small["rows"], 2),
            "restore seconds": round(large["restore"]["seconds"] / small["restore"]["seconds"], 2),
            "restore peak": round(large["restore"]["peak_mib"] / small["restore"]["peak_mib"], 2),
            "create peak": round(large["create"]["peak_mib"] / small["create"]["peak_mib"], 2),
        },
        "within the limit": large["restore"]["seconds"] <= LIMIT_SECONDS,
        "machine": machine(),
    }


def _size(residents: int, var: Path, say: Callable[[str], None]) -> dict[str, Any]:
    with instance_for("restore", var) as (instance, server):
        say(f"住民 {residents:,} 人の市を作ります")
        apart(instance, screens_city.build, residents, instance.path / "input")
        shutil.rmtree(instance.path / "input")
        bank = _bank(instance.path.parent / "restore-bank")
        try:
            say("控えを作ります")
            apart(instance, _seal, str(instance.path))
            served = _server_cpu(server)
            made = apart(instance, _create, str(instance.path), bank)
            made = replace(made, server_cpu=_server_cpu(server) - served)
            _witness(instance, bank / "seen")
            say("何もないサーバーに復元します")
            restored = _restored(bank, made.more["backup"])
            say("下限（pg_dump と pg_restore）を測ります")
            floor = _floor(instance, server, bank)
        finally:
            postgres_home.remove(bank / "postgres")
            shutil.rmtree(bank, ignore_errors=True)
    return {
        "residents": residents,
        "rows": restored.more["rows"],
        "tables": restored.more["tables"],
        "log_entries": restored.more["log_entries"],
        "mb": made.more["mb"],
        "create": _figures(made, restored.more["rows"], floor["dump"]),
        "restore": _figures(restored, restored.more["rows"], floor["restore"]),
        "steps": restored.more["seconds"],
    }


def _figures(spent: Spent, rows: int, floor: tuple[float, float]) -> dict[str, Any]:
    cpu = spent.cpu + spent.server_cpu
    return {
        "seconds": round(spent.seconds, 1),
        "cpu": round(cpu, 1),
        "rows_per_s": round(rows / spent.seconds),
        "floor": round(floor[0], 1),
        "floor_cpu": round(floor[1], 1),
        "times_floor": round(spent.seconds / floor[0], 2),
        "times_floor_cpu": round(cpu / floor[1], 2),
        "peak_mib": spent.peak_mib,
    }


def _bank(folder: Path) -> Path:
    """The place with both private keys. The new server will stand in it, so its account must be able to pass."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    folder.chmod(0o711)
    for name in ("data", "keys"):
        path = folder / f"{name}.key"
        path.touch(0o600)
        path.write_text(f"{x25519.Identity.generate()}\n", encoding="ascii")
    return folder


def _seal(path: str) -> dict[str, Any]:
    """In a process of the city: its logs as far as they are written."""
    from todoke.sites import log_keeping

    log_keeping.seal(Instance.load(Path(path)), Realm.CITY)
    return {}


def _witness(instance: Instance, folder: Path) -> None:
    """What the national realm knows of the city's logs, as its operator hands it over for a restore."""
    from django.db import transaction

    from todoke.kernel import clock
    from todoke.oplog import exporting, keys, witnesses
    from todoke.oplog.entry import microseconds
    from todoke.sites import log_keeping
    from todoke.sites.backup import witnessed

    national = Realm.NATIONAL
    for log in log_keeping.logs_of(instance, Realm.CITY):
        newest = witnesses.newest_checkpoint(log)
        if newest is None:
            continue
        with transaction.atomic(using="network"):
            witnesses.witness(
                "network",
                note=newest[1],
                origin=keys.origin(instance.name, log),
                signer=(keys.signer_name(instance.name, "city"), keys.public_key(instance.path, "city")),
                old=0,
                proof=witnesses.proof(log, old=0, size=newest[0]),
                name=keys.signer_name(instance.name, national.value),
                key=keys.signing_key(log_keeping.keys_folder(instance, national)),
            )
    at = microseconds(clock.now())
    witnessed.export(
        exporting.witnessed("network"), folder, instance=instance.name, realm=national.value, at=at
    )


def _create(path: str, bank: Path) -> dict[str, Any]:
    """In a process of the city: make the backup and read it again; no register, no copies."""
    from todoke.sites.backup import creating, parts
    from todoke.sites.backup.plan import Plan

    instance = Instance.load(Path(path))
    plan = Plan(
        data_recipient=str(parts.identity_of(bank / "data.key").to_public()),
        keys_recipient=str(parts.identity_of(bank / "keys.key").to_public()),
        folder=str(bank / "backups"),
        keys_folder=str(bank / "parcels"),
    ).check()
    found = creating.create(instance, Realm.CITY, plan)
    (bank / "signer.pub").write_text(creating.write_public_key(instance, Realm.CITY), encoding="ascii")
    return {"backup": found.backup, "mb": round(found.size / 1e6, 1)}


def _restored(bank: Path, backup: str) -> Spent:
    """In a process that belongs to no site: as `todoke backup restore` does it, with its embedded server started anew."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_restore, (bank, backup))


def _restore(bank: Path, backup: str) -> Spent:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from todoke.sites.backup import parts, restoring

    signer = bytes.fromhex((bank / "signer.pub").read_text(encoding="ascii"))
    begun, cpu = time.perf_counter(), time.process_time()
    report = restoring.restore(
        restoring.Wanted(
            folder=bank / "backups" / "city" / backup,
            parcel=bank / "parcels" / "city" / f"{backup}.keys.age",
            data_identity=parts.identity_of(bank / "data.key"),
            keys_identity=parts.identity_of(bank / "keys.key"),
            signer=Ed25519PublicKey.from_public_bytes(signer),
            target=bank / "site",
            witnesses=[bank / "seen"],
        )
    )
    return Spent(
        seconds=time.perf_counter() - begun,
        cpu=time.process_time() - cpu,
        server_cpu=_children_cpu(),
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        more={"rows": report.rows, "tables": report.tables, "log_entries": report.log_entries, "seconds": report.seconds},
    )  # fmt: skip


def _floor(instance: Instance, server: Server, bank: Path) -> dict[str, tuple[float, float]]:
    """Seconds and CPU: the same databases dumped and loaded one after the other, into the server that they came from."""
    spent = {"dump": (0.0, 0.0), "restore": (0.0, 0.0)}
    binaries, file = postgres_home.packaged_binaries(), bank / "floor.dump"

    def timed(what: str, program: str, database: str, *arguments: str) -> None:
        begun, cpu = time.perf_counter(), _server_cpu(server) + _children_cpu()
        command = [
            str(binaries / program),
            *arguments,
            "-d",
            make_conninfo(server.admin_url, dbname=database),
        ]
        subprocess.run(command, check=True, env=postgres_home.clean_environment())
        cpu = _server_cpu(server) + _children_cpu() - cpu
        spent[what] = (spent[what][0] + time.perf_counter() - begun, spent[what][1] + cpu)

    for wall in instance.walls(Realm.CITY):
        timed("dump", "pg_dump", instance.owner(*wall).dbname, "-Fc", "-Z", "none", "-f", str(file))
        with psycopg.connect(server.admin_url, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {_COPY} TEMPLATE template0")
            try:
                timed("restore", "pg_restore", _COPY, str(file))
            finally:
                admin.execute(f"DROP DATABASE {_COPY} WITH (FORCE)")
    return spent


def _server_cpu(server: Server) -> float:
    """CPU seconds of all connections that have ended, from the postmaster's account of its children."""
    fields = Path(f"/proc/{server.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _children_cpu() -> float:
    """CPU seconds of our own children that have ended; a server that we started and stopped is one, with all of its own."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def as_table(found: dict[str, Any]) -> str:
    """For a person: two lines per size, then the steps of the larger restore."""
    rows = [
        f"| {size['residents']:,} | {size['rows']:,} | {what} | {one['seconds']} | {one['cpu']} | {one['rows_per_s']:,} | "
        f"{one['floor']} | {one['floor_cpu']} | {one['times_floor']} | {one['times_floor_cpu']} | {one['peak_mib']} |"
        for size in found["sizes"]
        for what, one in (("create", size["create"]), ("restore", size["restore"]))
    ]
    last = found["sizes"][-1]
    return "\n".join(
        [
            found["machine"],
            "",
            "| residents | rows | what | s | CPU s, ours and the server's | rows/s | floor, s | floor, CPU s | × floor | × floor, CPU | peak MiB |",
            "|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|",
            *rows,
            "",
            f"- restored with the manifest's counts and hashes: {last['tables']} tables, {last['rows']:,} rows; "
            f"{last['log_entries']:,} entries of the log verified; backup {last['mb']} MB",
            f"- steps of the restore, seconds: {last['steps']}",
            f"- growth, {_GROWTH} times the residents: {found['growth']}",
            f"- restored within {LIMIT_SECONDS:.0f} s: {found['within the limit']}",
        ]
    )
