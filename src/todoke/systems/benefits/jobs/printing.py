"""印刷 that was begun at a screen, carried on after any stop; counted as the step of the batch that it is."""

from __future__ import annotations

import logging
from typing import Final

from django.db import InterfaceError, OperationalError

from todoke.access.permissions import Actor, Permission, require
from todoke.batch.progress import Meter
from todoke.batch.steps import Counts, alone, run_step
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.actions.printing import print_letters as printing
from todoke.systems.benefits.actions.printing.begin_printing import end_printing
from todoke.systems.benefits.models import PrintWork
from todoke.systems.benefits.queries.editions.proposals import find
from todoke.systems.benefits.queries.letters import print_works
from todoke.systems.benefits.rules.editions.work import WorkState
from todoke.systems.benefits.rules.letters.kind import LetterKind
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY

ALIAS: Final = "benefits"
_log = logging.getLogger("todoke.benefits")


def carry_on(number: int, *, by: Actor) -> PrintWork:
    """Print what is left of a work; ended already, nothing. An error ends it and is kept as its reason.

    STATE_CONFLICT while another process is at it. A database that is away ends nothing: the work goes on later.
    """
    require(by, Permission.BENEFITS_PRINT)
    with alone(ALIAS, f"benefits.print/{number}"):
        work = print_works.one(number)
        if work.state != WorkState.OPEN:
            return work
        failure = ""
        try:
            _print(work, by)
        except TodokeError as error:
            failure = f"{error.sentence}（{error.code.name}）"
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # whatever it is, the work ends with it; its text may quote a row
            _log.error("benefits.print %s: %s", number, type(error).__name__)
            found = TodokeError(ErrorCode.UNEXPECTED, kind=type(error).__name__)
            failure = f"{found.sentence}（{found.code.name}）"
        return end_printing(work=work, failure=failure, by=by)


def _print(work: PrintWork, by: Actor) -> None:
    kind, out = LetterKind(work.kind), print_works.folder(work)

    def do(meter: Meter) -> Counts:
        run = printing.print_letters(
            programme=find(work.programme_id), office=SAMPLE_CITY, out=out, kind=kind, by=by, meter=meter
        )
        done, refused = print_works.standing(work), sum(run.excluded.values())
        excluded = {f"excluded_{reason}": count for reason, count in run.excluded.items()}
        return Counts(
            taken=done.letters + refused, accepted=done.letters, refused=refused, totals={"files": done.files, **excluded}
        )  # fmt: skip

    run_step(ALIAS, print_works.STEP, key=print_works.key(work), by=by.staff_id, work=do, title="手紙の印刷")
