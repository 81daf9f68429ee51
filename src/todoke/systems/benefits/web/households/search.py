"""世帯・住民の検索: one box for number, name, reading, birth date, address and telephone; the purpose beside it.

The words travel in the body and stay with the searcher: the address of the result holds a handle in their place.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from todoke.access.form_pages import refused
from todoke.access.guard import actor_of, open_screen, screen
from todoke.access.permissions import Actor, Permission, require
from todoke.pages.failures import PURPOSE_FIELD
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip
from todoke.systems.benefits.actions.households.search_residents import keep_search, search_residents
from todoke.systems.benefits.queries.households import searches
from todoke.systems.benefits.queries.households.people import Listed
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.cases.stages import STATE_TITLES
from todoke.systems.benefits.rules.households import search_terms
from todoke.systems.benefits.web.households import naming

HINT: Final = (
    "番号、氏名、フリガナ、生年月日（昭和40年3月5日、S40.3.5）、住所、電話番号。空白で区切ると絞り込みます。"
)


class SearchForm(forms.Form):
    """検索欄 and the purpose."""

    words = forms.CharField(
        label="検索する言葉", max_length=search_terms.LONGEST, help_text=HINT,
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "search", "autofocus": True}),
        error_messages={"required": "番号、氏名、生年月日などを入力してください。"},
    )  # fmt: skip
    purpose = forms.CharField(
        label="利用目的", max_length=200, help_text="例：窓口での相談、申請書の確認。記録に残ります。",
        error_messages={"required": "利用目的を入力してください。"},
    )  # fmt: skip


@open_screen("検索欄と自分の最近の検索だけを出し、権限は中で確かめる。検索そのものは権限と利用目的を確かめる")
def box(request: HttpRequest) -> HttpResponse:
    """The empty box, with the searcher's own last searches and purpose."""
    actor = actor_of(request)
    require(actor, Permission.BENEFITS_SEARCH)
    return _box(request, actor, SearchForm(initial={"purpose": searches.last_purpose(actor.staff_id)}))


@screen(Permission.BENEFITS_SEARCH)
def ask(request: HttpRequest) -> HttpResponse:
    """Takes the words and leads to what they find."""
    actor, form = actor_of(request), SearchForm(request.POST or None)
    kept: list[uuid.UUID] = []
    refusal = None
    if form.is_valid():
        refusal = refused(
            request,
            Permission.BENEFITS_SEARCH,
            lambda: kept.append(keep_search(words=form.cleaned_data["words"], by=actor)),
        )
    if kept:
        return HttpResponseRedirect(address(kept[0], actor.purpose))
    return _box(request, actor, form, refusal=refusal)


def _box(request: HttpRequest, actor: Actor, form: SearchForm, **more: object) -> HttpResponse:
    context = {"form": form, "recent": _recent(actor), "registers": searches.registers(), **more}
    wrong = form.is_bound and (form.errors or more.get("refusal"))
    return render(request, "benefits/search.html", context, status=422 if wrong else 200)


def address(handle: uuid.UUID, purpose: str) -> str:
    """Where a kept search is shown."""
    return f"{reverse('benefits-found', args=[handle])}?{urlencode({PURPOSE_FIELD: purpose})}"


def _recent(actor: Actor) -> list[tuple[str, str, object]]:
    return [(one.words, address(one.handle, one.purpose), one.at) for one in searches.mine(actor.staff_id)]


@screen(Permission.BENEFITS_SEARCH)
def found(request: HttpRequest, handle: uuid.UUID) -> HttpResponse:
    """Who was found; the first is focused, so that Enter opens it."""
    actor = actor_of(request)
    kept = searches.behind(handle, actor.staff_id)
    result = search_residents(words=kept.words, by=actor)
    table = Table(
        caption="見つかった人", columns=_columns(actor.purpose, result.people), rows=result.people, query=request.GET,
        empty="該当する人はいません。文字を減らすか、フリガナ・生年月日で探してください。",
    )  # fmt: skip
    context = {
        "form": SearchForm(initial={"words": kept.words, "purpose": actor.purpose}, auto_id="again_%s"),
        "result": result, "table": table, "registers": searches.registers(),
        "crumbs": [("ホーム", "/"), ("世帯・住民の検索", reverse("benefits-search-box")), ("検索の結果", "")],
    }  # fmt: skip
    return render(request, "benefits/found.html", context)


def _columns(purpose: str, people: Sequence[Listed]) -> list[Column[Listed]]:
    first = people[0].id if people else None
    columns: list[Column[Any]] = [
        Column(key="name", title="氏名", value=lambda row: row.name_kanji, heads_row=True, sortable=False,
               cell=lambda row: _name(row, purpose, first=row.id == first)),
        Column(key="born", title="生年月日", value=lambda row: row.birth_date, kind=Kind.DAY, sortable=False),
        Column(key="sex", title="性別", value=lambda row: naming.SEXES.get(row.sex, row.sex), sortable=False),
        Column(key="address", title="住所", value=lambda row: row.address, sortable=False),
        Column(key="code", title="住基個人コード", value=lambda row: row.resident_code, kind=Kind.CODE, sortable=False),
        Column(key="standing", title="登録の状態", value=_standing, cell=_chip, sortable=False),
        Column(key="cases", title="給付管理番号と状態", value=_cases, sortable=False),
        Column(key="by", title="一致した項目", value=lambda row: "、".join(row.by), sortable=False),
    ]  # fmt: skip
    return columns


def household_address(person: int, purpose: str) -> str:
    """The household page of a person, for that purpose."""
    return f"{reverse('benefits-household', args=[person])}?{urlencode({PURPOSE_FIELD: purpose})}"


def _name(row: Listed, purpose: str, *, first: bool) -> SafeString:
    kana = format_html('<br><span class="quiet">{}</span>', row.name_kana) if row.name_kana else ""
    mark = format_html(" {}", make_chip("支援措置", "fail")) if row.protected else ""
    link, focus = household_address(row.id, purpose), " autofocus" if first else ""
    return format_html('<a href="{}" data-row{}>{}</a>{}{}', link, focus, row.name_kanji, mark, kana)


def _standing(row: Listed) -> str:
    if not row.in_latest:
        return "基準日の登録のみ"
    return f"消除（{row.left_reason}）" if row.left_on else "登録中"


def _chip(row: Listed) -> SafeString:
    return make_chip(_standing(row), "good" if row.in_latest and not row.left_on else "warn")


def _cases(row: Listed) -> str:
    return "、".join(f"{number} {STATE_TITLES[CaseState(state)]}" for number, state in row.cases)
