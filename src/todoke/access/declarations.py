"""宣言の一覧: every URL pattern, every verb and every message kind with what it declares, for the generated tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import click
from django.urls import URLPattern, URLResolver

from todoke.access.guard import Declaration, declaration_of


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One door: a `screen` (its route) or a `verb` (its words), and its declaration, None where there is none."""

    kind: str
    name: str
    declaration: Declaration | None
    target: Any


def screens(patterns: Sequence[URLPattern | URLResolver], prefix: str = "") -> Iterator[Declared]:
    """Every URL pattern below these, e.g. of `get_resolver().url_patterns`."""
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from screens(pattern.url_patterns, route)
        else:
            yield Declared(
                kind="screen", name=route, declaration=declaration_of(pattern.callback), target=pattern
            )


def verbs(commands: Iterable[tuple[str, click.Command]]) -> Iterator[Declared]:
    """Every command below these, named as typed: `benefits pay release`."""
    for name, command in commands:
        if isinstance(command, click.Group):
            yield from verbs((f"{name} {below}", each) for below, each in sorted(command.commands.items()))
        else:
            callback: Callable[..., Any] | None = command.callback
            yield Declared(kind="verb", name=name, declaration=declaration_of(callback), target=command)
