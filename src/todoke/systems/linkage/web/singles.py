"""一人分の照会: asking about one person, following the question, and taking the answer once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from todoke.access import form_pages, parties
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Permission
from todoke.contracts import registry
from todoke.exchange.transport import Transport
from todoke.identifiers import municipality
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.records.layouts.city_inputs_v2021 import REPLICA_ITEMS
from todoke.systems.linkage.actions.queries.ask_one import Checked, Wish, ask_one, check_wish
from todoke.systems.linkage.actions.queries.take_answer import take_answer
from todoke.systems.linkage.flows import OPEN, QueryState
from todoke.systems.linkage.jobs.singles import follow
from todoke.systems.linkage.models import SingleQuery
from todoke.systems.linkage.queries import singles
from todoke.systems.linkage.rules import asking
from todoke.systems.linkage.web.forms import NumberSearch, offer

LISTED: Final = 500
TONES: Final = {
    QueryState.ANSWERED: "good",
    QueryState.NO_RECORD: "plain",
    QueryState.HELD: "warn",
    QueryState.RELEASE_REFUSED: "fail",
    QueryState.REFUSED: "fail",
}
HELD: Final = str(QueryState.HELD.label)
ERRORS: Final = {
    "no_link_code": "この人の符号がまだ取得できていません。日をおいて照会し直してください。",
    "not_on_list": "照会許可照会リストで許可されていません。",
    "permit_expired": "照会先が確かめている間に許可証の期限が切れました。必要であれば照会し直してください。",
    "replica_damaged": "照会先の副本が開けません。照会先が登録し直した後に、照会し直してください。",
    "answer_damaged": "届いた回答が中間サーバーで開けません。照会し直してください。",
    "answer_malformed": "回答の項目がそろっていないため、使わずに止めました。照会先に確かめてください。",
}
LABELS: Final = {name: label for name, label, _ in REPLICA_ITEMS}


class QuestionForm(NumberSearch):
    """誰について (番号検索と同じ)、どこへ、何を、何のために."""

    field_order = ("kind", "number", "system", "birth_date", "name", "provider", "question", "purpose")

    provider = forms.CharField(
        label="照会先の団体コード", max_length=6,
        help_text="5桁または検査数字を含む6桁です。区のコードは市に読み替えます。",
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric"}),
    )  # fmt: skip
    question = forms.ChoiceField(label="照会する情報と事務", choices=[])
    purpose = forms.CharField(
        label="利用目的", max_length=200, help_text="操作の記録に残ります。氏名や番号は書かないでください。",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *arguments: Any, questions: list[asking.Question], **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        offer(self, "question", [(one.key, one.title) for one in questions])


class ConfirmForm(forms.Form):
    """The question once more: the person behind a handle, so that no number stands in the page."""

    handle = forms.UUIDField()
    provider = forms.CharField(max_length=6)
    question = forms.ChoiceField(choices=[(one.key, one.title) for one in asking.QUESTIONS])


@screen(Permission.LINKAGE_QUERY, atomic=False)
def query_new(request: HttpRequest) -> HttpResponse:
    """照会 1 and 2: the form, then the same once more to confirm; only then anything is sent."""
    if request.method == "POST" and "handle" in request.POST:
        return _confirm(request)
    actor = actor_of(request)
    form = QuestionForm(request.POST or None, questions=asking.open_questions(actor, clock.today()))
    refusal: TodokeError | None = None
    made: list[Checked] = []
    if request.method == "POST" and form.is_valid():
        transport = registry.need(Transport)

        def work() -> None:
            made.append(check_wish(sought=form.sought(), wish=_wish(form), transport=transport, by=actor))

        refusal = form_pages.refused(request, Permission.LINKAGE_QUERY, work)
    confirm = ConfirmForm(initial={**form.cleaned_data, "handle": made[0].handle}) if made else None
    facts = _facts(form.cleaned_data, made[0]) if made else []
    return _page(request, form=form, refusal=refusal, confirm=confirm, facts=facts)


def _confirm(request: HttpRequest) -> HttpResponse:
    form, made = ConfirmForm(request.POST), []
    questions = asking.open_questions(actor_of(request), clock.today())
    if not form.is_valid():
        return _page(request, form=QuestionForm(questions=questions))

    def work() -> None:
        given = {"handle": form.cleaned_data["handle"], "wish": _wish(form)}
        made.append(ask_one(**given, transport=registry.need(Transport), by=actor_of(request)))

    refusal = form_pages.refused(request, Permission.LINKAGE_QUERY, work)
    if refusal:
        return _page(request, form=QuestionForm(questions=questions), refusal=refusal)
    messages.success(request, "照会を受け付けました。状態は自動で新しくなります。")
    return HttpResponseRedirect(reverse("linkage-query", args=made))


def _wish(form: forms.Form) -> Wish:
    return Wish(provider=form.cleaned_data["provider"], question=form.cleaned_data["question"])


def _page(
    request: HttpRequest,
    *,
    form: QuestionForm,
    refusal: TodokeError | None = None,
    confirm: ConfirmForm | None = None,
    facts: Sequence[tuple[str, object]] = (),
) -> HttpResponse:
    context = {
        "form": form, "refusal": refusal, "confirm": confirm, "facts": facts, "back": reverse("linkage-queries"),
        "crumbs": [("ホーム", "/"), ("一人分の照会", reverse("linkage-queries")), ("新しい照会", "")],
    }  # fmt: skip
    wrong = refusal.code.family.http_status if refusal else 422 if form.is_bound and form.errors else 200
    return render(request, "linkage/query_new.html", context, status=wrong)


def _facts(given: dict[str, Any], checked: Checked) -> list[tuple[str, object]]:
    return [
        ("氏名", checked.name),
        ("統合番号", checked.integrated_number),
        ("照会先", f"{municipality.of_organisation(checked.provider)}（機関コード {checked.provider}）"),
        ("照会する情報と事務", checked.question.title),
        ("情報・事務・手続", f"{checked.question.information_code}・{checked.question.duty}・{checked.question.procedure}"),
        ("利用目的", given["purpose"]),
    ]  # fmt: skip


def _title(row: SingleQuery) -> str:
    return str(QueryState(row.query.state).label)


def _chip(row: SingleQuery) -> str:
    return make_chip(_title(row), TONES.get(QueryState(row.query.state), "wait"))


def _standing(row: SingleQuery) -> str:
    if row.taken_at:
        return "表示済み（残っていません）"
    if row.dropped_at:
        return "期限が過ぎて廃棄しました"
    return "受取りを待っています" if row.query.state == QueryState.ANSWERED else "－"


COLUMNS = [
    Column[SingleQuery](
        key="id", title="照会番号", value=lambda row: row.pk, heads_row=True,
        cell=lambda row: make_link(reverse("linkage-query", args=[row.pk]), row.pk),
    ),
    Column[SingleQuery](key="at", title="照会した日時", value=lambda row: row.asked_at, kind=Kind.MOMENT),
    Column[SingleQuery](key="provider", title="照会先", value=lambda row: row.query.provider[5:10], kind=Kind.CODE),
    Column[SingleQuery](key="state", title="状態", value=_title, cell=_chip),
    Column[SingleQuery](key="answer", title="回答", value=_standing),
]  # fmt: skip


@screen(Permission.LINKAGE_QUERY)
def my_queries(request: HttpRequest) -> HttpResponse:
    """自分の照会: what I asked, newest first."""
    rows = list(singles.mine(actor_of(request).staff_id)[:LISTED])
    context = {
        "heading": "一人分の照会",
        "lead": "あなたがした照会です。回答は一度だけ表示し、表示した後はこのシステムに残しません。",
        "table": Table(
            caption="自分の照会",
            columns=COLUMNS,
            rows=rows,
            query=request.GET,
            empty="照会はまだありません。",
        ),
        "actions": [("新しい照会をする", reverse("linkage-query-new"))],
        "crumbs": [("ホーム", "/"), ("一人分の照会", "")],
    }
    return render(request, "pages/listing.html", context)


@screen(Permission.LINKAGE_QUERY, atomic=False)
def query(request: HttpRequest, record_id: str) -> HttpResponse:
    """一つの照会: its state, renewed while something can still come."""
    row, away = _mine(request, record_id), False
    if row.query.state in (*OPEN, QueryState.HELD):
        try:
            follow(transport=registry.need(Transport), by=parties.housekeeper())
        except TodokeError:
            away = True
        row = _mine(request, record_id)
    state = QueryState(row.query.state)
    context = {
        "row": row, "state": state, "chip": (_title(row), TONES.get(state, "wait")), "away": away,
        "running": state in (*OPEN, QueryState.HELD), "road": _road(state), "standing": _standing(row),
        "may_take": state is QueryState.ANSWERED and not row.query.handed_over,
        "error": ERRORS.get(row.query.error, f"照会先または中間サーバーの応答: {row.query.error}") if row.query.error else "",
        "facts": [("照会した日時", row.asked_at), ("照会先", row.query.provider[5:10]), ("利用目的", row.purpose)],
        "crumbs": [("ホーム", "/"), ("一人分の照会", reverse("linkage-queries")), (record_id, "")],
    }  # fmt: skip
    return render(request, "linkage/query.html", context)


@screen(Permission.LINKAGE_QUERY)
def query_answer(request: HttpRequest, record_id: str) -> HttpResponse:
    """回答: shown once, to who asked; it is dropped in the same transaction and nothing keeps this page."""
    row = _mine(request, record_id)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("linkage-query", args=[record_id]))
    items = take_answer(record_id=record_id, by=replace(actor_of(request), purpose=row.purpose))
    rows = [(LABELS[name], item.value, item.reason) for name, item in items.items()]
    context = {
        "row": row, "items": rows, "person": row.query.person.name_kanji,
        "crumbs": [("ホーム", "/"), ("一人分の照会", reverse("linkage-queries")), (record_id, "")],
    }  # fmt: skip
    answer = render(request, "linkage/query_answer.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _mine(request: HttpRequest, record_id: str) -> SingleQuery:
    found = singles.mine(actor_of(request).staff_id).filter(pk=record_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この照会")
    return found


def _road(state: QueryState) -> list[tuple[str, str]]:
    """受付 → 照会中 (→ 提供者確認中) → 結果, each 済, いま or まだ. The third only where it is or was so."""
    held = (HELD,) if state in (QueryState.HELD, QueryState.RELEASE_REFUSED) else ()
    road = ("受付", "照会中", *held, "結果")
    here = {
        QueryState.ACCEPTED: "受付",
        QueryState.SENT: "受付",
        QueryState.ASKED: "照会中",
        QueryState.HELD: HELD,
    }
    place = road.index(here.get(state, "結果"))
    return [(title, "いま" if n == place else "済" if n < place else "まだ") for n, title in enumerate(road)]
