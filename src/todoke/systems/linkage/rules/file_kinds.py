"""ファイル連携の種類: what existing systems send us and get from us, and who takes what came.

The engineer of a duty registers one handler for a kind of incoming file:

    @file_kinds.takes("numbers", title="個人番号・4情報", layouts=("individual_numbers",))
    def take_numbers(*, file: Path, by: Actor) -> Taken: ...

`file` holds the canonical rows: CSV in UTF-8 with the columns of the queue's layout, whatever the system sent. The handler
runs inside one transaction of the database `linkage` together with the note that the file was taken: what it writes there
happens exactly once, also when the process is killed. It refuses the whole file with InputRefused(file.name, bad rows),
line numbers of the canonical file (heading = line 1). Any other error leaves the file waiting, to be tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from todoke.access.permissions import Actor
from todoke.kernel.errors import ErrorCode, TodokeError


class Direction(StrEnum):
    """As 統合番号連携 sees it."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """How many records a handler took over, refused one by one (with a receipt of their own), and control totals by name."""

    accepted: int
    refused: int = 0
    totals: Mapping[str, int] = field(default_factory=dict)


class Handler(Protocol):
    """Takes the canonical rows of one file."""

    def __call__(self, *, file: Path, by: Actor) -> Taken: ...


@dataclass(frozen=True, kw_only=True)
class FileKind:
    """One kind: its code (part of file names), what it is called, the layouts it may come in, and its handler if it comes in.

    `unattended`: it may be taken by the clock; else a person whose duty it is starts the walk.
    """

    code: str
    direction: Direction
    title: str
    layouts: tuple[str, ...]
    handler: Handler | None = None
    unattended: bool = False


_KINDS: Final[dict[tuple[Direction, str], FileKind]] = {}


def takes(
    code: str, *, title: str, layouts: tuple[str, ...], unattended: bool = False
) -> Callable[[Handler], Handler]:
    """Register the handler of an incoming kind."""

    def register(handler: Handler) -> Handler:
        _enter(
            FileKind(
                code=code,
                direction=Direction.IN,
                title=title,
                layouts=layouts,
                handler=handler,
                unattended=unattended,
            )
        )
        return handler

    return register


def gives(code: str, *, title: str, layouts: tuple[str, ...]) -> str:
    """Register an outgoing kind; returns its code."""
    _enter(FileKind(code=code, direction=Direction.OUT, title=title, layouts=layouts))
    return code


def kind(direction: str, code: str) -> FileKind:
    """The kind; NOT_FOUND."""
    found = _KINDS.get((Direction(direction), code))
    if found is None:
        known = "、".join(sorted(name for way, name in _KINDS if way == direction))
        raise TodokeError(ErrorCode.NOT_FOUND, what=f"ファイルの種類 {code}（使えるもの: {known}）")
    return found


def title(direction: str, code: str) -> str:
    """What a kind is called; the code itself when nobody handles it any more."""
    found = _KINDS.get((Direction(direction), code))
    return found.title if found else code


def kinds() -> list[FileKind]:
    """Every kind, incoming ones first."""
    return [_KINDS[key] for key in sorted(_KINDS)]


def _enter(new: FileKind) -> None:
    key = (new.direction, new.code)
    if key in _KINDS:
        raise ValueError(f"two handlers for {new.code}")
    _KINDS[key] = new
