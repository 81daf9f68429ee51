"""印刷所への引渡し: every printed file that was not handed over before becomes one mailing."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.models import Mailing, MailingFile
from todoke.systems.benefits.queries.letters import mailings
from todoke.systems.benefits.rules.letters.mailing_state import MailingState

ALIAS = "benefits"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('benefits:mailing', 0))"
_FILES = """
INSERT INTO benefits_mailing_file (mailing_id, file_id)
SELECT %(mailing)s, f.id FROM benefits_letter_file f
WHERE f.programme = %(programme)s AND NOT f.apart AND NOT EXISTS (SELECT FROM benefits_mailing_file m WHERE m.file_id = f.id)
"""


def hand_over(*, programme: str, by: Actor, expected: int | None = None) -> Mailing:
    """The programme's printed files that lie here still. `expected`: how many letters the person saw.

    Errors: NOT_FOUND when there is none, STATE_CONFLICT for another number of letters.
    """
    require(by, Permission.BENEFITS_MAILING)
    now = clock.now()
    with transaction.atomic(using=ALIAS):
        postgres.execute(ALIAS, _LOCK)
        waiting = mailings.waiting(programme)
        letters = sum(one.letters for one in waiting)
        if not letters:
            raise TodokeError(ErrorCode.NOT_FOUND, what="印刷所に渡していない印刷ファイル")
        if expected not in (None, letters):
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"渡す手紙は {letters:,} 通に変わっています")
        last = Mailing.objects.using(ALIAS).filter(programme=programme).order_by("-number").first()
        made = Mailing.objects.using(ALIAS).create(
            programme_id=programme, number=last.number + 1 if last else 1, letters=letters,
            sheets=sum(one.sheets for one in waiting), state=MailingState.HANDED, state_at=now, state_by=by.staff_id,
            handed_at=now, handed_by=by.staff_id,
        )  # fmt: skip
        postgres.execute(ALIAS, _FILES, {"mailing": made.pk, "programme": programme})
        assert MailingFile.objects.using(ALIAS).filter(mailing=made).exists()
        record(
            ALIAS, by=by, verb=Permission.BENEFITS_MAILING.value, subject=f"mailing {made.pk} handed", persons=letters
        )  # fmt: skip
    return made
