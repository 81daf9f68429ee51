"""`todoke bench matching`: 4情報 against a register, beside a scan of the same columns and beside Splink.

Every side runs in a process of its own, so that its memory is its own, on the same Parquet files of stored forms.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from todoke.engine import duck, snapshots
from todoke.sample import matching, matching_quality
from todoke.sites.demonstration import splink_peer
from todoke.sites.demonstration.bench import SEED, machine
from todoke.systems.linkage.rules import candidates, match_forms

_MUNICIPALITY: Final = "14100"
_ROUNDS: Final = 3
_SHARES: Final = (0.25, 0.5, 1.0)
_SCAN = "SELECT " + ", ".join(f"sum(hash({name}))" for name in match_forms.FORMS)


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side's run: seconds by step, CPU seconds of all its threads, the process's highest memory in MiB, and a file of what it found."""

    seconds: dict[str, float]
    cpu: float
    peak_mib: int
    found: Path | None = None

    @property
    def total(self) -> float:
        return sum(self.seconds.values())


@dataclass(frozen=True)
class Sides:
    """All runs of each side, in turns."""

    ours: list[Side] = field(default_factory=list)
    floor: list[Side] = field(default_factory=list)
    splink: list[Side] = field(default_factory=list)


def run(register: int, queries: int, var: Path, say: Callable[[str], None], *, peer: bool) -> dict[str, Any]:
    """Everything; `peer` asks for Splink (SETUP_MISSING without it)."""
    version = splink_peer.need() if peer else None
    folder = var / "bench" / f"matching-{register}"
    folder.mkdir(parents=True, exist_ok=True)
    say("架空の登録簿と照会を作ります")
    made = _apart(_prepare, folder, register, queries)
    sides = Sides()
    for place in range(_ROUNDS):
        say(f"測定 {place + 1}/{_ROUNDS}")
        sides.floor.append(_apart(_scan, folder))
        sides.ours.append(_apart(_ours, folder, 1.0))
        if peer and place < _ROUNDS - 1:
            sides.splink.append(_apart(_splink, folder))
    growth = {share: _apart(_ours, folder, share) for share in _SHARES}
    found: dict[str, Any] = {
        "name": "matching",
        "register": register,
        "queries": queries,
        "splink": version,
        "machine": machine(),
        "growth": {f"{share:.0%} of the register": round(side.total, 3) for share, side in growth.items()},
        "quality": {"todoke": _quality(folder, sides.ours[0])},
    }
    found |= _speed(queries, made, sides)
    if sides.splink:
        found |= _beside_splink(sides)
        found["quality"]["splink"] = _quality(folder, sides.splink[0])
    return found


def _speed(queries: int, made: Side, sides: Sides) -> dict[str, Any]:
    ours, scan = _middle(sides.ours), _middle(sides.floor)
    steps = {**made.seconds, "candidates": ours.total, "scan of the columns": scan.total}
    return {
        "seconds": round(ours.total, 3),
        "cpu_seconds": round(ours.cpu, 3),
        "rows_per_s": round(queries / ours.total),
        "peak_mib": max(side.peak_mib for side in sides.ours),
        "steps": [{"step": step, "seconds": round(value, 3)} for step, value in steps.items()],
        "ratios": {
            "candidates / scan, wall": round(ours.total / scan.total, 2),
            "candidates / scan, CPU": round(ours.cpu / scan.cpu, 2),
        },
    }


def _beside_splink(sides: Sides) -> dict[str, Any]:
    """Ratios to Splink's better run; its loading is left out, as ours reads its files within the measured time."""
    ours, peer = _middle(sides.ours), min(sides.splink, key=lambda side: side.total)
    ratios = _speed(0, Side(seconds={}, cpu=0, peak_mib=0), sides)["ratios"]
    return {
        "splink_seconds": {step: round(value, 3) for step, value in peer.seconds.items()},
        "splink_total": round(peer.total, 3),
        "splink_cpu": round(peer.cpu, 3),
        "splink_peak_mib": peer.peak_mib,
        "ratios": ratios
        | {
            "Splink trained and predicted / candidates, wall": round(
                (peer.total - peer.seconds["load"]) / ours.total, 1
            ),
            "Splink / candidates, CPU (loading included)": round(peer.cpu / ours.cpu, 1),
            "Splink predicted only / candidates, wall": round(peer.seconds["predict"] / ours.total, 2),
            "memory / Splink's": round(max(side.peak_mib for side in sides.ours) / peer.peak_mib, 2),
        },
    }


