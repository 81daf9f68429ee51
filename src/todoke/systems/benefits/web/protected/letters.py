"""支援措置の方への手紙: the 送付先, one letter at a time as a file, and the second person who posts it. No address stands on a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

from todoke.access import lists, naming
from todoke.access.form_pages import form_page, refused, sent
from todoke.access.guard import actor_of, route_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.identifiers import case_number
from todoke.oplog.record import record
from todoke.pages.forms import DateField
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.benefits.actions.protected.note_destination import note_destination
from todoke.systems.benefits.actions.protected.post_one import post_protected, spoil_protected
from todoke.systems.benefits.actions.protected.print_one import PrintedOne, print_protected
from todoke.systems.benefits.models import ProtectedLetter
from todoke.systems.benefits.queries.editions.proposals import find
from todoke.systems.benefits.queries.letters import protected_letters as reads
from todoke.systems.benefits.rules.letters import kind as letter_kind
from todoke.systems.benefits.rules.letters.kind import LetterKind
from todoke.systems.benefits.rules.letters.protected_letter import STATES, ProtectedState
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY
from todoke.systems.benefits.web.calls.forms import digits

ALIAS = "benefits"
HANDLE: Final = Permission.BENEFITS_PROTECTED_LETTER
_KINDS: Final = [
    (LetterKind.FORMS.value, "お知らせ・確認書・申請書"), (LetterKind.AGAIN.value, "同（再発送）"),
    *((kind.value, letter_kind.TITLES[kind]) for kind in letter_kind.LATER if kind not in letter_kind.ROUTED),
]  # fmt: skip


class _OfCase(forms.Form):
    """Of the household with that number."""

    number = forms.CharField(
        label="給付管理番号", max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"})
    )  # fmt: skip

    def clean_number(self) -> str:
        """With its check digit."""
        number = digits(self.cleaned_data["number"])
        if not case_number.is_valid(number):
            raise forms.ValidationError("給付管理番号の桁数または検査数字が正しくありません。")
        return number


class DestinationForm(_OfCase):
    """送付先, from the paper."""

    postal_code = forms.CharField(
        label="郵便番号", max_length=8, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    address = forms.CharField(
        label="送付先の住所", max_length=72, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    source_on = DateField(label="申出書の日付")


class PrintForm(_OfCase):
    """Which letter, and why."""

    kind = forms.ChoiceField(label="手紙の種類", choices=[("", "選んでください"), *_KINDS])
    reason = forms.CharField(label="理由", max_length=200, help_text="操作の記録に残ります。")


def _crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    back = reverse("benefits-protected-letters") if further else ""
    return [("ホーム", "/"), ("支援措置の手紙", back), *further]


@screen(HANDLE)
def listed(request: HttpRequest) -> HttpResponse:
    """個別に印刷した手紙の一覧."""
    rows, me = reads.listed(), actor_of(request)
    people = naming.people([row.printed_by for row in rows])
    columns = [
        Column[ProtectedLetter](key="case", title="給付管理番号", value=lambda row: row.letter.case.case_number, kind=Kind.CODE, heads_row=True),
        Column[ProtectedLetter](key="kind", title="手紙の種類", value=lambda row: letter_kind.title(row.letter.file.kind, row.letter.file.route)),
        Column[ProtectedLetter](
            key="state", title="状態", value=lambda row: STATES[ProtectedState(row.state)][0],
            cell=lambda row: make_chip(*STATES[ProtectedState(row.state)]),
        ),
        Column[ProtectedLetter](key="at", title="印刷した日時", value=lambda row: row.printed_at, kind=Kind.MOMENT),
        Column[ProtectedLetter](key="by", title="印刷した職員", value=lambda row: people[row.printed_by]),
        Column[ProtectedLetter](key="next", title="次の操作", value=lambda _: "", cell=lambda row: _next(row, me.staff_id)),
    ]  # fmt: skip
    table = Table(
        caption="個別に印刷した手紙（新しい順）",
        columns=columns,
        rows=rows,
        query=request.GET,
        empty="個別に印刷した手紙はありません。",
    )
    shown = len(table.page.object_list)
    record(ALIAS, by=me, verb=HANDLE.value, subject=route_of(request), persons=shown)
    return lists.listing(
        request, table, permission=HANDLE, heading="支援措置の手紙", crumbs=_crumbs(),
        lead="支援措置の対象の方には、申出書の送付先に、1通ずつ印刷して送ります。送付先を登録した職員は印刷できず、印刷した職員は発送を確認できません。",
        actions=[
            ("1通を印刷する", reverse("benefits-protected-letter-new")),
            ("送付先を登録する", reverse("benefits-destination-new")),
        ],
    )  # fmt: skip


def _next(row: ProtectedLetter, me: str) -> str:
    if row.state != ProtectedState.PRINTED:
        return "－"
    if row.printed_by == me:
        return make_link(reverse("benefits-protected-letter-spoil", args=[row.pk]), "廃棄を記録する")
    return make_link(reverse("benefits-protected-letter-post", args=[row.pk]), "発送を確認する")


@screen(HANDLE)
def destination(request: HttpRequest) -> HttpResponse:
    """送付先の登録."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        names = ("postal_code", "address", "source_on")
        note_destination(case_number=given["number"], by=by, **{name: given[name] for name in names})

    return form_page(
        request, DestinationForm(request.POST or None), permission=HANDLE, heading="送付先を登録します", verb="登録する", work=work,
        done="登録しました。印刷は別の職員が行います。", back=reverse("benefits-protected-letters"),
        lead="支援措置の申出書に書かれた送付先を入力します。住民登録の住所は使いません。登録した住所は画面に表示しません。",
        crumbs=_crumbs(("送付先の登録", "")),
    )  # fmt: skip


