"""符号管理 and 稼働状況 at the intermediary: standings without the 符号, expiry, planned pauses and service hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connections
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from tests.clocks import Clock
from tests.systems.three_towns import (
    EAST,
    HOME,
    NETWORK_STAFF,
    PLATFORM_STAFF,
    Towns,
    alias,
    code_of,
    number_of,
    own_number,
)
from todoke.access import parties as actors
from todoke.contracts import intermediary
from todoke.contracts.intermediary import CodeStanding, PlannedPause, ServiceState
from todoke.exchange.refusals import NotNowError
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites import housekeeping
from todoke.systems.intermediary.actions.expire_acquisitions import KEPT, expire_acquisitions
from todoke.systems.intermediary.actions.plan_pause import end_pauses, plan_pause
from todoke.systems.intermediary.rules import service
from todoke.systems.network.actions.make_keys import make_keys

ENDS = ("city:" + HOME, "platform:" + HOME)
HOUSEKEEPER = actors.housekeeper()


@pytest.fixture
def nation(towns: Towns) -> Towns:
    make_keys(by=NETWORK_STAFF)
    towns.load([(code_of(p), number_of(p)) for p in range(1, 6)])
    return towns


def standings(towns: Towns, *persons: int) -> list[tuple[str, str]]:
    wanted = intermediary.CodeStandingsWanted(integrated_numbers=[own_number(HOME, p) for p in persons])
    answer = towns.ask(*ENDS, intermediary.CODE_STANDINGS, wanted)
    return list(zip(answer.standings, answer.reasons, strict=True))


def status(towns: Towns) -> intermediary.ServiceStatus:
    answer: intermediary.ServiceStatus = towns.ask(*ENDS, intermediary.STATUS, intermediary.StatusWanted())
    return answer


def want(towns: Towns, *persons: int) -> list[str]:
    body = intermediary.CodeWanted(integrated_numbers=[own_number(HOME, p) for p in persons])
    numbers: list[str] = towns.ask(*ENDS, intermediary.ACQUISITIONS, body).acquisition_numbers
    return numbers


def pause(begins: timedelta, ends: timedelta, reason: str = "定期点検") -> None:
    now = clock.now()
    plan_pause(
        alias=alias(HOME), begins_at=now + begins, ends_at=now + ends, reason=reason, by=PLATFORM_STAFF
    )


def test_each_standing_is_told_and_nothing_more(nation: Towns) -> None:
    nation.acquire(HOME, [1, 2])
    want(nation, 3)
    assert standings(nation, 1, 3, 4) == [("waiting", ""), ("waiting", ""), ("unknown", "")]
    nation.deliver()
    assert standings(nation, 4, 3, 2, 1) == [
        ("unknown", ""), ("waiting", ""), ("acquired", ""), ("acquired", ""),
    ]  # fmt: skip


def test_a_person_registered_twice_is_told_with_its_reason(nation: Towns) -> None:
    nation.acquire(HOME, [1])
    nation.deliver()
    (acquisition,) = want(nation, 2)
    records = [intermediary.LinkCodeNotice(acquisition, _code_of_person_one(nation))]
    nation.ask("network", ENDS[1], intermediary.LINK_CODES, intermediary.LinkCodes(records=records))
    assert standings(nation, 1, 2) == [("acquired", ""), ("failed", "duplicate_person")]


def _code_of_person_one(towns: Towns) -> str:
    ((code,),) = towns.rows(
        alias(HOME), "SELECT link_code FROM intermediary_link_code WHERE state = 'acquired'"
    )
    return str(code)


def test_an_acquisition_number_that_is_never_used_ends_and_can_be_had_again(
    nation: Towns, moved: Clock
) -> None:
    (first,) = want(nation, 1)
    moved.ahead = KEPT - timedelta(minutes=1)
    assert expire_acquisitions(alias=alias(HOME), by=HOUSEKEEPER) == 0
    moved.ahead = KEPT + timedelta(minutes=1)
    assert housekeeping.tidy()["使われなかった取得番号"] == 1
    assert standings(nation, 1) == [(CodeStanding.FAILED, "expired")]
    (second,) = want(nation, 1)
    assert second not in ("", first)
    late = intermediary.LinkCodes(records=[intermediary.LinkCodeNotice(first, "0" * 32)])
    assert nation.ask("network", ENDS[1], intermediary.LINK_CODES, late).count == 0
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        expire_acquisitions(alias=alias(HOME), by=PLATFORM_STAFF)


def test_what_the_network_could_not_deliver_ends_there_too(nation: Towns, moved: Clock) -> None:
    nation.acquire(HOME, [1, 2])
    moved.ahead = KEPT + timedelta(minutes=1)
    done = housekeeping.tidy()
    assert (done["使われなかった取得番号"], done["届かなかった取得番号"]) == (2, 2)
    assert nation.rows("network", "SELECT count(*) FROM network_acquisition") == [(0,)]


def test_a_repeated_request_hears_the_same_number_though_no_answer_is_kept(nation: Towns) -> None:
    body = intermediary.CodeWanted(integrated_numbers=[own_number(HOME, 1)])
    answers = {
        nation.ask(*ENDS, intermediary.ACQUISITIONS, body, key="same").acquisition_numbers[0]
        for _ in range(3)
    }
    assert len(answers) == 1
    assert nation.rows(alias(HOME), "SELECT count(*) FROM exchange_inbox") == [(0,)]


def test_a_failure_says_why_also_in_the_database(nation: Towns) -> None:
    want(nation, 1)
    broken = "UPDATE intermediary_link_code SET state = 'failed', acquisition_number = NULL"
    with connections[alias(HOME)].cursor() as cursor, pytest.raises(IntegrityError, match="failure_says_why"):
        cursor.execute(broken)


def test_status_tells_what_waits_and_how_old_it_is(nation: Towns) -> None:
    want(nation, 1, 2)
    found = status(nation)
    backlogs = {backlog.name: backlog for backlog in found.backlogs}
    assert (found.state, found.accepting, found.opens_at) == (ServiceState.RUNNING, True, None)
    assert abs(found.clock - clock.now()) < timedelta(seconds=10)
    assert backlogs["codes"].waiting == 2
    assert backlogs["codes"].oldest is not None
    assert (backlogs["inquiries"].waiting, backlogs["inquiries"].oldest) == (0, None)


def test_nobody_but_the_own_city_hears_the_status(nation: Towns) -> None:
    for kind, body in (
        (intermediary.STATUS, intermediary.StatusWanted()),
        (intermediary.CODE_STANDINGS, intermediary.CodeStandingsWanted(integrated_numbers=[])),
    ):
        with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
            nation.ask(f"city:{EAST}", ENDS[1], kind, body)


def test_in_a_planned_pause_nothing_but_the_status_is_answered(nation: Towns, moved: Clock) -> None:
    pause(timedelta(hours=1), timedelta(hours=3))
    assert status(nation).pauses[0].reason == "定期点検"
    assert want(nation, 1) != [""]
    moved.ahead = timedelta(hours=2)
    found = status(nation)
    assert (found.state, found.accepting) == (ServiceState.PLANNED_PAUSE, False)
    assert found.opens_at == found.pauses[0].ends_at
    for ask in (lambda: want(nation, 2), lambda: standings(nation, 1), nation.results):
        with pytest.raises(NotNowError) as refused:
            ask()
        assert refused.value.reason is ErrorCode.SERVICE_CLOSED
    assert end_pauses(alias=alias(HOME), by=PLATFORM_STAFF) == 1
    assert want(nation, 2) != [""]


def test_codes_for_an_intermediary_in_a_pause_arrive_afterwards(nation: Towns, moved: Clock) -> None:
    nation.acquire(HOME, [1, 2])
    pause(timedelta(), timedelta(hours=1))
    nation.dispatcher().drain(0.3)
    moved.ahead = timedelta(hours=2)
    nation.deliver()
    assert standings(nation, 1, 2) == [("acquired", ""), ("acquired", "")]


def test_outside_the_service_hours_it_is_closed(nation: Towns) -> None:
    with override_settings(TODOKE_SERVICE_HOURS="00:00-00:01"):
        hour = clock.now().astimezone(clock.JAPAN)
        if (hour.hour, hour.minute) != (0, 0):
            assert status(nation).state is ServiceState.CLOSED_HOURS
            with pytest.raises(NotNowError):
                want(nation, 1)


def test_a_pause_needs_a_reason_and_an_end_that_is_to_come(nation: Towns) -> None:
    for begins, ends, reason in ((0, -1, "理由"), (2, 1, "理由"), (0, 1, " ")):
        with pytest.raises(TodokeError, match="RECORD_INVALID"):
            pause(timedelta(hours=begins), timedelta(hours=ends), reason)
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        end_pauses(alias=alias(HOME), by=NETWORK_STAFF)


JST_NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "hours", "state", "opens"),
    [
        (JST_NOON, "08:00-21:00", "running", None),
        (JST_NOON, "00:00-24:00", "running", None),
        (JST_NOON, "12:00-13:00", "running", None),
        (JST_NOON, "08:00-12:00", "closed_hours", datetime(2026, 4, 1, 23, 0, tzinfo=UTC)),
        (JST_NOON, "13:00-14:00", "closed_hours", datetime(2026, 4, 1, 4, 0, tzinfo=UTC)),
    ],
)
def test_service_hours(now: datetime, hours: str, state: str, opens: datetime | None) -> None:
    assert service.standing(now, service.hours(hours), []) == (state, opens)


@pytest.mark.parametrize("text", ["", "8-21", "21:00-08:00", "08:00-08:00", "08:00-24:01", "25:00-26:00"])
def test_hours_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="service hours"):
        service.hours(text)


@given(
    st.integers(0, 10_000),
    st.lists(st.tuples(st.integers(0, 8_000), st.integers(1, 3_000)), max_size=5),
    st.integers(0, 22),
    st.integers(1, 24),
)
def test_when_it_says_it_opens_it_is_open_and_not_a_minute_before(
    at: int, spans: list[tuple[int, int]], opens: int, length: int
) -> None:
    hours = service.Hours(opens * 60, min(24, opens + length) * 60)
    start = JST_NOON
    pauses = [
        PlannedPause(start + timedelta(minutes=begin), start + timedelta(minutes=begin + long), "x")
        for begin, long in spans
    ]
    now = start + timedelta(minutes=at)
    state, reopens = service.standing(now, hours, pauses)
    if state is ServiceState.RUNNING:
        assert reopens is None
        return
    assert reopens is not None
    assert service.standing(reopens, hours, pauses)[0] is ServiceState.RUNNING
    minute = now
    while minute < reopens:
        assert service.standing(minute, hours, pauses)[0] is not ServiceState.RUNNING
        minute += timedelta(minutes=7)
