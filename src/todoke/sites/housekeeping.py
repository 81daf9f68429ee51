"""期限の処理 (housekeeping): what ends by time alone, at `todoke staff reap` and every minute beside the screens."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, close_old_connections

from todoke.access import parties, sessions
from todoke.access.actions.expire_unconfirmed import expire_unconfirmed
from todoke.access.factors import enrolment
from todoke.custody import exports

EVERY = 60.0
"""Seconds between two rounds. Requests ask the same limits themselves; a round only keeps the lists honest."""

_log = logging.getLogger("todoke.sites")


@dataclass(frozen=True, kw_only=True)
class Tidied:
    """How many sessions ended, unconfirmed requests expired, leavers lost their factors, exported files went."""

    sessions: int
    requests: int
    leavers: int
    files: int


def tidy() -> Tidied:
    """One round. It takes rights away and gives none, so it may run at any time and twice at once."""
    housekeeper = parties.housekeeper()
    return Tidied(
        sessions=sessions.reap(),
        requests=expire_unconfirmed(by=housekeeper),
        leavers=enrolment.forget_leavers(by=housekeeper),
        files=sum(exports.reap(name, by=housekeeper) for name in databases()),
    )


def go_on() -> None:
    """What goes on by itself in the systems that this site runs."""
    if apps.is_installed("todoke.systems.linkage"):
        import_module("todoke.systems.linkage.jobs.rounds").go_round()


def databases() -> list[str]:
    """The databases of this realm."""
    return [name for name in settings.DATABASES if name != "default"]


def keep_tidy(stop: threading.Event) -> None:
    """A round every minute until `stop`. A database that is away is waited for: the screens go on to say so."""
    while not stop.wait(EVERY):
        close_old_connections()
        try:
            tidy()
            go_on()
        except DatabaseError as error:
            _log.warning("期限の処理を見送りました: %s", type(error).__name__)
