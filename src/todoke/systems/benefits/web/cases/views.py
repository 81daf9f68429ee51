"""よく使う一覧: the views of the cases that work is chosen from, each with its count, visible without a click."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from todoke.access.guard import actor_of
from todoke.pages.failures import PURPOSE_FIELD
from todoke.systems.benefits import queries
from todoke.systems.benefits.rules.cases.case_state import CaseState

VIEWS: Final = {
    "": "すべて",
    CaseState.PRINTED.value: "返送待ち",
    CaseState.RECEIVED.value: "審査待ち",
    CaseState.DEFICIENT.value: "不備",
    CaseState.PASSED.value: "承認待ち",
    CaseState.FAILED.value: "振込不能",
}
"""State → what the view is called; the first are all cases."""


def views(request: HttpRequest, programme: str) -> list[tuple[str, str, str, bool]]:
    """(title, address, count, whether it is the one that is open)."""
    counts = queries.case_counts(programme)
    conditions = {name for name, value in request.GET.items() if value} - {"programme", PURPOSE_FIELD, "page", "sort"}  # fmt: skip
    found = []
    for state, title in VIEWS.items():
        count = counts.of([CaseState(state)] if state else list(CaseState))
        asked = {
            "programme": programme,
            **({"state": state} if state else {}),
            PURPOSE_FIELD: actor_of(request).purpose,
        }
        current = conditions == ({"state"} if state else set()) and request.GET.get("state", "") == state
        found.append((title, f"{reverse('benefits-cases')}?{urlencode(asked)}", f"{count:,}件", current))
    return found
