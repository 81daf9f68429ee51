"""The list behind a number: its address holds the whole filter, so that a reload or a colleague sees the same."""

from __future__ import annotations

from functools import cache

from django.urls import get_urlconf, reverse
from django.utils.http import urlencode

NO_WARD = "none"
"""Households whose ward is not shown, in an address."""
NOBODY = "none"
"""Missing statuses that no municipality is asked about."""


def cases(programme: str, **wanted: str) -> str:
    """Cases: `stage`, `state`, `ward`, `age`."""
    return _address("benefits-cases", programme, **wanted)


def judged(programme: str, **wanted: str) -> str:
    """Judged households: `outcome`, `reason`, `ward`."""
    return _address("benefits-judged", programme, **wanted)


def missing(programme: str, **wanted: str) -> str:
    """Missing statuses: `asked`, `status`."""
    return _address("benefits-missing", programme, **wanted)


def ward(code: str) -> str:
    """A ward in an address."""
    return code or NO_WARD


def _address(route: str, programme: str, **wanted: str) -> str:
    given = {"programme": programme, **{name: value for name, value in wanted.items() if value}}
    return f"{_list(route, get_urlconf())}?{urlencode(given)}"


@cache
def _list(route: str, urlconf: str | None) -> str:
    """A page of wards has hundreds of numbers, each with its list."""
    return reverse(route, urlconf)
