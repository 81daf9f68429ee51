"""One request moves one step; the log names its person once they are found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from todoke.access import directory
from todoke.access.permissions import Actor
from todoke.assurance.disclosure.flows import REQUEST, RequestState
from todoke.assurance.disclosure.models import Request
from todoke.assurance.disclosure.on_person import person_of
from todoke.assurance.disclosure.rules.offices import OFFICES
from todoke.workflow.runner import move, of


def advance(found: Request, to: RequestState, *, by: Actor, also: Mapping[str, Any] | None = None) -> None:
    """Errors: those of `workflow.runner.move`. `by` acts at the office of the request."""
    here = by.at(ward=OFFICES[found.office].ward)
    rows = of(REQUEST, [found.pk])
    move(directory.alias(), REQUEST, rows, to=to, by=here, persons=1, about=person_of(found), also=also)
