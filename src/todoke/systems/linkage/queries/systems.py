"""既存業務システム, read: which are in use, which may register 住登外者, and how they are called."""

from __future__ import annotations

from django.db.models import QuerySet

from todoke.kernel import clock
from todoke.systems.linkage.models import ExistingSystem
from todoke.systems.linkage.models.local_number import RESIDENTS

ALIAS = "linkage"


def in_use() -> list[ExistingSystem]:
    """The systems in use today."""
    today = clock.today()
    return [one for one in _rows() if one.is_valid(today)]


def registrants() -> dict[str, str]:
    """Code → title of those that may ask for a registration today. 住民記録 may not: residents come with the register."""
    return {one.code: one.title for one in in_use() if one.code != RESIDENTS}


def titles() -> dict[str, str]:
    """Code → title of every system that was ever registered."""
    return {one.code: one.title for one in _rows()}


def _rows() -> QuerySet[ExistingSystem]:
    return ExistingSystem.objects.using(ALIAS).order_by("code")
