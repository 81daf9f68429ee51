"""Never two live sessions of one ID: under 16 simultaneous sign-ins, and over any sequence of events."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from django.db import connections
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests import hiring
from tests.hiring import CONFIRMER, OTHER_TERMINAL, PASSWORD, TERMINAL, there
from todoke.access import cli_actor, sessions, standing
from todoke.access.actions.allow_take_over import allow_take_over
from todoke.access.models import Grant, Session, Staff
from todoke.access.permissions import Permission, Role, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

D = "directory_city"
AT_ONCE = 16


@pytest.mark.parametrize("users", [12, pytest.param(300, marks=pytest.mark.slow)])
def test_of_sixteen_simultaneous_sign_ins_one_wins(databases: object, users: int) -> None:
    people = [f"u{number:03}" for number in range(users)]
    hiring.hire(D, {person: [Role.CLERK] for person in people})
    start = threading.Barrier(AT_ONCE)

    def sign_in_everybody(_: int) -> list[str]:
        """One of sixteen hands: all reach for the same ID at the same moment, then for the next."""
        outcomes = []
        for person in people:
            start.wait()
            try:
                sessions.sign_in(staff_id=person, password=PASSWORD, terminal=TERMINAL, proof=there)
                outcomes.append("won")
            except TodokeError as refused:
                outcomes.append(refused.code.name)
        connections.close_all()
        return outcomes

    with ThreadPoolExecutor(AT_ONCE) as hands:
        found = list(hands.map(sign_in_everybody, range(AT_ONCE)))
    for person, outcomes in zip(people, zip(*found, strict=True), strict=True):
        assert Counter(outcomes) == {"won": 1, ErrorCode.SESSION_LIVE.name: AT_ONCE - 1}, person
    assert Session.objects.using(D).filter(ended_at__isnull=True).count() == users
    assert Session.objects.using(D).count() == users


class Days(RuleBasedStateMachine):
    """One clerk, two terminals, and everything that may happen to a session, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = datetime(2026, 11, 25, 9, 0, tzinfo=clock.JAPAN)
        self.clock = patch.object(clock, "now", lambda: self.moment)
        self.clock.start()
        self.tokens: list[tuple[str, str]] = []
        self.gone = self.revoked = False

    def teardown(self) -> None:
        self.clock.stop()

    @initialize()
    def hire(self) -> None:
        EMPTY[0]()
        hiring.hire(D, {"c001": [Role.CLERK]})
        hiring.sit_down(D, CONFIRMER)

    @rule(terminal=st.sampled_from([TERMINAL, OTHER_TERMINAL]), own=st.booleans())
    def sign_in(self, terminal: str, own: bool) -> None:
        before = self._live()
        try:
            signed = sessions.sign_in(
                staff_id="c001", password=PASSWORD, terminal=terminal, proof=there,
                own_tokens=[token for token, _ in self.tokens] if own else [],
            )  # fmt: skip
        except TodokeError as refused:
            assert self.gone or before
            self._expect(refused, ErrorCode.SIGN_IN_REFUSED if self.gone else ErrorCode.SESSION_LIVE)
        else:
            assert not self.gone
            self.tokens.append((signed.token, terminal))

    @rule(minutes=st.sampled_from([1, 14, 16, 601]))
    def wait(self, minutes: int) -> None:
        self.moment += timedelta(minutes=minutes)

    @rule()
    def take_over(self) -> None:
        """A supervisor, who keeps the own session fresh."""
        Session.objects.using(D).filter(staff=CONFIRMER, ended_at__isnull=True).update(seen_at=self.moment)
        if self._live():
            try:
                allow_take_over(staff_id="c001", by=cli_actor.actor(CONFIRMER))
            except TodokeError as refused:
                self._expect(refused, ErrorCode.SESSION_OVER)  # the supervisor's own ten hours are over

    @rule()
    def reap(self) -> None:
        sessions.reap()

    @rule()
    def sign_out(self) -> None:
        for token, terminal in self.tokens:
            sessions.sign_out(token, terminal=terminal)

    @rule()
    def leave(self) -> None:
        self.gone = True
        Staff.objects.using(D).filter(pk="c001").update(left_on=clock.today())

    @rule()
    def revoke(self) -> None:
        self.revoked = True
        Grant.objects.using(D).filter(staff="c001", state="confirmed").update(
            state="revoked", ended_by=CONFIRMER, ended_at=self.moment
        )

    @rule()
    def work(self) -> None:
        """Every token that was ever given out is tried: at most one works, and none after a right has ended."""
        working = 0
        for token, terminal in self.tokens:
            try:
                require(standing.actor_for(token, terminal=terminal), Permission.BENEFITS_EXAMINE)
                working += 1
            except TodokeError as refused:
                self._expect(refused, ErrorCode.SESSION_OVER, ErrorCode.PERMISSION_DENIED)
        assert working <= (0 if self.gone or self.revoked else 1)

    @invariant()
    def at_most_one_is_live(self) -> None:
        assert self._live() <= 1

    @staticmethod
    def _expect(refused: TodokeError, *codes: ErrorCode) -> None:
        assert refused.code in codes

    def _live(self) -> int:
        return Session.objects.using(D).filter(staff="c001", ended_at__isnull=True).count()


EMPTY: list = [lambda: None]
"""Empties the databases before each run of the machine."""


@pytest.mark.parametrize("runs", [8, pytest.param(150, marks=pytest.mark.slow)])
def test_no_order_of_events_gives_two_sessions_or_a_right_that_ended(databases, request, runs: int) -> None:
    EMPTY[0] = request.getfixturevalue("_emptier").empty
    run_state_machine_as_test(Days, settings=how(max_examples=runs, stateful_step_count=25, deadline=None))
