"""判定の内訳の参照 (read_why): why one household gets the money or does not. A read that is logged by person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits import queries
from todoke.systems.benefits.models import Case, Decision
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.why import compare as why_compare
from todoke.systems.benefits.rules.why.compare import Difference
from todoke.systems.benefits.rules.why.explained import Explained, Household, explain
from todoke.systems.benefits.rules.why.rules import LOOKS

ALIAS = "benefits"


@dataclass(frozen=True, kw_only=True)
class Why:
    """One decision explained, beside the one before it; `earlier` holds all decisions about the household, newest first.

    `case` is None for a household without a 給付管理番号; `previous` and `differences` are empty for a first decision.
    """

    programme: Programme
    decision: Decision
    household: Household
    explained: Explained
    case: Case | None
    earlier: Sequence[Decision]
    previous: Household | None
    differences: Sequence[Difference]


def read_why(*, decision_id: int, by: Actor) -> Why:
    """Explain one decision. Errors: PURPOSE_MISSING, NOT_FOUND; INPUT_MISSING or INPUT_CHANGED for a sealed file."""
    require(by, Permission.BENEFITS_CASE_READ)
    if not by.purpose:
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=Permission.BENEFITS_CASE_READ.value)
    decision = _decision(decision_id)
    programme = editions.named(decision.run.programme, decision.run.edition)
    earlier = queries.decisions_about(decision)
    before = next((one for one in earlier if one.run_id < decision.run_id), None)
    with queries.reader() as files:
        household = queries.seen_household(decision, programme, files)
        previous = queries.seen_household(before, programme, files) if before else None
    with transaction.atomic(using=ALIAS):
        subject = f"programme {programme.code} round {decision.run.round}"
        about = Person("household_key", decision.household_key)
        persons = len(household.members)
        record(ALIAS, by=by, verb="benefits:case:read", subject=subject, persons=persons, about=about)
    return Why(
        programme=programme,
        decision=decision,
        household=household,
        explained=explain(household, programme, LOOKS),
        case=queries.case_of(decision),
        earlier=earlier,
        previous=previous,
        differences=why_compare.differences(previous, household) if previous else (),
    )


def _decision(decision_id: int) -> Decision:
    found = Decision.objects.using(ALIAS).select_related("run").filter(pk=decision_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="世帯の判定")
    return found
