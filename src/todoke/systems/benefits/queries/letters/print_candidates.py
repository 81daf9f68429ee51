"""Who waits for a letter now, and what keeps it from being printed."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pyarrow as pa

from todoke.contracts.residents import SnapshotRef
from todoke.engine import duck, postgres
from todoke.kernel import clock
from todoke.pages import typeface
from todoke.systems.benefits.queries.letters import waiting
from todoke.systems.benefits.queries.payments.paying import newest_run
from todoke.systems.benefits.rules.letters import deficiency
from todoke.systems.benefits.rules.letters import exclusions as letter_exclusions
from todoke.systems.benefits.rules.letters.kind import LetterKind
from todoke.systems.benefits.rules.letters.mailing_state import PRINTED_AS
from todoke.systems.benefits.rules.letters.window import ADDRESS_LENGTH, NAME_LENGTH
from todoke.systems.benefits.rules.payments.office import PayingOffice
from todoke.systems.benefits.rules.programme import Programme

_NEXT = "SELECT coalesce(max(number), 0) + 1 FROM benefits_letter_file WHERE programme = %s"


def waiting_cases(
    programme: Programme, register: SnapshotRef, kind: LetterKind, office: PayingOffice
) -> pa.Table:
    """The cases that wait for such a letter, with their payees."""
    run = newest_run(programme.code)
    further: dict[LetterKind, tuple[object, ...]] = {
        LetterKind.REMINDER: (clock.now() - timedelta(days=office.remind_after_days),),
        LetterKind.DEFICIENCY: (list(deficiency.LETTERS),),
    }
    return waiting.waiting(programme.code, kind, run=run, register=register, further=further.get(kind, ()))


def sorted_out(cases: pa.Table) -> pa.Table:
    """The same with the reason, if any, that keeps a letter from being printed (`exclusion`)."""
    names = [name for name in ("address", "name_kanji", "answer") if name in cases.column_names]
    texts = [[str(cell or "").replace("\n", "") for cell in cases[name].to_pylist()] for name in names]
    missing = np.logical_or.reduce([typeface.undrawable(column) for column in texts])
    reason = letter_exclusions.expression(address_length=ADDRESS_LENGTH, name_length=NAME_LENGTH)
    with duck.connect() as connection:
        connection.register("cases", cases.append_column("undrawable", pa.array(missing)))
        statement = (
            f"SELECT *, {reason} AS exclusion, {PRINTED_AS} AS printed_as FROM cases ORDER BY case_number"
        )
        return duck.table(connection, statement)


def next_file(programme: Programme) -> int:
    """The number of the programme's next file."""
    ((number,),) = postgres.fetch("benefits", _NEXT, (programme.code,))
    return int(number)
