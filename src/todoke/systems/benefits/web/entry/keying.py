"""転記: whoever begins gets sheet after sheet; what the first person keyed is not shown to the second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from todoke.access.form_pages import form_page, refused
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.pages.tables import Column, Table
from todoke.systems.benefits.actions.entry.enter_form import Entered, enter_form
from todoke.systems.benefits.actions.entry.keep_image import keep_image
from todoke.systems.benefits.queries.editions.proposals import find
from todoke.systems.benefits.queries.intake import form_entries as reads
from todoke.systems.benefits.queries.intake.applicants import Applicant, members
from todoke.systems.benefits.queries.intake.form_entries import Sheet
from todoke.systems.benefits.rules.intake import form_entry as rules
from todoke.systems.benefits.rules.intake.form_entry import TITLES, Keyed
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.web.entry import incomes
from todoke.systems.benefits.web.entry.forms import DigitField, KeyingForm, PictureForm

ALIAS = "benefits"
ENTER: Final = Permission.BENEFITS_FORM_ENTER
PICTURE: Final = Permission.BENEFITS_RECEIVE
PROTECTED: Final = Permission.BENEFITS_PROTECTION_READ
PURPOSE: Final = "転記（入力を待つ様式の列から）"
_NUMBERS: Final = {1: "1回目", 2: "2回目", 3: "3回目（違いの確定）"}


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    """Where a page of 転記 stands."""
    return [("ホーム", "/"), ("様式の入力", reverse("benefits-entries") if more else ""), *more]


@screen(ENTER)
def start(request: HttpRequest) -> HttpResponse:
    """What waits, and for whom."""
    actor = actor_of(request)
    found = reads.waiting(actor.staff_id)
    facts = [
        ("1回目を待つ様式", f"{found.first:,}枚"), ("2回目を待つ様式", f"{found.second:,}枚"),
        ("入力が食い違った様式", f"{found.third:,}枚"), ("このうち自分が入力済みのもの", f"{found.own:,}枚"),
    ]  # fmt: skip
    context = {"facts": facts, "mine": found.mine, "crumbs": crumbs()}
    return render(request, "benefits/entry/start.html", context)


@screen(ENTER)
def following(request: HttpRequest) -> HttpResponse:
    """The next sheet of this person; back to the beginning when there is none."""
    return HttpResponseRedirect(_next(actor_of(request)))


def _next(actor: Actor) -> str:
    paper = reads.next_sheet(actor.staff_id)
    return reverse("benefits-entry", args=[paper]) if paper else reverse("benefits-entries")


@screen(ENTER)
def one(request: HttpRequest, paper_id: int) -> HttpResponse:
    """One sheet: its picture, or where it lies, and the keys."""
    actor, found = actor_of(request), reads.sheet(paper_id)
    number = len(found.entries) + 1
    if not found.open or number > rules.MOST or actor.staff_id in [entry.by for entry in found.entries]:
        messages.warning(request, "この様式は、入力が済んでいるか、自分が入力したものです。")
        return HttpResponseRedirect(reverse("benefits-entries"))
    _log_look(found, actor)
    differs = (
        rules.differences(found.entries[0].keyed, found.entries[1].keyed) if number == rules.MOST else ()
    )
    programme = find(found.programme)
    people = members(found.programme, found.household_key) if programme.hardship else ()
    initial = _agreed(found, differs, people) if number == rules.MOST else {}
    counts = request.method == "POST" and "calculate" in request.POST
    form = KeyingForm(
        request.POST if request.method == "POST" and not counts else None, account_known=found.known is not None,
        initial={**request.POST.dict(), "csrfmiddlewaretoken": ""} if counts else initial, people=people,
    )  # fmt: skip
    refusal = None
    done: list[Entered] = []
    if form.is_valid():
        keyed = Keyed(**form.cleaned_data)
        refusal = refused(request, ENTER, lambda: done.append(enter_form(paper_id=paper_id, keyed=keyed, by=actor)))  # fmt: skip
    if done:
        messages.success(request, _said(done[0]))
        return HttpResponseRedirect(_next(actor))
    context = {
        "form": form, "sheet": found, "number": _NUMBERS[number], "pages": reads.pages(paper_id), "refusal": refusal,
        "secret": found.protected and not actor.may_somewhere(PROTECTED), "people": people, "programme": programme.name,
        "differing": _differing(found, differs, people) if differs else None,
        "calculation": _calculation(request, programme, people) if people else None,
        "may_picture": actor.may_somewhere(PICTURE), "crumbs": crumbs((f"文書 {paper_id}", "")),
    }  # fmt: skip
    wrong = refusal.code.family.http_status if refusal else 422 if form.is_bound and form.errors else 200
    return render(request, "benefits/entry/sheet.html", context, status=wrong)


def _calculation(
    request: HttpRequest, programme: Programme, people: Sequence[Applicant]
) -> Mapping[str, Any] | None:
    """What the keyed incomes come to; whatever else on the form is still empty or wrong."""
    if request.method != "POST":
        return None
    form = KeyingForm(request.POST, account_known=True, initial={}, people=people)
    form.is_valid()
    return incomes.calculated(programme, people, form.cleaned_data.get("incomes", ()))


def _agreed(sheet: Sheet, differs: tuple[str, ...], people: Sequence[Applicant]) -> dict[str, Any]:
    """What both keyed alike stands there for the third; what differs is keyed anew."""
    first, second = (entry.keyed for entry in sheet.entries[:2])
    keys = KeyingForm.base_fields
    agreed = {name: getattr(first, name) for name in keys if name in TITLES and name not in differs}
    return incomes.agreed(people, first.incomes, second.incomes) | {
        name: field.digit(value) if isinstance(field := keys[name], DigitField) else value
        for name, value in agreed.items()
    }


def _differing(
    sheet: Sheet, differs: tuple[str, ...], people: Sequence[Applicant]
) -> Table[tuple[str, str, str]]:
    first, second = (entry.keyed for entry in sheet.entries[:2])
    rows = [
        (TITLES[name], rules.words(name, getattr(first, name)), rules.words(name, getattr(second, name)))
        for name in differs
        if name != "incomes"
    ] + incomes.differing(people, first.incomes, second.incomes)
    columns = [
        Column[tuple[str, str, str]](key="item", title="違う項目", value=lambda row: row[0], heads_row=True, sortable=False),
        Column[tuple[str, str, str]](key="first", title="1回目", value=lambda row: row[1], sortable=False),
        Column[tuple[str, str, str]](key="second", title="2回目", value=lambda row: row[2], sortable=False),
    ]  # fmt: skip
    return Table(caption="食い違った項目（様式を見て、正しい方を入力します）", columns=columns, rows=rows)


def _said(done: Entered) -> str:
    if done.settled:
        return "入力がそろいました。審査に回ります。"
    if done.differs:
        titles = "、".join(TITLES[name] for name in done.differs)
        return f"1回目の入力と違います（{titles}）。別の職員が様式を見て確定します。"
    return "入力しました。別の職員の2回目を待ちます。"


def _log_look(sheet: Sheet, actor: Actor, purpose: str = PURPOSE) -> None:
    record(
        ALIAS, by=replace(actor, purpose=purpose), verb="benefits:form:look", subject=f"paper {sheet.paper_id}", persons=1,
        about=Person("case_number", sheet.case_number),
    )  # fmt: skip


@screen(ENTER)
def picture(request: HttpRequest, paper_id: int, page: int) -> HttpResponse:
    """The picture of one side, for those who key and examine."""
    return shown(request, paper_id, page, purpose=PURPOSE)


def shown(request: HttpRequest, paper_id: int, page: int, *, purpose: str) -> HttpResponse:
    """The picture of one side, logged, to nobody's cache; of a protected household only to those who may see where they live."""
    actor, sheet = actor_of(request), reads.sheet(paper_id)
    if sheet.protected:
        require(actor, PROTECTED)
    media_type, data = reads.picture(paper_id, page)
    _log_look(sheet, actor, purpose)
    return HttpResponse(data, content_type=media_type, headers={"Cache-Control": "no-store"})


@screen(PICTURE)
def add_picture(request: HttpRequest, paper_id: int) -> HttpResponse:
    """様式の画像の登録."""
    found = reads.sheet(paper_id)
    form = PictureForm(request.POST or None, request.FILES or None)

    def work(by: Actor, given: dict[str, Any]) -> None:
        keep_image(paper_id=paper_id, picture=given["picture"].read(), by=by)

    return form_page(
        request, form, permission=PICTURE, heading="様式の画像を登録する", verb="登録する", work=work,
        back=reverse("benefits-entry", args=[paper_id]), done="画像を登録しました。",
        facts=[("文書", f"{paper_id}"), ("箱", found.box), ("登録済みの画像", f"{len(reads.pages(paper_id))}面")],
        crumbs=crumbs((f"文書 {paper_id}", reverse("benefits-entry", args=[paper_id])), ("画像", "")),
    )  # fmt: skip
