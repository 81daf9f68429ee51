"""`todoke bench oplog`: what the log costs the operations, and how long it takes to check millions of entries.

Inserts with and without the leaf hash are measured in turns in the same run, by client processes that do what an
operation does: begin, insert one entry, commit to disk. Everything else runs on the same log afterwards.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from todoke.sites.instance import EXAMPLE, Instance

ALIAS: Final = "benefits"
PLAIN: Final = "inquiry"
"""Where the inserts without a leaf go: such entries would not verify."""
_PAIRS = 7
_PEOPLE = 100_000
_MIB = 1 << 20


def oplog(rows: int, clients: int, seconds: float, var: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure on an instance of its own, which is removed again."""
    from todoke.sites.database.postgres import running_server
    from todoke.sites.entering import enter_everything

    folder = var / "bench" / "oplog"
    shutil.rmtree(folder, ignore_errors=True)
    instance = Instance.create(
        folder / "instance", f"bench_{secrets.token_hex(3)}", municipalities=EXAMPLE[:1]
    )
    with running_server(instance) as server:
        enter_everything(instance)
        from todoke.sites.database.provision import drop, provision

        provision(instance, server)
        try:
            return _measure(instance, rows, clients, seconds, folder, say)
        finally:
            from django.db import connections

            connections.close_all()
            drop(instance, server)
            shutil.rmtree(folder, ignore_errors=True)


def _measure(  # noqa: PLR0917 - all of them needed, none optional
    instance: Instance, rows: int, clients: int, seconds: float, folder: Path, say: Callable[[str], None]
) -> dict[str, Any]:
    found: dict[str, Any] = {"name": "oplog", "rows": rows, "clients": clients}
    found |= _inserts(clients, seconds, say)
    found |= _growth(rows, say)
    found |= _sealing(instance, say)
    found |= _export(instance, folder / "archive", say)
    found |= _verification(folder / "archive", rows, say)
    found |= _one_person(say)
    return found


def _inserts(clients: int, seconds: float, say: Callable[[str], None]) -> dict[str, Any]:
    """Commits/s of plain inserts and of logged operations, in pairs, each first in turn; medians."""
    pairs: list[dict[bool, float]] = []
    for turn in range(_PAIRS):
        order = (False, True) if turn % 2 else (True, False)
        pairs.append({hashed: _clients(clients, seconds, hashed) for hashed in order})
        say(f"素の挿入 毎秒 {pairs[-1][False]:,.0f} 件、記録（要約値つき） 毎秒 {pairs[-1][True]:,.0f} 件")
    return {
        "plain_per_s": round(statistics.median(pair[False] for pair in pairs)),
        "logged_per_s": round(statistics.median(pair[True] for pair in pairs)),
        "logged / plain": round(statistics.median(pair[True] / pair[False] for pair in pairs), 3),
    }


def _clients(clients: int, seconds: float, hashed: bool) -> float:
    """Commits/s of so many processes together."""
    from django.db import connections

    connections.close_all()
    # fork: each child gets Django as it stands, and no connection
    context = multiprocessing.get_context("fork")
    start, counts = context.Barrier(clients), context.SimpleQueue()
    children = [
        context.Process(target=_client, args=(start, counts, seconds, hashed), daemon=True)
        for _ in range(clients)
    ]
    for child in children:
        child.start()
    total = sum(counts.get() for _ in children)
    for child in children:
        child.join()
    return float(total / seconds)


def _client(start: Any, counts: Any, seconds: float, hashed: bool) -> None:  # noqa: ANN401 - of multiprocessing
    from django.db import connections, transaction

    from todoke.oplog import record as log
    from todoke.oplog.who import Who

    by = Who(staff_id="c001", organisation="給付課", terminal="t01", duty="給付金", purpose="窓口での問合せ")
    alias = ALIAS if hashed else PLAIN
    if not hashed:
        leaf = bytes(32)
        log.row = lambda entry: (entry.at, entry.persons, *_texts(entry), None, None, None, leaf)
    connections[alias].ensure_connection()
    start.wait()
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        with transaction.atomic(using=alias):
            log.record(alias, by=by, verb="benefits:application:examine", subject=f"case {count}", persons=1)
        count += 1
    counts.put(count)
    connections.close_all()


def _texts(entry: Any) -> Iterator[str]:  # noqa: ANN401 - todoke.oplog.entry.Entry, imported late
    from todoke.oplog.entry import TEXTS

    return (getattr(entry, name) for name in TEXTS)


