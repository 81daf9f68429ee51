"""Unicode text made to fit its target: holes filled, selectors dropped, characters reduced, each of it reported."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records.codes.coded_set import CodedSet
from todoke.records.codes.names import Coding
from todoke.records.codes.reading import Read
from todoke.records.codes.tables import Points, is_selector
from todoke.records.codes.unicode_forms import points_of
from todoke.records.codes.writing import Writer
from todoke.records.converting.policy import Policy
from todoke.records.converting.report import Change, Report

Span = tuple[int, int, str]
"""Points from, to (exclusive), and the text that takes their place."""

_LINE_ENDS = (0x0A, 0x85)
_FIRST_SELECTOR = 0xFE00
_NEAR = 4096


class Fitting:
    """One stream of text on its way into a target. Knows the line that it is in, unless told the `place`."""

    def __init__(
        self, target: Coding, writer: Writer, policy: Policy, report: Report, *, place: str = ""
    ) -> None:
        self._known_place = place
        self._writer, self._policy, self._report = writer, policy, report
        self._respelt = np.array(
            sorted(map(ord, target.respelt)) if isinstance(target, CodedSet) else [], dtype=np.uint32
        )
        self._holds = writer.is_coded or not policy.keep_selectors
        self._line = 1
        self._column = 0
        self._held = np.empty(0, dtype=np.uint32)

    def fit(self, read: Read, *, final: bool = False) -> Points:
        """The points of a block, all of them writable. The last one waits where a selector may follow it."""
        self._count(read)
        points = replaced(read.points, self._holes(read)) if read.holes else read.points
        if len(self._held):
            points = np.concatenate((self._held, points))
        if not final and self._holds:
            cut = len(points) - self._waiting(points)
            points, self._held = points[:cut], points[cut:].copy()
        fitted = self._fitted(points)
        self._pass(points)
        return fitted

    def _waiting(self, points: Points) -> int:
        """How many points at the end may belong together with what comes next."""
        if len(points) < 2:
            return len(points)
        return 2 if self._writer.joins(int(points[-1])) else 1

    def _count(self, read: Read) -> None:
        report = self._report
        for fault in read.faults:
            before = np.concatenate((self._held, read.points[: fault.before]))
            report.fault(self._line + int(np.isin(before, _LINE_ENDS).sum()), fault)
        for change, tally in ((Change.SPARE, read.spare), (Change.PRIVATE, read.private)):
            for text, count in tally.items():
                report.note(change, text, count=count)
        if read.tidied:
            report.note(Change.SHIFTS, "", count=read.tidied)

    def _holes(self, read: Read) -> list[Span]:
        spans = []
        for hole in read.holes:
            hexes = f"X'{hole.raw.hex().upper()}'"
            place = f"先頭から{hole.offset + 1}バイト目"
            instead = self._policy.instead_of_code(hexes)
            self._report.note(Change.NO_CHARACTER, hexes, becomes=instead, place=place)
            spans.append((hole.index, hole.index + 1, instead))
        return spans

    def _fitted(self, points: Points) -> Points:
        if not self._policy.keep_selectors:
            points = self._without_selectors(points)
        bad = self._writer.unwritable(points)
        if len(bad):
            points = replaced(points, self._spans(points, bad))
            if len(self._writer.unwritable(points)):
                raise TodokeError(
                    ErrorCode.USAGE_INVALID,
                    detail="代わりの文字〓が変換先にありません",
                    command="todoke convert",
                )
        if len(self._respelt):
            found, counts = np.unique(points[np.isin(points, self._respelt)], return_counts=True)
            for point, count in zip(found.tolist(), counts.tolist(), strict=True):
                self._report.note(Change.RESPELT, chr(point), count=count)
        return points

    def _without_selectors(self, points: Points) -> Points:
        """Selectors that the target has no code for (in Unicode: all of them) are dropped, and counted."""
        high = np.flatnonzero(points >= _FIRST_SELECTOR)
        places = high[[is_selector(point) for point in points[high].tolist()]] if len(high) else high
        if not len(places):
            return points
        lost = np.intersect1d(places, self._writer.unwritable(points)) if self._writer.is_coded else places
        for place in lost.tolist():
            text = "".join(map(chr, points[max(place - 1, 0) : place + 1].tolist()))
            self._report.note(Change.SHAPE, text, becomes=text[:1], place=self._place(points, place))
        return np.delete(points, lost)

    def _spans(self, points: Points, bad: NDArray[np.int64]) -> list[Span]:
        """What takes the place of each unwritable character, a base together with its selector."""
        spans: list[Span] = []
        for place in bad.tolist():
            if spans and place < spans[-1][1]:
                continue
            begin = place - 1 if is_selector(int(points[place])) and place else place
            end = place + 1
            if begin == place and end < len(points) and is_selector(int(points[end])):
                end += 1
            text = "".join(map(chr, points[begin:end].tolist()))
            spans.append((begin, end, self._instead(text, self._place(points, begin))))
        return spans

    def _instead(self, text: str, place: str) -> str:
        if self._policy.reduction:
            for candidate in self._policy.reduction.candidates(text):
                if not len(self._writer.unwritable(points_of(candidate))):
                    self._report.note(Change.REDUCED, text, becomes=candidate, place=place)
                    return candidate
        instead = self._policy.instead_of(text)
        self._report.note(Change.UNWRITABLE, text, becomes=instead, place=place)
        return instead

    def _place(self, points: Points, place: int) -> str:
        if self._known_place:
            return self._known_place
        before = points[:place]
        ends = np.flatnonzero(np.isin(before, _LINE_ENDS))
        column = place - int(ends[-1]) if len(ends) else self._column + place + 1
        return f"{self._line + len(ends)}行{column}文字目"

    def _pass(self, points: Points) -> None:
        count = sum(int(np.count_nonzero(points == end)) for end in _LINE_ENDS)
        if count:
            near = points[-_NEAR:]
            ends = np.flatnonzero(np.isin(near, _LINE_ENDS))
            if not len(ends):
                near, ends = points, np.flatnonzero(np.isin(points, _LINE_ENDS))
            self._column = len(near) - 1 - int(ends[-1])
        else:
            self._column += len(points)
        self._line += count


def replaced(points: Points, spans: list[Span]) -> Points:
    """The points with other texts in place of some spans, which are in order and do not overlap."""
    pieces, done = [], 0
    for begin, end, text in spans:
        pieces += [points[done:begin], points_of(text)]
        done = end
    return np.concatenate([*pieces, points[done:]])
