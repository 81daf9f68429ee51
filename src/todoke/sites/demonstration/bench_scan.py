"""`todoke bench scan`: sheets scanned at many stations over the site's real door, open loop, beside the same page only opened.

Sheets come when they come (Poisson), whether or not earlier ones were answered, and each is timed from the moment it was due.
The floor is the same page over the same door without a sheet: what every answer of the site costs. Afterwards the tables are
counted: each sheet is one arrival, one paper in its box and one entry of the log, and no more.
"""

from __future__ import annotations

import asyncio
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
from todoke.sites.demonstration import bench_payments, bench_screens, screens_city
from todoke.sites.demonstration.bench import SEED, machine
from todoke.sites.demonstration.bench_site import apart, instance_for
from todoke.sites.instance import ENVIRONMENT, Instance
from todoke.sites.ports import free_port
from todoke.sites.processes import Child
from todoke.sites.realms import Realm

GOAL: Final = 20.0
LIMIT_MS: Final = 2_000
_PROGRAMME: Final = bench_payments.PROGRAMME
_WARM: Final = 1
"""Sheets that each station scans before it is measured."""
_FLOOR_EACH: Final = 4


@dataclass(frozen=True, kw_only=True)
class Scanning:
    """How many stations, how many sheets a second they scan together, and for how long."""

    stations: int
    rate: float
    seconds: float


@dataclass(frozen=True)
class Sheet:
    """When it is due (seconds from the start), at which station, and its number."""

    at: float
    station: int
    number: str


@dataclass(frozen=True)
class Read:
    """Milliseconds from when it was due, seconds from the start until its answer, and the answer's status."""

    milliseconds: float
    ended: float
    status: int


@dataclass(frozen=True, kw_only=True)
class Station:
    """A clerk's session, the address of their box, and the form's token."""

    url: str
    cookies: str
    token: str


