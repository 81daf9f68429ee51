"""廃棄の承認: the listed sheets are destroyed when somebody who did not list them has approved."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.flows import DISPOSAL, PAPER
from todoke.systems.benefits.models import PaperDisposal
from todoke.systems.benefits.rules.intake.paper_state import DisposalState, PaperState
from todoke.workflow.runner import Rows, move, of

ALIAS = "benefits"


def approve_disposal(*, disposal_id: int, by: Actor) -> int:
    """The listed sheets may be destroyed; how many. Errors: SAME_PERSON; STATE_CONFLICT when decided, or a sheet left."""
    require(by, Permission.BENEFITS_PAPER_APPROVE)
    with transaction.atomic(using=ALIAS):
        row = PaperDisposal.objects.using(ALIAS).filter(pk=disposal_id).first()
        if row is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="廃棄の提案")
        move(
            ALIAS, DISPOSAL, of(DISPOSAL, [row.pk]), to=DisposalState.APPROVED, by=by,
            subject=f"disposal {row.pk}", persons=row.papers,
        )  # fmt: skip
        listed = Rows(where="r.disposal_id = %(disposal)s", values={"disposal": row.pk}, expected=row.papers)
        move(ALIAS, PAPER, listed, to=PaperState.DISPOSED, by=by, subject=f"disposal {row.pk} papers")
    return row.papers
