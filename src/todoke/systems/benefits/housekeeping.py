"""What goes on by itself at 給付管理システム, once a minute beside the screens."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Actor
from todoke.batch.chores import Chore
from todoke.systems.benefits.jobs import editions, importing, printing
from todoke.systems.benefits.queries.editions import works as edition_works
from todoke.systems.benefits.queries.imports import stopped as imports_stopped
from todoke.systems.benefits.queries.letters import print_works
from todoke.systems.benefits.web import working
from todoke.systems.benefits.web.working import Queue


def _go_on(_alias: str, by: Actor) -> int:
    """Works that nobody is at: their process ended, or has just begun. How many were put into the queue."""
    return sum(
        working.begin(Queue.EDITIONS, editions.carry_on, number, by=by) for number in edition_works.stopped()
    )


def _print_on(_alias: str, by: Actor) -> int:
    """The same for letters."""
    return sum(
        working.begin(Queue.LETTERS, printing.carry_on, number, by=by) for number in print_works.stopped()
    )


def _go_on_with_files(_alias: str, by: Actor) -> int:
    """The same of files: checked, or taken into use, as far as no person is waited for."""
    numbers = imports_stopped.stopped()
    return sum(working.begin(Queue.FILES, importing.carry_on, number, by=by) for number in numbers)


CHORES: Final = (
    Chore(title="試算と判定のやり直しの続き", run=_go_on),
    Chore(title="印刷の続き", run=_print_on),
    Chore(title="ファイルの取込の続き", run=_go_on_with_files),
)
