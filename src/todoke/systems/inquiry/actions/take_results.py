"""照会結果の取込: answers from 統合番号連携, stored here before linkage drops them."""

from __future__ import annotations

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.information import Outcome
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.inquiry import codecs, needs
from todoke.systems.inquiry.actions.keep_answers import keep_answers
from todoke.systems.inquiry.models import ReceivedAnswer, RequestFile

ALIAS = "inquiry"
_MISSING = """
SELECT count(*) FROM inquiry_query WHERE record_id = ANY(%s) AND state IN ('drafted', 'asked', 'held', 'expired')
"""


def take_results(*, batch_id: str, by: Actor) -> int:
    """Store what changed in one batch; returns how many questions changed.

    Raises STATE_CONFLICT when linkage has handed an answer over that is not here: somebody's answer is lost.
    """
    require(by, Permission.INQUIRY_OPERATE)
    results = [result for result in needs.results(batch_id) if result.outcome is not Outcome.ASKED]
    present = [result for result in results if result.items or result.outcome is not Outcome.ANSWERED]
    gone = [result.record_id for result in results if result.outcome is Outcome.ANSWERED and not result.items]
    file = RequestFile.objects.using(ALIAS).select_related("order").get(batch_id=batch_id)
    arrived = codecs.of_results(present)
    with transaction.atomic(using=ALIAS):
        changed = keep_answers(file=file, arrived=arrived, source=ReceivedAnswer.Source.LINKAGE, by=by)
        _refuse_lost(gone)
        if changed:
            subject = f"batch {batch_id}"
            record(ALIAS, by=by, verb="inquiry:result:take", subject=subject, persons=changed)
    answered = [result.record_id for result in present if result.items]
    if answered:
        needs.hand_over(answered, by=by.staff_id)
    return changed


def _refuse_lost(record_ids: list[str]) -> None:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_MISSING, [record_ids])
        (missing,) = cursor.fetchone() or (0,)
    if missing:
        raise TodokeError(
            ErrorCode.STATE_CONFLICT, detail=f"引渡し済みの回答 {missing} 件がこのシステムにありません"
        )
