"""Parties away, messages lost, doubled, late, in another order and again; clocks and keys that are wrong."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faults import scenes
from tests.faults.checking import assert_kept, broken
from tests.faults.transports import Down, Skewed, Storm
from tests.systems.lists import publish_list
from tests.systems.three_towns import (
    EAST,
    HOME,
    NETWORK_STAFF,
    PLATFORM_STAFF,
    WEST,
    Towns,
    alias,
    inquiry,
    items,
)
from todoke.access import parties as actors
from todoke.contracts import registry
from todoke.contracts.information import Outcome
from todoke.exchange import circuit
from todoke.exchange.directory import FILE_NAME, Directory
from todoke.exchange.transport import Transport
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.systems.intermediary.actions.compare_records import compare_records
from todoke.systems.intermediary.actions.fetch_list import fetch_list
from todoke.systems.network import queries as network_queries
from todoke.systems.network.rules.permission_list import ENTRIES

EAST_PLATFORM, HOME_PLATFORM = f"platform:{EAST}", f"platform:{HOME}"
SOON = timedelta(hours=1)
"""While something is on its way, records may differ for this long."""


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit, "FIRST", timedelta(milliseconds=10))
    monkeypatch.setattr(circuit, "LONGEST", timedelta(milliseconds=50))


def state_of(towns: Towns, name: str) -> list[tuple[str, str]]:
    return towns.rows(name, "SELECT state, last_error FROM exchange_outbox WHERE state = 'waiting'")


@pytest.mark.parametrize(
    ("hours", "outcome", "error"), [(23, Outcome.ANSWERED, ""), (25, Outcome.REFUSED, "permit_expired")]
)
def test_a_provider_that_was_down_for_a_day(towns: Towns, hours: int, outcome: Outcome, error: str) -> None:
    """Meanwhile the comparison has the missing record as a discrepancy; afterwards it is closed by agreement."""
    inner = scenes.ready(towns).transport
    towns.transport = Down(inner, {EAST_PLATFORM})
    scenes.ask(towns)
    towns.dispatcher().drain(0.5)
    assert_kept(towns, grace=SOON)
    with scenes.moved_clock(timedelta(hours=hours)):
        # without a comparison the day-old gap is a broken promise; the daily round opens a discrepancy
        assert broken(towns) == {"record_missing"}
        compare_records(alias=alias(EAST), by=actors.housekeeper())
        assert [(d.side, d.difference) for d in network_queries.open_discrepancies()] == [
            ("provider", "missing_there")
        ]
        assert_kept(towns)
        towns.transport = inner
        towns.deliver()
        result = towns.results()["r1"]
        assert (result.outcome, result.error) == (outcome, error)
    with scenes.moved_clock(timedelta(hours=hours + 25)):
        compare_records(alias=alias(EAST), by=actors.housekeeper())
        assert network_queries.open_discrepancies() == []
    assert_kept(towns)


def test_a_network_that_is_down_loses_nothing_and_nothing_is_asked_twice(towns: Towns) -> None:
    inner = scenes.ready(towns).transport
    towns.transport = Down(inner, {"network"})
    registry.serve(Transport, towns.transport)
    scenes.ask(towns)
    towns.dispatcher().drain(0.5)
    assert state_of(towns, alias(HOME)) == [("waiting", "UNAVAILABLE")]
    with pytest.raises(TodokeError):
        fetch_list(alias=alias(EAST), by=PLATFORM_STAFF)
    assert_kept(towns)
    towns.transport = inner
    towns.deliver()
    assert towns.results()["r1"].items == items(1)
    assert_kept(towns)


SEEDS = st.integers(0, 2**32)
IN_A_STORM = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
_round = iter(range(10**6))


def _in_a_storm(towns: Towns, seed: int) -> None:
    number = next(_round)
    inner = towns.transport
    asked = {f"{number}-{p}": p for p in (1, 2, 3, 4)}
    towns.inquire([inquiry(record_id, p, EAST if p < 4 else WEST) for record_id, p in asked.items()])
    towns.transport = storm = Storm(inner, seed)
    try:
        towns.dispatcher().drain(1.5)
        assert_kept(towns, grace=SOON)
        storm.strength = 0.0
        towns.deliver()
        storm.replay(len(storm.seen))
        towns.deliver()
    finally:
        towns.transport = inner
    found = {record_id: result for record_id, result in towns.results().items() if record_id in asked}
    assert {name: result.items for name, result in found.items()} == {
        name: () if p == 3 else items(p) for name, p in asked.items()
    }
    assert_kept(towns)


@pytest.fixture
def stormy(towns: Towns) -> Towns:
    return scenes.ready(towns, held=[3])


@settings(IN_A_STORM, max_examples=5, derandomize=True)
@given(seed=SEEDS)
def test_lost_doubled_late_reordered_and_replayed_messages_end_the_same(stormy: Towns, seed: int) -> None:
    _in_a_storm(stormy, seed)


@pytest.mark.slow
@settings(IN_A_STORM, max_examples=60)
@given(seed=SEEDS)
def test_many_storms(stormy: Towns, seed: int) -> None:
    _in_a_storm(stormy, seed)


@pytest.mark.parametrize("by", [timedelta(minutes=-4), timedelta(minutes=4)], ids=str)
def test_clocks_that_differ_a_little_do_not_matter(towns: Towns, by: timedelta) -> None:
    inner = scenes.ready(towns).transport
    with scenes.moved_clock(timedelta(minutes=10)):  # the list was there before, on whatever clock
        towns.transport = Skewed(inner, by)
        scenes.ask(towns)
        towns.deliver()
        assert towns.results()["r1"].items == items(1)
        towns.transport = inner
        assert_kept(towns, grace=SOON)


@pytest.mark.parametrize(
    "by", [timedelta(minutes=-6), timedelta(minutes=6), timedelta(hours=-3), timedelta(hours=3)], ids=str
)
def test_clocks_that_differ_much_stop_messages_and_say_by_how_many_seconds(
    towns: Towns, by: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    """The receiver says whose time differs by how much and what to do; the message waits and is not lost."""
    inner = scenes.ready(towns).transport
    with scenes.moved_clock(timedelta(days=1)):  # keys of today are younger than some of these clocks
        scenes.ask(towns)
        towns.transport = Skewed(inner, by)
        with caplog.at_level(logging.WARNING, "todoke.exchange"):
            towns.dispatcher().drain(0.3)
        assert state_of(towns, alias(HOME)) == [("waiting", "CLOCK_SKEW")]
        seconds = -int(by.total_seconds())
        told = [record.getMessage() for record in caplog.records if "CLOCK_SKEW" in record.getMessage()]
        way = "進んで" if seconds > 0 else "遅れて"
        near = range(abs(seconds) - 2, abs(seconds) + 3)
        assert any(f"{value} 秒 {way}います（許容は ±300 秒）" in text for text in told for value in near), (
            told
        )
        assert all("時刻同期を確かめてください" in text for text in told)
        towns.transport = inner
        towns.deliver()
        assert towns.results()["r1"].items == items(1)
        assert_kept(towns)


@pytest.fixture
def expire(towns: Towns) -> Iterator[object]:
    """Let a party's key end yesterday, and give it a new term again."""
    file = towns.folder / FILE_NAME
    whole = file.read_bytes()

    def until_yesterday(party: str) -> None:
        directory = msgspec.json.decode(whole, type=Directory)
        ended = msgspec.structs.replace(directory.parties[party], valid_until=clock.now() - timedelta(days=1))
        changed = msgspec.structs.replace(directory, parties={**directory.parties, party: ended})
        file.write_bytes(msgspec.json.encode(changed))

    yield until_yesterday
    file.write_bytes(whole)


