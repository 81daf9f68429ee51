"""印刷の処理: what would be printed and what stays out, how far a work is, and where its files lie."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db.models import Count, Sum

from todoke.batch.models import ControlTotal, StepRun
from todoke.batch.steps import at_work
from todoke.contracts.residents import SnapshotRef
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import LetterFile, PrintWork
from todoke.systems.benefits.queries.letters import fresh, print_candidates
from todoke.systems.benefits.rules.editions.work import WorkState
from todoke.systems.benefits.rules.letters.kind import LetterKind
from todoke.systems.benefits.rules.payments.office import PayingOffice
from todoke.systems.benefits.rules.programme import Programme

ALIAS: Final = "benefits"
STEP: Final = "benefits.letters"
_EXCLUDED: Final = "excluded_"


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Letters that would be printed now, cases that stay out by reason, and the register that says so."""

    letters: int
    excluded: dict[str, int]
    register: SnapshotRef


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far a work is: letters and files that lie there whole, whether a process is at it, and what stayed out (when it ended)."""

    letters: int
    files: int
    alive: bool
    excluded: dict[str, int]


def preview(programme: Programme, kind: LetterKind, office: PayingOffice) -> Preview:
    """Counted with the register of now; REGISTER_OLD, NOT_FOUND without a decision."""
    register = fresh.fresh_register(office)
    found = print_candidates.sorted_out(print_candidates.waiting_cases(programme, register, kind, office))
    reasons = Counter(str(reason) for reason in found["exclusion"].drop_null().to_pylist())
    letters = found.num_rows - sum(reasons.values())
    return Preview(letters=letters, excluded=dict(sorted(reasons.items())), register=register)


def folder(work: PrintWork) -> Path:
    """Where the files of the work lie, for this account alone."""
    path = Path(settings.TODOKE_DATA_FOLDER) / "benefits" / "letters" / work.programme_id / str(work.pk)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.chmod(path, 0o700)
    return path


def one(number: int) -> PrintWork:
    """That work; NOT_FOUND otherwise."""
    found = PrintWork.objects.using(ALIAS).select_related("programme").filter(pk=number).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この印刷")
    return found


def listed() -> list[PrintWork]:
    """Newest first."""
    return list(PrintWork.objects.using(ALIAS).order_by("-pk")[:200])


def stopped() -> list[int]:
    """Open works, the oldest first; whoever is at one of them is not disturbed."""
    rows = PrintWork.objects.using(ALIAS).filter(state=WorkState.OPEN)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def key(work: PrintWork) -> str:
    """Of its step in the batch."""
    return f"work/{work.pk}"


def standing(work: PrintWork) -> Standing:
    """From the files that are recorded: each is recorded once it lies there whole."""
    rows = LetterFile.objects.using(ALIAS).filter(folder=str(folder(work)))
    done = rows.aggregate(letters=Sum("cases"), files=Count("pk"))
    run = StepRun.objects.using(ALIAS).filter(name=STEP, key=key(work)).first()
    totals = ControlTotal.objects.using(ALIAS).filter(step=run) if run else ()
    return Standing(
        letters=int(done["letters"] or 0), files=int(done["files"]), alive=bool(run and at_work(ALIAS, [run])),
        excluded={one.name.removeprefix(_EXCLUDED): one.value for one in totals if one.name.startswith(_EXCLUDED)},
    )  # fmt: skip
