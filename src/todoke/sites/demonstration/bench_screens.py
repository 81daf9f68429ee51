"""`todoke bench screens`: how long the benefits screens take at a large made-up city, while many people use them.

Open-loop: requests come when they come (Poisson), whether or not earlier ones have been answered, and each is timed from
the moment it was due, so that waiting in a queue counts. Server, client and database share the machine.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from todoke.exchange import keys
from todoke.sites import terminals
from todoke.sites.demonstration import screens_city
from todoke.sites.demonstration.bench import SEED, machine
from todoke.sites.demonstration.bench_site import apart, instance_for
from todoke.sites.instance import ENVIRONMENT, Instance
from todoke.sites.ports import free_port
from todoke.sites.processes import Child
from todoke.sites.realms import Realm

LIMIT_MS: Final = 200
_MIX: Final = {
    "home": 5, "figures": 8, "wards": 4, "places": 3, "forecast": 2, "lists": 18, "why": 15, "case": 20, "household": 10,
    "search": 15,
}  # fmt: skip
"""What people open, in parts of 100: mostly one household, sometimes a list, seldom the figures."""
_ALONE = 6
"""Requests of each kind that are made one after the other before the load; the first of them warms up and is not counted."""
_START_SECONDS = 60.0
COOKIE = "todoke_session"


@dataclass(frozen=True)
class Due:
    """One request: when it is due (seconds from the start), what kind, where, and by which user."""

    at: float
    kind: str
    url: str
    user: int


@dataclass(frozen=True)
class Timed:
    """How long it took from when it was due, in milliseconds, and the answer's status."""

    kind: str
    milliseconds: float
    status: int


@dataclass(frozen=True, kw_only=True)
class Load:
    """How many people, for how long, and the seconds that one lets pass between two pages, on average."""

    users: int
    seconds: float
    think: float


def run(residents: int, load: Load, var: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Make the city, serve it, and let people use it."""
    with instance_for("screens", var) as (instance, _):
        say(f"住民 {residents:,} 人の市を作ります")
        keys.init(instance.path)
        made = apart(instance, screens_city.build, residents, instance.path / "input").more
        certificate = terminals.issue(instance, Realm.CITY, "bench")
        seated = apart(instance, screens_city.seat, load.users, terminals.fingerprint(certificate)).more
        pages = apart(instance, screens_city.addresses, 200, seated["clerks"]).more
        port = free_port()
        log = instance.path / "log" / "bench-screens.log"
        child = Child(
            "screens", ["screens", "city", "--port", str(port)], log=log, environment={ENVIRONMENT: str(instance.path)}
        )  # fmt: skip
        try:
            say(f"{load.users} 人が使います（{load.seconds:.0f} 秒）")
            due = _schedule(pages, seated["clerks"], load)
            session = _client(instance, port, load.users)
            alone, timed = asyncio.run(_drive(session, seated["tokens"], due, pages, child.pid))
        finally:
            child.stop()
    return _result(residents, load, made, alone, timed)


def _schedule(pages: dict[str, list[Any]], clerks: Sequence[str], load: Load) -> list[Due]:
    """Poisson arrivals; a page that is somebody's own is asked for by that person."""
    draw, at, found = random.Random(SEED), 0.0, []  # noqa: S311 - a repeatable load, no secret
    kinds, weights = zip(*_MIX.items(), strict=True)
    while (at := at + draw.expovariate(load.users / load.think)) < load.seconds:
        (kind,) = draw.choices(kinds, weights)
        url, owner = draw.choice(pages[kind])
        found.append(Due(at, kind, url, clerks.index(owner) if owner else draw.randrange(len(clerks))))
    return found


def _client(instance: Instance, port: int, users: int) -> httpx.AsyncClient:
    context = terminals.client_context(instance, Realm.CITY, "bench")
    limits = httpx.Limits(max_connections=users, max_keepalive_connections=users)
    return httpx.AsyncClient(
        base_url=f"https://127.0.0.1:{port}", verify=context, timeout=60, limits=limits, trust_env=False
    )


async def _drive(
    session: httpx.AsyncClient, tokens: Sequence[str], due: Sequence[Due], pages: dict[str, list[Any]], pid: int
) -> tuple[dict[str, Alone], list[Timed]]:  # fmt: skip
    async with session as client:
        await until_up(client)
        owned = {one.url: tokens[one.user] for one in due}
        alone = {
            kind: await _alone(client, [url for url, _ in pages[kind][:_ALONE]], owned, tokens[0], pid)
            for kind in _MIX
        }
        begun = time.perf_counter()
        return alone, await asyncio.gather(*(_one(client, one, tokens[one.user], begun) for one in due))


@dataclass(frozen=True)
class Alone:
    """Medians of one kind when nobody else asks: milliseconds by the clock, and CPU of the screens' process."""

    milliseconds: float
    cpu: float


async def _alone(
    client: httpx.AsyncClient, urls: Sequence[str], owned: dict[str, str], token: str, pid: int
) -> Alone:
    walls, cpus = [], []
    for url in itertools.islice(itertools.cycle(urls), _ALONE):
        begun, used = time.perf_counter(), cpu(pid)
        await _get(client, url, owned.get(url, token))
        walls.append(1000 * (time.perf_counter() - begun))
        cpus.append(1000 * (cpu(pid) - used))
    return Alone(
        round(statistics.median(walls[1:] or walls), 1), round(statistics.median(cpus[1:] or cpus), 1)
    )


def cpu(pid: int) -> float:
    """CPU seconds of a process so far, by the scheduler's own count in nanoseconds."""
    return (
        sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9
    )


async def _one(client: httpx.AsyncClient, due: Due, token: str, begun: float) -> Timed:
    await asyncio.sleep(max(0.0, begun + due.at - time.perf_counter()))
    status = await _get(client, due.url, token)
    return Timed(due.kind, 1000 * (time.perf_counter() - begun - due.at), status)


async def _get(client: httpx.AsyncClient, url: str, token: str) -> int:
    answer = await client.get(url, headers={"Cookie": f"{COOKIE}={token}"})
    return answer.status_code


async def until_up(client: httpx.AsyncClient) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            await client.get("/health")
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.2)
        else:
            return


