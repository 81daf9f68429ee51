"""事業の改定の承認 (approve) by a second person, or its refusal."""

from __future__ import annotations

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.flows import EDITION
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.rules.editions import definition
from todoke.systems.benefits.rules.editions.state import EditionState
from todoke.workflow.runner import move, of

ALIAS = "benefits"


def approve_edition(*, number: int, differing: int, by: Actor) -> None:
    """Put a proposal in force. `differing`: how many households the approver saw changing in the newest trial.

    SAME_PERSON for the proposer; STATE_CONFLICT without a trial, with one against an edition no longer in force, or
    when the number seen is not that of the newest trial. The database asks for the trial and the second person, too.
    """
    require(by, Permission.BENEFITS_PROGRAMME_APPROVE)
    row = editions.edition(number)
    if row.proposed_by == by.staff_id:
        raise TodokeError(ErrorCode.SAME_PERSON, count=1)
    trial = editions.newest_trial(row)
    if trial is None:
        raise _conflict("承認の前に試算が必要です")
    if trial.against_sha256 != definition.digest(editions.find(row.programme)):
        raise _conflict("試算の後に、いまの版が変わりました。もう一度試算してください")
    if trial.differing != differing:
        raise _conflict("ご覧になった後に試算がやり直されました。結果を確かめてください")
    editions.read(row)
    move(ALIAS, EDITION, of(EDITION, [number]), to=EditionState.APPROVED, by=by, persons=0)


def refuse_edition(*, number: int, by: Actor) -> None:
    """不承認: nothing is in force but what was."""
    require(by, Permission.BENEFITS_PROGRAMME_APPROVE)
    editions.edition(number)
    move(ALIAS, EDITION, of(EDITION, [number]), to=EditionState.REFUSED, by=by, persons=0)


def _conflict(detail: str) -> TodokeError:
    return TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
