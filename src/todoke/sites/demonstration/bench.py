"""`todoke bench …`: how fast, beside a floor or peer measured in the same run. Never a timed test."""

from __future__ import annotations

import json
import platform
import resource
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from todoke.engine import duck
from todoke.sites.demonstration.demo import Demo
from todoke.sites.demonstration.run_folder import RunFolder
from todoke.systems.benefits.rules.deciding.judging import Inputs, judge
from todoke.systems.benefits.rules.programmes.r3_nontaxable import R3_NONTAXABLE

SEED = 20211210
_PAIRS = 5


def road(residents: int, var: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """The whole main job with three realms as processes, then its decision step beside a bare column scan."""
    folder = RunFolder(out=var / "bench" / f"road-{residents}", residents=residents, seed=SEED)
    shutil.rmtree(folder.out, ignore_errors=True)
    begun = time.monotonic()
    demo = Demo(folder, var, say)
    found = demo.go()
    seconds = time.monotonic() - begun
    peaks = found["peak_mib"] | _peaks()
    return {
        "name": "road",
        "residents": residents,
        "seconds": round(seconds, 1),
        "rows_per_s": round(residents / seconds),
        "peak_mib": max(peaks.values()),
        "peaks": peaks,
        "steps": _steps(found),
        "ratios": _decision_ratios(demo.home / "city" / "data"),
        "machine": machine(),
    }


def _peaks() -> dict[str, int]:
    """Our own highest memory, and that of the largest process below us, PostgreSQL's and the typesetters' among them."""
    return {
        "demo": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "largest of all processes below": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }


def _steps(found: dict[str, Any]) -> list[dict[str, Any]]:
    counted = {step["step"]: step for step in found["steps"]}
    return [
        {
            "step": name,
            "seconds": seconds,
            "rows_per_s": round(counted[name]["taken"] / seconds) if name in counted and seconds else None,
            "peak_mib": counted[name]["peak_mib"] if name in counted else found["peak_mib"].get(name),
        }
        for name, seconds in found["seconds"].items()
    ]


def _decision_ratios(data: Path) -> dict[str, Any]:
    """The judging alone, Parquet to Parquet, against DuckDB scanning the same files; medians of paired runs."""
    inputs, out = _inputs(data), data / "bench"
    out.mkdir(exist_ok=True)
    decide, scan = [], []
    for _ in range(_PAIRS):
        decide.append(_seconds(lambda: _judge(inputs, out)))
        scan.append(_seconds(lambda: _scan(inputs.files())))
    return {
        "decide_seconds": round(statistics.median(decide), 3),
        "scan_floor_seconds": round(statistics.median(scan), 3),
        "decide / DuckDB scan of the same files": round(
            statistics.median(d / s for d, s in zip(decide, scan, strict=True)), 2
        ),
    }


def _inputs(data: Path) -> Inputs:
    """The sealed files that the road's second decision was made from."""

    def newest(pattern: str) -> Path:
        return max(data.glob(pattern), key=lambda file: file.stat().st_mtime)

    return Inputs(
        base=newest("residents/residents-base-*.parquet"),
        latest=newest("residents/residents-latest-*.parquet"),
        tax=newest("benefits/tax-*.parquet"),
        assistance=newest("benefits/assistance-*.parquet"),
        answers=newest("benefits/answers-*.parquet"),
    )


def _judge(inputs: Inputs, out: Path) -> None:
    judge(R3_NONTAXABLE, inputs, households=out / "households.parquet", persons=out / "persons.parquet")


def _scan(files: list[Path]) -> None:
    with duck.connect() as connection:
        for file in files:
            connection.execute(f"SELECT sum(hash(t)) FROM read_parquet('{file}') t").fetchall()


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def machine() -> str:
    """The processor and its count, as the kernel names them."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    cores = sum(line.startswith("processor") for line in Path("/proc/cpuinfo").read_text().splitlines())
    return f"{model}, {cores} cores, Python {platform.python_version()}"


def as_json(found: dict[str, Any]) -> str:
    """One object, as every bench prints with --json."""
    return json.dumps(found, ensure_ascii=False, indent=1)


def as_table(found: dict[str, Any]) -> str:
    """The same for a person: a Markdown table and a line per ratio."""
    rows = [
        f"| {step['step']} | {step['seconds']:.2f} | {step['rows_per_s'] or '-'} | {step['peak_mib'] or '-'} |"
        for step in found["steps"]
    ]
    ratios = [f"- {name}: {value}" for name, value in found["ratios"].items()]
    head = f"{found['name']}: {found['residents']:,} residents in {found['seconds']} s ({found['rows_per_s']:,}/s), peak {found['peak_mib']} MiB"
    table = ["| step | seconds | rows/s | peak MiB |", "|---|---:|---:|---:|", *rows]
    return "\n".join([head, found["machine"], "", *table, "", *ratios])
