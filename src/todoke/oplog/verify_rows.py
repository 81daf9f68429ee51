"""一区間の検証: the rows of one segment against its root. Runs in worker processes, with no database and no site."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from todoke.kernel.clock import JAPAN
from todoke.oplog import archive, entry, merkle
from todoke.oplog.archive import Block, Row
from todoke.oplog.deletions import DROPPED, ERASED
from todoke.oplog.entry import microseconds
from todoke.oplog.faults import Fault, Reason
from todoke.oplog.segments import MARK_BYTES, Segment

SKEW: Final = 300 * 1_000_000
"""µs by which an entry's clock may be ahead of the sealer's."""
LATE: Final = 86_400 * 1_000_000
"""µs that a transaction may at most have taken from its entry's time to its commit."""

_AT = struct.Struct(">q")
_EVIDENCE = tuple(verb.encode() for verb in (DROPPED, ERASED))


@dataclass(frozen=True, slots=True)
class Task:
    """One segment to verify, with the blocks that should hold it; `segment` is None for unsealed rows.

    `since`: time (µs) of the checkpoint before; `after`: place (xid, id) behind which unsealed rows must lie.
    """

    log: str
    segment: Segment | None
    blocks: tuple[Block, ...]
    month: date
    since: int
    after: tuple[int, int]


@dataclass(slots=True)
class Checked:
    """What the rows of one task say: how many hold, the first fault, erased ids, and what they say of deletions."""

    task: Task
    verified: int = 0
    missing: int = 0
    fault: Fault | None = None
    erased: list[int] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)


def check(task: Task) -> Checked:
    """Verify the task's rows. Never raises for what the files hold."""
    done = Checked(task)
    seg = task.segment.seg if task.segment else None
    try:
        parts = [block.read() for block in task.blocks]
        marks, data = b"".join(part[0] for part in parts[:1]), b"".join(part[1] for part in parts)
        found = _Rows(task, data)
    except (OSError, ValueError, struct.error):
        done.fault = Fault(log=task.log, segment=seg, reason=Reason.ROW_FORM)
        return done
    done.erased = found.erased
    bad = found.bad
    if task.segment is not None:
        bad = _first(bad, _compare(task.segment, found, marks))
        done.missing = max(0, task.segment.n - len(found.leaves))
    if bad is not None:
        reason = _REASONS[bad[1]]
        number = found.ids[bad[0]] if 0 <= bad[0] < len(found.ids) else None
        done.fault = Fault(log=task.log, segment=seg, id=number, reason=reason)
    done.verified = len(found.leaves) if bad is None else max(0, bad[0])
    if bad is not None and _REASONS[bad[1]] is Reason.SEGMENT_ROOT:
        done.verified = 0
    if any(verb in data for verb in _EVIDENCE):
        done.evidence = list(_evidence(data, done.verified))
    return done


_REASONS = list(Reason)
_ORDER = {reason: place for place, reason in enumerate(_REASONS)}
Bad = tuple[int, int]
"""Position of the first bad row, and the place of its reason in `Reason`."""


