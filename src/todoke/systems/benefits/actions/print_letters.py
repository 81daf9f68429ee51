"""確認書の印刷: letters for all numbered cases, but for those whom the newest register keeps out of a bulk run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.batch.progress import Meter
from todoke.contracts.residents import SnapshotRef
from todoke.engine import duck
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.pages import typeface
from todoke.systems.benefits import queries
from todoke.systems.benefits.rules import letter_exclusions
from todoke.systems.benefits.rules import tariff as tariffs
from todoke.systems.benefits.rules.case_state import CaseState
from todoke.systems.benefits.rules.letter_exclusions import LetterExclusion
from todoke.systems.benefits.rules.office import PayingOffice
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.web.letters import typesetting
from todoke.systems.benefits.web.letters.typesetting import CommonText, Letter, PrintedSheaf, Sheaf

ALIAS = "benefits"

_NEXT = "SELECT coalesce(max(number), 0) + 1 FROM benefits_letter_file WHERE programme = %s"
_FILE = """
INSERT INTO benefits_letter_file (programme, number, name, sha256, cases, register_snapshot, printed_at, printed_by)
VALUES (%(programme)s, %(number)s, %(name)s, %(sha256)s, %(cases)s, %(snapshot)s, %(now)s, %(by)s) RETURNING id
"""
_LETTERS = """
INSERT INTO benefits_letter (case_id, file_id, position)
SELECT c.id, %(file)s, listed.position
FROM unnest(%(numbers)s::text[]) WITH ORDINALITY listed (case_number, position)
JOIN benefits_case c USING (case_number)
"""
_PRINTED = """
UPDATE benefits_case SET state = 'printed', state_at = %(now)s, state_by = %(by)s
WHERE case_number = ANY(%(numbers)s) AND state = 'numbered'
"""


@dataclass(frozen=True, kw_only=True)
class PrintRun:
    """How many letters this run printed, in how many files, and how many cases it left out, by reason."""

    printed: int
    files: int
    excluded: dict[str, int]


def print_letters(
    *, programme: Programme, office: PayingOffice, out: Path, by: Actor, meter: Meter | None = None
) -> PrintRun:
    """Write `letters-00001.pdf` … into `out`, 100 cases a file, and record each file once it lies there whole;
    `excluded.csv` names the cases left out.

    A killed run is continued by the same call: unrecorded files are made again, with the same bytes. A newer
    register in between is heeded. Errors: NOT_FOUND without a decision or a register, UNAVAILABLE when a
    typesetting process died.
    """
    require(by, Permission.BENEFITS_PRINT)
    register = queries.latest_register()
    cases = _sorted_out(programme, register)
    letters = cases.filter(cases["exclusion"].is_null())
    excluded = Counter(str(reason) for reason in cases["exclusion"].drop_null().to_pylist())
    out.mkdir(parents=True, exist_ok=True)
    _list_excluded(cases, out / "excluded.csv")
    if meter is not None:
        meter.total(letters.num_rows)
    files = 0
    first = _next_number(programme)
    sheaves = typesetting.print_sheaves(
        _sheaves(letters, out, first, varies=tariffs.of(programme).varies), _common_text(programme, office)
    )
    with closing(sheaves):  # ends the typesetting processes also when recording fails
        for files, printed in enumerate(sheaves, start=1):
            _record(printed, number=first + files - 1, programme=programme, register=register, by=by)
            if meter is not None:
                meter.advance(len(printed.sheaf.letters))
    return PrintRun(printed=letters.num_rows, files=files, excluded=dict(sorted(excluded.items())))


def _sorted_out(programme: Programme, register: SnapshotRef) -> pa.Table:
    """The numbered cases with their payees and the reason, if any, that keeps the letter from being printed."""
    run = queries.newest_run(programme.code)
    cases = queries.cases_with_payees(programme.code, CaseState.NUMBERED, run=run, register=register)
    texts = [[str(cell or "") for cell in cases[name].to_pylist()] for name in ("address", "name_kanji")]
    missing = np.logical_or.reduce([typeface.undrawable(column) for column in texts])
    reason = letter_exclusions.expression(
        address_length=typesetting.ADDRESS_LENGTH, name_length=typesetting.NAME_LENGTH
    )
    with duck.connect() as connection:
        connection.register("cases", cases.append_column("undrawable", pa.array(missing)))
        return duck.table(connection, f"SELECT *, {reason} AS exclusion FROM cases ORDER BY case_number")


def _list_excluded(cases: pa.Table, path: Path) -> None:
    """For the clerks who write by hand: case number and reason. Protected cases are counted, never listed."""
    listed = cases.filter(cases["exclusion"].is_valid()).select(["case_number", "exclusion"]).to_pylist()
    lines = [
        f"{row['case_number']},{row['exclusion']}\n"
        for row in listed
        if row["exclusion"] != LetterExclusion.PROTECTED
    ]
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text("case_number,reason\n" + "".join(lines), encoding="utf-8")
    unfinished.replace(path)


def _sheaves(letters: pa.Table, out: Path, first: int, *, varies: bool) -> Iterator[Sheaf]:
    for number, start in enumerate(range(0, letters.num_rows, typesetting.LETTERS_PER_FILE), start=first):
        rows = letters.slice(start, typesetting.LETTERS_PER_FILE).to_pylist()
        yield Sheaf(
            path=out / f"letters-{number:05d}.pdf",
            letters=tuple(_letter(row, varies=varies) for row in rows),
        )


def _letter(row: dict[str, Any], *, varies: bool) -> Letter:
    parts = {name: row[name] for name in ("base_yen", "children", "child_yen")}
    return Letter(
        number=row["case_number"],
        postal=f"{row['postal_code'][:3]}-{row['postal_code'][3:]}",
        address=row["address"],
        name=row["name_kanji"],
        amount=f"{row['amount_yen']:,}" if varies else "",
        parts=tariffs.parts(**parts) if varies else "",
    )


def _common_text(programme: Programme, office: PayingOffice) -> CommonText:
    tariff = tariffs.of(programme)
    return CommonText(
        programme=programme.name,
        amount="" if tariff.own else f"{tariff.base:,}",
        child=f"{tariff.child:,}" if tariff.child else "",
        deadline=clock.wareki(programme.deadline),
        base_date=clock.wareki(programme.base_date),
        tax_year=f"{clock.wareki(programme.base_date.replace(year=programme.tax_year)).split('年')[0]}年度",
        sender=office.sender,
        contact_name=office.contact_name,
        contact_phone=office.contact_phone,
        contact_hours=office.contact_hours,
    )


def _next_number(programme: Programme) -> int:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_NEXT, [programme.code])
        return int(cursor.fetchone()[0])


def _record(
    printed: PrintedSheaf, *, number: int, programme: Programme, register: SnapshotRef, by: Actor
) -> None:
    """The file, its cases and their new state in one transaction."""
    sheaf = printed.sheaf
    values: dict[str, Any] = {
        "programme": programme.code,
        "number": number,
        "name": sheaf.path.name,
        "sha256": printed.sha256,
        "cases": len(sheaf.letters),
        "snapshot": register.snapshot_id,
        "numbers": [letter.number for letter in sheaf.letters],
        "now": clock.now(),
        "by": by.staff_id,
    }
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute(_FILE, values)
        (file,) = cursor.fetchone()
        cursor.execute(_LETTERS, {**values, "file": file})
        cursor.execute(_PRINTED, values)
        subject = f"letter file {programme.code} {number}"
        record(ALIAS, by=by, verb="benefits:letter:print", subject=subject, persons=len(sheaf.letters))
