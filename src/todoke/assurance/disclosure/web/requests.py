"""請求簿と請求: the register with its deadlines, the intake, one request and what may be done next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString

from todoke.access import lists, naming
from todoke.access.form_pages import form_page, sent
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.assurance.disclosure import queries
from todoke.assurance.disclosure.actions import receive_request
from todoke.assurance.disclosure.actions.identify import identify as find_person
from todoke.assurance.disclosure.actions.open_request import open_request
from todoke.assurance.disclosure.actions.receive_request import Asked
from todoke.assurance.disclosure.flows import RequestState
from todoke.assurance.disclosure.models import Request
from todoke.assurance.disclosure.queries import Line
from todoke.assurance.disclosure.rules.identity import DOCUMENTS, Capacity, Document, Route
from todoke.assurance.disclosure.rules.kinds import KINDS, OUTCOMES, Kind, Outcome
from todoke.assurance.disclosure.rules.offices import OFFICES
from todoke.assurance.disclosure.web.forms import (
    CompleteForm,
    IdentifyForm,
    IntakeForm,
    MissingForm,
    RegisterFilter,
)
from todoke.kernel.clock import wareki
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Table
from todoke.pages.tables import Kind as Shown
from todoke.pages.templatetags.parts import make_chip, make_link

READ: Final = Permission.DISCLOSURE_READ
RECEIVE: Final = Permission.DISCLOSURE_RECEIVE
GATHER: Final = Permission.DISCLOSURE_GATHER
DECIDE: Final = Permission.DISCLOSURE_DECIDE
HAND_OVER: Final = Permission.DISCLOSURE_HAND_OVER
CARRY_OUT: Final = Permission.DISCLOSURE_CARRY_OUT
_S = RequestState
_TONES: Final = {_S.INCOMPLETE: "warn", _S.EXECUTED: "good"}


@screen(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """請求簿: what is due first stands first."""
    filled, actor = RegisterFilter(request.GET or None), actor_of(request)
    given = filled.cleaned_data if filled.is_bound and filled.is_valid() else {}
    rows = queries.register(by=actor, state=given.get("state", ""), overdue=bool(given.get("overdue")))
    columns = [
        Column[Line](
            key="id", title="請求番号", value=lambda row: row.request.pk, kind=Shown.NUMBER, heads_row=True,
            cell=lambda row: make_link(reverse("disclosure-request", args=[row.request.pk]), row.request.pk),
        ),
        Column[Line](key="kind", title="種類", value=lambda row: KINDS[Kind(row.request.kind)]),
        Column[Line](key="office", title="窓口", value=lambda row: OFFICES[row.request.office].name),
        Column[Line](key="received", title="受付の日", value=lambda row: row.request.received_on, kind=Shown.DAY),
        Column[Line](key="state", title="状態", value=lambda row: _S(row.request.state).label, cell=lambda row: _chip(row.request)),
        Column[Line](key="due", title="決定の期限", value=lambda row: row.due_on, kind=Shown.DAY),
        Column[Line](key="late", title="期限まで", value=_late, cell=lambda row: make_chip(_late(row), "fail" if row.overdue else "warn") if _late(row) else "－"),
    ]  # fmt: skip
    table = Table(
        caption="請求簿（決定の期限の順）",
        columns=columns,
        rows=rows,
        query=request.GET,
        empty="請求はありません。",
    )
    actions = (
        [("請求を受け付ける", reverse("disclosure-request-new"))] if actor.may_somewhere(RECEIVE) else []
    )
    return lists.listing(
        request, table, permission=READ, heading="開示等の請求", file="disclosure_requests", filter=filled, actions=actions,
        lead="決定の期限は受付の日から30日です。補正の日数は数えず、一度だけ30日延ばせます。", crumbs=crumbs(),
    )  # fmt: skip


def _late(row: Line) -> str:
    return "期限を過ぎています" if row.overdue else "期限が近い" if row.soon else ""


def _chip(found: Request) -> SafeString:
    return make_chip(_S(found.state).label, _TONES.get(_S(found.state), ""))


def crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    """From the home page to here."""
    return [("ホーム", "/"), ("開示等の請求", reverse("disclosure-requests") if further else ""), *further]


@screen(READ)
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One request and what this person may do next."""
    actor = actor_of(request)
    found = open_request(number=number, by=actor)
    context = {
        "heading": f"{KINDS[Kind(found.kind)]} 第{number}号", "chip": _chip(found), "facts": facts(found),
        "actions": _actions(found, actor), "crumbs": crumbs((f"第{number}号", "")),
        "pauses": found.pauses.order_by("since"), "withheld": found.withheld.order_by("section"),
        "measures": found.measures.order_by("pk"),
    }  # fmt: skip
    return render(request, "disclosure/request.html", context)


