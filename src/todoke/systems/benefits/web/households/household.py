"""世帯の画面: base date and latest side by side, differences in words, and what is known of every member."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Permission
from todoke.pages.tables import Kind, show
from todoke.systems.benefits.actions.read_household import Read, read_household
from todoke.systems.benefits.models import RegisterEntry
from todoke.systems.benefits.queries.household import Household, Member
from todoke.systems.benefits.rules import protection, register_differences
from todoke.systems.benefits.web.households import naming
from todoke.systems.benefits.web.households.search import household_address

_SHOWN: Final = (
    "household_code", "is_head", "relationship", "name_kanji", "name_kana", "sex", "birth_date", "address", "ward_code",
    "nationality", "left_on", "left_reason",
)  # fmt: skip


@screen(Permission.BENEFITS_HOUSEHOLD_READ)
def household(request: HttpRequest, person: int) -> HttpResponse:
    """The household of one resident."""
    actor = actor_of(request)
    read = read_household(person=person, by=actor)
    found = read.household
    context = {
        "read": read, "household": found, "facts": _facts(read), "members": [_member(one, found) for one in found.members],
        "reason": _reason(read), "others": _others(found, actor.purpose),
        "crumbs": [("ホーム", "/"), ("世帯・住民の検索", reverse("benefits-search-box")), ("世帯", "")],
    }  # fmt: skip
    return render(request, "benefits/household.html", context)


def _facts(read: Read) -> list[tuple[str, object]]:
    found, head = read.household, next(m for m in read.household.members)
    cases = "、".join(f"{case.case_number}（{naming.STATES[case.state]}）" for case in read.cases)  # type: ignore[index]
    return [
        ("世帯主", head.entry.name_kanji),
        ("世帯コード（基準日）", found.base_code),
        ("世帯コード（最新）", found.latest_code),
        ("住所", found.of.entry.address),
        ("給付管理番号", cases),
    ]


def _reason(read: Read) -> str:
    if not read.protected:
        return ""
    return protection.REASON if read.may_see_protected else protection.WITHHELD


def _member(member: Member, found: Household) -> dict[str, Any]:
    base_date = found.registers["base"].as_of if "base" in found.registers else member.entry.birth_date
    words = register_differences.words(member.base, member.latest, base_date)
    changed = register_differences.differing(member.base, member.latest)
    rows = [
        (
            register_differences.LABELS[name],
            _shown(member.base, name),
            _shown(member.latest, name),
            name in changed,
        )
        for name in _SHOWN
    ]
    return {"member": member, "words": words, "same": words == register_differences.SAME, "rows": rows}


def _shown(entry: RegisterEntry | None, name: str) -> object:
    if entry is None:
        return "－"
    value = getattr(entry, name)
    if name == "is_head":
        return "世帯主" if value else "世帯員"
    if name == "sex":
        return naming.SEXES.get(value, value)
    return show(value, Kind.TEXT)


def _others(found: Household, purpose: str) -> list[tuple[str, str]]:
    """Members who live in another household now, with the way to it; never of a protected person."""
    return [
        (member.entry.name_kanji, household_address(member.id, purpose))
        for member in found.members
        if member.latest is not None
        and not member.hidden
        and member.latest.household_code != found.latest_code
    ]
