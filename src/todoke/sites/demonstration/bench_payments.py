"""`todoke bench payments`: approved households to one bank file by three people, beside a bare dump of the same rows.

Every step is the action that an office uses, in a process of its own. The floor is PostgreSQL's own COPY of the same values
into fixed-length lines: nobody is asked again, nothing is reserved, locked, checked, logged or read back. One file holds all:
a bank's limit of lines would only make more of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from todoke.access.permissions import Role
from todoke.sites.demonstration.bench import machine
from todoke.sites.demonstration.bench_import import serve_register
from todoke.sites.demonstration.bench_site import Spent, apart, instance_for, measurer

LIMIT: Final = 20.0
APPROVAL_LIMIT: Final = 60.0
PROGRAMME: Final = "r3-nontaxable"
CLERK: Final = measurer("bench1", Role.CLERK)
SUPERVISOR: Final = measurer("bench2", Role.SUPERVISOR)
TREASURER: Final = measurer("bench3", Role.TREASURER)
_MEASURED: Final = ("release", "write")
"""確定, 振込ファイル: from a batch of payments to what the bank gets. 起案, which makes the payments, stands beside it."""
_SMALLER: Final = 10
_RUN: Final = """
INSERT INTO benefits_decisionrun (programme, edition, round, base_snapshot, latest_snapshot, tax_sha256, assistance_sha256,
    answers_sha256, paid_sha256, applications_sha256, result_path, result_sha256, persons_path, persons_sha256, residents,
    households, decided_at, decided_by)
VALUES (%s, '', 'bench', '', '', '', '', '', '', '', '', '', %s, %s, 0, %s, now(), 'bench') RETURNING id
"""
_DECISIONS: Final = """
INSERT INTO benefits_decision (run_id, household_key, base_household_code, payee_resident_code, outcome, reason_code, reasons,
    members, needs_declaration, protected, amount_yen)
SELECT %s, lpad(n::text, 10, '0'), lpad(n::text, 10, '0'), '9' || lpad(n::text, 9, '0'), 'eligible', 'EXEMPT', '', 1, false,
    false, 100000 FROM generate_series(1, %s) n
"""
_FLOOR: Final = """
SELECT '2' || t.bank_code || repeat(' ', 15) || t.branch_code || repeat(' ', 15) || '0000' || t.account_type
    || t.account_number || rpad(t.account_holder_kana, 30) || lpad(t.amount_yen::text, 10, '0') || '0'
    || lpad(c.case_number, 20, '0') || '7' || repeat(' ', 8)
