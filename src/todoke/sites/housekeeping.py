"""期限の処理 (housekeeping): what ends by time alone, at `todoke staff reap` and every minute beside the screens."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, close_old_connections

from todoke.access import parties, sessions
from todoke.access.actions.expire_unconfirmed import expire_unconfirmed
from todoke.access.factors import enrolment
from todoke.access.permissions import Actor
from todoke.custody import exports
from todoke.systems.inquiry.actions.expire_queries import expire_queries

EVERY = 60.0
"""Seconds between two rounds. Requests ask the same limits themselves; a round only keeps the lists honest."""

_log = logging.getLogger("todoke.sites")


@dataclass(frozen=True, kw_only=True)
class Tidied:
    """How many sessions ended, unconfirmed requests expired, leavers lost their factors, exported files went,
    questions of 税情報一括照会 expired.
    """

    sessions: int
    requests: int
    leavers: int
    files: int
    questions: int = 0


def tidy() -> Tidied:
    """One round. It takes rights away and gives none, so it may run at any time and twice at once."""
    housekeeper = parties.housekeeper()
    return Tidied(
        sessions=sessions.reap(),
        requests=expire_unconfirmed(by=housekeeper),
        leavers=enrolment.forget_leavers(by=housekeeper),
        files=sum(exports.reap(name, by=housekeeper) for name in databases()),
        questions=_expire_questions(housekeeper) if "inquiry" in settings.DATABASES else 0,
    )


def _expire_questions(housekeeper: Actor) -> int:
    return expire_queries(
        answer_days=settings.TODOKE_ANSWER_DAYS,
        held_days=settings.TODOKE_HELD_DAYS,
        reason="期限までに回答がない",
        by=housekeeper,
    )


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