def facts(found: Request) -> list[tuple[str, object]]:
    """What is known of the request."""
    names = (found.received_by, found.identified_by, found.decided_by, found.executed_by)
    people = naming.people([name for name in names if name])
    line = queries.line(found)
    told: list[tuple[str, object]] = [
        ("窓口", OFFICES[found.office].title), ("請求の方法", found.get_route_display()), ("受付の日", wareki(found.received_on)),
        ("決定の期限", wareki(line.due_on) + (f"（延長：{found.extended_because}）" if found.extended_by else "")),
        ("本人", f"{found.name}（{wareki(found.birth_date)}生）"), ("請求する人", found.get_capacity_display()),
        *([("代理人", found.representative)] if found.representative else []),
        ("確認した書類", "、".join(DOCUMENTS[Document(paper)] for paper in found.documents) or "なし"),
        ("足りない書類", "、".join(receive_request.lacking(found)) or "なし"), ("請求の内容", found.wanted),
        ("受け付けた職員", people[found.received_by]),
    ]  # fmt: skip
    if found.identified_by:
        told.append(("本人を特定した職員", people[found.identified_by]))
    if found.outcome:
        told += [
            ("決定", OUTCOMES[Kind(found.kind)][Outcome(found.outcome)]),
            ("決定の理由", found.reason or "－"),
        ]
        told.append(("決定した職員", people[found.decided_by or ""]))
    if found.executed_by:
        told.append(("実施した職員", people[found.executed_by]))
    if found.handed_to:
        fee = "免除" if found.fee_exempt else f"{found.fee_yen}円"
        told += [("受け取った人", found.handed_to), ("枚数と費用", f"{found.pages}枚・{fee}")]
    return told


_NEXT: Final = (
    ((_S.RECEIVED,), GATHER, "本人を特定する", "disclosure-request-identify"),
    ((_S.IDENTIFIED, _S.DECIDED), GATHER, "保有する情報を見る", "disclosure-held"),
    ((_S.IDENTIFIED,), DECIDE, "決定する", "disclosure-request-decide"),
    ((_S.RECEIVED,), RECEIVE, "補正を求める", "disclosure-request-return"),
    ((_S.INCOMPLETE,), RECEIVE, "補正を受け取る", "disclosure-request-complete"),
    ((_S.RECEIVED, _S.INCOMPLETE, _S.IDENTIFIED), RECEIVE, "取下げを記録する", "disclosure-request-withdraw"),
)


def _actions(found: Request, actor: Actor) -> list[tuple[str, str]]:
    ward, state = OFFICES[found.office].ward, _S(found.state)

    def way(title: str, route: str) -> tuple[str, str]:
        return title, reverse(route, args=[found.pk])

    def may(permission: Permission) -> bool:
        return actor.may(permission, ward=ward)

    ways = [
        way(title, route)
        for states, permission, title, route in _NEXT
        if state in states and may(permission) and not (permission is DECIDE and _acted(found, actor))
    ]
    if state in queries.OPEN and found.extended_by is None and may(DECIDE):
        ways.append(way("期限を延長する", "disclosure-request-extend"))
    if found.extended_by and may(READ):
        ways.append(way("延長の通知書（PDF）", "disclosure-extension"))
    if state in (_S.DECIDED, _S.EXECUTED):
        ways.append(way("決定の通知書（PDF）", "disclosure-notice"))
    if state == _S.DECIDED:
        giving = found.outcome in ("full", "partial")
        if found.kind == Kind.DISCLOSURE and giving:
            ways += [way("書面を交付する", "disclosure-hand-over")] if may(HAND_OVER) else []
        elif may(CARRY_OUT):
            ways += [way("措置を記録する", "disclosure-measure")] if giving else []
            ways.append(way("終了する", "disclosure-close"))
    return ways


