"""The papers of a request as PDF: what is disclosed, the notice of the decision with 教示, the notice of an extension."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from todoke.assurance.disclosure.models import Request
from todoke.assurance.disclosure.rules.kinds import ARTICLES, KINDS, OUTCOMES, TEACHING, Kind, Outcome
from todoke.assurance.disclosure.rules.offices import CENTRAL, OFFICES
from todoke.kernel import clock
from todoke.pages import typesetting
from todoke.privacy.holding import Ground, Item, Section

if TYPE_CHECKING:
    from todoke.assurance.disclosure.actions.gather import Gathered

_FOLDER = Path(__file__).parent
_MASK = "（不開示）"


def disclosed(gathered: Gathered) -> bytes:
    """開示する保有個人情報: without the withheld sections, with a mark where a fact is withheld, and nothing at all where
    even its existence would tell."""
    withheld = {one.section for one in gathered.request.withheld.all()}
    told = [part for part in gathered.sections if part.key not in withheld]
    data = {
        **_head(gathered.request),
        "sections": [_section(part) for part in told],
        "grounds": _grounds(told),
    }
    return typesetting.pdf(_FOLDER / "disclosed.typ", data)


def notice(found: Request, *, due_on: date) -> bytes:
    """決定通知書, with the reason and 教示."""
    kind = Kind(found.kind)
    _, article, _ = ARTICLES[kind]
    data = {
        **_head(found),
        "title": f"保有個人情報の{KINDS[kind].removesuffix('請求')}決定等通知書",
        "article": article,
        "outcome": OUTCOMES[kind][Outcome(found.outcome)],
        "reason": found.reason,
        "withheld": [[one.title, Ground(one.ground).law, one.reason] for one in found.withheld.order_by("section")],
        "decided_on": clock.wareki(found.decided_at.astimezone(clock.JAPAN).date()) if found.decided_at else "",
        "teaching": list(TEACHING),
        "due_on": clock.wareki(due_on),
    }  # fmt: skip
    return typesetting.pdf(_FOLDER / "notice.typ", data)


def extension(found: Request, *, due_on: date) -> bytes:
    """決定期限延長通知書 (83条2項 and the like)."""
    kind = Kind(found.kind)
    data = {
        **_head(found),
        "title": f"保有個人情報の{KINDS[kind].removesuffix('請求')}決定等の期限の延長通知書",
        "article": ARTICLES[kind][2] + "2項",
        "outcome": f"決定の期限を{clock.wareki(due_on)}まで延長する",
        "reason": found.extended_because,
        "withheld": [],
        "decided_on": clock.wareki(found.extended_at.astimezone(clock.JAPAN).date())
        if found.extended_at
        else "",
        "teaching": [],
        "due_on": clock.wareki(due_on),
    }
    return typesetting.pdf(_FOLDER / "notice.typ", data)


def _head(found: Request) -> dict[str, Any]:
    office = OFFICES[found.office]
    return {
        "number": found.pk,
        "kind": KINDS[Kind(found.kind)],
        "received_on": clock.wareki(found.received_on),
        "issued_on": clock.wareki(clock.today()),
        "name": found.representative or found.name,
        "person": found.name,
        "office": office.title,
        "contact": f"〒{office.postal_code}　{office.address}　電話 {office.phone}",
        "city": OFFICES[CENTRAL].name.removesuffix("役所"),
    }


def _section(part: Section) -> dict[str, Any]:
    return {
        "title": f"{part.system}　{part.title}",
        "rows": [
            [[item.label, _MASK if item.withheld else item.value] for item in _said(row)] for row in part.rows
        ],
    }


def _said(row: Sequence[Item]) -> list[Item]:
    """81条: what must be neither confirmed nor denied is not on the paper, not even as a mark."""
    return [item for item in row if item.withheld != Ground.EXISTENCE]


def _grounds(sections: Sequence[Section]) -> list[str]:
    used = {item.withheld for part in sections for row in part.rows for item in _said(row) if item.withheld}
    return [ground.law for ground in Ground if ground in used]