@screen(HANDLE)
def new(request: HttpRequest) -> HttpResponse:
    """1通の印刷: the answer to the button is the file itself."""
    form, made = PrintForm(request.POST or None), list[PrintedOne]()
    refusal = None
    if request.method == "POST" and form.is_valid():
        refusal = refused(
            request, HANDLE, lambda: made.append(_printed(form.cleaned_data, actor_of(request)))
        )
    if made:
        disposition = content_disposition_header(
            as_attachment=True, filename=f"letter-{made[0].letter_id}.pdf"
        )
        return HttpResponse(
            made[0].document,
            content_type="application/pdf",
            headers={"Content-Disposition": disposition or ""},
        )
    context = {
        "form": form, "refusal": refusal, "heading": "支援措置の手紙を1通印刷します", "verb": "印刷する",
        "back": reverse("benefits-protected-letters"), "crumbs": _crumbs(("1通の印刷", "")),
        "lead": "最新の住民記録と送付先をもう一度確かめてから、PDFを渡します。ファイルはサーバーに残りません。印刷したら手元の写しも消してください。",
    }  # fmt: skip
    wrong = refusal.code.family.http_status if refusal else 422 if form.is_bound and form.errors else 200
    return render(request, "pages/form_page.html", context, status=wrong)


def _printed(given: dict[str, Any], by: Actor) -> PrintedOne:
    case = reads.protected_case(given["number"])
    return print_protected(
        programme=find(case.programme_id), office=SAMPLE_CITY, case_number=case.case_number,
        kind=LetterKind(given["kind"]), reason=given["reason"], by=by,
    )  # fmt: skip


@screen(HANDLE)
def post(request: HttpRequest, letter_number: int) -> HttpResponse:
    """発送の確認, by another person."""
    return form_page(
        request, sent(request), permission=HANDLE, heading="支援措置の手紙の発送を確認します", verb="発送を確認する",
        work=lambda by, _: post_protected(number=letter_number, office=SAMPLE_CITY, by=by), done="発送を確認しました。",
        back=reverse("benefits-protected-letters"), facts=_facts(letter_number), template="pages/confirm.html",
        warning="封筒の宛名を、申出書の送付先と照らしてから確認してください。印刷した職員は確認できません。",
        crumbs=_crumbs(("発送の確認", "")),
    )  # fmt: skip


@screen(HANDLE)
def spoil(request: HttpRequest, letter_number: int) -> HttpResponse:
    """廃棄."""
    return form_page(
        request, sent(request), permission=HANDLE, heading="支援措置の手紙の廃棄を記録します", verb="廃棄を記録する",
        work=lambda by, _: spoil_protected(number=letter_number, by=by), done="記録しました。印刷し直せます。",
        back=reverse("benefits-protected-letters"), facts=_facts(letter_number), template="pages/confirm.html",
        warning="紙をシュレッダーで処分してから記録してください。", crumbs=_crumbs(("廃棄", "")),
    )  # fmt: skip


def _facts(number: int) -> list[tuple[str, object]]:
    row = reads.one(number)
    return [
        ("給付管理番号", row.letter.case.case_number),
        ("手紙の種類", letter_kind.title(row.letter.file.kind, row.letter.file.route)),
        ("印刷した日時", row.printed_at),
    ]


def cards(actor: Actor) -> Iterator[Card]:
    """What others printed and nobody has posted."""
    if actor.may_somewhere(HANDLE):
        url = reverse("benefits-protected-letters")
        yield Card(
            title="発送の確認を待つ支援措置の手紙",
            count=reads.to_post(actor.staff_id),
            link="確かめる",
            url=url,
        )
