"""組戻への銀行の回答: money that came back makes the case fail, so that it can be paid to another account."""

from __future__ import annotations

from datetime import date

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.record import record
from todoke.systems.benefits.flows import CASE, RECALL
from todoke.systems.benefits.models import Recall
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.payments.failures import RecallState
from todoke.workflow.runner import move, of

ALIAS = "benefits"
_CASE_OF = """
SELECT p.case_id FROM benefits_transfer t JOIN benefits_payment p ON p.id = t.payment_id WHERE t.id = %s
"""


def end_recall(*, recall_id: int, returned_on: date | None, by: Actor) -> None:
    """The bank's answer: the day on which the money came back, or None when it did not.

    Errors: STATE_CONFLICT unless it is confirmed.
    """
    require(by, Permission.BENEFITS_RESULT)
    to = RecallState.RETURNED if returned_on else RecallState.REFUSED
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        move(
            ALIAS, RECALL, of(RECALL, [recall_id]), to=to, by=by, also={"returned_on": returned_on},
            subject=f"recall {recall_id}", persons=1,
        )  # fmt: skip
        if returned_on:
            cursor.execute(_CASE_OF, [Recall.objects.using(ALIAS).get(pk=recall_id).transfer_id])
            (case,) = cursor.fetchone()
            move(
                ALIAS, CASE, of(CASE, [case]), to=CaseState.FAILED, by=by, subject=f"recall {recall_id}", persons=1
            )  # fmt: skip
        record(ALIAS, by=by, verb="benefits:recall:end", subject=f"recall {recall_id} {to.value}", persons=1)
