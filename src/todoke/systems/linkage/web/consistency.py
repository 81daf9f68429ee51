"""住基ネットとの整合性: runs with their counts, the list of differences, and what is done about each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import form_pages, lists
from todoke.access.guard import actor_of, screen
from todoke.access.lists import Offer
from todoke.access.permissions import Actor, Permission
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.linkage.actions.registrations.read_difference import (
    Compared,
    note_listed,
    read_difference,
)
from todoke.systems.linkage.actions.registrations.settle_differences import (
    confirm_difference,
    keep_registered,
    return_difference,
    take_over,
)
from todoke.systems.linkage.flows import JukiDifferenceState
from todoke.systems.linkage.models import ConsistencyRun, Difference
from todoke.systems.linkage.models.consistency import COUNTED
from todoke.systems.linkage.queries import consistency as reads
from todoke.systems.linkage.rules.consistency import IDENTITY, VALUED, Settlement
from todoke.systems.linkage.rules.consistency import Kind as Differs
from todoke.systems.linkage.web.registration_forms import DifferenceFilter, Reason

READ, SETTLE, CONFIRM = (
    Permission.LINKAGE_DIFFERENCE_READ,
    Permission.LINKAGE_DIFFERENCE_SETTLE,
    Permission.LINKAGE_DIFFERENCE_CONFIRM,
)
TONES: Final = {
    JukiDifferenceState.OPEN: "warn",
    JukiDifferenceState.PROPOSED: "wait",
    JukiDifferenceState.SETTLED: "good",
    JukiDifferenceState.CONFIRMED: "good",
}


def _count(name: str) -> Callable[[ConsistencyRun], object]:
    return lambda run: getattr(run, name)


RUNS: Final = [
    Column[ConsistencyRun](key="run", title="回", value=lambda run: f"第{run.pk}回", heads_row=True),
    Column[ConsistencyRun](key="at", title="開始", value=lambda run: run.started_at, kind=Kind.MOMENT),
    Column[ConsistencyRun](key="by", title="実施者", value=lambda run: run.started_by),
    Column[ConsistencyRun](
        key="state", title="状態", value=lambda run: "完了" if run.finished_at else "途中",
        cell=lambda run: make_chip("完了", "good") if run.finished_at else make_chip("途中", "wait"),
    ),
    Column[ConsistencyRun](key="asked", title="対象", value=lambda run: run.asked, kind=Kind.NUMBER),
    *(
        Column[ConsistencyRun](key=name, title=title, value=_count(name), kind=Kind.NUMBER)
        for name, title in COUNTED.items()
    ),
]  # fmt: skip


def _kind(row: Difference) -> str:
    return Differs(row.kind).label


def _state(row: Difference) -> str:
    return JukiDifferenceState(row.state).label


DIFFERENCES: Final = [
    Column[Difference](
        key="person", title="統合番号", value=lambda row: str(row.person_id), kind=Kind.CODE, heads_row=True,
        cell=lambda row: make_link(reverse("linkage-difference", args=[row.pk]), row.person_id),
    ),
    Column[Difference](key="kind", title="差異", value=_kind),
    Column[Difference](key="found", title="見つかった日時", value=lambda row: row.state_at if row.state == "open" else row.run.started_at, kind=Kind.MOMENT),
    Column[Difference](
        key="state", title="状態", value=_state,
        cell=lambda row: make_chip(_state(row), TONES[JukiDifferenceState(row.state)]),
    ),
    Column[Difference](
        key="settled", title="処理", value=lambda row: Settlement(row.settlement).label if row.settlement else ""
    ),
    Column[Difference](key="by", title="処理した人", value=lambda row: "" if row.state == "open" else row.state_by),
]  # fmt: skip


def _crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    return [("ホーム", "/"), ("住基ネットとの整合性", reverse("linkage-consistency")), *further]


@screen(READ)
def runs(request: HttpRequest) -> HttpResponse:
    """整合性確認の一覧, newest first; the differences of all runs stand on a list of their own."""
    waiting = reads.state_counts()
    return lists.listing(
        request,
        Table(caption="整合性確認", columns=RUNS, rows=reads.runs(), query=request.GET, empty="まだ行われていません。"),
        permission=READ, heading="住基ネットとの整合性", file="consistency",
        lead="住登外者の4情報を、住基ネットの一括提供で定期的に確かめた結果です。差異があっても自動では更新しません。",
        actions=[
            (f"未処理の差異 {waiting.get('open', 0):,} 件", f"{reverse('linkage-differences')}?state=open"),
            (f"更新の確認待ち {waiting.get('proposed', 0):,} 件", f"{reverse('linkage-differences')}?state=proposed"),
            ("差異の一覧", reverse("linkage-differences")),
        ],
    )  # fmt: skip


@screen(READ)
def differences(request: HttpRequest) -> HttpResponse:
    """差異の一覧. It names people by 統合番号, so it leaves only by the encrypted export."""
    form = DifferenceFilter(request.GET or None)
    wish = {key: value for key, value in (form.cleaned_data if form.is_valid() else {}).items() if value}
    table = Table(caption="差異の一覧", columns=DIFFERENCES, rows=reads.listed(wish), query=request.GET)
    note_listed(persons=[str(row.person_id) for row in table.page], by=actor_of(request))
    return lists.listing(
        request, table,
        permission=READ, heading="住基ネットとの差異", filter=form, crumbs=_crumbs(("差異", "")),
        offer=Offer(
            alias="linkage", model="linkage.Difference", fields=("id", "person", "kind", "state", "settlement"),
            conditions=wish,
        ),
    )  # fmt: skip


@screen(READ)
def one(request: HttpRequest, difference_id: int) -> HttpResponse:
    """一つの差異: both values side by side."""
    by = actor_of(request)
    compared = read_difference(difference_id=difference_id, by=by)
    row = compared.row
    context = {
        "heading": f"{_kind(row)}の差異",
        "state": (_state(row), TONES[JukiDifferenceState(row.state)]),
        "facts": _facts(compared),
        "actions": _next(by, row),
        "crumbs": _crumbs(("差異", reverse("linkage-differences")), (_kind(row), "")),
    }
    return render(request, "linkage/difference.html", context)


def _facts(compared: Compared) -> list[tuple[str, object]]:
    row = compared.row
    found: list[tuple[str, object]] = [("統合番号", row.person_id), ("差異", _kind(row))]
    if compared.protected:
        found.append(("内容", "支援措置等のため表示しません"))
    elif row.kind in VALUED:
        found.append(("登録されている内容", _worded(row, compared.registered)))
        if compared.found:
            found.append(("住基ネットの内容", _worded(row, compared.found)))
    if row.proposed_by:
        found += [("更新を依頼した人", row.proposed_by), ("依頼の日時", row.proposed_at)]
    if row.settlement:
        found += [
            ("処理", Settlement(row.settlement).label),
            ("処理した人", row.state_by),
            ("理由", row.reason),
        ]
    return found


def _worded(row: Difference, value: str) -> object:
    """A value as the office says it."""
    if row.kind == Differs.SEX:
        return {"1": "男", "2": "女"}.get(value, value)
    return date.fromisoformat(value) if row.kind == Differs.BIRTH_DATE else value


def _next(by: Actor, row: Difference) -> list[tuple[str, str]]:
    proposed = row.state == JukiDifferenceState.PROPOSED
    offered = [
        (SETTLE, row.state == "open" and row.kind in VALUED, "住基ネットの内容に更新する", "take-over"),
        (SETTLE, row.state == "open", "更新しない", "keep"),
        (CONFIRM, proposed and row.proposed_by != by.staff_id, "更新を確認する", "confirm"),
        (CONFIRM, proposed, "差し戻す", "return"),
    ]
    return [
        (title, reverse(f"linkage-difference-{route}", args=[row.pk]))
        for need, fits, title, route in offered
        if fits and by.may_somewhere(need)
    ]


def _step(
    request: HttpRequest,
    difference_id: int,
    form: forms.Form,
    *,
    permission: Permission,
    heading: str,
    verb: str,
    work: Callable[[Actor, dict[str, Any]], object],
    done: str,
    warning: str,
) -> HttpResponse:
    compared = read_difference(difference_id=difference_id, by=actor_of(request))
    back = reverse("linkage-difference", args=[difference_id])
    return form_pages.form_page(
        request, form, permission=permission, heading=heading, verb=verb, back=back, work=work, done=done,
        facts=_facts(compared), template="pages/confirm.html", warning=warning,
        crumbs=_crumbs(("差異", reverse("linkage-differences")), (_kind(compared.row), back), (verb, "")),
    )  # fmt: skip


@screen(SETTLE)
def take(request: HttpRequest, difference_id: int) -> HttpResponse:
    """更新: an address at once, an identity after a second person."""
    two = Difference.objects.using("linkage").filter(pk=difference_id, kind__in=IDENTITY).exists()
    return _step(
        request, difference_id, form_pages.sent(request), permission=SETTLE,
        heading="住基ネットの内容に更新します", verb="更新の確認を依頼する" if two else "更新する",
        work=lambda by, _: take_over(difference_id=difference_id, by=by),
        done="更新の確認を依頼しました。別の人の確認を待ちます。" if two else "更新しました。",
        warning="氏名・性別・生年月日は、別の人が確認してから更新されます。番号の紐付け誤りでないか確かめてください。"
        if two else "住所を住基ネットの内容に更新します。同じ人であるか確かめてください。",
    )  # fmt: skip


@screen(SETTLE)
def keep(request: HttpRequest, difference_id: int) -> HttpResponse:
    """更新しない, with a reason."""
    return _step(
        request, difference_id, Reason(request.POST or None), permission=SETTLE, heading="更新しないで処理済にします",
        verb="処理済にする", done="処理済にしました。", warning="登録されている内容は変わりません。",
        work=lambda by, given: keep_registered(difference_id=difference_id, reason=given["reason"], by=by),
    )  # fmt: skip


@screen(CONFIRM)
def confirm(request: HttpRequest, difference_id: int) -> HttpResponse:
    """更新の確認, by a second person."""
    return _step(
        request, difference_id, form_pages.sent(request), permission=CONFIRM, heading="更新を確認します",
        verb="更新する", done="更新しました。", work=lambda by, _: confirm_difference(difference_id=difference_id, by=by),
        warning="番号の紐付け誤りでないか、両方の内容を確かめてください。",
    )  # fmt: skip


@screen(CONFIRM)
def give_back(request: HttpRequest, difference_id: int) -> HttpResponse:
    """差戻し."""
    return _step(
        request, difference_id, form_pages.sent(request), permission=CONFIRM, heading="更新の依頼を差し戻します",
        verb="差し戻す", done="差し戻しました。", work=lambda by, _: return_difference(difference_id=difference_id, by=by),
        warning="差し戻すと、差異は未処理に戻ります。",
    )  # fmt: skip


def waiting_cards(actor: Actor) -> list[Card]:
    """今日の仕事: differences that wait for this person."""
    if not actor.may_somewhere(READ):
        return []
    counts, url = reads.state_counts(), reverse("linkage-differences")
    cards = []
    if actor.may_somewhere(SETTLE) and counts.get("open"):
        cards.append(
            Card(title="住基ネットとの差異", count=counts["open"], link="処理する", url=f"{url}?state=open")
        )
    if actor.may_somewhere(CONFIRM) and counts.get("proposed"):
        cards.append(
            Card(title="4情報の更新の確認待ち", count=counts["proposed"], link="確認する", url=f"{url}?state=proposed")
        )  # fmt: skip
    return cards