def _growth(rows: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Fill the log to `rows` with bulk reads (every third entry names a person); bytes per entry."""
    before = _count()
    begun, workers = time.monotonic(), os.cpu_count() or 1
    from django.db import connections

    connections.close_all()
    context = multiprocessing.get_context("fork")
    share = max(0, rows - before) // workers
    children = [context.Process(target=_fill, args=(share, seed), daemon=True) for seed in range(workers)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    seconds = time.monotonic() - begun
    size = _fetch("SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'oplog_operation'::regclass")  # fmt: skip
    total = _count()
    say(f"{total:,} 件にしました（毎秒 {(total - before) / seconds:,.0f} 件）")
    return {
        "bulk_per_s": round((total - before) / seconds),
        "bytes_per_entry": round(int(size) / total),
        "entries": total,
    }


def _fill(rows: int, seed: int) -> None:
    from django.db import connections, transaction

    from todoke.oplog import person
    from todoke.oplog.person import Person
    from todoke.oplog.record import make, write_many
    from todoke.oplog.who import Who

    by = Who(staff_id=f"c{seed:03}", organisation="給付課", terminal="t01", duty="給付金", purpose="一括処理")
    batch = 100_000
    for start in range(0, rows, batch):
        with transaction.atomic(using=ALIAS):
            entry = make(ALIAS, by=by, verb="benefits:letter:print", subject="", persons=1)
            write_many(
                ALIAS,
                (
                    replace(
                        entry,
                        subject=f"case {seed}/{n}",
                        object_type="resident_code" if n % 3 == 0 else "",
                        index=person.index(ALIAS, Person("resident_code", f"{n % _PEOPLE:011}"))
                        if n % 3 == 0
                        else None,
                    )
                    for n in range(start, min(start + batch, rows))
                ),
            )
    connections.close_all()


def _sealing(instance: Instance, say: Callable[[str], None]) -> dict[str, Any]:
    """Seal everything that waits."""
    from todoke.sites import log_keeping
    from todoke.sites.realms import Realm

    begun = time.monotonic()
    with log_keeping.sealers(instance, Realm.CITY, only=lambda name: name == ALIAS) as found:
        done = found[ALIAS].seal()
    seconds = time.monotonic() - begun
    say(f"封印 {done.rows:,} 件、区間 {done.segments:,}（{seconds:.1f} 秒）")
    return {
        "seal_per_s": round(done.rows / seconds),
        "segments": done.segments,
        "seal_seconds": round(seconds, 1),
    }


def _export(instance: Instance, folder: Path, say: Callable[[str], None]) -> dict[str, Any]:
    from todoke.oplog import exporting
    from todoke.sites import log_keeping

    begun = time.monotonic()
    keys = log_keeping.public_keys(instance)
    counts = exporting.export(folder, instance=instance.name, realm="city", aliases=[ALIAS], keys=keys)
    seconds = time.monotonic() - begun
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    say(f"書出し {size / _MIB:,.0f} MiB（{seconds:.1f} 秒）")
    return {
        "export_per_s": round(sum(counts.values()) / seconds),
        "export_seconds": round(seconds, 1),
        "archive_mib": round(size / _MIB),
    }


_CHILD = """
import json, resource, sys, time
from pathlib import Path
from todoke.oplog import verify
if __name__ == "__main__":
    begun = time.monotonic()
    found = verify.verify(Path(sys.argv[1]), processes=int(sys.argv[2]))
    # not our own ru_maxrss: it still knows the process that started us
    (own,) = [int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")]
    peak = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    print(json.dumps([found.verified, len(found.faults), time.monotonic() - begun, peak // 1024]))
"""


def _verification(folder: Path, rows: int, say: Callable[[str], None]) -> dict[str, Any]:
    """The whole archive in one process and in as many as there are cores; each in a fresh interpreter, for its peak."""
    found: dict[str, Any] = {}
    for processes in sorted({1, os.cpu_count() or 1}):
        script = folder.parent / "verify_child.py"
        script.write_text(_CHILD, encoding="utf-8")
        command = [sys.executable, str(script), str(folder), str(processes)]
        verified, faults, seconds, peak = json.loads(
            subprocess.run(command, check=True, capture_output=True, text=True).stdout
        )
        if faults or verified < rows * 0.99:
            raise AssertionError("the log that was just written does not verify")
        say(f"検証 {verified:,} 件、{processes} 並列：{seconds:.1f} 秒、最大 {peak} MiB")
        found[f"verify_{processes}_seconds"] = round(seconds, 1)
        found[f"verify_{processes}_per_s"] = round(verified / seconds)
        found[f"verify_{processes}_peak_mib"] = peak
    return found


def _one_person(say: Callable[[str], None]) -> dict[str, Any]:
    """Everybody who looked at one resident; median of nine residents."""
    from todoke.oplog.person import Person
    from todoke.oplog.reports import viewers

    times, lines = [], 0
    for n in range(0, 2700, 300):
        begun = time.monotonic()
        lines += sum(row.count for row in viewers({ALIAS: [Person("resident_code", f"{n:011}")]}))
        times.append((time.monotonic() - begun) * 1000)
    say(f"一人の閲覧者の一覧 {statistics.median(times):.1f} ミリ秒（一人あたり {lines / 9:.0f} 件）")
    return {"one_person_ms": round(statistics.median(times), 1), "entries_per_person": round(lines / 9)}


def _count() -> int:
    return int(_fetch("SELECT count(*) FROM oplog_operation"))


def _fetch(statement: str) -> Any:  # noqa: ANN401 - one value of any column
    from django.db import connections

    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return row[0] if row else None


def as_table(found: dict[str, Any]) -> str:
    """The figures as lines of Markdown."""
    head = "| figure | value |\n|---|---:|\n"
    shown = ((name, f"{value:,}" if isinstance(value, int) else value) for name, value in found.items())
    return head + "\n".join(f"| {name} | {value} |" for name, value in shown)
