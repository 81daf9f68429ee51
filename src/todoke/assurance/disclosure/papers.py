"""The papers of a request as PDF: what is disclosed, the notice of the decision with 教示, the notice of an extension."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from todoke.assurance.disclosure.models import Request
from todoke.assurance.disclosure.rules.kinds import (
    ARTICLES,
    GIVING,
    GIVING_OUT,
    KINDS,
    OUTCOMES,
    PURPOSE,
    TEACHING,
    Kind,
    Outcome,
)
from todoke.assurance.disclosure.rules.offices import CENTRAL, OFFICES
from todoke.kernel import clock
from todoke.pages import typesetting
from todoke.privacy.holding import Ground, Item, Section

if TYPE_CHECKING:
    from todoke.assurance.disclosure.actions.gather import Gathered

_FOLDER = Path(__file__).parent
_MASK = "（不開示）"
_ABREAST, _SHORT = 6, 40
"""As many columns, and values of so many characters, can be read beside each other on A4."""


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


def notice(found: Request) -> bytes:
    """決定通知書: the decision with its reason, what 82条1項 asks for where something is disclosed, and 教示."""
    kind, outcome = Kind(found.kind), Outcome(found.outcome)
    facts = [("決定", OUTCOMES[kind][outcome]), ("理由", found.reason or "－")]
    if kind is Kind.DISCLOSURE and outcome in GIVING:
        facts += [("利用目的", PURPOSE), ("開示の実施", GIVING_OUT)]
    withheld = [[one.title, Ground(one.ground).law, one.reason] for one in found.withheld.order_by("section")]
    title = f"保有個人情報の{_called(kind)}決定等通知書"
    return _letter(
        found, title, ARTICLES[kind][1], found.decided_at, facts, withheld=withheld, teaching=TEACHING
    )


def extension(found: Request, *, due_on: date) -> bytes:
    """決定期限延長通知書 (83条2項 and the like)."""
    kind = Kind(found.kind)
    facts = [("決定", f"決定の期限を{clock.wareki(due_on)}まで延長する"), ("理由", found.extended_because)]
    title = f"保有個人情報の{_called(kind)}決定等の期限の延長通知書"
    return _letter(found, title, ARTICLES[kind][2] + "第2項", found.extended_at, facts)


def _called(kind: Kind) -> str:
    return KINDS[kind].removesuffix("請求")


def _letter(
    found: Request,
    title: str,
    article: str,
    at: datetime | None,
    facts: Sequence[tuple[str, str]],
    *,
    withheld: Sequence[Sequence[str]] = (),
    teaching: Sequence[str] = (),
) -> bytes:
    data = {
        **_head(found), "title": title, "article": article, "facts": facts, "withheld": withheld, "teaching": teaching,
        "decided_on": clock.wareki(at.astimezone(clock.JAPAN).date()) if at else "",
    }  # fmt: skip
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
    """One table a row; a single one for many short rows of the same few labels: a page costs the requester ten yen."""
    rows = [[[item.label, _shown(item)] for item in _said(row)] for row in part.rows]
    labels = [[label for label, _ in row] for row in rows]
    longest = max((len(value) for row in rows for _, value in row), default=0)
    alike = len(rows) > 1 and all(one == labels[0] for one in labels)
    abreast = alike and len(labels[0]) <= _ABREAST and longest <= _SHORT
    return {"title": f"{part.system}　{part.title}", "rows": rows, "columns": labels[0] if abreast else []}


def _shown(item: Item) -> str:
    return _MASK if item.withheld else item.value


def _said(row: Sequence[Item]) -> list[Item]:
    """81条: what must be neither confirmed nor denied is not on the paper, not even as a mark."""
    return [item for item in row if item.withheld != Ground.EXISTENCE]


def _grounds(sections: Sequence[Section]) -> list[str]:
    used = {item.withheld for part in sections for row in part.rows for item in _said(row) if item.withheld}
    return [ground.law for ground in Ground if ground in used]
