"""Routes, menu entries and home cards of 審査 and 承認."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry
from todoke.systems.benefits.web.examination import approving, examining, limits, protected

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/examinations", examining.start, name="benefits-examinations"),
    path("benefits/examinations/<slug:code>/next", examining.following, name="benefits-examination-next"),
    path("benefits/examinations/<int:case_id>", examining.one, name="benefits-examination"),
    path("benefits/protected", protected.waiting, name="benefits-protected-examinations"),
    path("benefits/protected/<int:case_id>", protected.one, name="benefits-protected-examination"),
    path("benefits/approvals", approving.start, name="benefits-approvals"),
    path("benefits/approvals/<int:case_id>", approving.case, name="benefits-approval-case"),
    path(
        "benefits/approvals/pictures/<int:paper_id>/<int:page>",
        approving.picture,
        name="benefits-approval-picture",
    ),
    path("benefits/approval-limits", limits.listed, name="benefits-approval-limits"),
    path("benefits/approval-limits/new", limits.ask, name="benefits-approval-limit-new"),
    path(
        "benefits/approval-limits/<int:limit_id>/confirm",
        limits.confirm,
        name="benefits-approval-limit-confirm",
    ),
    path(
        "benefits/approval-limits/<int:limit_id>/withdraw",
        limits.withdraw,
        name="benefits-approval-limit-withdraw",
    ),
    path("benefits/approvals/<slug:code>", approving.one, name="benefits-approval"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(route="benefits-examinations", title="審査", below=("benefits-examination",)),
    Entry(
        route="benefits-protected-examinations",
        title="避難者の審査",
        below=("benefits-protected-examination",),
    ),
    Entry(route="benefits-approvals", title="承認", below=("benefits-approval",)),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (
    examining.cards,
    protected.cards,
    approving.cards,
    limits.cards,
)