def _middle(sides: list[Side]) -> Side:
    """The run of median length."""
    return sorted(sides, key=lambda side: side.total)[len(sides) // 2]


def _quality(folder: Path, side: Side) -> list[dict[str, Any]]:
    assert side.found is not None
    truth, found = pq.read_table(folder / "truth.parquet"), pq.read_table(side.found)
    return [asdict(row) | {"title": row.title} | row.ratios() for row in matching_quality.score(truth, found)]


def _apart(work: Callable[..., Side], *arguments: object) -> Side:
    """Run `work` in a fresh process, so that nothing of an earlier run is in its memory."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def _prepare(folder: Path, register: int, queries: int) -> Side:
    """The labelled set as stored forms: register.parquet, queries.parquet, truth.parquet."""
    seconds: dict[str, float] = {}
    made = matching.invent(register, queries, SEED)
    home = match_forms.home(_MUNICIPALITY)
    for name, table, key in (("register", made.register, "person"), ("queries", made.queries, "query")):
        begun = time.perf_counter()
        forms = match_forms.of(table, home)
        seconds[f"forms of the {name}"] = time.perf_counter() - begun
        _write(forms.append_column(key, table[key]), folder / f"{name}.parquet")
    _write(made.truth, folder / "truth.parquet")
    return _side(seconds, 0.0)


def _ours(folder: Path, share: float) -> Side:
    """Candidates from file to file, with the first `share` of the register."""
    rows = round(pq.read_metadata(folder / "register.parquet").num_rows * share)
    register = f"(SELECT * FROM read_parquet('{folder}/register.parquet', file_row_number = true) WHERE file_row_number < {rows})"
    target = folder / f"found-{share:.2f}.parquet"
    begun, cpu = time.perf_counter(), time.process_time()
    with duck.connect(memory="2GB") as connection:
        found = candidates.find(
            connection, queries=f"read_parquet('{folder}/queries.parquet')", register=register
        )
    seconds = time.perf_counter() - begun
    _write(found, target)
    return _side({"candidates": seconds}, cpu, target)


def _scan(folder: Path) -> Side:
    begun, cpu = time.perf_counter(), time.process_time()
    with duck.connect(memory="2GB") as connection:
        for name in ("register", "queries"):
            connection.execute(f"{_SCAN} FROM read_parquet('{folder}/{name}.parquet')").fetchall()
    return _side({"scan": time.perf_counter() - begun}, cpu)


def _splink(folder: Path) -> Side:
    cpu = time.process_time()
    seconds, found = splink_peer.run(folder / "register.parquet", folder / "queries.parquet")
    _write(found, folder / "splink.parquet")
    return _side(seconds, cpu, folder / "splink.parquet")


def _write(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd", row_group_size=snapshots.GROUP_ROWS)


def _side(seconds: dict[str, float], cpu_before: float, found: Path | None = None) -> Side:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Side(seconds=seconds, cpu=time.process_time() - cpu_before, peak_mib=peak, found=found)


def as_table(found: dict[str, Any]) -> str:
    """For a person: seconds, ratios, growth, and precision and recall."""
    lines = [
        f"matching: {found['queries']:,} against {found['register']:,} in {found['seconds']} s"
        f" ({found['rows_per_s']:,}/s), {found['cpu_seconds']} s of CPU, peak {found['peak_mib']} MiB",
        found["machine"],
        "",
        "| step | seconds |",
        "|---|---:|",
        *(f"| {step['step']} | {step['seconds']:.2f} |" for step in found["steps"]),
    ]
    if "splink_total" in found:
        lines += [f"| Splink {found['splink']}: {k} | {v:.2f} |" for k, v in found["splink_seconds"].items()]
        lines += [
            "",
            f"Splink: {found['splink_total']} s, {found['splink_cpu']} s of CPU, peak {found['splink_peak_mib']} MiB",
        ]
    lines += ["", *(f"- {name}: {value}" for name, value in found["ratios"].items())]
    lines += [f"- {name}: {value} s" for name, value in found["growth"].items()]
    for who, rows in found["quality"].items():
        lines += ["", *_quality_table(who, rows)]
    return "\n".join(lines)


def _quality_table(who: str, rows: list[dict[str, Any]]) -> list[str]:
    link = "four equal" if who == "todoke" else f"p ≥ {splink_peer.LINKED_FROM}"
    head = f"| {who} | queries | {link}: linked | wrong | precision | recall | @1 precision | @1 recall | @5 recall |"
    names = ("identical_precision", "identical_recall", "first_precision", "first_recall", "shown_recall")
    body = []
    for row in rows:
        ratios = " | ".join("-" if row[name] is None else f"{row[name]:.4f}" for name in names)
        body.append(
            f"| {row['title']} | {row['queries']:,} | {row['linked']:,} | {row['linked'] - row['right']:,} | {ratios} |"
        )
    return [head, "|---|" + "---:|" * 8, *body]
