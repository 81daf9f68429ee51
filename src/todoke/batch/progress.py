"""Progress that a person can see: a bar on a terminal, a line every 30 seconds without one (DESIGN law 13)."""

from __future__ import annotations

import sys
import time
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

SILENT_SECONDS = 30.0


class Meter(Protocol):
    """What a step tells while it works."""

    def total(self, count: int) -> None:
        """How many records there are in all."""

    def advance(self, count: int) -> None:
        """So many more are finished."""


class TerminalMeter:
    """A bar on standard error; use as a context manager."""

    def __init__(self, title: str) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._progress.add_task(title, total=None)

    def __enter__(self) -> TerminalMeter:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def total(self, count: int) -> None:
        self._progress.update(self._task, total=count)

    def advance(self, count: int) -> None:
        self._progress.advance(self._task, count)


class LineMeter:
    """A line on standard error every 30 seconds, for logs."""

    def __init__(self, title: str) -> None:
        self._title, self._done, self._total = title, 0, 0
        self._spoken = time.monotonic()

    def __enter__(self) -> LineMeter:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def total(self, count: int) -> None:
        self._total = count

    def advance(self, count: int) -> None:
        self._done += count
        if time.monotonic() - self._spoken >= SILENT_SECONDS:
            self._spoken = time.monotonic()
            sys.stderr.write(f"{self._title}: {self._done:,}/{self._total or '?'} 件\n")


def meter(title: str) -> TerminalMeter | LineMeter:
    """The meter that fits where standard error goes."""
    return TerminalMeter(title) if sys.stderr.isatty() else LineMeter(title)
