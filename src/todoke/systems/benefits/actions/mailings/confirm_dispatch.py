"""発送の確認: a second person counted what was taken out and what went to the post, and no newer register has come since."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.flows import MAILING
from todoke.systems.benefits.models import Mailing
from todoke.systems.benefits.queries.letters.fresh import fresh_register
from todoke.systems.benefits.rules.letters.mailing_state import MailingState
from todoke.systems.benefits.rules.payments.office import PayingOffice
from todoke.workflow.runner import move, of

ALIAS = "benefits"


def confirm_dispatch(
    *, mailing_id: int, taken_out: int, posted: int, office: PayingOffice, by: Actor
) -> None:
    """Confirm the counts as they were counted by hand: letters taken out, letters given to the post.

    Errors: NOT_FOUND; REGISTER_OLD; SAME_PERSON for who handed over, counted or matched; STATE_CONFLICT for other counts, before
    the matching, and when a newer register must be matched first.
    """
    require(by, Permission.BENEFITS_MAILING_CONFIRM)
    register = fresh_register(office)
    with transaction.atomic(using=ALIAS):
        mailing = Mailing.objects.using(ALIAS).select_for_update().filter(pk=mailing_id).first()
        if mailing is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="その発送")
        if mailing.state == MailingState.MATCHED and mailing.register_snapshot != register.snapshot_id:
            raise TodokeError(
                ErrorCode.STATE_CONFLICT, detail="照合の後に住民記録が新しくなりました。照合し直してください"
            )
        pulled = mailing.pulled or 0
        if mailing.state == MailingState.MATCHED and (taken_out, posted) != (
            pulled,
            mailing.letters - pulled,
        ):
            detail = (
                f"抜き取る手紙は {pulled:,} 通、発送する手紙は {mailing.letters - pulled:,} 通です。"
                "束を数え直してください"
            )
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
        move(
            ALIAS, MAILING, of(MAILING, [mailing_id]), to=MailingState.DISPATCHED, by=by,
            subject=f"mailing {mailing_id} posted {posted} taken out {taken_out}", persons=posted,
        )  # fmt: skip