def run(load: Scanning, var: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Half the rate first, for the growth; then the whole."""
    with instance_for("scan", var) as (instance, _):
        sheets = round(load.seconds * load.rate * 2) + 10 * load.stations
        say(f"{sheets:,} 世帯と {load.stations} の席を作ります")
        keys.init(instance.path)
        numbers = list(apart(instance, prepare, sheets, load.stations, instance.path).more["numbers"])
        certificate = terminals.issue(instance, Realm.CITY, "bench")
        tokens = apart(instance, screens_city.seat, load.stations, terminals.fingerprint(certificate)).more[
            "tokens"
        ]
        port = free_port()
        log = instance.path / "log" / "bench-scan.log"
        child = Child(
            "screens", ["screens", "city", "--port", str(port)], log=log, environment={ENVIRONMENT: str(instance.path)}
        )  # fmt: skip
        try:
            say(f"{load.stations} の席で読み取ります（{load.seconds:.0f} 秒を二回）")
            found = asyncio.run(_drive(instance, tokens, numbers, load, port=port, pid=child.pid))
            peak = _peak(child.pid)
        finally:
            child.stop()
        counted = apart(instance, counts).more
    return _result(load, found, counted, peak)


def prepare(sheets: int, stations: int, folder: Path) -> dict[str, Any]:
    """Households with a number, and a box for each station."""
    from todoke.engine import postgres
    from todoke.systems.benefits.actions.intake.open_box import open_box

    bench_payments.build(sheets, folder, forms=False)
    for station in range(stations):
        open_box(label=_box(station), place="測定", by=bench_payments.CLERK)
    query = "SELECT case_number FROM benefits_case ORDER BY serial"
    return {"numbers": [number for (number,) in postgres.fetch("benefits", query)]}


def counts() -> dict[str, Any]:
    """What the tables hold after all."""
    from todoke.engine import postgres

    tables = {
        "arrivals": "SELECT count(*) FROM benefits_arrival",
        "papers": "SELECT count(*) FROM benefits_paper",
        "received": "SELECT count(*) FROM benefits_case WHERE state = 'received'",
        "logged": "SELECT count(*) FROM oplog_operation WHERE verb = 'benefits:form:scan'",
    }
    return {name: int(postgres.fetch("benefits", query)[0][0]) for name, query in tables.items()}


def _box(station: int) -> str:
    return f"B-{station}"


async def _drive(
    instance: Instance, tokens: Sequence[str], numbers: list[str], load: Scanning, *, port: int, pid: int
) -> dict[str, Any]:
    base = f"https://127.0.0.1:{port}"
    context = terminals.client_context(instance, Realm.CITY, "bench")
    limits = httpx.Limits(max_connections=load.stations, max_keepalive_connections=load.stations)
    async with httpx.AsyncClient(
        base_url=base, verify=context, timeout=120, limits=limits, trust_env=False
    ) as client:
        await bench_screens.until_up(client)
        seats = [await _sit(client, station, token) for station, token in enumerate(tokens)]
        for station in range(load.stations * _WARM):
            await _scan(client, seats[station % load.stations], numbers.pop())
        floor = [await _open(client, seat) for seat in seats for _ in range(_FLOOR_EACH)]
        phases = {}
        for name, rate in (("half", load.rate / 2), ("whole", load.rate)):
            phases[name] = await _load(client, seats, _schedule(numbers, load, rate), rate=rate, pid=pid)
        return {"floor": floor, **phases}


async def _sit(client: httpx.AsyncClient, station: int, session: str) -> Station:
    """Open the loop at a station: the page sets the cookie with which its form is sent."""
    url = f"/benefits/intake/scan?programme={_PROGRAMME}&box={_box(station)}&on=2022-03-01"
    cookie = f"{bench_screens.COOKIE}={session}"
    answer = await client.get(url, headers={"Cookie": cookie})
    assert answer.status_code == 200, (answer.status_code, answer.headers.get("location"))
    token = answer.cookies["csrftoken"]
    client.cookies.clear()
    return Station(url=url, cookies=f"{cookie}; csrftoken={token}", token=token)


async def _scan(client: httpx.AsyncClient, seat: Station, number: str) -> int:
    base = str(client.base_url).rstrip("/")
    given = {"key": number, "stopped": "", "csrfmiddlewaretoken": seat.token}
    headers = {"Cookie": seat.cookies, "Referer": f"{base}{seat.url}", "Origin": base}
    return (await client.post(seat.url, data=given, headers=headers)).status_code


async def _open(client: httpx.AsyncClient, seat: Station) -> float:
    begun = time.perf_counter()
    await client.get(seat.url, headers={"Cookie": seat.cookies})
    return 1000 * (time.perf_counter() - begun)


async def _load(
    client: httpx.AsyncClient, seats: Sequence[Station], due: Sequence[Sheet], *, rate: float, pid: int
) -> dict[str, Any]:
    used, begun = bench_screens.cpu(pid), time.perf_counter()

    async def one(sheet: Sheet) -> Read:
        await asyncio.sleep(max(0.0, begun + sheet.at - time.perf_counter()))
        status = await _scan(client, seats[sheet.station], sheet.number)
        ended = time.perf_counter() - begun
        return Read(1000 * (ended - sheet.at), ended, status)

    read = await asyncio.gather(*(one(sheet) for sheet in due))
    spent = bench_screens.cpu(pid) - used
    return {"asked_per_s": rate, "read": read, "cpu_ms_a_form": round(1000 * spent / max(1, len(read)), 1)}


def _schedule(numbers: list[str], load: Scanning, rate: float) -> list[Sheet]:
    draw, at, found = random.Random(SEED), 0.0, []  # noqa: S311 - a repeatable load, no secret
    while (at := at + draw.expovariate(rate)) < load.seconds and numbers:
        found.append(Sheet(at, draw.randrange(load.stations), numbers.pop()))
    return found


def _peak(pid: int) -> int:
    """Highest memory of the screens' process."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def _result(load: Scanning, found: dict[str, Any], counted: dict[str, Any], peak: int) -> dict[str, Any]:
    phases = {name: _phase(found[name]) for name in ("half", "whole")}
    whole, floor = phases["whole"], round(statistics.median(found["floor"]), 1)
    scanned = load.stations * _WARM + sum(len(found[name]["read"]) for name in phases)
    return {
        "name": "scan",
        "stations": load.stations,
        "seconds": load.seconds,
        **phases,
        "floor_ms": floor,
        "peak_mib": peak,
        "counted": counted,
        "machine": machine(),
        "ratios": {
            "a sheet at half the rate / the page only opened, median": round(phases["half"]["milliseconds"]["p50"] / floor, 2),
            "median at twice the rate": round(whole["milliseconds"]["p50"] / phases["half"]["milliseconds"]["p50"], 2),
            f"at least {GOAL:.0f} forms/s": whole["forms_per_s"] >= GOAL,
            f"p99 within {LIMIT_MS} ms": whole["milliseconds"]["p99"] <= LIMIT_MS,
            "every sheet once": set(counted.values()) == {scanned},
        },
    }  # fmt: skip


def _phase(found: dict[str, Any]) -> dict[str, Any]:
    read: Sequence[Read] = found["read"]
    return {
        "asked_per_s": found["asked_per_s"],
        "forms": len(read),
        "refused": sum(one.status != 200 for one in read),
        "forms_per_s": round(sum(one.status == 200 for one in read) / max(one.ended for one in read), 1),
        "milliseconds": bench_screens.quantiles([one.milliseconds for one in read]),
        "cpu_ms_a_form": found["cpu_ms_a_form"],
    }


def as_table(found: dict[str, Any]) -> str:
    """For a person: one line per rate."""
    rows = [
        f"| {phase['asked_per_s']} | {phase['forms']:,} | {phase['forms_per_s']} | {phase['refused']} |"
        f" {phase['milliseconds']['p50']} | {phase['milliseconds']['p95']} | {phase['milliseconds']['p99']} |"
        f" {phase['milliseconds']['max']} | {phase['cpu_ms_a_form']} |"
        for phase in (found["half"], found["whole"])
    ]
    head = (
        f"scan: {found['stations']} stations, {found['seconds']:.0f} s a rate; the page only opened: {found['floor_ms']} ms;"
        f" peak of the screens' process {found['peak_mib']} MiB; counted {found['counted']}"
    )
    columns = "| asked/s | forms | forms/s | refused | p50 ms | p95 ms | p99 ms | max ms | CPU ms a form |"
    ratios = [f"- {name}: {value}" for name, value in found["ratios"].items()]
    return "\n".join(
        [
            head,
            found["machine"],
            "",
            columns,
            "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
            *rows,
            "",
            *ratios,
        ]
    )