class _Rows:
    """One pass over the rows of a block: ids, tree leaves, the erased ones, and the first row that is bad in itself."""

    def __init__(self, task: Task, data: bytes) -> None:
        self.ids: list[int] = []
        self.leaves: list[bytes] = []
        self.erased: list[int] = []
        self.bad: Bad | None = None
        start, end = _bounds(task.month)
        latest = min(end, task.segment.sealed_at + SKEW) if task.segment else end
        earliest = max(start, task.since - LATE)
        self._run(task, data, (start, end, earliest, latest))

    def _run(self, task: Task, data: bytes, bounds: tuple[int, int, int, int]) -> None:
        # written out, not called: this loop runs once for every entry of the log
        unpack, at_of, sha256, size = (
            archive.ROW.unpack_from,
            _AT.unpack_from,
            hashlib.sha256,
            archive.ROW.size,
        )
        _, _, earliest, latest = bounds
        place, total, last = 0, len(data), task.after if task.segment is None else (-1, -1)
        while place < total:
            length, xid, number, leaf, state = unpack(data, place)
            end = place + 4 + length
            if state == archive.PLAIN and end <= total:
                form = data[place + size : end]
                committed = b""
            else:
                row = _parsed(data, place, end)
                form, committed = row.form, row.committed
                if state == archive.ERASED:
                    self.erased.append(number)
            if self.bad is None:
                (at,) = at_of(form, 1)
                if sha256(b"\x00" + form + committed).digest() != leaf or form[17] != (state != 0):
                    self._note(Reason.ROW_LEAF)
                elif (xid, number) <= last:
                    self._note(Reason.ROW_ORDER if task.segment else Reason.ROW_INSERTED)
                elif not earliest <= at < latest:
                    self._note(_time_reason(at, bounds))
            last = (xid, number)
            self.ids.append(number)
            self.leaves.append(entry.tree_leaf(xid, number, leaf))
            place = end

    def _note(self, reason: Reason) -> None:
        self.bad = (len(self.ids), _ORDER[reason])


def _parsed(data: bytes, place: int, end: int) -> Row:
    """A row with a personal part; ValueError for one that is cut."""
    return next(archive.rows(data[place:end]))


def _time_reason(at: int, bounds: tuple[int, int, int, int]) -> Reason:
    start, end, earliest, _ = bounds
    if not start <= at < end:
        return Reason.ROW_MONTH
    return Reason.ROW_LATE if at < earliest else Reason.ROW_TIME


def _first(of_rows: Bad | None, of_marks: Bad | None) -> Bad | None:
    """The earlier one. Rows out of order differ from the marks, too: then the order is what is wrong."""
    if of_rows and of_marks and of_rows[1] == _ORDER[Reason.ROW_ORDER]:
        return min(of_rows[0], of_marks[0]), of_rows[1]
    return min((one for one in (of_rows, of_marks) if one), default=None)


def _compare(segment: Segment, found: _Rows, marks: bytes) -> Bad | None:
    """The first place where the rows are not those that were sealed, by the marks beside the segment."""
    expected = [marks[at : at + MARK_BYTES] for at in range(0, len(marks), MARK_BYTES)]
    present = [leaf[:MARK_BYTES] for leaf in found.leaves]
    if merkle.root(found.leaves) == segment.root and len(present) == segment.n:
        return None if expected == present else (len(present), _ORDER[Reason.SEGMENT_MARKS])
    if expected == present:
        return len(present), _ORDER[Reason.SEGMENT_ROOT]
    at = next(
        (n for n, (one, other) in enumerate(zip(expected, present, strict=False)) if one != other),
        min(len(expected), len(present)),
    )
    if len(present) > len(expected):
        return at, _ORDER[Reason.ROW_INSERTED]
    if len(present) < len(expected):
        return at - 1, _ORDER[Reason.ROW_MISSING]  # names the entry after which one is missing
    return at, _ORDER[Reason.ROW_CHANGED]


def _evidence(data: bytes, verified: int) -> Sequence[str]:
    """Subjects of the entries, among those that hold, in which deletions are logged."""
    found = []
    for number, row in enumerate(archive.rows(data)):
        if number >= verified:
            break
        if any(verb in row.form for verb in _EVIDENCE):
            texts = dict(zip(entry.TEXTS, entry.parse_public(row.form)[3], strict=True))
            if texts["verb"] in (DROPPED, ERASED):
                found.append(texts["subject"])
    return found


def _bounds(month: date) -> tuple[int, int]:
    """Beginning and end of a month in Japan, µs."""
    following = (month + timedelta(days=31)).replace(day=1)
    first, second = (
        microseconds(datetime.combine(day, datetime.min.time(), tzinfo=JAPAN)) for day in (month, following)
    )
    return first, second