@pytest.mark.parametrize("party", [HOME_PLATFORM, "network", EAST_PLATFORM])
def test_an_expired_key_stops_messages_until_it_is_renewed(towns: Towns, expire: object, party: str) -> None:
    scenes.ready(towns)
    whole = (towns.folder / FILE_NAME).read_bytes()
    scenes.ask(towns)
    expire(party)  # type: ignore[operator]
    towns.dispatcher().drain(0.5)
    errors = {error for name in (alias(HOME), "network", alias(EAST)) for _, error in state_of(towns, name)}
    assert errors & {"KEY_EXPIRED", "UNAVAILABLE"}
    assert_kept(towns, grace=SOON)
    (towns.folder / FILE_NAME).write_bytes(whole)
    towns.deliver()
    assert towns.results()["r1"].items == items(1)
    assert_kept(towns)


def test_a_list_that_changed_between_permit_and_provision(towns: Towns) -> None:
    """The provider's copy of the moment counts; the inquirer hears why, and three records agree on the refusal."""
    scenes.permitted(scenes.ready(towns))
    over = msgspec.structs.replace(ENTRIES[0], valid_to=ENTRIES[0].valid_from)
    publish_list(by=NETWORK_STAFF, entries=[over])
    fetch_list(alias=alias(EAST), by=PLATFORM_STAFF)
    towns.deliver()
    result = towns.results()["r1"]
    assert (result.outcome, result.error, result.items) == (Outcome.REFUSED, "not_on_list", ())
    assert_kept(towns)
