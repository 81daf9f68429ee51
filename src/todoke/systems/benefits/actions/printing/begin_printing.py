"""印刷の開始 at a screen: asked for once, done beside the screens; and its end."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.models import PrintWork
from todoke.systems.benefits.queries.letters import print_works
from todoke.systems.benefits.rules.editions.work import WorkState
from todoke.systems.benefits.rules.letters.kind import LetterKind
from todoke.systems.benefits.rules.payments.office import PayingOffice
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"


def begin_printing(
    *, programme: Programme, kind: LetterKind, office: PayingOffice, expected: int, by: Actor
) -> PrintWork:
    """Note who asked for which letters. `expected`: how many the person saw; another number is refused (STATE_CONFLICT), as is
    a second work of the programme while one is open. REGISTER_OLD; NOT_FOUND where nobody waits."""
    require(by, Permission.BENEFITS_PRINT)
    found = print_works.preview(programme, kind, office)
    if found.letters != expected:
        detail = f"確かめた {expected:,} 通ではなく、今は {found.letters:,} 通です"
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
    if not found.letters:
        raise TodokeError(ErrorCode.NOT_FOUND, what="印刷を待つ手紙")
    now = clock.now()
    try:
        with transaction.atomic(using=ALIAS):
            work = PrintWork.objects.using(ALIAS).create(
                programme_id=programme.code, kind=kind.value, expected=expected, asked_at=now, asked_by=by.staff_id,
                state=WorkState.OPEN, state_at=now, state_by=by.staff_id,
            )  # fmt: skip
            subject = f"print work {work.pk} {programme.code} {kind}"
            record(ALIAS, by=by, verb="benefits:letter:begin", subject=subject, persons=expected)
    except IntegrityError as error:
        raise TodokeError(
            ErrorCode.STATE_CONFLICT, detail="この事業の印刷は、もう始まっています。終わるのを待ってください"
        ) from error
    return work


def end_printing(*, work: PrintWork, failure: str, by: Actor) -> PrintWork:
    """It is over: well, or for the reason given; ended already, nothing happens."""
    require(by, Permission.BENEFITS_PRINT)
    with transaction.atomic(using=ALIAS):
        ended = PrintWork.objects.using(ALIAS).filter(pk=work.pk, state=WorkState.OPEN)
        state = WorkState.FAILED if failure else WorkState.DONE
        if ended.update(state=state, failure=failure, state_at=clock.now(), state_by=by.staff_id):
            subject = f"print work {work.pk} {state}"
            record(ALIAS, by=by, verb="benefits:letter:end", subject=subject, persons=0)
    return print_works.one(work.pk)
