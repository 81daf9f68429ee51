"""統計: exchanges by month, partner, duty and outcome, with what is too few put together."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.record import record
from todoke.systems.intermediary import needs
from todoke.systems.intermediary.queries import figures
from todoke.systems.intermediary.rules.figures import Figure, suppressed


def read_figures(*, alias: str, first: date, last: date, by: Actor) -> list[Figure]:
    """Between two days in Japan, both included."""
    require(by, Permission.INTERMEDIARY_FIGURES, municipality=needs.municipality_of(alias))
    with transaction.atomic(using=alias):
        found = suppressed(figures.monthly(alias, first, last))
        subject = f"{first:%Y-%m-%d}/{last:%Y-%m-%d} lines:{len(found)}"
        record(alias, by=by, verb=Permission.INTERMEDIARY_FIGURES.value, subject=subject)
    return found
