"""What every realm offers to the others as a witness of their operation logs (facts/exchange.md §e 3)."""

from __future__ import annotations

import msgspec

from todoke.exchange.kinds import MessageKind


class CheckpointNote(msgspec.Struct, frozen=True, kw_only=True):
    """A signed checkpoint of one log, with the proof (hex) that it continues the one of `old` segments."""

    log: str
    note: str
    old: int
    proof: list[str]


class Cosignature(msgspec.Struct, frozen=True, kw_only=True):
    """The witness's line; empty when it wants the proof to start from the `held` segments that it knows."""

    line: str
    held: int


CHECKPOINT = MessageKind("oplog.checkpoint.v1", CheckpointNote, Cosignature)
