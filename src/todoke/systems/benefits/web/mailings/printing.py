"""印刷の画面: what would be printed and what stays out, the start, how far it is, and one spoiled letter once more."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

from todoke.access import lists, naming
from todoke.access.form_pages import form_page, refused
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.kernel.clock import wareki
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.benefits.actions.printing.begin_printing import begin_printing
from todoke.systems.benefits.actions.printing.reprint_letter import reprint_letter
from todoke.systems.benefits.jobs import printing as jobs
from todoke.systems.benefits.models import PrintWork
from todoke.systems.benefits.queries.editions.proposals import every, find
from todoke.systems.benefits.queries.letters import mailings, print_works
from todoke.systems.benefits.rules.editions.work import WorkState
from todoke.systems.benefits.rules.letters import kind as letter_kind
from todoke.systems.benefits.rules.letters.exclusions import EXCLUSION_TITLES, LetterExclusion
from todoke.systems.benefits.rules.letters.kind import LetterKind
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY
from todoke.systems.benefits.web import working
from todoke.systems.benefits.web.mailings.listing import crumbs
from todoke.systems.benefits.web.working import Queue

PRINT: Final = Permission.BENEFITS_PRINT
STATES: Final = {
    WorkState.OPEN: ("印刷中", "wait"),
    WorkState.DONE: ("終了", "good"),
    WorkState.FAILED: ("止まった", "fail"),
}


class ChoiceForm(forms.Form):
    """Which letters."""

    programme = forms.ChoiceField(label="事業")
    kind = forms.ChoiceField(
        label="手紙の種類", choices=[("", "選んでください"), *((kind.value, letter_kind.named(kind)) for kind in LetterKind)]
    )  # fmt: skip

    def __init__(self, *given: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*given)
        choices = [(programme.code, programme.name) for programme in every()]
        self.fields["programme"] = forms.ChoiceField(label="事業", choices=[("", "選んでください"), *choices])


class StartForm(forms.Form):
    """How many were seen."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class ReprintForm(forms.Form):
    """Whose letter, and why."""

    number = forms.CharField(
        label="給付管理番号", max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text="傷んだ紙の右上の番号です。",
    )  # fmt: skip
    reason = forms.CharField(label="刷り直す理由", max_length=200)


@screen(PRINT)
def works(request: HttpRequest) -> HttpResponse:
    """印刷の一覧; the filter leads to what would be printed."""
    form = ChoiceForm(request.GET or None)
    if form.is_valid():
        given = form.cleaned_data
        return HttpResponseRedirect(reverse("benefits-print-new", args=[given["programme"], given["kind"]]))
    rows = print_works.listed()
    people = naming.people([row.asked_by for row in rows])
    columns = [
        Column[PrintWork](
            key="number", title="番号", value=lambda row: row.pk, kind=Kind.NUMBER, heads_row=True,
            cell=lambda row: make_link(reverse("benefits-print", args=[row.pk]), f"印刷 {row.pk}"),
        ),
        Column[PrintWork](key="programme", title="事業", value=lambda row: find(row.programme_id).name),
        Column[PrintWork](key="kind", title="手紙の種類", value=lambda row: letter_kind.named(LetterKind(row.kind))),
        Column[PrintWork](
            key="state", title="状態", value=lambda row: STATES[WorkState(row.state)][0],
            cell=lambda row: make_chip(*STATES[WorkState(row.state)]),
        ),
        Column[PrintWork](key="letters", title="通数", value=lambda row: row.expected, kind=Kind.NUMBER),
        Column[PrintWork](key="at", title="始めた日時", value=lambda row: row.asked_at, kind=Kind.MOMENT),
        Column[PrintWork](key="by", title="始めた職員", value=lambda row: people[row.asked_by]),
    ]  # fmt: skip
    table = Table(
        caption="印刷（新しい順）", columns=columns, rows=rows, query=request.GET, empty="画面から始めた印刷はまだありません。"
    )  # fmt: skip
    return lists.listing(
        request, table, permission=PRINT, heading="印刷", filter=form, crumbs=crumbs(("印刷", "")),
        lead="事業と手紙の種類を選んで「絞り込む」を押すと、印刷する通数と、印刷しない世帯の数を理由ごとに示します。",
    )  # fmt: skip


