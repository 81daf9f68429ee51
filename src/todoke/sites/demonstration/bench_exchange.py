"""`todoke bench exchange`: single exchanges in an open loop and a bulk run, over three realms as processes.

Between the realms mutual TLS on loopback, under them real PostgreSQL, twenty municipalities. At the end the records of
the three parties are compared exchange by exchange; an exchange counts only if all three agree and every answer is right.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from todoke.sites.demonstration import exchange_counts, exchange_floor, exchange_site
from todoke.sites.demonstration.bench import machine
from todoke.sites.demonstration.exchange_site import Site, in_realm
from todoke.sites.realms import Realm

NEEDED_PER_S: Final = 250
NEEDED_P99_MS: Final = 200
NEEDED_BULK_SECONDS: Final = 300
WARM_UP = 2.0
_TICKS = os.sysconf("SC_CLK_TCK")


def run(
    rates: list[float], seconds: float, bulks: list[int], var: Path, say: Callable[[str], None]
) -> dict[str, Any]:
    """Measure on an instance of its own, which is removed again."""
    persons = max([*bulks, 20_000])
    with exchange_site.running_site(persons, var, say) as site:
        found: dict[str, Any] = {"name": "exchange", "persons": persons, "machine": machine()}
        found["floor"] = exchange_floor.measure(site.instance.path / Realm.PLATFORM.value / "keys")
        _single(site, 20, WARM_UP, persons, "W")
        found["single"] = [
            _said(_single(site, rate, seconds, persons, f"S{place}"), say) for place, rate in enumerate(rates)
        ]
        found["bulk"] = [_bulk(site, count, persons, f"B{place}", say) for place, count in enumerate(bulks)]
        found["peak_mib"] = {child.name: _memory(child.pid)[1] for child in site.children}
        found["records"] = exchange_counts.compared(site.instance)
    return found


def _single(site: Site, rate: float, seconds: float, persons: int, run: str) -> dict[str, Any]:
    from todoke.sites.demonstration import exchange_calls as load

    with _counted(site) as row:
        row.update(in_realm(site.instance, Realm.CITY, load.single, rate, seconds, persons, run))
    row |= {"rate": rate, "stages_ms": exchange_counts.stages(site.instance, run, row.pop("moments"))}
    _per_exchange(row, row["answered"])
    return row


def _said(row: dict[str, Any], say: Callable[[str], None]) -> dict[str, Any]:
    say(
        f"毎秒 {row['rate']:g} 件：回答 {row['answered']:,}/{row['asked']:,}（毎秒 {row['per_s']}）"
        f" p50 {row['p50']} p99 {row['p99']} ミリ秒"
    )
    return row


def _bulk(site: Site, count: int, persons: int, run: str, say: Callable[[str], None]) -> dict[str, Any]:
    from todoke.sites.demonstration import exchange_calls as load

    with _counted(site) as row:
        row.update(in_realm(site.instance, Realm.CITY, load.bulk, count, persons, run))
    row |= {"count": count, "seconds": round(row["seconds"], 2), "per_s": round(count / row["seconds"])}
    _per_exchange(row, row["answered"])
    say(f"一括 {count:,} 件：{row['seconds']} 秒（毎秒 {row['per_s']:,}）")
    return row


def _per_exchange(row: dict[str, Any], count: int) -> None:
    """CPU milliseconds per exchange by realm: what an idle machine's rate can be foretold from."""
    spent = row.pop("cpu") | {"city": row.pop("city_cpu")}
    row["cpu_ms"] = {name: round(cpu / count * 1000, 3) for name, cpu in spent.items()} if count else {}
    row["cpu_ms"]["all"] = round(sum(row["cpu_ms"].values()), 3)


@contextmanager
def _counted(site: Site) -> Iterator[dict[str, Any]]:
    """CPU seconds of the answering realms and of PostgreSQL, and their memory before and after."""
    row: dict[str, Any] = {}
    before = _cpu(site)
    row["rss_mib"] = {child.name: [_memory(child.pid)[0]] for child in site.children}
    yield row
    after = _cpu(site)
    for child in site.children:
        row["rss_mib"][child.name].append(_memory(child.pid)[0])
    row["cpu"] = {name: after[name] - before[name] for name in before}


def _cpu(site: Site) -> dict[str, float]:
    found = {child.name: _ticks(child.pid) for child in site.children}
    if site.server.pid is not None:
        found["postgres"] = _ticks(site.server.pid) + sum(map(_ticks, _children_of(site.server.pid)))
    return found


def _children_of(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
        except OSError:
            continue
    return found


def _ticks(pid: int) -> float:
    """CPU seconds of a process and of its children that have ended and been waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS


def _memory(pid: int) -> tuple[int, int]:
    """Memory now and at its highest, MiB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    held = {line.split(":")[0]: int(line.split()[1]) // 1024 for line in lines if line.startswith("Vm")}
    return held["VmRSS"], held["VmHWM"]


def as_table(found: dict[str, Any]) -> str:
    """For a person: Markdown."""
    lines = [f"exchange: {found['persons']:,} persons, 20 municipalities", found["machine"], ""]
    lines += [
        "| asked/s | answered | per s | p50 ms | p95 | p99 | max | CPU ms each: city | platform | national | postgres | all |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in found["single"]:
        cpu = row["cpu_ms"]
        lines.append(
            f"| {row['rate']:g} | {row['answered']:,}/{row['asked']:,} | {row['per_s']} | {row['p50']} | {row['p95']} "
            f"| {row['p99']} | {row['max']} | {_cells(cpu)} |"
        )
    lines += ["", "| bulk | seconds | per s | CPU ms each: city | platform | national | postgres | all |"]
    lines += ["|---:|---:|---:|---:|---:|---:|---:|---:|"]
    lines += [
        f"| {row['count']:,} | {row['seconds']} | {row['per_s']:,} | {_cells(row['cpu_ms'])} |"
        for row in found["bulk"]
    ]
    lines += ["", "| stage | p50 ms | p99 ms |", "|---|---:|---:|"]
    for row in found["single"][-1:]:
        lines += [f"| {name} | {low} | {high} |" for name, (low, high) in row["stages_ms"].items()]
    lines += ["", "floor (CPU µs): " + ", ".join(f"{name} {value}" for name, value in found["floor"].items())]
    lines += [f"memory MiB at its highest: {found['peak_mib']}", f"records: {found['records']}"]
    return "\n".join(lines)


def _cells(cpu: dict[str, float]) -> str:
    return " | ".join(
        f"{cpu.get(name, 0):.2f}" for name in ("city", "platform", "national", "postgres", "all")
    )
