"""不服の申出・審査請求: received against the newest decision with the days that the law counts, drafted by one, answered by
another; neither examined nor approved the household's form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits import queries
from todoke.systems.benefits.flows import APPEAL
from todoke.systems.benefits.models import Appeal, Approval
from todoke.systems.benefits.queries.aftermath import appeals
from todoke.systems.benefits.rules.aftermath.appeals import (
    ANSWER_LENGTH,
    ANSWER_LINES,
    AppealKind,
    AppealOutcome,
    AppealState,
    answer_by,
    deadline,
    fits,
)
from todoke.workflow.runner import move, of

ALIAS = "benefits"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What came in: when, why, and since when the household knows the decision; `excused`: why it comes late."""

    kind: AppealKind
    grounds: str
    known_on: date
    received_on: date
    excused: str = ""


def receive_appeal(*, programme: str, number: str, said: Said, by: Actor) -> Appeal:
    """`number`: a 給付管理番号 or a household code. NOT_FOUND without a decision; ALREADY_DONE while one is open.

    RECORD_INVALID for days that contradict each other. A late one is taken, too: it must be answered.
    """
    require(by, Permission.BENEFITS_APPEAL_RECEIVE)
    case = queries.case_numbered(programme, number)
    decision = queries.newest_decision(programme, case.household_key if case else number)
    if decision is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この世帯の判定")
    case = case or queries.case_of(decision)
    decided_on = decision.run.decided_at.astimezone(clock.JAPAN).date()
    known = max(said.known_on, decided_on)
    if not decided_on <= said.received_on <= clock.today() or not said.grounds.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="受付日は判定の日から今日まで、理由は必須です")
    now = clock.now()
    with transaction.atomic(using=ALIAS):
        try:
            with transaction.atomic(using=ALIAS):
                made = Appeal.objects.using(ALIAS).create(
                    programme_id=programme, household_key=decision.household_key, case=case, kind=said.kind.value,
                    grounds=said.grounds.strip(), decided_on=decided_on, known_on=known, received_on=said.received_on,
                    deadline=deadline(known, decided_on), excused=said.excused.strip(), answer_by=answer_by(said.received_on),
                    state=AppealState.RECEIVED, state_at=now, state_by=by.staff_id, received_at=now, received_by=by.staff_id,
                )  # fmt: skip
        except IntegrityError as error:
            raise TodokeError(ErrorCode.ALREADY_DONE, detail="この世帯の申出は受付済み") from error
        about = Person("household_key", decision.household_key)
        verb = Permission.BENEFITS_APPEAL_RECEIVE.value
        record(ALIAS, by=by, verb=verb, subject=f"appeal {made.pk}", persons=1, about=about)
    return made


def draft_answer(*, appeal_id: int, outcome: AppealOutcome, answer: str, by: Actor) -> None:
    """The answer as it is proposed. SAME_PERSON for whoever took part; RECORD_INVALID without a reason, or where a late one
    without excuse is not rejected."""
    require(by, Permission.BENEFITS_APPEAL_RECEIVE)
    found = appeals.one(appeal_id)
    if not answer.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="回答の理由がありません")
    if not fits(answer.strip()):
        raise TodokeError(
            ErrorCode.RECORD_INVALID,
            detail=f"回答の理由は {ANSWER_LENGTH:,} 文字、{ANSWER_LINES} 行までにしてください",
        )
    late = found.received_on > found.deadline and not found.excused
    if late and outcome is not AppealOutcome.REJECTED:
        raise TodokeError(
            ErrorCode.RECORD_INVALID, detail="期限を過ぎた申出です。正当な理由がなければ却下だけができます"
        )
    _took_no_part(found, by)
    _moves(appeal_id, AppealState.DRAFTED, by, also={"outcome": outcome.value, "answer": answer.strip()})


def answer_appeal(*, appeal_id: int, by: Actor) -> None:
    """The second person; SAME_PERSON for the drafter and for whoever took part."""
    require(by, Permission.BENEFITS_APPEAL_ANSWER)
    _took_no_part(appeals.one(appeal_id), by)
    _moves(appeal_id, AppealState.ANSWERED, by)


def return_answer(*, appeal_id: int, by: Actor) -> None:
    """To be drafted anew."""
    require(by, Permission.BENEFITS_APPEAL_ANSWER)
    _moves(appeal_id, AppealState.RECEIVED, by)


def withdraw_appeal(*, appeal_id: int, by: Actor) -> None:
    """The household took it back."""
    require(by, Permission.BENEFITS_APPEAL_RECEIVE)
    _moves(appeal_id, AppealState.WITHDRAWN, by)


def _took_no_part(found: Appeal, by: Actor) -> None:
    acts = Approval.objects.using(ALIAS).filter(case=found.case).values_list("examined_by", "approved_by")
    if by.staff_id in {person for pair in acts for person in pair}:
        raise TodokeError(ErrorCode.SAME_PERSON, count=1)


def _moves(appeal_id: int, to: AppealState, by: Actor, *, also: Mapping[str, Any] | None = None) -> None:
    subject = f"appeal {appeal_id}"
    move(ALIAS, APPEAL, of(APPEAL, [appeal_id]), to=to, by=by, also=also, subject=subject, persons=1)
