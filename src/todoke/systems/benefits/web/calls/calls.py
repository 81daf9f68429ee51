"""電話の応対: the first line answers "has my form arrived, when is it paid"; more only for a caller who was recognised.

The operator types what the caller says and is told whether it agrees; what is registered never stands on the screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from todoke.access import lists, naming
from todoke.access.form_pages import form_page, refused
from todoke.access.guard import actor_of, open_screen, route_of, screen
from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.clock import wareki
from todoke.oplog.record import record
from todoke.pages import tables
from todoke.pages.failures import PURPOSE_FIELD
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_link
from todoke.systems.benefits.actions.calls.answer_call import Answer, check_caller, open_call, read_call
from todoke.systems.benefits.actions.calls.note_call import note_call, return_call
from todoke.systems.benefits.queries.aftermath import calls as reads
from todoke.systems.benefits.queries.aftermath.calls import ToCallBack
from todoke.systems.benefits.rules.aftermath import calls as rules
from todoke.systems.benefits.rules.aftermath.calls import Depth, Item
from todoke.systems.benefits.rules.examination.by_hand import SENTENCES
from todoke.systems.benefits.web import naming as words
from todoke.systems.benefits.web.calls.forms import PURPOSE, CallForm, CheckForm, NoteForm, ReturnForm

ALIAS = "benefits"
ANSWER: Final = Permission.BENEFITS_CALL_ANSWER
NOTE: Final = Permission.BENEFITS_CALL_NOTE
RETURN: Final = Permission.BENEFITS_CALL_RETURN
_STOPPED: Final = "本人確認が3回合わなかったため、この電話では何もお伝えできません。"


@open_screen("入力欄だけを出し、権限は中で確かめる。問い合わせそのものは権限と利用目的を確かめる")
def box(request: HttpRequest) -> HttpResponse:
    """The empty form, ready for the caller's first words."""
    actor = actor_of(request)
    require(actor, ANSWER)
    return _box(request, CallForm(initial={"purpose": PURPOSE}))


@screen(ANSWER)
def begin(request: HttpRequest) -> HttpResponse:
    """Takes what the caller said and leads to the answer; the words travel in the body."""
    form, opened, refusal = CallForm(request.POST or None), [], None
    if form.is_valid():

        def work() -> None:
            opened.append(open_call(said=form.said(), by=actor_of(request)))

        refusal = refused(request, ANSWER, work)
    if opened:
        return HttpResponseRedirect(_address("benefits-call", opened[0].pk, actor_of(request)))
    return _box(request, form, refusal=refusal)


def _box(request: HttpRequest, form: CallForm, **more: object) -> HttpResponse:
    crumbs = [("ホーム", "/"), ("電話の応対", "")]
    wrong = form.is_bound and (form.errors or more.get("refusal"))
    context = {"form": form, "crumbs": crumbs, **more}
    return render(request, "benefits/calls.html", context, status=422 if wrong else 200)


@screen(ANSWER)
def one(request: HttpRequest, call_id: int) -> HttpResponse:
    """The answer as far as the caller was recognised; the form compares one item more."""
    actor = actor_of(request)
    found = read_call(call_id=call_id, by=actor)
    form = CheckForm(request.POST if request.method == "POST" else None, left=_left(found))
    refusal = None
    if form.is_valid():
        item, said, agreed = Item(form.cleaned_data["item"]), form.cleaned_data["answer"], []

        def work() -> None:
            agreed.append(check_caller(call_id=call_id, item=item, said=said, by=actor))

        refusal = refused(request, ANSWER, work)
        if refusal is None:
            tell = messages.success if agreed[0] else messages.warning
            tell(request, f"{rules.TITLES[item]}は{'一致しました' if agreed[0] else '一致しません'}。")
            return HttpResponseRedirect(_address("benefits-call", call_id, actor))
    context = {
        "found": found, "form": form, "refusal": refusal, "items": _items(found), "facts": _facts(found), "say": _say(found),
        "chip": words.state_chip(found.state) if found.state else "", "missing": _missing(found),
        "asking": found.open and found.depth in (Depth.ASKING, Depth.TELLING) and bool(_left(found)),
        "note": _address("benefits-call-note", call_id, actor), "again": reverse("benefits-calls"),
        "questions": [(rules.TITLES[item], rules.QUESTIONS[item]) for item in _left(found)],
        "crumbs": [("ホーム", "/"), ("電話の応対", reverse("benefits-calls")), ("応対", "")],
    }  # fmt: skip
    wrong = refusal.code.family.http_status if refusal else 422 if form.is_bound and form.errors else 200
    return render(request, "benefits/call.html", context, status=wrong)


def _address(route: str, call_id: int, actor: Actor) -> str:
    return f"{reverse(route, args=[call_id])}?{urlencode({PURPOSE_FIELD: actor.purpose})}"


def _left(found: Answer) -> list[Item]:
    """What may still be asked."""
    return [
        item for item in Item if item not in found.agreed and (item is not Item.NUMBER or found.call.case_id)
    ]