def _acted(found: Request, actor: Actor) -> bool:
    return actor.staff_id in (found.received_by, found.identified_by)


@screen(RECEIVE)
def new(request: HttpRequest) -> HttpResponse:
    """受付."""
    actor = actor_of(request)
    offices = [code for code, office in OFFICES.items() if actor.may(RECEIVE, ward=office.ward)]

    def work(by: Actor, given: dict[str, Any]) -> None:
        names = (
            "office",
            "received_on",
            "name",
            "birth_date",
            "address",
            "representative",
            "wanted",
            "based_on",
        )
        asked = Asked(
            kind=Kind(given["kind"]), route=Route(given["route"]), capacity=Capacity(given["capacity"]),
            documents=[Document(paper) for paper in given["documents"]], **{name: given[name] for name in names},
        )  # fmt: skip
        receive_request.receive_request(asked=asked, by=by)

    return form_page(
        request, IntakeForm(request.POST or None, offices=offices), permission=RECEIVE, heading="請求を受け付けます",
        verb="受け付ける", work=work, done="受け付けました。", back=reverse("disclosure-requests"), crumbs=crumbs(("受付", "")),
        lead="指定様式の書面を、窓口または郵送で受け付けます。",
    )  # fmt: skip


def step(request: HttpRequest, number: int, form: Any, **of_step: Any) -> HttpResponse:  # noqa: ANN401 - see form_page
    """A page for one step of one request."""
    found = queries.one(number, by=actor_of(request), permission=of_step["permission"])
    back = reverse("disclosure-request", args=[number])
    trail = crumbs((f"第{number}号", back), (of_step["verb"], ""))
    return form_page(request, form, facts=facts(found), back=back, crumbs=trail, **of_step)


@screen(RECEIVE)
def send_back(request: HttpRequest, number: int) -> HttpResponse:
    """補正を求める."""
    return step(
        request, number, MissingForm(request.POST or None), permission=RECEIVE, heading="補正を求めます", verb="補正を求める",
        done="補正を求めました。補正された日までの日数は、期限に数えません。",
        work=lambda by, given: receive_request.ask_completion(number=number, **given, by=by),
    )  # fmt: skip


@screen(RECEIVE)
def complete(request: HttpRequest, number: int) -> HttpResponse:
    """補正を受け取る."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        papers = [Document(paper) for paper in given["documents"]]
        receive_request.complete(number=number, documents=papers, on=given["on"], by=by)

    return step(
        request, number, CompleteForm(request.POST or None), permission=RECEIVE, heading="補正を受け取ります",
        verb="補正を受け取る", done="補正を受け取りました。", work=work,
    )  # fmt: skip


@screen(RECEIVE)
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """取下げ."""
    return step(
        request, number, sent(request), permission=RECEIVE, heading="取下げを記録します", verb="記録する",
        done="取下げを記録しました。", work=lambda by, _: receive_request.withdraw(number=number, by=by),
    )  # fmt: skip


@screen(GATHER, atomic=False)
def identify(request: HttpRequest, number: int) -> HttpResponse:
    """本人の特定."""
    return step(
        request, number, IdentifyForm(request.POST or None), permission=GATHER, heading="本人を特定します", verb="特定する",
        done="本人を特定しました。", work=lambda by, given: find_person(number=number, **given, by=by),
    )  # fmt: skip


def cards(actor: Actor) -> Iterator[Card]:
    """What is late, or soon will be; what waits for a decision."""
    if not actor.may_somewhere(READ):
        return
    lines = queries.register(by=actor)
    where = reverse("disclosure-requests")
    if actor.may_somewhere(DECIDE):
        waiting = sum(one.request.state == _S.IDENTIFIED for one in lines)
        yield Card(
            title="決定を待つ開示等の請求", count=waiting, link="見る", url=f"{where}?state=identified"
        )
    if late := sum(one.overdue or one.soon for one in lines):
        yield Card(title="期限が近い、または過ぎた開示等の請求", count=late, link="見る", url=where)
