"""`todoke bench letters`: letters as PDF with all their codes, beside the floor: Typst laying the same empty pages, without a word
or a code of a household. Memory is the highest of any process, for a quarter of the letters and for all."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

from todoke.identifiers import case_number
from todoke.sites.demonstration.bench import SEED, machine

LIMIT_SECONDS: Final = 120.0
"""For 10,000 letters on two cores (issue 7)."""
_LIMIT_LETTERS: Final = 10_000
_FLOOR_FILES: Final = 10
_PROCESSES: Final = 2


def run(letters: int, var: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Print that many letters of the invented city's heads; then a quarter of them, for the memory; then the floor."""
    folder = var / "bench" / "letters"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        people = _people(letters)
        say(f"{letters:,} 通を組版します")
        whole = _apart(_print, people, folder / "all")
        say(f"{letters // 4:,} 通を組版します")
        quarter = _apart(_print, people[: letters // 4], folder / "quarter")
        say("下限（世帯の内容のない同じ頁）を測ります")
        floor = _apart(_floor)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    lowest = floor["seconds"] * (letters / 100) / _FLOOR_FILES / _PROCESSES
    return {
        "name": "letters",
        "letters": letters,
        "seconds": round(whole["seconds"], 2),
        "cpu_seconds": round(whole["cpu"], 2),
        "letters_per_s": round(letters / whole["seconds"]),
        "ms_per_letter": round(whole["seconds"] / letters * 1000, 2),
        "mb": round(whole["bytes"] / 1_000_000, 1),
        "floor_seconds": round(lowest, 2),
        "times_floor": round(whole["seconds"] / lowest, 2),
        "peak_mib": whole["peak_mib"],
        "quarter": {
            "seconds": round(quarter["seconds"], 2),
            "ms_per_letter": round(quarter["seconds"] / (letters // 4) * 1000, 2),
            "peak_mib": quarter["peak_mib"],
        },
        "memory_growth": round(whole["peak_mib"] / quarter["peak_mib"], 3),
        "within the limit": whole["seconds"] <= LIMIT_SECONDS * max(letters, _LIMIT_LETTERS) / _LIMIT_LETTERS,
        "machine": machine(),
    }


def as_table(found: dict[str, Any]) -> str:
    """For a person."""
    quarter = found["quarter"]
    return "\n".join(
        [
            found["machine"],
            "",
            "| letters | seconds | processor seconds | letters/s | ms a letter | MB | peak of any process, MiB |",
            "|---:|---:|---:|---:|---:|---:|---:|",
            f"| {found['letters']:,} | {found['seconds']} | {found['cpu_seconds']} | {found['letters_per_s']} "
            f"| {found['ms_per_letter']} | {found['mb']} | {found['peak_mib']} |",
            f"| {found['letters'] // 4:,} | {quarter['seconds']} | - | - | {quarter['ms_per_letter']} | - | {quarter['peak_mib']} |",
            "",
            f"- floor (the same empty pages): {found['floor_seconds']} s; times the floor: {found['times_floor']}",
            f"- memory for four times the letters: {found['memory_growth']} times",
            f"- within {LIMIT_SECONDS:.0f} s for {_LIMIT_LETTERS:,}: {'yes' if found['within the limit'] else 'NO'}",
        ]
    )


People = list[tuple[str, str, str]]
"""Postal code, address, name."""


def _people(letters: int) -> People:
    from todoke.sample.city import tables
    from todoke.sample.city.invention import invent
    from todoke.systems.benefits.rules.letters.window import ADDRESS_LENGTH, NAME_LENGTH

    columns = tables.latest_register(invent(max(letters, 2_000), SEED))
    rows = zip(*(columns[name].to_pylist() for name in ("postal_code", "address", "name_kanji")), strict=True)
    fitting = [row for row in rows if len(row[1]) <= ADDRESS_LENGTH and len(row[2]) <= NAME_LENGTH]
    return [fitting[place % len(fitting)] for place in range(letters)]


def _print(people: People, out: Path) -> dict[str, Any]:
    from todoke.systems.benefits.web.letters import typesetting

    out.mkdir()
    count = sum(
        len(printed.sheaf.letters) for printed in typesetting.print_sheaves(_sheaves(people, out), _text())
    )
    assert count == len(people)
    return {"bytes": sum(path.stat().st_size for path in out.iterdir())}


def _sheaves(people: People, out: Path) -> Iterator[Any]:
    from todoke.systems.benefits.web.letters.typesetting import LETTERS_PER_FILE, Letter, Sheaf

    for start in range(0, len(people), LETTERS_PER_FILE):
        rows = people[start : start + LETTERS_PER_FILE]
        yield Sheaf(
            path=out / f"letters-{start:07d}.pdf",
            letters=tuple(
                Letter(
                    number=case_number.mint(101, start + place), postal=f"{postal[:3]}-{postal[3:]}",
                    address=address, name=name,
                )
                for place, (postal, address, name) in enumerate(rows, start=1)
            ),
        )  # fmt: skip


def _floor() -> dict[str, Any]:
    """Files of 100 times two empty pages, on one process."""
    import typst

    from todoke.systems.benefits.web.letters import typesetting

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        typesetting.prepare(folder, _text())
        pages = '#set page(paper: "a4", margin: 0mm)\n' + "".join(
            f'#image("stationery.pdf", page: {1 + place % 2}, width: 210mm)\n' for place in range(200)
        )
        (folder / "empty.typ").write_text(pages, encoding="utf-8")
        for _ in range(_FLOOR_FILES):
            typst.Compiler(str(folder / "empty.typ"), root=name).compile(format="pdf", pdf_tags=False)
    return {}


def _text() -> Any:  # noqa: ANN401 - a type of the letters, imported only in the process that prints
    from todoke.systems.benefits.rules.deciding.push import Route
    from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY
    from todoke.systems.benefits.rules.programmes.r3_nontaxable import R3_NONTAXABLE
    from todoke.systems.benefits.web.letters import wording

    return wording.common(R3_NONTAXABLE, SAMPLE_CITY, Route.CONFIRMATION, date(2022, 3, 1))


def _apart(work: Callable[..., dict[str, Any]], *arguments: object) -> dict[str, Any]:
    """The work in a fresh process: seconds, processor seconds with all its children, and the highest memory of any of them."""
    context = multiprocessing.get_context("spawn")
    results: Any = context.SimpleQueue()
    process = context.Process(target=_measure, args=(results, work, arguments))
    process.start()
    found: dict[str, Any] = results.get()
    process.join()
    return found


def _measure(results: Any, work: Callable[..., dict[str, Any]], arguments: tuple[object, ...]) -> None:  # noqa: ANN401 - a queue
    begun = time.perf_counter()
    more = work(*arguments)
    seconds, times = time.perf_counter() - begun, os.times()
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = max(resource.getrusage(kind).ru_maxrss for kind in kinds) // 1024
    cpu = times.user + times.system + times.children_user + times.children_system
    results.put({"seconds": seconds, "cpu": cpu, "peak_mib": peak, **more})