def _items(found: Answer) -> list[tuple[str, str, str]]:
    return [
        (rules.TITLES[item], "一致", "good") if item in found.agreed else (rules.TITLES[item], "まだ", "")
        for item in Item
    ]


def _say(found: Answer) -> str:
    if not found.open:
        return rules.NOBODY
    return f"{_STOPPED}{rules.NOBODY}" if found.depth is Depth.STOPPED else found.say


def _facts(found: Answer) -> list[tuple[str, object]]:
    """The first lines: arrived, paid when; then, for a caller who told more, the amount."""
    if not found.say:
        return []
    facts: list[tuple[str, object]] = [
        ("世帯主または本人", rules.masked(found.name)),
        ("事業", found.programme),
    ]
    if found.standing:
        at = found.standing
        facts = [
            ("書類の到着", wareki(at.arrived_on) if at.arrived_on else "まだ届いていません"),
            ("振込（予定）日", wareki(at.transfer_on) if at.transfer_on else "まだ決まっていません"),
            ("書類の発送", tables.moment(at.printed_at) if at.printed_at else "まだ発送していません"),
            *facts,
        ]
    if found.amount_yen is not None:
        facts.append(("支給額", f"{found.amount_yen:,}円"))
    return facts


def _missing(found: Answer) -> list[str]:
    """What the last examination asked for; only for a caller who told more."""
    if found.depth is not Depth.OPEN or found.standing is None or found.state is None:
        return []
    codes = found.standing.codes if found.state.value == "deficient" else []
    return [SENTENCES.get(code, code) for code in codes or []]


@screen(NOTE)
def note(request: HttpRequest, call_id: int) -> HttpResponse:
    """応対の記録."""
    actor = actor_of(request)

    def work(by: Actor, given: dict[str, Any]) -> None:
        note_call(
            call_id=call_id, text=given["text"], number=given["phone"], call_back=given["call_back"], by=by
        )

    crumbs = [("ホーム", "/"), ("電話の応対", reverse("benefits-calls")), ("応対の記録", "")]
    return form_page(
        request, NoteForm(request.POST or None), permission=NOTE, heading="応対を記録します", verb="記録する", work=work,
        done="応対を記録しました。", back=reverse("benefits-calls"), crumbs=crumbs,
        lead=f"利用目的：{actor.purpose or PURPOSE}",
    )  # fmt: skip


@screen(RETURN)
def callbacks(request: HttpRequest) -> HttpResponse:
    """折り返しを待つ人の一覧: with what they said, for the section finds by its own means whom it may tell."""
    rows, actor = reads.to_call_back(), actor_of(request)
    people = naming.people(row.by for row in rows)
    columns = [
        Column[ToCallBack](key="at", title="受けた日時", value=lambda row: row.at, kind=Kind.MOMENT, heads_row=True),
        Column[ToCallBack](key="phone", title="折り返し先", value=lambda row: row.phone, kind=Kind.CODE),
        Column[ToCallBack](key="asked", title="相手の言った番号・氏名", value=_asked, sortable=False),
        Column[ToCallBack](key="text", title="応対の内容", value=lambda row: row.text, sortable=False),
        Column[ToCallBack](key="by", title="受けた職員", value=lambda row: people[row.by]),
        Column[ToCallBack](
            key="next", title="次にすること", value=lambda _: "折り返しを記録する", sortable=False,
            cell=lambda row: make_link(reverse("benefits-callback", args=[row.id]), "折り返しを記録する"),
        ),
    ]  # fmt: skip
    table = Table(
        caption="折り返しを待つ人",
        columns=columns,
        rows=rows,
        query=request.GET,
        empty="折り返しを待つ人はいません。",
    )
    shown = len(table.page.object_list)
    record(ALIAS, by=actor, verb="benefits:case:list", subject=route_of(request), persons=shown)
    return lists.listing(
        request, table, permission=RETURN, heading="折り返し",
        lead="電話で答えられなかった人です。支援措置の対象かどうかを確かめてから、折り返してください。",
        crumbs=[("ホーム", "/"), ("折り返し", "")],
    )  # fmt: skip


def _asked(row: ToCallBack) -> str:
    born = wareki(row.born) if row.born else ""
    return "　".join(text for text in (row.number, row.kana, born) if text)


@screen(RETURN)
def callback(request: HttpRequest, note_id: int) -> HttpResponse:
    """折り返しの結果."""
    crumbs = [("ホーム", "/"), ("折り返し", reverse("benefits-callbacks")), ("結果", "")]
    return form_page(
        request, ReturnForm(request.POST or None), permission=RETURN, heading="折り返しを記録します", verb="記録する",
        work=lambda by, given: return_call(note_id=note_id, text=given["text"], by=by),
        done="折り返しを記録しました。", back=reverse("benefits-callbacks"), crumbs=crumbs,
    )  # fmt: skip


def cards(actor: Actor) -> Iterator[Card]:
    """Whoever waits to be called back."""
    if actor.may_somewhere(RETURN):
        yield Card(
            title="折り返しを待つ人",
            count=reads.waiting(),
            link="折り返す",
            url=reverse("benefits-callbacks"),
        )
