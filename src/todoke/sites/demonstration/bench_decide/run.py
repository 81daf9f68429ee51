"""Runs the sides in turns, each as a process of its own, and compares rows, CPU, clock and memory."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.conninfo import make_conninfo

from todoke.engine import duck, rows
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.demonstration.bench import machine
from todoke.sites.demonstration.bench_decide import data, in_postgresql, row_by_row

_HERE: Final = Path(__file__).parent
_OURS: Final = ("-m", "todoke.sites.demonstration.bench_decide.ours")
_SIDES: Final[dict[str, tuple[str, ...]]] = {
    "todoke": _OURS,
    "todoke, sealed": _OURS,
    "DuckDB by hand": (str(_HERE / "by_hand_duckdb.py"),),
    "Polars by hand": (str(_HERE / "by_hand_polars.py"),),
    "OpenFisca-core": (str(_HERE / "openfisca_peer.py"),),
}
_PACKAGES: Final = {"Polars by hand": "polars", "OpenFisca-core": "openfisca-core"}
_BY_HAND: Final = ("DuckDB by hand", "Polars by hand")
_ORM_HOUSEHOLDS: Final = 2_000
_SIZES: Final = (377_000, 3_770_000, 37_700_000)


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One run of a side: CPU seconds of all its threads, seconds by the clock, highest memory in MiB, digest of what it wrote."""

    cpu: float
    wall: float
    peak_mib: int
    digest: str = ""


def run(
    residents: int, rounds: int, var: Path, say: Callable[[str], None], *, growth: bool, peers: bool
) -> dict[str, Any]:
    """Everything. RECORDS_DIFFER never: a side that writes other rows ends the measurement with STATE_CONFLICT."""
    folder = var / "bench"
    say("架空の市を作ります（一度だけ）")
    place = _made(residents, folder)
    sides = [name for name in _SIDES if peers or name not in _PACKAGES]
    versions = {name: _version(_PACKAGES[name]) for name in sides if name in _PACKAGES}
    costs: dict[str, list[Cost]] = {name: [] for name in sides}
    for number in range(rounds):
        for name in sides:
            say(f"測定 {number + 1}/{rounds}: {name}")
            costs[name].append(_cost(name, place, folder / "decide-out"))
    found: dict[str, Any] = {
        "name": "decide",
        "residents": _residents(place),
        "machine": machine(),
        "versions": versions,
    }
    medians = {name: _middle(runs) for name, runs in costs.items()}
    if peers:
        say("PostgreSQL と ORM")
        medians |= _databases(place, folder)
    _agree({name: cost.digest for name, cost in medians.items() if cost.digest})
    found["sides"] = [_shown(name, cost, found["residents"]) for name, cost in medians.items()]
    found["ratios"] = _ratios(medians, costs)
    found |= {"seconds": round(medians["todoke"].wall, 2), "cpu_seconds": round(medians["todoke"].cpu, 2)}
    found |= {
        "rows_per_s": round(found["residents"] / medians["todoke"].wall),
        "peak_mib": medians["todoke"].peak_mib,
    }
    found["growth"] = _growth(folder, say) if growth else []
    return found


def _made(residents: int, folder: Path) -> Path:
    """In a process of its own: a child's highest memory is never counted below that of its parent."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(data.make, (residents, folder))


def _cost(side: str, place: Path, out: Path) -> Cost:
    """A fresh process; what the kernel counted for it when it ended."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    words = [sys.executable, *_SIDES[side], str(place), str(out), *(["--sealed"] if "sealed" in side else [])]
    cost = _counted(words)
    digest = " ".join(rows.digest(out / f"{name}.parquet")[:16] for name in ("households", "persons"))
    shutil.rmtree(out)
    return Cost(cpu=cost.cpu, wall=cost.wall, peak_mib=cost.peak_mib, digest=digest)


def _counted(words: Sequence[str], more: dict[str, str] | None = None) -> Cost:
    begun = time.perf_counter()
    process = subprocess.Popen(words, env=os.environ | (more or {}))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise TodokeError(
            ErrorCode.STATE_CONFLICT, detail=f"{words[1]} が終了コード {process.returncode} で止まりました"
        )
    wall = time.perf_counter() - begun
    return Cost(cpu=usage.ru_utime + usage.ru_stime, wall=wall, peak_mib=usage.ru_maxrss // 1024)


def _databases(place: Path, folder: Path) -> dict[str, Cost]:
    """The one statement on loaded tables; the same with loading and writing, as the other sides have them; and the loop
    over a sample of the tables, scaled to all households."""
    with _database(folder / "decide-server") as address:
        out = folder / "decide-postgresql"
        out.mkdir(exist_ok=True)
        loading = _on_server(in_postgresql.load, address, place)
        statement = _on_server(in_postgresql.decide, address)
        fetching = _on_server(in_postgresql.fetch, address, out)
        digest = " ".join(rows.digest(out / f"{name}.parquet")[:16] for name in ("households", "persons"))
        loop = _counted(
            [sys.executable, str(_HERE / "row_by_row.py"), str(_ORM_HOUSEHOLDS), str(out / "loop.csv")],
            {row_by_row.ADDRESS: address},
        )
        judged, wrong, every = _loop_agrees(out)
        if wrong:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"ORM の {wrong} 世帯が異なります")
        shutil.rmtree(out)
    scale = every / judged
    return {
        "PostgreSQL, one statement": replace(statement, digest=digest),
        "PostgreSQL, Parquet to Parquet": Cost(
            cpu=loading.cpu + statement.cpu + fetching.cpu,
            wall=loading.wall + statement.wall + fetching.wall,
            peak_mib=max(loading.peak_mib, statement.peak_mib, fetching.peak_mib),
            digest=digest,
        ),
        f"ORM loop ({judged:,} households, scaled)": Cost(
            cpu=loop.cpu * scale, wall=loop.wall * scale, peak_mib=loop.peak_mib
        ),
    }


