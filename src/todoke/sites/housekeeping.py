"""期限の処理 (housekeeping): what ends by time alone, at `todoke staff reap` and every minute beside the screens."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, close_old_connections

from todoke.access import parties, sessions
from todoke.access.actions.expire_unconfirmed import expire_unconfirmed
from todoke.access.factors import enrolment
from todoke.access.permissions import Actor
from todoke.batch.chores import Chore
from todoke.custody import exports
from todoke.sites.realms import SYSTEMS, system_of

EVERY = 60.0
"""Seconds between two rounds. Requests ask the same limits themselves; a round only keeps the lists honest."""

_log = logging.getLogger("todoke.sites")


def _files(by: Actor) -> int:
    return sum(exports.reap(name, by=by) for name in databases())


_OWN: Final = (
    Chore(title="サインイン", run=lambda _alias, _by: sessions.reap()),
    Chore(title="未確認の依頼", run=lambda _alias, by: expire_unconfirmed(by=by)),
    Chore(title="本人確認の登録", run=lambda _alias, by: enrolment.forget_leavers(by=by)),
    Chore(title="出力ファイル", run=lambda _alias, by: _files(by)),
)
"""What every site has; its systems bring their own."""


def tidy() -> dict[str, int]:
    """One round: how many were concerned, by the title of the chore. It may run at any time and twice at once."""
    by = parties.housekeeper()
    done = {chore.title: chore.run("", by) for chore in _OWN}
    for system, chores in _chores():
        names = [name for name in databases() if system_of(name) == system]
        done |= {chore.title: sum(chore.run(name, by) for name in names) for chore in chores}
    return done


@cache
def _chores() -> tuple[tuple[str, tuple[Chore, ...]], ...]:
    return tuple(_of_systems())


def _of_systems() -> Iterator[tuple[str, tuple[Chore, ...]]]:
    """The chores of every system that this site runs; those of other realms are not even imported."""
    for system in SYSTEMS:
        module = f"todoke.systems.{system}.housekeeping"
        if apps.is_installed(f"todoke.systems.{system}") and find_spec(module):
            yield system, import_module(module).CHORES


def databases() -> list[str]:
    """The databases of this realm."""
    return [name for name in settings.DATABASES if name != "default"]


def keep_tidy(stop: threading.Event) -> None:
    """A round every minute until `stop`. A database that is away is waited for: the screens go on to say so."""
    while not stop.wait(EVERY):
        close_old_connections()
        try:
            tidy()
        except DatabaseError as error:
            _log.warning("期限の処理を見送りました: %s", type(error).__name__)
