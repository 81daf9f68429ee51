"""試算・判定のやり直しの開始 (begin): asked for once, done beside the screens; and its end."""

from __future__ import annotations

import shutil

from django.db import IntegrityError, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.models import EditionWork
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.queries.editions import works as edition_works
from todoke.systems.benefits.rules.editions.state import EditionState
from todoke.systems.benefits.rules.editions.work import WorkKind, WorkState

ALIAS = "benefits"
PERMISSIONS = {
    WorkKind.TRIAL: Permission.BENEFITS_PROGRAMME_TRY,
    WorkKind.JUDGING: Permission.BENEFITS_DECIDE,
}
"""Who may ask for a work, and carry it on."""
_WANTED = {WorkKind.TRIAL: EditionState.PROPOSED, WorkKind.JUDGING: EditionState.APPROVED}
_REFUSED = {
    WorkKind.TRIAL: "この改定は、もう提案中ではありません",
    WorkKind.JUDGING: "承認された版だけで判定し直せます",
}


def begin_edition_work(*, number: int, kind: WorkKind, by: Actor) -> EditionWork:
    """Note who asked for what. STATE_CONFLICT in another state of the edition, or while such a work is open: asked for
    twice, it is done once."""
    require(by, PERMISSIONS[kind])
    row = editions.edition(number)
    if row.state != _WANTED[kind]:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=_REFUSED[kind])
    if kind is WorkKind.JUDGING and editions.find(row.programme).edition != row.edition:
        raise TodokeError(
            ErrorCode.STATE_CONFLICT, detail="より新しい版が承認されています。その版で判定し直してください"
        )
    now = clock.now()
    try:
        with transaction.atomic(using=ALIAS):
            work = EditionWork.objects.using(ALIAS).create(
                edition=row, kind=kind, asked_at=now, asked_by=by.staff_id, state=WorkState.OPEN, state_at=now,
                state_by=by.staff_id,
            )  # fmt: skip
            subject = f"programme {row.programme} {row.edition} {kind}"
            record(ALIAS, by=by, verb="benefits:programme:begin", subject=subject, persons=0)
    except IntegrityError as error:
        detail = "この版の試算または判定のやり直しは、もう始まっています。終わると結果を示します"
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail) from error
    return work


def end_edition_work(*, work: EditionWork, failure: str, by: Actor) -> EditionWork:
    """It is over: well, or for the reason given. Files in between go; ended already, nothing happens."""
    require(by, PERMISSIONS[WorkKind(work.kind)])
    if edition_works.one(work.pk).state == WorkState.OPEN:
        state = WorkState.FAILED if failure else WorkState.DONE
        with transaction.atomic(using=ALIAS):
            EditionWork.objects.using(ALIAS).filter(pk=work.pk, state=WorkState.OPEN).update(
                state=state, failure=failure, state_at=clock.now(), state_by=by.staff_id
            )
            subject = f"programme {work.edition.programme} {work.edition.edition} {work.kind} {state}"
            record(ALIAS, by=by, verb="benefits:programme:end", subject=subject, persons=0)
    shutil.rmtree(edition_works.folder(work), ignore_errors=True)
    return edition_works.one(work.pk)