def _on_server(work: Callable[..., tuple[float, int]], *given: Any) -> Cost:  # noqa: ANN401 - what `work` takes
    """CPU seconds of the server's process for it and of ours; its server's highest memory."""
    own, begun = time.process_time(), time.perf_counter()
    cpu, peak = work(*given)
    return Cost(cpu=cpu + time.process_time() - own, wall=time.perf_counter() - begun, peak_mib=peak)


def _loop_agrees(out: Path) -> tuple[int, int, int]:
    """Households that the loop judged, those of them judged otherwise than in the statement, and all there are."""
    with duck.connect() as connection:
        query = (
            f"SELECT count(*), count(*) FILTER (WHERE (h.outcome, h.reason_code) IS DISTINCT FROM (l.column1, l.column2)),"
            f" (SELECT count(*) FROM '{out}/households.parquet')"
            f" FROM read_csv('{out}/loop.csv', header = false, all_varchar = true) l"
            f" LEFT JOIN '{out}/households.parquet' h ON h.household_key = l.column0"
        )
        ((judged, wrong, every),) = connection.execute(query).fetchall()
    return int(judged), int(wrong), int(every)


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    """The address of an empty database, gone afterwards."""
    from todoke.sites.database.postgres import running_server

    name = f"bench_{secrets.token_hex(4)}"
    with running_server(folder) as server:
        with psycopg.connect(server.admin_url, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
        try:
            yield make_conninfo(server.admin_url, dbname=name)
        finally:
            with psycopg.connect(server.admin_url, autocommit=True) as admin:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _growth(folder: Path, say: Callable[[str], None]) -> list[dict[str, Any]]:
    found = []
    for size in _SIZES:
        say(f"測定: {size:,} 人")
        place = _made(size, folder)
        cost = _cost("todoke", place, folder / "decide-out")
        found.append(_shown(f"{size:,}", cost, _residents(place)))
    return found


def _ratios(medians: dict[str, Cost], costs: dict[str, list[Cost]]) -> dict[str, float]:
    """By CPU seconds, so that other work on the machine counts little; against scripts, medians of pairs run in turn."""
    ours, sealed = medians["todoke"], medians["todoke, sealed"]
    best = min((name for name in _BY_HAND if name in medians), key=lambda name: medians[name].cpu)
    pairs = [ours.cpu / other.cpu for ours, other in zip(costs["todoke"], costs[best], strict=True)]
    found = {
        f"CPU of todoke / {best} (the best script; bound 1.25)": statistics.median(pairs),
        "CPU of todoke, sealed / todoke": sealed.cpu / ours.cpu,
    }
    bounds = {"OpenFisca-core": 4, "PostgreSQL": 5, "ORM": 1000}
    for name, cost in medians.items():
        bound = next((bound for start, bound in bounds.items() if name.startswith(start)), None)
        if bound is not None:
            found[f"CPU of {name} / todoke (bound {bound})"] = cost.cpu / ours.cpu
            found[f"clock of {name} / todoke (bound {bound})"] = cost.wall / ours.wall
    return {name: round(ratio, 2) for name, ratio in found.items()}


def _middle(runs: list[Cost]) -> Cost:
    _agree({str(place): cost.digest for place, cost in enumerate(runs)})
    return sorted(runs, key=lambda cost: cost.cpu)[len(runs) // 2]


def _agree(digests: dict[str, str]) -> None:
    if len(set(digests.values())) > 1:
        said = "、".join(f"{name}: {digest}" for name, digest in digests.items())
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"結果の行が異なります（{said}）")


def _residents(place: Path) -> int:
    with duck.connect() as connection:
        return int(connection.execute(f"SELECT count(*) FROM '{place}/base.parquet'").fetchall()[0][0])


def _shown(name: str, cost: Cost, residents: int) -> dict[str, Any]:
    return {
        "side": name, "residents": residents, "cpu_seconds": round(cost.cpu, 2), "seconds": round(cost.wall, 2),
        "rows_per_s": round(residents / cost.wall), "rows_per_cpu_s": round(residents / cost.cpu),
        "peak_mib": cost.peak_mib, "digest": cost.digest,
    }  # fmt: skip


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail=f"比較対象の {package} がありません",
            todo="uv pip install --group peers を実行するか、--no-peer を付けてください。",
        ) from None


def as_table(found: dict[str, Any]) -> str:
    """For a person: a table of sides, ratios, growth."""
    head = "| | residents | CPU s | seconds | residents/s | residents/CPU s | peak MiB |\n|---|---:|---:|---:|---:|---:|---:|"
    lines = [f"decide: {found['residents']:,} residents, all sides wrote the same rows", found["machine"]]
    lines += [f"{name} {number}" for name, number in found["versions"].items()]
    lines += [
        "",
        head,
        *map(_line, found["sides"]),
        "",
        *(f"- {name}: {value}" for name, value in found["ratios"].items()),
    ]
    if found["growth"]:
        lines += ["", "Growth (todoke):", "", head, *map(_line, found["growth"])]
    return "\n".join(lines)


def _line(row: dict[str, Any]) -> str:
    return (
        f"| {row['side']} | {row['residents']:,} | {row['cpu_seconds']} | {row['seconds']} | {row['rows_per_s']:,} |"
        f" {row['rows_per_cpu_s']:,} | {row['peak_mib']:,} |"
    )
