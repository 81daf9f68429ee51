"""The model: no reachable state breaks a promise, and every guard is needed for that."""

from __future__ import annotations

import pytest

from tests.faults.made import PAGE, code_of_guards, page
from tests.faults.model import GUARDS, search


def test_no_promise_is_broken_in_the_first_states() -> None:
    found = search(limit=150_000)
    assert (found.bad, found.states >= 150_000) == ("", True), found.in_words()


@pytest.mark.slow
def test_no_promise_is_broken_in_a_million_states_of_two_inquiries_nor_in_any_state_of_one() -> None:
    """About 10 and 60 seconds of one core."""
    two = search(limit=1_200_000)
    assert (two.bad, two.states >= 1_200_000) == ("", True), two.in_words()
    one = search(limit=2_000_000, two=False)
    assert (one.bad, one.whole, one.states > 1_500_000) == ("", True, True), one.in_words()


@pytest.mark.parametrize("guard", GUARDS)
def test_without_any_one_guard_a_promise_is_broken(guard: str) -> None:
    found = search(frozenset({guard}), limit=150_000)
    assert found.bad, found.in_words()
    assert 1 <= len(found.trace) <= 12
    assert all(found.trace)


def test_the_counterexamples_on_the_page_are_fresh() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(text, code_of_guards()), "python -m tests.faults.made"
