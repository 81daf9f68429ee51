"""The kinds of message that realms exchange: a name with an edition, a request type, an answer type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

Q = TypeVar("Q", bound=msgspec.Struct)
A = TypeVar("A", bound=msgspec.Struct)

RECORD_LIMIT = 10_000
"""Records in one message at most (the size at which cities cut their query files, facts/linkage.md §1.6)."""


@dataclass(frozen=True)
class MessageKind(Generic[Q, A]):
    """One contract message, for example `network.permits.v1`. A changed type needs a new edition."""

    name: str
    request: type[Q]
    answer: type[A]
