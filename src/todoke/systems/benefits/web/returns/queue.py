"""返戻の一覧: what may go again after a check, what may not; and deficiency letters by their last day."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access import lists
from todoke.access.form_pages import form_page
from todoke.access.guard import actor_of, route_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.benefits.actions.returns.order_resend import order_resend
from todoke.systems.benefits.queries.letters import returns as reads
from todoke.systems.benefits.queries.letters.returns import Back, Deadline
from todoke.systems.benefits.rules.letters import deficiency
from todoke.systems.benefits.rules.letters.mailing_state import PullReason
from todoke.systems.benefits.rules.letters.returns import MOST, RETURN_TITLES, ReturnReason
from todoke.systems.benefits.web.returns.scanning import RETURN, crumbs

ALIAS = "benefits"
_READ: Final = Permission.BENEFITS_MAIL_RETURN
_BY_HAND: Final = "個別に確かめる"
_UNSAID: Final = (PullReason.PROTECTED, PullReason.UNKNOWN, PullReason.CLOSED)


class CheckForm(forms.Form):
    """再発送: how the address was checked."""

    checked = forms.CharField(
        label="住所をどう確かめたか",
        max_length=200,
        help_text="例：住民記録の新しい住所、本人からの電話（10月3日）、部屋番号の補記",
    )


@screen(RETURN)
def listed(request: HttpRequest) -> HttpResponse:
    """返戻の一覧."""
    rows = reads.open_returns()
    columns = [
        Column[Back](key="case", title="給付管理番号", value=lambda row: row.case_number, kind=Kind.CODE, heads_row=True),
        Column[Back](key="why", title="返戻の理由", value=lambda row: RETURN_TITLES[ReturnReason(row.why)]),
        Column[Back](key="noted", title="登録日時", value=lambda row: row.noted_at, kind=Kind.MOMENT),
        Column[Back](key="times", title="回数", value=lambda row: row.times, kind=Kind.NUMBER),
        Column[Back](key="standing", title="最新の住民記録", value=_standing),
        Column[Back](key="next", title="次にすること", value=_next, cell=_act, sortable=False),
    ]  # fmt: skip
    table = Table(
        caption="返ってきた手紙（古い順）", columns=columns, rows=rows, query=request.GET, empty="返戻はありません。"
    )  # fmt: skip
    _logged(request, len(table.page.object_list))
    return lists.listing(
        request, table, permission=_READ, heading="返戻", crumbs=[("ホーム", "/"), ("返戻", "")],
        actions=[
            ("返戻を読み取る", reverse("benefits-return-start")), ("不備のお知らせの期限を見る", reverse("benefits-deadlines")),
        ],
        lead="住所を確かめて再発送を指示すると、次の再発送の印刷で、そのときの最新の住所あてに印刷します。2回返ってきた世帯には自動では送りません。",
    )  # fmt: skip


@screen(RETURN)
def resend(request: HttpRequest, returned_id: int) -> HttpResponse:
    """再発送の指示."""
    row = reads.one(returned_id)

    def work(by: Actor, given: dict[str, Any]) -> None:
        order_resend(returned_id=returned_id, checked=given["checked"], by=by)

    return form_page(
        request, CheckForm(request.POST if request.method == "POST" else None), permission=RETURN,
        heading="手紙をもう一度送ります", verb="再発送を指示する", work=work, back=reverse("benefits-returns"),
        done="再発送を指示しました。次の再発送の印刷に入ります。",
        facts=[
            ("給付管理番号", row.case_number), ("返戻の理由", RETURN_TITLES[ReturnReason(row.why)]),
            ("返ってきた回数", f"{row.times}回"), ("最新の住民記録", _standing(row)),
        ],
        lead="印刷のときに最新の住民記録をもう一度確かめ、亡くなった方・転出した方・支援措置の対象の方には印刷しません。",
        crumbs=crumbs(("再発送", "")),
    )  # fmt: skip


@screen(RETURN)
def deadlines(request: HttpRequest) -> HttpResponse:
    """不備のお知らせの期限."""
    today = clock.today()
    columns = [
        Column[Deadline](key="case", title="給付管理番号", value=lambda row: row.case_number, kind=Kind.CODE, heads_row=True),
        Column[Deadline](key="found", title="不備", value=_found),
        Column[Deadline](key="printed", title="印刷日", value=lambda row: row.printed_on, kind=Kind.DAY),
        Column[Deadline](key="until", title="期限", value=lambda row: row.answer_until, kind=Kind.DAY),
        Column[Deadline](
            key="left", title="残り", value=lambda row: (row.answer_until - today).days,
            cell=lambda row: make_chip("期限切れ", "fail") if row.answer_until < today else f"あと{(row.answer_until - today).days}日",
        ),
    ]  # fmt: skip
    table = Table(
        caption="返答を待つ不備のお知らせ（期限の近い順）", columns=columns, rows=reads.deadlines(), query=request.GET,
        empty="返答を待つ不備のお知らせはありません。",
    )  # fmt: skip
    _logged(request, len(table.page.object_list))
    return lists.listing(
        request, table, permission=_READ, heading="不備のお知らせの期限", crumbs=crumbs(("不備のお知らせの期限", "")),
        lead="補正の書類が届くと、この一覧から消えます。期限が過ぎた世帯には、電話などで確かめてから次の扱いを決めてください。",
    )  # fmt: skip


def _logged(request: HttpRequest, persons: int) -> None:
    record(ALIAS, by=actor_of(request), verb="benefits:case:list", subject=route_of(request), persons=persons)


def _standing(row: Back) -> str:
    """What the register says. That somebody is protected now is not said in a list, nor to be guessed from it."""
    return _BY_HAND if row.standing in _UNSAID else reads.STANDINGS[row.standing]


def _next(row: Back) -> str:
    if row.ordered:
        return "再発送の印刷を待っています"
    if row.times >= MOST or row.standing not in ("", PullReason.CHANGED):
        return _BY_HAND
    return "住所を確かめて再発送する"


def _act(row: Back) -> str:
    said = _next(row)
    if row.ordered or said == _BY_HAND:
        return said
    return make_link(reverse("benefits-return-resend", args=[row.returned_id]), said)


def _found(row: Deadline) -> str:
    return "".join(one.found for one in deficiency.asked(row.codes))
