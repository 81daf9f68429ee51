"""印刷所の数: typed or from the printer's file; the mailing goes on only when every kind agrees."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.flows import MAILING
from todoke.systems.benefits.models import Mailing, PrinterCount
from todoke.systems.benefits.queries.letters import mailings
from todoke.systems.benefits.rules.letters import kind as letter_kind
from todoke.systems.benefits.rules.letters.mailing_state import MailingState, SheetCount, differences
from todoke.workflow.runner import move, of

ALIAS = "benefits"


def count_sheets(*, mailing_id: int, counts: Sequence[SheetCount], by: Actor, source: str = "") -> list[str]:
    """Keep the figures; what does not agree, each a sentence. Without a difference the mailing is counted.

    Figures that do not agree are kept, too: the next ones come beside them. Errors: NOT_FOUND; STATE_CONFLICT when it was
    counted before; RECORD_INVALID unless there is one count for each kind of letter in the mailing.
    """
    require(by, Permission.BENEFITS_MAILING)
    with transaction.atomic(using=ALIAS):
        mailing = Mailing.objects.using(ALIAS).select_for_update().filter(pk=mailing_id).first()
        if mailing is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="その発送")
        if mailing.state != MailingState.HANDED:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="印刷所の数は確認済みです")
        held = {(one.kind, one.route): one for one in mailings.held(mailing_id)}
        if sorted(held) != sorted((one.kind, one.route) for one in counts):
            raise TodokeError(ErrorCode.RECORD_INVALID, detail="手紙の種類が、渡したものと一致しません")
        found = []
        for one in counts:
            own = held[one.kind, one.route]
            title = letter_kind.title(one.kind, one.route)
            found += [f"{title}：{text}" for text in differences(one, letters=own.letters, sheets=own.sheets)]
            PrinterCount.objects.using(ALIAS).create(
                mailing=mailing, number=own.counts + 1, kind=one.kind, route=one.route, printed=one.printed,
                spoiled=one.spoiled, reprinted=one.reprinted, enclosed=one.enclosed, source=source,
                entered_at=clock.now(), entered_by=by.staff_id,
            )  # fmt: skip
        subject = f"mailing {mailing_id} {'differs' if found else 'agrees'}"
        record(ALIAS, by=by, verb="benefits:mailing:count", subject=subject, persons=0)
        if not found:
            move(
                ALIAS, MAILING, of(MAILING, [mailing_id]), to=MailingState.COUNTED, by=by,
                subject=f"mailing {mailing_id} counted", persons=mailing.letters,
            )  # fmt: skip
    return found
