"""`todoke bench printing`: one job of many letters, killed half way, carried on, and reconciled with what a printer counts.

The job is the one that a screen begins (`begin_printing`, `carry_on`), each go in a process of its own, which is watched from
outside: letters in whole files, processor time and highest memory of the process and of its typesetters, tenth by tenth. The
printer is played by pypdf, which opens every file and counts its sheets; its figures are entered as a person types them.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from todoke.sites.demonstration import bench_payments
from todoke.sites.demonstration.bench import machine
from todoke.sites.demonstration.bench_import import serve_register
from todoke.sites.demonstration.bench_site import apart, instance_for
from todoke.sites.instance import ENVIRONMENT, Instance

_EACH: Final = 0.5
"""Seconds between two looks at the job."""
_TICK: Final = os.sysconf("SC_CLK_TCK")


@dataclass
class Watch:
    """What was seen of the job's processes so far: letters, CPU seconds, memory when each tenth was reached."""

    letters: int
    cpu: dict[int, float] = field(default_factory=dict)
    own_mib: int = 0
    typesetter_mib: int = 0
    tenths: list[dict[str, Any]] = field(default_factory=list)

    def look(self, pid: int, done: int, seconds: float) -> None:
        """Once more."""
        for one in (pid, *_children(pid)):
            cpu, mib = _standing(one)
            self.cpu[one] = max(cpu, self.cpu.get(one, 0.0))
            if one == pid:
                self.own_mib = max(mib, self.own_mib)
            else:
                self.typesetter_mib = max(mib, self.typesetter_mib)
        if done * 10 >= self.letters * (len(self.tenths) + 1):
            self.tenths.append(
                {
                    "letters": done, "seconds": round(seconds, 1), "cpu_seconds": round(sum(self.cpu.values()), 1),
                    "own_mib": self.own_mib, "typesetter_mib": self.typesetter_mib,
                }
            )  # fmt: skip


