"""電話の応対 (answer_call): from a number, or a name and a birth date, to what may be said; every look is logged with its purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.identifiers import case_number
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record, record_many
from todoke.systems.benefits.models import Call, CallCheck, CallNote
from todoke.systems.benefits.queries.aftermath import calls
from todoke.systems.benefits.queries.aftermath.calls import Found, Standing
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.queries.figures.cases import newest_decision
from todoke.systems.benefits.rules.aftermath.calls import LIFE, Depth, Item, depth
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.deciding.outcome import Reason
from todoke.systems.benefits.rules.deciding.push import Route
from todoke.systems.benefits.rules.why import phone

ALIAS = "benefits"
VERB: Final = Permission.BENEFITS_CALL_ANSWER.value
Said = Mapping[Item, str | date]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one operator may see of one call. `say` is the sentence to read out; nothing else stands here while `asking`.

    `open`: there is somebody of whom can be told, once the caller has been recognised.
    """

    call: Call
    depth: Depth
    agreed: frozenset[Item]
    misses: int
    open: bool
    name: str = ""
    programme: str = ""
    state: CaseState | None = None
    standing: Standing | None = None
    say: str = ""
    amount_yen: int | None = None
    notes: list[CallNote] = field(default_factory=list)


def open_call(*, said: Said, by: Actor) -> Call:
    """Begin a call with what the caller said. Errors: PURPOSE_MISSING; NUMBER_INVALID; RECORD_INVALID for too little."""
    require(by, Permission.BENEFITS_CALL_ANSWER)
    if not by.purpose:
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=VERB)
    number, kana, born = (said.get(item) for item in (Item.NUMBER, Item.NAME, Item.BORN))
    if number:
        case_number.parse(str(number))
    elif not (kana and isinstance(born, date)):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="番号か、氏名と生年月日の両方が要ります")
    with transaction.atomic(using=ALIAS):
        found, people = _found(said)
        made = Call.objects.using(ALIAS).create(
            case=found.case if found else None,
            resident_code=found.resident.resident_code if found else "",
            household_key=found.household_key if found else "",
            asked_number=str(number or ""), asked_kana=str(kana or ""), asked_birth=born or None,
            purpose=by.purpose, opened_at=clock.now(), opened_by=by.staff_id,
        )  # fmt: skip
        if found is not None:
            for item, words in said.items():
                _check(made, item, agreed=calls.agrees(found, item, words), by=by)
        _log(made, number=str(number or ""), people=people, by=by)
    return made


def _found(said: Said) -> tuple[Found | None, list[str]]:
    if number := said.get(Item.NUMBER):
        return calls.by_number(str(number))
    kana, born = said[Item.NAME], said[Item.BORN]
    assert isinstance(born, date)
    return calls.by_person(str(kana), born)


def _log(made: Call, *, number: str, people: list[str], by: Actor) -> None:
    """One entry for the look, by what was asked, and one for everybody it was about, shown or not."""
    about = Person("case_number", number) if number else None
    subject, shown = f"call {made.pk}", int(bool(made.resident_code))
    record(
        ALIAS, by=by, verb=VERB, subject=subject, persons=shown, about=about, detail=made.asked_kana or None
    )
    record_many(
        ALIAS, by=by, verb=VERB, subject=subject, about=(Person("resident_code", code) for code in people)
    )


def check_caller(*, call_id: int, item: Item, said: str | date, by: Actor) -> bool:
    """Compare one more answer. Errors: NOT_FOUND, STATE_CONFLICT when the call is over or the item has agreed."""
    require(by, Permission.BENEFITS_CALL_ANSWER)
    with transaction.atomic(using=ALIAS):
        call = calls.call(call_id, by.staff_id)
        Call.objects.using(ALIAS).select_for_update().get(pk=call.pk)
        found, told = calls.person_of(call), calls.checks(call)
        agreed, misses = _counted(told)
        if found is None or calls.over(call, LIFE) or depth(agreed, misses) is Depth.STOPPED:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この応対では、これ以上確かめられません")
        if item in agreed:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この項目はもう一致しています")
        right = calls.agrees(found, item, said)
        _check(call, item, agreed=right, by=by)
        about = Person("resident_code", call.resident_code)
        subject = f"call {call.pk} {item} {'agreed' if right else 'differed'}"
        record(ALIAS, by=by, verb="benefits:call:check", subject=subject, persons=1, about=about)
    return right


def _check(call: Call, item: Item, *, agreed: bool, by: Actor) -> None:
    CallCheck.objects.using(ALIAS).create(
        call=call, item=item.value, agreed=agreed, at=clock.now(), by=by.staff_id
    )


def read_call(*, call_id: int, by: Actor) -> Answer:
    """What may be said now. Errors: NOT_FOUND for somebody else's call, STATE_CONFLICT for one that is over."""
    require(by, Permission.BENEFITS_CALL_ANSWER)
    with transaction.atomic(using=ALIAS):
        call = calls.call(call_id, by.staff_id)
        if calls.over(call, LIFE):
            raise TodokeError(
                ErrorCode.STATE_CONFLICT, detail="この応対は終わっています。番号から聞き直してください"
            )
        found, told = calls.person_of(call), calls.checks(call)
        agreed, misses = _counted(told)
        come = depth(agreed, misses)
        bare = Answer(call=call, depth=come, agreed=agreed, misses=misses, open=found is not None)
        if found is None or come in (Depth.ASKING, Depth.STOPPED):
            return bare
        about = Person("resident_code", call.resident_code)
        record(
            ALIAS, by=by, verb="benefits:call:read", subject=f"call {call.pk} {come}", persons=1, about=about
        )
        return _told(bare, found)


def _counted(told: list[CallCheck]) -> tuple[frozenset[Item], int]:
    agreed = frozenset(Item(one.item) for one in told if one.agreed)
    return agreed, sum(not one.agreed for one in told)


def _told(bare: Answer, found: Found) -> Answer:
    """The answer for a caller who was recognised: masked, and with the amount only when they were asked more."""
    case = found.case
    decision = (
        newest_decision(case.programme_id, case.household_key) if case else calls.newest(found.household_key)
    )
    assert decision is not None  # a case was numbered by one, and without a case only a decision opens a call
    state = CaseState(case.state) if case else None
    programme = editions.find(decision.run.programme)
    standing = calls.standing(case) if case else None
    reason = Reason(decision.reason_code)
    say = phone.brief(
        reason, programme, state=state, route=Route(case.route) if case else Route.CONFIRMATION,
        transfer_on=standing.transfer_on if standing else None,
    )  # fmt: skip
    more = bare.depth is Depth.OPEN
    return Answer(
        call=bare.call, depth=bare.depth, agreed=bare.agreed, misses=bare.misses, open=True,
        name=calls.name_of(found), programme=programme.name, state=state, standing=standing, say=say,
        amount_yen=case.amount_yen if more and case else None, notes=calls.notes(bare.call) if more else [],
    )  # fmt: skip
