"""What ends by time alone ends beside the screens, and a database that is away does not stop them."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError

from todoke.sites import housekeeping


class _Rounds:
    """An event that lets so many rounds pass."""

    def __init__(self, rounds: int) -> None:
        self.left = rounds

    def wait(self, _seconds: float) -> bool:
        self.left -= 1
        return self.left < 0


def test_a_round_is_made_each_time_also_after_the_database_was_away(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def tidy() -> None:
        made.append(1)
        if len(made) == 1:
            raise OperationalError("gone")

    monkeypatch.setattr(housekeeping, "tidy", tidy)
    housekeeping.keep_tidy(_Rounds(3))  # type: ignore[arg-type]
    assert len(made) == 3


@pytest.mark.usefixtures("databases")
def test_nothing_due_is_nothing_done() -> None:
    done = housekeeping.tidy()
    assert len(done) >= 7
    assert not any(done.values())


def test_it_ends_with_the_screens() -> None:
    stop = threading.Event()
    stop.set()
    housekeeping.keep_tidy(stop)
