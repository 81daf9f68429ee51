"""A clock that a test moves on: `moved.ahead += …`."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from todoke.kernel import clock


class Clock:
    """The house's clock, moved by the test; it can be stopped, so that a slow machine changes nothing."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self._real = clock.now
        self._stopped: datetime | None = None

    def stop(self) -> None:
        self._stopped = self._real()

    def now(self) -> datetime:
        return (self._stopped or self._real()) + self.ahead


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The house's clock, in the test's hand."""
    moved = Clock()
    monkeypatch.setattr(clock, "now", moved.now)
    return moved
