"""世帯の画面: base date and latest side by side, differences in words, and what is known of every member."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from todoke.access.form_pages import form_page
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.identifiers.municipality_names import name_of
from todoke.pages.failures import PURPOSE_FIELD
from todoke.pages.tables import Column, Kind, Table, show
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.benefits.actions.households.note_contact import note_contact
from todoke.systems.benefits.actions.households.read_household import Read, read_household
from todoke.systems.benefits.models import RegisterEntry
from todoke.systems.benefits.queries.deciding import judging
from todoke.systems.benefits.queries.households.household import Household, Member
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.cases.stages import STATE_TITLES
from todoke.systems.benefits.rules.households import protection, register_differences
from todoke.systems.benefits.web.households import evidence, history, naming
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
    names = {one.resident_code: one.entry.name_kanji for one in found.members}
    context = {
        "apply": _way(actor, Permission.BENEFITS_RECEIVE, "benefits-request", person),
        "certify": _way(actor, Permission.BENEFITS_CERTIFICATE_ENTER, "benefits-certificate", person),
        "note": _way(actor, Permission.BENEFITS_CONTACT_NOTE, "benefits-contact", person), "read": read, "household": found, "subject": _subject(read), "shielded": read.protected, "facts": _facts(read), "members": [_member(one, read) for one in found.members],
        "table": _members(read, person, actor.purpose), "reason": _reason(read), "decisions": _decisions(read, actor),
        "lineage": history.lineage(read.lineage, names), "movements": history.movements(read.movements, names),
        "contacts": [(names[one.resident_code], one) for one in read.contacts],
        "crumbs": [("ホーム", "/"), ("世帯・住民の検索", reverse("benefits-search-box")), ("世帯", "")],
    }  # fmt: skip
    return render(request, "benefits/household.html", context)


def _way(actor: Actor, permission: Permission, route: str, person: int) -> str:
    """The address of a form about the person, for whoever may send it; else empty."""
    if not actor.may_somewhere(permission):
        return ""
    return f"{reverse(route, args=[person])}?{urlencode({PURPOSE_FIELD: actor.purpose})}"


class ContactForm(forms.Form):
    """電話番号 and where it was heard."""

    number = forms.CharField(
        label="電話番号", max_length=30, help_text="例：045-671-2121。市外局番から入力します。",
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    source = forms.CharField(
        label="どこで聞いたか", max_length=100, help_text="例：窓口で本人から、確認書の連絡先欄"
    )


@screen(Permission.BENEFITS_CONTACT_NOTE)
def contact(request: HttpRequest, person: int) -> HttpResponse:
    """連絡先を記録する."""
    actor = actor_of(request)
    return form_page(
        request,
        ContactForm(request.POST or None),
        permission=Permission.BENEFITS_CONTACT_NOTE,
        heading="連絡先を記録します",
        verb="記録する",
        back=household_address(person, actor.purpose),
        work=lambda by, given: note_contact(
            person=person, number=given["number"], source=given["source"], by=by
        ),
        done="連絡先を記録しました。電話番号で検索できます。",
    )


def _subject(read: Read) -> list[tuple[str, object]]:
    """Who the page is about, always in view."""
    found = read.household
    numbers = "、".join(case.case_number for case in read.cases)
    head = found.head("latest") or found.head("base")
    return [("世帯", found.base_code or found.latest_code or "－"), ("世帯主", head or "－"), ("給付管理番号", numbers or "なし")]  # fmt: skip


def _facts(read: Read) -> list[tuple[str, object]]:
    found = read.household
    cases = "、".join(f"{case.case_number}（{STATE_TITLES[CaseState(case.state)]}）" for case in read.cases)
    return [
        ("基準日の世帯", found.base_code),
        ("基準日の世帯主", found.head("base")),
        ("最新の世帯", found.latest_code),
        ("最新の世帯主", found.head("latest")),
        ("住所", found.of.entry.address),
        ("給付管理番号", cases),
    ]


def _decisions(read: Read, actor: Actor) -> list[tuple[str, str]]:
    """The way to the decision of each case, and to the newest one of every programme without a case, for whoever may read it."""
    if not actor.may_somewhere(Permission.BENEFITS_CASE_READ):
        return []
    purpose = urlencode({PURPOSE_FIELD: actor.purpose})
    numbered = {(case.programme_id, case.household_key) for case in read.cases}
    judged = read.evidence[read.household.of.resident_code].judged
    open_ = {
        (one.run, one.household_key): one
        for one in judged
        if (one.programme, one.household_key) not in numbered
    }
    rows = [(judging.decision_of(*key), one) for key, one in open_.items()]
    return [
        (
            f"{evidence.programme_name(one.programme)}の判定の内訳",
            f"{reverse('benefits-why', args=[number])}?{purpose}",
        )
        for number, one in rows
        if number is not None
    ] + [
        (
            f"{case.case_number}（{STATE_TITLES[CaseState(case.state)]}）の判定と経過",
            f"{reverse('benefits-case', args=[case.pk])}?{purpose}",
        )
        for case in read.cases
    ]


def _reason(read: Read) -> str:
    if not read.protected:
        return ""
    return protection.REASON if read.may_see_protected else protection.WITHHELD


def _members(read: Read, opened: int, purpose: str) -> Table[Member]:
    """Everybody at a glance: who, since when, what is different, and how the newest decision took their tax."""
    found = read.household
    columns: list[Column[Member]] = [
        Column(key="name", title="氏名", value=lambda one: one.entry.name_kanji, heads_row=True, sortable=False,
               cell=lambda one: _named(one, opened, purpose)),
        Column(key="relationship", title="続柄", value=lambda one: one.entry.relationship, sortable=False),
        Column(key="born", title="生年月日", value=lambda one: one.entry.birth_date, kind=Kind.DAY, sortable=False),
        Column(key="base", title="基準日の世帯", value=lambda one: _code(one.base), kind=Kind.CODE, sortable=False),
        Column(key="latest", title="最新の世帯", value=lambda one: _code(one.latest), kind=Kind.CODE, sortable=False),
        Column(key="words", title="違い", value=lambda one: _words(one, found), sortable=False,
               cell=lambda one: _mark(_words(one, found))),
        Column(key="status", title="課税の状態（最後の判定）", value=lambda one: _status(one, read), sortable=False),
    ]  # fmt: skip
    return Table(caption="世帯の人", columns=columns, rows=found.members)


def _named(member: Member, opened: int, purpose: str) -> SafeString:
    """The name, with the mark of protection; another member's name leads to that member's household."""
    mark = format_html(" {}", make_chip("支援措置", "fail")) if member.protected else ""
    if member.id == opened:
        return format_html('<span aria-current="true">{}</span>{}', member.entry.name_kanji, mark)
    return format_html(
        "{}{}", make_link(household_address(member.id, purpose), member.entry.name_kanji), mark
    )


def _code(entry: RegisterEntry | None) -> str:
    return entry.household_code if entry else ""


def _mark(words: str) -> SafeString:
    return make_chip(words, "plain" if words == register_differences.SAME else "warn wrap")


def _status(member: Member, read: Read) -> str:
    judged = read.evidence[member.resident_code].judged
    return judged[0].status if judged else "未判定"


def _words(member: Member, found: Household) -> str:
    base_date = found.registers["base"].as_of if "base" in found.registers else member.entry.birth_date
    return register_differences.words(member.base, member.latest, base_date)


def _member(member: Member, read: Read) -> dict[str, Any]:
    words = _words(member, read.household)
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
    return {
        "member": member, "words": words, "same": words == register_differences.SAME, "rows": rows,
        "evidence": evidence.shown(
            read.evidence[member.resident_code], hidden=member.hidden and not read.may_see_protected
        ),
        "protection": evidence.protection(
            member, read.household.registers, read.evidence[member.resident_code]
        ),
    }  # fmt: skip


def _shown(entry: RegisterEntry | None, name: str) -> object:
    if entry is None:
        return "－"
    value = getattr(entry, name)
    if name == "is_head":
        return "世帯主" if value else "世帯員"
    if name == "ward_code" and value != protection.HIDDEN:
        return name_of(value)
    if name == "sex":
        return naming.SEXES.get(value, value)
    return show(value, Kind.TEXT)