def run(letters: int, var: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """That many households, each with a number; their letters; the counts."""
    with instance_for("printing", var) as (instance, _):
        say(f"{letters:,} 世帯を作ります")
        begun = apart(instance, begin, letters, instance.path).more
        folder, watch = Path(begun["folder"]), Watch(letters)
        say("半分まで印刷して、処理を止めます（kill -9）")
        first = _go(instance, begun["work"], folder, watch, until=letters // 2)
        stopped = len(list(folder.glob("*.pdf")))
        say(f"{stopped:,} ファイルから続けます")
        second = _go(instance, begun["work"], folder, watch, until=None)
        say("印刷所の数と合わせます")
        counted = apart(instance, reconcile, begun["work"], letters)
    return {
        "name": "printing",
        "letters": letters,
        "seconds": {"until killed": round(first, 1), "carried on": round(second, 1)},
        "files when killed": stopped,
        "letters_per_s": round(letters / (first + second)),
        "cpu_seconds": round(sum(watch.cpu.values()), 1),
        "tenths": watch.tenths,
        "counted": counted.more,
        "reconcile_seconds": round(counted.seconds, 1),
        "machine": machine(),
        "ratios": {
            "typesetter's memory at the end / at the first tenth": round(watch.typesetter_mib / watch.tenths[0]["typesetter_mib"], 2),
            "job's memory at the end / at the first tenth": round(watch.own_mib / watch.tenths[0]["own_mib"], 2),
        },
    }  # fmt: skip


def begin(letters: int, folder: Path) -> dict[str, Any]:
    """The households, and the job as a person begins it who saw the count."""
    from todoke.systems.benefits.actions.printing.begin_printing import begin_printing
    from todoke.systems.benefits.queries.editions.proposals import find
    from todoke.systems.benefits.queries.letters import print_works
    from todoke.systems.benefits.rules.letters.kind import LetterKind
    from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY

    bench_payments.build(letters, folder, forms=False)
    work = begin_printing(
        programme=find(bench_payments.PROGRAMME), kind=LetterKind.FORMS, office=SAMPLE_CITY, expected=letters,
        by=bench_payments.CLERK,
    )  # fmt: skip
    return {"work": work.pk, "folder": str(print_works.folder(work))}


def carry_on(path: str, work: int) -> None:
    """The job, in a process of its own, as after any restart."""
    os.environ[ENVIRONMENT] = path
    from todoke.sites.entering import enter
    from todoke.sites.realms import Realm

    enter(Realm.CITY)
    from todoke.systems.benefits.jobs import printing

    serve_register(Path(path))
    printing.carry_on(work, by=bench_payments.CLERK)


def reconcile(work: int, letters: int) -> dict[str, Any]:
    """Files against their hashes, sheets against a reader's count, and the mailing that a printer's figures let pass."""
    from pypdf import PdfReader

    from todoke.systems.benefits.actions.mailings.count_sheets import count_sheets
    from todoke.systems.benefits.actions.mailings.hand_over import hand_over
    from todoke.systems.benefits.models import Letter, LetterFile
    from todoke.systems.benefits.queries.letters import mailings, print_works
    from todoke.systems.benefits.rules.letters.mailing_state import SheetCount

    done = print_works.one(work)
    paths = sorted(print_works.folder(done).glob("*.pdf"))
    known = dict(LetterFile.objects.using("benefits").values_list("name", "sha256"))
    pages = sum(len(PdfReader(path).pages) for path in paths)
    mailing = hand_over(programme=bench_payments.PROGRAMME, expected=letters, by=bench_payments.CLERK)
    (held,) = mailings.held(mailing.pk)
    counts = SheetCount(
        kind=held.kind, route=held.route, printed=pages, spoiled=0, reprinted=0, enclosed=letters
    )
    return {
        "state": done.state,
        "files": len(paths),
        "unlike their hash": sum(hashlib.sha256(path.read_bytes()).hexdigest() != known.get(path.name) for path in paths),
        "letters": Letter.objects.using("benefits").count(),
        "households": Letter.objects.using("benefits").values("case").distinct().count(),
        "sheets": mailing.sheets,
        "sheets counted in the files": pages,
        "differences": count_sheets(mailing_id=mailing.pk, counts=[counts], by=bench_payments.CLERK),
    }  # fmt: skip


def _go(instance: Instance, work: int, folder: Path, watch: Watch, *, until: int | None) -> float:
    """Seconds until so many letters lie there and the process is killed, or until it ends by itself."""
    process = multiprocessing.get_context("spawn").Process(target=carry_on, args=(str(instance.path), work))
    begun = time.perf_counter()
    process.start()
    assert process.pid is not None
    while process.is_alive():
        process.join(_EACH)
        done = 100 * len(list(folder.glob("*.pdf")))
        if process.is_alive():
            watch.look(process.pid, done, time.perf_counter() - begun)
        if until is not None and done >= until:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.join()
    return time.perf_counter() - begun


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _standing(pid: int) -> tuple[float, int]:
    """CPU seconds and highest memory of a process; nothing of one that is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0, 0
    peak = next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)
    return (int(fields[11]) + int(fields[12])) / _TICK, peak


def as_table(found: dict[str, Any]) -> str:
    """For a person: the tenths, then the counts."""
    rows = [
        f"| {one['letters']:,} | {one['seconds']} | {one['cpu_seconds']} | {one['own_mib']} | {one['typesetter_mib']} |"
        for one in found["tenths"]
    ]
    return "\n".join(
        [
            f"printing: {found['letters']:,} letters, {found['seconds']}, killed with {found['files when killed']:,} files;"
            f" {found['letters_per_s']} letters/s, {found['cpu_seconds']} CPU s",
            found["machine"],
            "",
            "| letters | seconds of this go | CPU s so far | the job, peak MiB | a typesetter, peak MiB |",
            "|---:|---:|---:|---:|---:|",
            *rows,
            "",
            *(f"- {name}: {value}" for name, value in {**found["counted"], **found["ratios"]}.items()),
        ]
    )
