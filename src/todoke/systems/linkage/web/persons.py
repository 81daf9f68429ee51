"""番号検索と紐付け情報: one form, and the page of the one person it finds."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from todoke.access.form_pages import refused
from todoke.access.guard import actor_of, open_screen, screen
from todoke.access.permissions import Permission
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip
from todoke.systems.linkage.actions.numbers.open_person import Opened, open_person
from todoke.systems.linkage.actions.numbers.search_number import search_number
from todoke.systems.linkage.models import LocalNumber
from todoke.systems.linkage.queries import systems
from todoke.systems.linkage.web.forms import NumberSearch

SEXES = {"1": "男", "2": "女"}
COLUMNS = [
    Column[LocalNumber](
        key="number", title="業務固有番号", value=lambda row: row.local_number, kind=Kind.CODE
    ),
    Column[LocalNumber](
        key="former",
        title="状態",
        value=lambda row: "以前の番号" if row.former else "現在の番号",
        cell=lambda row: make_chip("以前の番号") if row.former else make_chip("現在の番号", "good"),
    ),
]


@open_screen("利用目的を尋ねるだけで、検索は権限を確かめる")
def purpose(request: HttpRequest) -> HttpResponse:
    """Asks for the purpose first, for whoever is signed in; the search itself asks for the permission."""
    actor_of(request)
    return render(
        request, "pages/purpose.html", {"title": "番号で検索する目的", "url": reverse("linkage-find")}
    )


@screen(Permission.LINKAGE_NUMBER_SEARCH)
def find(request: HttpRequest) -> HttpResponse:
    """One person by number and a second attribute. Nobody found and a wrong attribute look the same."""
    asked = request.POST if request.method == "POST" else None
    form = NumberSearch(asked, initial={"purpose": actor_of(request).purpose})
    refusal, found, missed = None, None, False

    def work() -> None:
        nonlocal found, missed
        found = search_number(sought=form.sought(), by=actor_of(request))
        missed = found is None

    if form.is_bound and form.is_valid():
        refusal = refused(request, Permission.LINKAGE_NUMBER_SEARCH, work)
    if found:
        return HttpResponseRedirect(reverse("linkage-person", args=[found]))
    wrong = refusal.code.family.http_status if refusal else 422 if form.is_bound and form.errors else 200
    context = {"form": form, "refusal": refusal, "missed": missed}
    return render(request, "linkage/find.html", context, status=404 if missed else wrong)


@screen(Permission.LINKAGE_PERSON_OPEN)
def person(request: HttpRequest, handle: uuid.UUID) -> HttpResponse:
    """紐付け情報 of the person who was found under this handle."""
    by = actor_of(request)
    opened = open_person(handle=handle, by=by)
    actions = []
    if by.may_somewhere(Permission.LINKAGE_CORRECTION_REQUEST):
        actions = [
            ("統合を依頼する", reverse("linkage-merge", args=[handle])),
            ("分割を依頼する", reverse("linkage-split", args=[handle])),
            ("個人番号の変更を依頼する", reverse("linkage-number-change", args=[handle])),
        ]
    titles = systems.titles()
    system = Column[LocalNumber](
        key="system",
        title="業務システム",
        value=lambda row: titles.get(row.system, row.system),
        heads_row=True,
    )
    table = Table(
        caption="連携する業務システムの番号", columns=[system, *COLUMNS], rows=list(opened.link.local_numbers), query=request.GET,
        empty="業務固有番号はありません。",
    )  # fmt: skip
    context: dict[str, Any] = {
        "facts": facts(opened), "table": table, "history": opened.link.history, "actions": actions,
    }  # fmt: skip
    return render(request, "linkage/person.html", context)


def facts(opened: Opened) -> list[tuple[str, object]]:
    """項目と内容 of a person, as this reader may see them."""
    link, row, held = opened.link, opened.link.person, opened.link.held
    number: list[tuple[str, object]] = [("個人番号", "登録あり" if held.held else "登録なし")]
    if held.held:
        number.append(("個人番号の登録日時", held.since))
    if held.changed:
        number.append(("個人番号の変更日時", held.changed))
    if held.former:
        number.append(("変更前の個人番号", f"{held.former} 件（表示できません）"))
    if opened.number_mask:
        number.append(("個人番号の末尾", opened.number_mask))
    return [
        ("統合番号", row.integrated_number),
        ("統合された番号", "、".join(link.former_numbers)),
        ("氏名", row.name_kanji),
        ("性別", SEXES.get(row.sex, row.sex)),
        ("生年月日", row.birth_date),
        ("住所", opened.address),
        ("自動応答", "不可" if row.auto_reply_prohibited else "可"),
        *([("自動応答不可の理由", opened.reason)] if row.auto_reply_prohibited else []),
        *number,
        ("符号", link.code),
    ]