FROM benefits_transfer t JOIN benefits_payment p ON p.id = t.payment_id JOIN benefits_case c ON c.id = p.case_id
ORDER BY c.case_number
"""


def run(rows: int, var: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """A tenth of the size first, for the growth; then the whole."""
    smaller = _once(max(rows // _SMALLER, 1), var, say)
    whole = _once(rows, var, say)
    seconds = sum(whole[name].seconds for name in _MEASURED)
    before = sum(smaller[name].seconds for name in _MEASURED)
    cpu = sum(_cpu(whole[name]) for name in _MEASURED)
    return {
        "name": "payments",
        "rows": rows,
        "seconds": round(seconds, 2),
        "rows_per_s": round(rows / seconds),
        "cpu_seconds": round(cpu, 2),
        "peak_mib": max(whole[name].peak_mib for name in _MEASURED),
        "steps": {name: _shown(spent, rows) for name, spent in whole.items()},
        "smaller": {name: _shown(spent, rows // _SMALLER) for name, spent in smaller.items()},
        "machine": machine(),
        "ratios": {
            "to a file / bare COPY, wall": round(seconds / whole["floor"].seconds, 1),
            "to a file / bare COPY, CPU of both processes": round(cpu / _cpu(whole["floor"]), 1),
            "seconds from approved households, with 起案": round(seconds + whole["prepare"].seconds, 2),
            f"seconds, {_SMALLER} times the rows": round(seconds / before, 1),
            f"memory of writing, {_SMALLER} times the rows": round(whole["write"].peak_mib / smaller["write"].peak_mib, 2),
            f"within {LIMIT:.0f} s": seconds <= LIMIT,
            f"approvals within {APPROVAL_LIMIT:.0f} s": whole["approve"].seconds <= APPROVAL_LIMIT,
        },
    }  # fmt: skip


def _once(rows: int, var: Path, say: Callable[[str], None]) -> dict[str, Spent]:
    with instance_for("payments", var) as (instance, _):
        say(f"{rows:,} 世帯を作ります")
        apart(instance, build, rows, instance.path)
        found = {}
        for name in ("examine", "approve", "prepare", *_MEASURED, "floor"):
            say(f"{name} を測ります")
            found[name] = apart(instance, _step, name, rows, instance.path)
    return found


def _shown(spent: Spent, rows: int) -> dict[str, Any]:
    return {
        "seconds": round(spent.seconds, 2), "rows_per_s": round(rows / spent.seconds), "cpu_seconds": round(spent.cpu, 2),
        "server_cpu_seconds": round(spent.server_cpu, 2), "peak_mib": spent.peak_mib, **spent.more,
    }  # fmt: skip


def _cpu(spent: Spent) -> float:
    return spent.cpu + spent.server_cpu


def build(rows: int, folder: Path, *, forms: bool = True) -> dict[str, Any]:
    """So many eligible households with a number each; with `forms`, each with its form received, too."""
    from todoke.systems.benefits import jobs

    _register(rows, folder)
    serve_register(folder)
    _decide(rows, folder)
    jobs.number_cases(PROGRAMME, by=CLERK)
    if forms:
        jobs.receive(PROGRAMME, _forms(rows, folder), by=CLERK)
    return {}


def _register(rows: int, folder: Path) -> None:
    import pyarrow as pa

    from todoke.engine import snapshots

    nobody = pa.nulls(rows, pa.string())
    people = {
        "resident_code": _codes(rows, "9"), "name_kanji": pa.repeat("測定　花子", rows),
        "name_kana": pa.repeat("ソクテイ　ハナコ", rows), "postal_code": pa.repeat("2200012", rows),
        "address": pa.repeat("神奈川県横浜市西区みなとみらい1番1号", rows), "left_on": nobody.cast(pa.date32()),
        "left_reason": nobody, "protected": pa.repeat(False, rows),
    }  # fmt: skip
    snapshots.write(pa.table(people), folder, "register")


def _codes(rows: int, head: str = "0") -> Any:  # noqa: ANN401 - an Arrow array, imported late
    import pyarrow as pa
    import pyarrow.compute

    pc: Any = pyarrow.compute
    digits = pc.utf8_lpad(pa.array(range(1, rows + 1)).cast(pa.string()), 9, "0")
    return pc.binary_join_element_wise(pa.scalar(head), digits, pa.scalar(""))


def _decide(rows: int, folder: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from todoke.engine import postgres, snapshots

    persons = folder / "persons.parquet"
    pq.write_table(
        pa.table({"household_key": _codes(rows), "source": pa.repeat("tax_record", rows)}), persons
    )
    values = (PROGRAMME, str(persons), snapshots.file_sha256(persons), rows)
    ((run_id,),) = postgres.fetch("benefits", _RUN, values)
    postgres.execute("benefits", _DECISIONS, (run_id, rows))


def _forms(rows: int, folder: Path) -> Path:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as arrow_csv

    keys = _codes(rows)
    answers = {
        "household_code": keys, "received_on": pa.repeat("2022-03-01", rows), "route": pa.repeat("郵送", rows),
        "declines": pa.repeat("0", rows), "declared_supporter_taxed": pa.repeat("0", rows), "bank_code": pa.repeat("0138", rows),
        "branch_code": pa.repeat("200", rows), "account_type": pa.repeat("1", rows),
        "account_number": pc.utf8_slice_codeunits(keys, 3, 10), "account_holder_kana": pa.repeat("ｿｸﾃｲ ﾊﾅｺ", rows),
    }  # fmt: skip
    path = folder / "responses.csv"
    arrow_csv.write_csv(pa.table(answers), path, arrow_csv.WriteOptions(quoting_style="none"))
    return path


def _step(name: str, rows: int, folder: Path) -> dict[str, Any]:
    from todoke.sites.demonstration.bench_site import timed
    from todoke.systems.benefits import jobs
    from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY

    serve_register(folder)
    office = replace(SAMPLE_CITY, lines_per_file=rows)
    steps: dict[str, Callable[[], object]] = {
        "examine": lambda: jobs.examine(PROGRAMME, by=CLERK),
        "approve": lambda: jobs.approve(PROGRAMME, by=SUPERVISOR, expected=rows),
        "prepare": lambda: jobs.prepare_payment(PROGRAMME, by=SUPERVISOR, office=office),
        "release": lambda: jobs.release_payment(PROGRAMME, by=TREASURER),
        "write": lambda: jobs.write_bank_files(PROGRAMME, folder / "out", by=TREASURER, office=office),
        "floor": lambda: _bare(folder / "bare.txt"),
    }
    with timed():
        steps[name]()
    return _checked(rows, folder) if name == "write" else {}


def _checked(rows: int, folder: Path) -> dict[str, Any]:
    """The file is whole: header, one line a household, trailer, end."""
    (file,) = (folder / "out" / "payments").iterdir()
    assert file.stat().st_size == 122 * (rows + 3), file.stat().st_size
    return {"mib": file.stat().st_size >> 20}


def _bare(path: Path) -> None:
    from django.db import connections

    copied = f"COPY ({_FLOOR}) TO STDOUT (ENCODING 'UTF8')"
    with connections["benefits"].cursor() as cursor, path.open("wb") as out, cursor.copy(copied) as copy:
        for data in copy:
            out.write(data)


def as_table(found: dict[str, Any]) -> str:
    """For a person: one line per step."""
    rows = [
        f"| {name} | {step['seconds']} | {step['rows_per_s']:,} | {step['cpu_seconds']} | {step['server_cpu_seconds']} |"
        f" {step['peak_mib']} | {found['smaller'][name]['seconds']} |"
        for name, step in found["steps"].items()
    ]
    head = f"payments: {found['rows']:,} payments to one file in {found['seconds']} s ({found['rows_per_s']:,}/s), peak {found['peak_mib']} MiB"
    columns = (
        f"| step | seconds | rows/s | CPU s | server CPU s | peak MiB | seconds, 1/{_SMALLER} of the rows |"
    )
    ratios = [f"- {name}: {value}" for name, value in found["ratios"].items()]
    return "\n".join(
        [head, found["machine"], "", columns, "|---|---:|---:|---:|---:|---:|---:|", *rows, "", *ratios]
    )