def _result(
    residents: int, load: Load, made: dict[str, Any], alone: dict[str, Alone], timed: Sequence[Timed]
) -> dict[str, Any]:
    kinds = {kind: [one.milliseconds for one in timed if one.kind == kind] for kind in _MIX}
    everything = [one.milliseconds for one in timed]
    return {
        "name": "screens",
        "residents": residents,
        "households": made["households"],
        "cases": made["cases"],
        "missing": made["missing"],
        "users": load.users,
        "seconds": load.seconds,
        "requests_per_s": round(load.users / load.think, 1),
        "requests": len(timed),
        "refused": sum(one.status != 200 for one in timed),
        "building": made["steps"],
        "alone": {kind: {"milliseconds": one.milliseconds, "cpu": one.cpu} for kind, one in alone.items()},
        "milliseconds": {"all": quantiles(everything), **{kind: quantiles(v) for kind, v in kinds.items()}},
        f"p95 within {LIMIT_MS} ms": bool(everything) and quantiles(everything)["p95"] <= LIMIT_MS,
        "machine": machine(),
    }


def quantiles(values: Sequence[float]) -> dict[str, float]:
    if len(values) < 2:
        return dict.fromkeys(("p50", "p95", "p99", "max"), round(max(values, default=0.0), 1)) | {
            "n": len(values)
        }
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    found = {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": max(values)}
    return {name: round(value, 1) for name, value in found.items()} | {"n": len(values)}


def as_table(found: dict[str, Any]) -> str:
    """For a person: one line per kind of page."""
    rows = [
        f"| {kind} | {line['n']:,} | {line['p50']} | {line['p95']} | {line['p99']} | {line['max']} |"
        f" {found['alone'].get(kind, {}).get('milliseconds', '')} | {found['alone'].get(kind, {}).get('cpu', '')} |"
        for kind, line in found["milliseconds"].items()
    ]
    within = f"p95 within {LIMIT_MS} ms"
    return "\n".join(
        [
            f"screens: {found['residents']:,} residents, {found['households']:,} households, {found['cases']:,} cases;"
            f" {found['users']} users, {found['requests_per_s']} requests/s for {found['seconds']:.0f} s,"
            f" {found['refused']} not answered with 200",
            found["machine"],
            "",
            "| page | requests | p50 ms | p95 ms | p99 ms | max ms | alone, ms | CPU of the process, ms |",
            "|---|---:|---:|---:|---:|---:|---:|---:|",
            *rows,
            "",
            f"- {within}: {found[within]}",
            f"- building, seconds: {found['building']}",
        ]
    )
