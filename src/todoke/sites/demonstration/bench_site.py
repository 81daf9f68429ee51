"""One instance for one measurement, removed afterwards; every part is measured in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import resource
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from todoke.access.permissions import Actor, Held, Role
from todoke.kernel import clock
from todoke.sites.database.postgres import Server
from todoke.sites.instance import ENVIRONMENT, EXAMPLE, Instance


def measurer(staff_id: str, *roles: Role) -> Actor:
    """Whoever measures: nobody is employed in an instance that lives for an hour, so the rights are given here."""
    held = tuple(Held(role=role, duty="measurement") for role in roles)
    return Actor(staff_id=staff_id, purpose="速さの測定", held=held, verified_at=clock.now())


BY: Final = measurer("bench", Role.OPERATOR, Role.CLERK, Role.ADMINISTRATOR)


@dataclass(frozen=True, kw_only=True)
class Spent:
    """Seconds by the clock; CPU seconds of the process and, apart, of the database server; its highest memory; whatever else it found."""

    seconds: float
    cpu: float
    server_cpu: float
    peak_mib: int
    more: dict[str, Any] = field(default_factory=dict)


@contextmanager
def instance_for(name: str, var: Path) -> Iterator[tuple[Instance, Server]]:
    """A city with keys of the exchange and empty databases."""
    from todoke.sites.database.postgres import running_server
    from todoke.sites.entering import enter_everything

    folder = var / "bench" / name
    shutil.rmtree(folder, ignore_errors=True)
    instance = Instance.create(folder, f"bench_{secrets.token_hex(3)}", municipalities=EXAMPLE[:1])
    with running_server(instance) as server:
        enter_everything(instance)
        from todoke.sites.database.provision import drop, provision

        provision(instance, server)
        try:
            yield instance, server
        finally:
            from django.db import connections

            connections.close_all()
            drop(instance, server)
            shutil.rmtree(folder, ignore_errors=True)


def apart(instance: Instance, work: Callable[..., dict[str, Any]], *arguments: object) -> Spent:
    """Run `work` in a fresh process of the city, so that its memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (str(instance.path), work, arguments))


_inside: list[tuple[float, float, float]] = []


@contextmanager
def timed() -> Iterator[None]:
    """What `apart` counts, where not all of the work is to be measured. Once a process."""
    begun, cpu, server = time.perf_counter(), time.process_time(), server_cpu()
    yield
    _inside.append((time.perf_counter() - begun, time.process_time() - cpu, server_cpu() - server))


def _measure(path: str, work: Callable[..., dict[str, Any]], arguments: tuple[object, ...]) -> Spent:
    os.environ[ENVIRONMENT] = path
    from todoke.sites.entering import enter
    from todoke.sites.realms import Realm

    enter(Realm.CITY)
    _inside.clear()
    begun, cpu, server = time.perf_counter(), time.process_time(), server_cpu()
    more = work(*arguments)
    whole = (time.perf_counter() - begun, time.process_time() - cpu, server_cpu() - server)
    spent = _inside[0] if _inside else whole
    return Spent(
        seconds=spent[0],
        cpu=spent[1],
        server_cpu=spent[2],
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        more=more,
    )


_MEASURED: Final = ("linkage", "benefits", "residents")


def server_cpu() -> float:
    """CPU seconds so far of the server processes behind this process's connections; 0 where they cannot be read."""
    from django.db import connections

    total = 0.0
    for alias in _MEASURED:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone() or (0,)
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            return 0.0
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total