@screen(PRINT, atomic=False)
def new(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """印刷の開始: counted with the register of now."""
    if kind not in set(LetterKind):
        raise TodokeError(ErrorCode.NOT_FOUND, what="手紙の種類")
    programme, letter = find(code), LetterKind(kind)
    found = print_works.preview(programme, letter, SAMPLE_CITY)
    begun = list[int]()

    def work(by: Actor, given: dict[str, Any]) -> None:
        row = begin_printing(
            programme=programme, kind=letter, office=SAMPLE_CITY, expected=given["seen"], by=by
        )
        begun.append(row.pk)
        working.begin(Queue.LETTERS, jobs.carry_on, row.pk, by=by)

    sealed = found.register.sealed_at
    rows: list[tuple[str, object]] = [
        ("事業", programme.name),
        ("手紙の種類", letter_kind.named(letter)),
        ("印刷する手紙", f"{found.letters:,} 通（{found.letters * letter_kind.SHEETS[letter]:,} 枚）"),
        ("印刷しない世帯", f"{sum(found.excluded.values()):,} 件"),
        ("住民記録", f"{wareki(found.register.as_of)}時点（{SAMPLE_CITY.register_hours}時間以内に取込）"),
        ("取り込んだ日時", sealed),
    ]
    form = StartForm(request.POST if request.method == "POST" else None, initial={"seen": found.letters})
    answer = form_page(
        request, form, permission=PRINT, heading="手紙を印刷します", verb=f"{found.letters:,} 通の印刷を始める", work=work,
        done="始めました。この画面を閉じても続きます。", back=reverse("benefits-prints"), facts=rows,
        template="benefits/mailings/print.html", table=_left_out(found.excluded), count=found.letters,
        lead="支援措置の対象の方は、ここでは印刷しません（責任職が1通ずつ送付先に送ります）。",
        crumbs=crumbs(("印刷", reverse("benefits-prints")), ("開始", "")),
    )  # fmt: skip
    return HttpResponseRedirect(reverse("benefits-print", args=begun)) if begun else answer


def _left_out(excluded: dict[str, int]) -> Table[tuple[str, int]]:
    columns = [
        Column[tuple[str, int]](
            key="why", title="印刷しない理由", value=lambda row: EXCLUSION_TITLES[LetterExclusion(row[0])], heads_row=True,
            sortable=False,
        ),
        Column[tuple[str, int]](key="count", title="件数", value=lambda row: row[1], kind=Kind.NUMBER, sortable=False),
    ]  # fmt: skip
    return Table(
        caption="印刷しない世帯",
        columns=columns,
        rows=list(excluded.items()),
        empty="印刷しない世帯はありません。",
    )


@screen(PRINT)
def one(request: HttpRequest, work_id: int) -> HttpResponse:
    """How far it is; the page renews itself until it ends."""
    row, actor = print_works.one(work_id), actor_of(request)
    running = row.state == WorkState.OPEN
    if request.method == "POST" and running:
        working.begin(Queue.LETTERS, jobs.carry_on, work_id, by=actor)
        return HttpResponseRedirect(request.path)
    found = print_works.standing(row)
    kind, people = LetterKind(row.kind), naming.people([row.asked_by])
    facts: list[tuple[str, object]] = [
        ("事業", find(row.programme_id).name), ("手紙の種類", letter_kind.named(kind)), ("始めた日時", row.asked_at),
        ("始めた職員", people[row.asked_by]), ("印刷した手紙", f"{found.letters:,} 通（{found.letters * letter_kind.SHEETS[kind]:,} 枚）"),
        ("ファイル", f"{found.files:,} 個"), ("置き場所", print_works.folder(row)),
    ]  # fmt: skip
    context = {
        "row": row, "heading": f"印刷 {row.pk}", "chip": make_chip(*STATES[WorkState(row.state)]), "found": found,
        "running": running, "facts": facts, "table": _left_out(found.excluded), "ended": not running,
        "says": "処理中" if found.alive else "順番を待っているか、途中で止まっています",
        "crumbs": crumbs(("印刷", reverse("benefits-prints")), (f"印刷 {row.pk}", "")),
    }  # fmt: skip
    return render(request, "benefits/mailings/work.html", context)


@screen(PRINT)
def reprint(request: HttpRequest, mailing_id: int) -> HttpResponse:
    """刷り直し: the answer to the button is the letter."""
    mailing = mailings.one(mailing_id)
    form, made = ReprintForm(request.POST or None), list[bytes]()
    refusal, back = None, reverse("benefits-mailing", args=[mailing_id])
    if request.method == "POST" and form.is_valid():
        given, by = form.cleaned_data, actor_of(request)
        refusal = refused(
            request, PRINT, lambda: made.append(reprint_letter(mailing_id=mailing_id, case_number=given["number"].strip(), reason=given["reason"], by=by)),
        )  # fmt: skip
    if made:
        disposition = (
            content_disposition_header(as_attachment=True, filename=f"reprint-{mailing.number}.pdf") or ""
        )
        return HttpResponse(
            made[0], content_type="application/pdf", headers={"Content-Disposition": disposition}
        )
    context = {
        "form": form, "refusal": refusal, "heading": "傷んだ手紙を1通刷り直します", "verb": "刷り直す", "back": back,
        "lead": "印刷したときのままの紙を1通分だけ作ります。刷り直した枚数は、印刷所の数の「刷り直し」に入れてください。",
        "crumbs": crumbs((f"発送 {mailing.number}", back), ("刷り直し", "")),
    }  # fmt: skip
    wrong = refusal.code.family.http_status if refusal else 422 if form.is_bound and form.errors else 200
    return render(request, "pages/form_page.html", context, status=wrong)
