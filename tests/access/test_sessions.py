"""One live session per ID, at one terminal, asked anew at every request (PIA III.3 リスク2; exchange.md §f)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError

from tests import hiring
from tests.hiring import OTHER_TERMINAL, PASSWORD, TERMINAL, there
from todoke.access import attempts, sessions, standing
from todoke.access.models import Alarm, Session, Staff, Terminal
from todoke.access.permissions import Permission, Role, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation

D = "directory_city"


@pytest.fixture(autouse=True)
def staff(databases: object) -> None:
    hiring.hire(D, {"c001": [Role.CLERK], "c002": [Role.SUPERVISOR]})


def sign_in(
    staff_id: str = "c001", *, password: str = PASSWORD, terminal: str = TERMINAL, proof=there, **more
):
    return sessions.sign_in(staff_id=staff_id, password=password, terminal=terminal, proof=proof, **more)


def refusal(work) -> ErrorCode:
    with pytest.raises(TodokeError) as refused:
        work()
    return refused.value.code


def logged() -> list[tuple[str, str, str]]:
    return list(Operation.objects.using(D).order_by("at").values_list("verb", "subject", "outcome"))


def test_a_token_acts_with_the_rights_of_its_owner() -> None:
    signed = sign_in()
    actor = standing.actor_for(signed.token, terminal=TERMINAL, permission=Permission.BENEFITS_EXAMINE)
    require(actor, Permission.BENEFITS_EXAMINE)
    assert (actor.staff_id, actor.duty, actor.session_id) == ("c001", "benefit", signed.session_id)
    assert actor.terminal == "test-1"
    assert not actor.may(Permission.BENEFITS_APPROVE)
    assert logged() == [(sessions.BEGIN, "factor:passkey", "done")]


def test_the_token_itself_is_kept_nowhere() -> None:
    signed = sign_in()
    kept = Session.objects.using(D).get()
    assert signed.token not in str(vars(kept))
    assert kept.token_hash == sessions.digest(signed.token)


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "not the password"},
        {"staff_id": "nobody1"},
        {"terminal": "0" * 64},
        {"proof": hiring.not_there},
    ],
)
def test_whatever_was_wrong_the_answer_is_the_same_and_the_log_knows(wrong) -> None:
    assert refusal(lambda: sign_in(**wrong)) is ErrorCode.SIGN_IN_REFUSED
    ((verb, subject, outcome),) = logged()
    assert (verb, outcome) == (sessions.BEGIN, "refused")
    assert subject in {"password:wrong", "terminal", "factor:face"}
    assert not Session.objects.using(D).exists()


def test_a_second_sign_in_is_refused_and_another_terminal_raises_the_alarm() -> None:
    first = sign_in()
    assert refusal(sign_in) is ErrorCode.SESSION_LIVE
    assert not Alarm.objects.using(D).exists()
    assert refusal(lambda: sign_in(terminal=OTHER_TERMINAL)) is ErrorCode.SESSION_LIVE
    assert Alarm.objects.using(D).get().kind == "two_terminals"
    assert standing.actor_for(first.token, terminal=TERMINAL).staff_id == "c001"


def test_a_crashed_program_comes_back_with_the_token_it_had() -> None:
    first = sign_in()
    assert (
        refusal(lambda: sign_in(terminal=OTHER_TERMINAL, own_tokens=[first.token])) is ErrorCode.SESSION_LIVE
    )
    second = sign_in(own_tokens=[first.token])
    assert refusal(lambda: standing.actor_for(first.token, terminal=TERMINAL)) is ErrorCode.SESSION_OVER
    assert standing.actor_for(second.token, terminal=TERMINAL).staff_id == "c001"


def test_a_token_serves_at_its_own_terminal_only() -> None:
    signed = sign_in()
    assert (
        refusal(lambda: standing.actor_for(signed.token, terminal=OTHER_TERMINAL))
        is ErrorCode.TERMINAL_REFUSED
    )
    assert Alarm.objects.using(D).get().kind == "token_elsewhere"
    Terminal.objects.using(D).filter(pk=TERMINAL).update(withdrawn_by="x002", withdrawn_at=clock.now())
    assert refusal(lambda: standing.actor_for(signed.token, terminal=TERMINAL)) is ErrorCode.TERMINAL_REFUSED


@pytest.mark.parametrize(
    ("age", "reason"), [({"seen_at": 15}, "15分間"), ({"begun_at": 600, "seen_at": 1}, "10時間")]
)
def test_idle_and_old_sessions_end_at_the_next_request(monkeypatch, age, reason) -> None:
    signed = sign_in()
    later = clock.now() + timedelta(minutes=max(age.values()))
    if "begun_at" in age:
        Session.objects.using(D).update(seen_at=later)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(TodokeError, match=reason):
        standing.actor_for(signed.token, terminal=TERMINAL)
    assert Session.objects.using(D).get().ended_at == later
    sign_in()  # nobody is locked out by a session that ran out


def test_the_reaper_ends_what_was_left_behind(monkeypatch) -> None:
    sign_in("c001")
    sign_in("c002")
    assert sessions.reap() == 0
    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert sessions.reap() == 2
    assert set(Session.objects.using(D).values_list("end_reason", flat=True)) == {"idle"}


def test_a_leaver_is_refused_at_the_next_request_and_at_the_door() -> None:
    signed = sign_in()
    Staff.objects.using(D).filter(pk="c001").update(left_on=clock.today())
    assert refusal(lambda: standing.actor_for(signed.token, terminal=TERMINAL)) is ErrorCode.SESSION_OVER
    assert refusal(sign_in) is ErrorCode.SIGN_IN_REFUSED
    with pytest.raises(IntegrityError, match="no session for somebody who left"):
        hiring.session(D, "c001")


def test_after_five_wrong_passwords_even_the_right_one_waits_and_fifty_lock(monkeypatch) -> None:
    for _ in range(attempts.FREE_TRIES):
        assert refusal(lambda: sign_in(password="wrong")) is ErrorCode.SIGN_IN_REFUSED
    assert refusal(sign_in) is ErrorCode.SIGN_IN_REFUSED
    moment = clock.now()
    for _ in range(attempts.FREE_TRIES, attempts.HARD_CAP):
        moment += attempts.LONGEST_DELAY
        monkeypatch.setattr(clock, "now", lambda later=moment: later)
        assert refusal(lambda: sign_in(password="wrong")) is ErrorCode.SIGN_IN_REFUSED
    assert Alarm.objects.using(D).get().kind == "tries_exhausted"
    monkeypatch.setattr(clock, "now", lambda: moment + timedelta(days=1))
    assert refusal(sign_in) is ErrorCode.SIGN_IN_REFUSED
    attempts.reset(D, "c001")
    sign_in()


def test_step_up_is_asked_for_and_counts_five_minutes(monkeypatch) -> None:
    signed = sign_in("c002")
    actor = standing.actor_for(signed.token, terminal=TERMINAL)
    require(actor, Permission.BENEFITS_APPROVE)
    later = clock.now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    actor = standing.actor_for(signed.token, terminal=TERMINAL)
    require(actor, Permission.BENEFITS_PAY)
    assert refusal(lambda: require(actor, Permission.BENEFITS_APPROVE)) is ErrorCode.VERIFY_AGAIN
    with pytest.raises(TodokeError):
        sessions.verify(signed.token, terminal=TERMINAL, proof=hiring.not_there)
    sessions.verify(signed.token, terminal=TERMINAL, proof=there)
    require(standing.actor_for(signed.token, terminal=TERMINAL), Permission.BENEFITS_APPROVE)


def test_signing_out_ends_it() -> None:
    signed = sign_in()
    sessions.sign_out(signed.token, terminal=TERMINAL)
    assert refusal(lambda: standing.actor_for(signed.token, terminal=TERMINAL)) is ErrorCode.SESSION_OVER
    sign_in()


def test_the_token_is_remembered_before_it_counts() -> None:
    """A program that is killed between the two finds a token that never became valid, or one that is."""

    def killed(token: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sign_in(remember=killed)
    assert not Session.objects.using(D).exists()
