"""Transports that do to messages what networks do: nobody there, lost, twice, late, in another order, another clock."""

from __future__ import annotations

import random
from collections.abc import Collection
from datetime import timedelta

from tests.faults.scenes import moved_clock
from todoke.exchange.ring import KeyRing
from todoke.exchange.transport import Transport
from todoke.kernel.errors import ErrorCode, TodokeError


class Carrier:
    """Carries as it should."""

    patience = 0.0

    def __init__(self, inner: Transport) -> None:
        self.inner = inner

    @property
    def ring(self) -> KeyRing:
        return self.inner.ring

    def post(self, receiver: str, wire: bytes, sender: str) -> bytes:
        return self.inner.post(receiver, wire, sender)


class Down(Carrier):
    """Some parties are not there."""

    def __init__(self, inner: Transport, away: Collection[str]) -> None:
        super().__init__(inner)
        self.away = away

    def post(self, receiver: str, wire: bytes, sender: str) -> bytes:
        if receiver in self.away or sender in self.away:
            raise TodokeError(ErrorCode.UNAVAILABLE, what=receiver)
        return super().post(receiver, wire, sender)


class Storm(Carrier):
    """By seed: lost before or after the door, twice, and old wires again in any order, until the sky clears."""

    def __init__(self, inner: Transport, seed: int, *, strength: float = 0.6) -> None:
        super().__init__(inner)
        self.chance, self.strength = random.Random(seed), strength
        self.seen: list[tuple[str, bytes, str]] = []
        self.told: dict[str, int] = {}

    def post(self, receiver: str, wire: bytes, sender: str) -> bytes:
        self.seen.append((receiver, wire, sender))
        if self.chance.random() > self.strength:
            return super().post(receiver, wire, sender)
        what = self.chance.choice(("lost", "answer lost", "twice", "old ones again", "late"))
        self.told[what] = self.told.get(what, 0) + 1
        if what == "old ones again":
            self.replay(3)
        if what in ("lost", "late"):  # a late one is among the old ones that come again
            raise TodokeError(ErrorCode.UNAVAILABLE, what=what)
        answer = super().post(receiver, wire, sender)
        if what == "answer lost":
            raise TodokeError(ErrorCode.UNAVAILABLE, what=what)
        return super().post(receiver, wire, sender) if what == "twice" else answer

    def replay(self, count: int) -> None:
        """Some of all that was ever sent, in any order; nobody hears the answers."""
        for old in self.chance.sample(self.seen, min(count, len(self.seen))):
            self.inner.post(*old)


class Skewed(Carrier):
    """The receiver's clock differs from the sender's."""

    def __init__(self, inner: Transport, by: timedelta) -> None:
        super().__init__(inner)
        self.by = by

    def post(self, receiver: str, wire: bytes, sender: str) -> bytes:
        with moved_clock(self.by):
            return super().post(receiver, wire, sender)
