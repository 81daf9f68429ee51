"""手紙の印刷: letters of one kind for all cases that wait for one, but for those whom the newest register keeps out of a bulk run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.batch.progress import Meter
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.benefits import queries
from todoke.systems.benefits.queries.letters import fresh, print_candidates
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.deciding.push import Route
from todoke.systems.benefits.rules.letters import deficiency
from todoke.systems.benefits.rules.letters import kind as letter_kind
from todoke.systems.benefits.rules.letters.exclusions import LetterExclusion
from todoke.systems.benefits.rules.letters.kind import LetterKind
from todoke.systems.benefits.rules.payments.office import PayingOffice
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.web.letters import composing, typesetting
from todoke.systems.benefits.web.letters.composing import PrintJob
from todoke.systems.benefits.web.letters.typesetting import PrintedSheaf, Sheaf

pc: Any = pyarrow.compute
ALIAS = "benefits"
_ORDER = (Route.CONFIRMATION, Route.APPLICATION, Route.NOTICE)

_FILE = """
INSERT INTO benefits_letter_file (
    programme, number, kind, route, name, sha256, cases, sheets_each, register_snapshot, folder, printed_at, printed_by
)
VALUES (%(programme)s, %(number)s, %(kind)s, %(route)s, %(name)s, %(sha256)s, %(cases)s, %(sheets_each)s, %(snapshot)s,
    %(folder)s, %(now)s, %(by)s) RETURNING id
"""
_LETTERS = """
INSERT INTO benefits_letter (case_id, number, file_id, position, printed_as, opt_out_until, answer_until)
SELECT c.id, 1 + (SELECT coalesce(max(l.number), 0) FROM benefits_letter l WHERE l.case_id = c.id), %(file)s, listed.position,
    listed.printed_as, %(opt_out_until)s, %(answer_until)s
FROM unnest(%(numbers)s::text[], %(printed_as)s::text[]) WITH ORDINALITY listed (case_number, printed_as, position)
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
    *,
    programme: Programme,
    office: PayingOffice,
    out: Path,
    by: Actor,
    kind: LetterKind = LetterKind.FORMS,
    meter: Meter | None = None,
) -> PrintRun:
    """Write `letters-00001.pdf` … into `out`, 100 cases of one kind and route a file, and record each file once it lies there whole;
    `excluded.csv` names the cases left out. Forms are for the numbered cases, which are printed then.

    A killed run is continued by the same call: unrecorded files are made again, with the same bytes on the same day. A newer
    register in between is heeded. Errors: NOT_FOUND without a decision or a register, REGISTER_OLD, UNAVAILABLE when a
    typesetting process died.
    """
    require(by, Permission.BENEFITS_PRINT)
    register = fresh.fresh_register(office)
    cases = print_candidates.sorted_out(print_candidates.waiting_cases(programme, register, kind, office))
    letters = cases.filter(cases["exclusion"].is_null())
    excluded = Counter(str(reason) for reason in cases["exclusion"].drop_null().to_pylist())
    out.mkdir(parents=True, exist_ok=True)
    _list_excluded(cases, out / "excluded.csv")
    if meter is not None:
        meter.total(letters.num_rows)
    run = PrintJob(
        programme=programme, office=office, register=register, out=out, kind=kind, day=clock.today(), by=by
    )  # fmt: skip
    if kind in letter_kind.ROUTED:
        files = sum(
            _print(run, route, letters.filter(pc.equal(letters["route"], route)), meter) for route in _ORDER
        )
    else:
        files = _print(run, None, letters, meter)
    return PrintRun(printed=letters.num_rows, files=files, excluded=dict(sorted(excluded.items())))


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


def _print(run: PrintJob, route: Route | None, letters: pa.Table, meter: Meter | None) -> int:
    """All letters of one kind; how many files they fill."""
    if not letters.num_rows:
        return 0
    first, files = print_candidates.next_file(run.programme), 0
    sheaves = typesetting.print_sheaves(_sheaves(run, letters, first), composing.common(run, route))
    with closing(sheaves):  # ends the typesetting processes also when recording fails
        for files, printed in enumerate(sheaves, start=1):
            _record(run, printed, number=first + files - 1, route=route)
            if meter is not None:
                meter.advance(len(printed.sheaf.letters))
    return files


def _sheaves(run: PrintJob, letters: pa.Table, first: int) -> Iterator[Sheaf]:
    state = CaseState.NUMBERED if run.kind is LetterKind.FORMS else CaseState.PRINTED
    accounts = queries.known_accounts(run.programme.code, state)

    for number, start in enumerate(range(0, letters.num_rows, typesetting.LETTERS_PER_FILE), start=first):
        rows = letters.slice(start, typesetting.LETTERS_PER_FILE).to_pylist()
        yield Sheaf(
            path=run.out / f"letters-{number:05d}.pdf",
            letters=tuple(composing.letter(run, row, accounts) for row in rows),
        )


def _record(run: PrintJob, printed: PrintedSheaf, *, number: int, route: Route | None) -> None:
    """The file, its cases and their new state in one transaction."""
    sheaf = printed.sheaf
    values: dict[str, Any] = {
        "programme": run.programme.code,
        "number": number,
        "kind": run.kind.value,
        "route": route.value if route else "",
        "sheets_each": letter_kind.SHEETS[run.kind],
        "name": sheaf.path.name,
        "folder": str(sheaf.path.parent),
        "sha256": printed.sha256,
        "cases": len(sheaf.letters),
        "snapshot": run.register.snapshot_id,
        "numbers": [letter.number for letter in sheaf.letters],
        "printed_as": [letter.printed_as for letter in sheaf.letters],
        "opt_out_until": run.opt_out_until(route),
        "answer_until": deficiency.answer_until(run.day) if run.kind in letter_kind.ANSWERED else None,
        "now": clock.now(),
        "by": run.by.staff_id,
    }
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute(_FILE, values)
        (file,) = cursor.fetchone()
        cursor.execute(_LETTERS, {**values, "file": file})
        if run.kind is LetterKind.FORMS:
            cursor.execute(_PRINTED, values)
        subject = f"letter file {run.programme.code} {number}"
        record(ALIAS, by=run.by, verb="benefits:letter:print", subject=subject, persons=len(sheaf.letters))
