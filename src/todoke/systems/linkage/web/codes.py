"""符号の取得状況: counts by state, the list behind each count, asking again, and a bulk request as far as it has come."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html

from todoke.access import form_pages, lists
from todoke.access.guard import actor_of, screen
from todoke.access.lists import Offer
from todoke.access.permissions import Actor, Permission
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record_many
from todoke.pages.failures import PURPOSE_FIELD
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip
from todoke.systems.linkage import queries
from todoke.systems.linkage.actions.codes.ask_again import ask_again
from todoke.systems.linkage.actions.codes.want_codes import want_codes
from todoke.systems.linkage.flows import CodeRequestState
from todoke.systems.linkage.queries import codes
from todoke.systems.linkage.queries.codes import CodeFilter, CodeRow, Run

ALIAS: Final = "linkage"
LISTED: Final = 2_000
"""Rows of the list at most; more need the filter."""
STUCK_HOURS: Final = int(codes.STUCK_AFTER.total_seconds() // 3600)
_TONES = {
    CodeRequestState.WANTED: "",
    CodeRequestState.REQUESTED: "wait",
    CodeRequestState.PRESENT: "good",
    CodeRequestState.REFUSED: "fail",
    CodeRequestState.AGAIN: "warn",
}
REASONS: Final = {
    "check_digit": "個人番号の検査数字が違う",
    "duplicate_person": "同じ人が二つの統合番号で登録されている",
    "expired": "取得番号が使われないまま期限を過ぎた",
    "unknown_at_intermediary": "中間サーバーに要求が残っていない",
    "unknown_number": "住基ネットに個人番号がない",
    "unspecified": "理由が示されていない",
}
_HOME = ("ホーム", "/")


_STATES = [("", "すべて"), *CodeRequestState.choices]
_REASONS = [("", "すべて"), *REASONS.items()]


class Filter(forms.Form):
    """絞り込み."""

    purpose = forms.CharField(label="利用目的", max_length=200)
    state = forms.ChoiceField(label="状態", required=False, choices=_STATES)
    reason = forms.ChoiceField(label="エラーの理由", required=False, choices=_REASONS)
    hours = forms.IntegerField(
        label="この状態になってからの時間", required=False, min_value=0, max_value=87_600, help_text="この時間より長いもの"
    )  # fmt: skip


class AgainForm(forms.Form):
    """再取得の確認: carries the filter, the requests and their number from the list to the act, in the body only."""

    state = forms.ChoiceField(required=False, choices=_STATES, widget=forms.HiddenInput)
    reason = forms.ChoiceField(required=False, choices=_REASONS, widget=forms.HiddenInput)
    hours = forms.IntegerField(required=False, min_value=0, max_value=87_600, widget=forms.HiddenInput)
    codes = forms.RegexField(
        r"\A(\d{1,18}(,\d{1,18})*)?\Z", required=False, max_length=19 * LISTED, widget=forms.HiddenInput
    )
    expected = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def picked(self) -> list[int] | None:
        """The selected requests; None for all that the filter shows."""
        given = self.cleaned_data["codes"]
        return [int(number) for number in given.split(",")] if given else None


def _chosen(form: forms.Form) -> CodeFilter:
    """The conditions of a form that is right, as the reads and the act take them."""
    given = form.cleaned_data
    return CodeFilter(state=given["state"], reason=given["reason"], hours=given["hours"] or 0)


def _pick(row: CodeRow) -> Any:  # noqa: ANN401 - SafeString or str
    if row.state is not CodeRequestState.REFUSED and not row.stuck:
        return "－"
    return format_html(
        '<input type="checkbox" form="again" name="code" value="{}" aria-label="{} を選ぶ">',
        row.id,
        row.person,
    )


COLUMNS = [
    Column[CodeRow](key="pick", title="選択", value=lambda row: "", cell=_pick, sortable=False, exported=False),
    Column[CodeRow](key="person", title="統合番号", value=lambda row: row.person, kind=Kind.CODE, heads_row=True),
    Column[CodeRow](key="organisation", title="機関", value=lambda row: row.organisation or "市長部局", kind=Kind.CODE),
    Column[CodeRow](
        key="state", title="状態", value=lambda row: row.state.label,
        cell=lambda row: make_chip("要求済（届かない）", "fail") if row.stuck else make_chip(row.state.label, _TONES[row.state]),
    ),
    Column[CodeRow](key="reason", title="エラーの理由", value=lambda row: REASONS.get(row.reason, row.reason)),
    Column[CodeRow](key="attempts", title="要求の回数", value=lambda row: row.attempts, kind=Kind.NUMBER),
    Column[CodeRow](key="requested", title="最後の要求", value=lambda row: row.requested_at, kind=Kind.MOMENT),
    Column[CodeRow](key="changed", title="状態の変化", value=lambda row: row.changed_at, kind=Kind.MOMENT),
]  # fmt: skip
RUN_COLUMNS = [
    Column[Run](sortable=False, key="begun", title="開始", value=lambda row: row.begun_at, kind=Kind.MOMENT, heads_row=True),
    Column[Run](sortable=False, key="chosen", title="対象", value=lambda row: row.chosen, kind=Kind.NUMBER),
    Column[Run](sortable=False, key="done", title="要求した", value=lambda row: row.done, kind=Kind.NUMBER),
    Column[Run](sortable=False, key="refused", title="エラー", value=lambda row: row.refused, kind=Kind.NUMBER),
    Column[Run](
        sortable=False, key="state", title="状態", value=lambda row: "終了" if row.finished else "実行中",
        cell=lambda row: make_chip("終了", "good") if row.finished else make_chip("実行中", "wait"),
    ),
]  # fmt: skip


@screen(Permission.LINKAGE_WATCH)
def monitor(request: HttpRequest) -> HttpResponse:
    """件数 by state as links, failures by reason, and the bulk request that runs."""
    counted, runs = codes.counts(), codes.runs()
    operates = actor_of(request).may_somewhere(Permission.LINKAGE_OPERATE)
    free = counted.by_state[CodeRequestState.WANTED] + counted.by_state[CodeRequestState.AGAIN]
    context = {
        "states": [(state.label, count, _list_url(state=state.value)) for state, count in counted.by_state.items()],
        "reasons": [
            (REASONS.get(reason, reason), count, _list_url(state="refused", reason=reason))
            for reason, count in counted.by_reason.items()
        ],
        "stuck": counted.stuck, "stuck_hours": STUCK_HOURS, "oldest": counted.oldest_request,
        "stuck_url": _list_url(state="requested", hours=STUCK_HOURS),
        "running": next((run for run in runs if not run.finished), None),
        "runs": Table(caption="一括要求", columns=RUN_COLUMNS, rows=runs, empty="一括要求はまだありません。"),
        "may_run": operates and free and not queries.wanted_code_messages(),
        "lists": actor_of(request).may_somewhere(Permission.LINKAGE_MONITOR),
    }  # fmt: skip
    return render(request, "linkage/codes.html", context)


@screen(Permission.LINKAGE_MONITOR)
def persons(request: HttpRequest) -> HttpResponse:
    """The persons behind a count. Every person shown is written into the log with the purpose."""
    form = Filter(request.GET)
    chosen = _chosen(form) if form.is_valid() else CodeFilter(state="none")
    table = Table(
        caption="符号の取得状況", columns=COLUMNS, rows=codes.rows(chosen, limit=LISTED), query=request.GET, per_page=50
    )  # fmt: skip
    with transaction.atomic(using=ALIAS):
        record_many(
            ALIAS,
            by=actor_of(request),
            verb=Permission.LINKAGE_MONITOR.value,
            subject="linkage-codes-list",
            about=[Person("integrated_number", row.person) for row in table.page],
        )
    conditions = {k: v for k, v in (("state", chosen.state), ("refusal", chosen.reason)) if v}
    return lists.listing(
        request,
        table,
        permission=Permission.LINKAGE_MONITOR,
        heading="符号の取得状況の一覧",
        offer=Offer(
            alias=ALIAS, model="linkage.CodeRequest", fields=["person", "organisation", "state", "refusal"], conditions=conditions
        ),
        filter=form,
        template="linkage/codes_list.html",
        clear=f"?{urlencode({PURPOSE_FIELD: actor_of(request).purpose})}",
        chosen=chosen,
        askable=codes.askable(chosen) if actor_of(request).may_somewhere(Permission.LINKAGE_OPERATE) else 0,
        crumbs=[_HOME, ("符号の取得状況", reverse("linkage-codes")), ("一覧", "")],
    )  # fmt: skip


@screen(Permission.LINKAGE_OPERATE)
def again(request: HttpRequest) -> HttpResponse:
    """再取得: the number is told first; then exactly that number is asked for again, or nobody."""
    form, count = _again_form(request)
    return form_pages.form_page(
        request, form, permission=Permission.LINKAGE_OPERATE,
        heading=f"{count:,} 人の符号をもう一度要求します", verb="再取得する", back=reverse("linkage-codes"),
        work=_ask_again(form), done=f"{count:,} 人の符号を、もう一度要求します。",
        facts=[("対象", f"{count:,} 人"), ("選び方", "選んだ人" if form["codes"].value() else "条件に合う全員")],
        lead="取得エラーの人と、要求から長く届かない人だけが対象です。取得済の人は変わりません。",
        crumbs=[_HOME, ("符号の取得状況", reverse("linkage-codes")), ("再取得", "")],
    )  # fmt: skip


def _again_form(request: HttpRequest) -> tuple[AgainForm, int]:
    """The confirmed form; or, straight from the list, a form filled with what was chosen there."""
    if "expected" in request.POST:
        form = AgainForm(request.POST)
        return form, form.cleaned_data["expected"] if form.is_valid() else 0
    picked = request.POST.getlist("code") if request.POST.get("which") == "selected" else None
    given = AgainForm({**request.POST.dict(), "codes": ",".join(picked or ()), "expected": "1"})
    if not given.is_valid() or picked == []:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="再取得する人が選ばれていません")
    count = len(picked) if picked else codes.askable(_chosen(given))
    return AgainForm(initial={**given.cleaned_data, "expected": count}), count


def _ask_again(form: AgainForm) -> Any:  # noqa: ANN401 - what form_page calls
    def work(by: Actor, given: dict[str, Any]) -> None:
        ask_again(requests=form.picked(), chosen=_chosen(form), expected=given["expected"], by=by)
        want_codes(batch_ids=None, by=by, again_only=True)

    return work


@screen(Permission.LINKAGE_OPERATE)
def run(request: HttpRequest) -> HttpResponse:
    """一括要求: everybody without 符号, ≤ 10,000 a message; sent by the watch beside the door."""
    counted = codes.counts().by_state
    wanted, repeated = counted[CodeRequestState.WANTED], counted[CodeRequestState.AGAIN]
    return form_pages.form_page(
        request, form_pages.sent(request), permission=Permission.LINKAGE_OPERATE,
        heading="符号を一括で要求します", verb="一括要求を始める", back=reverse("linkage-codes"),
        work=lambda by, _: want_codes(batch_ids=None, by=by),
        done="一括要求を始めました。中間サーバーが受け付けている間に、順に送ります。",
        facts=[("未要求", f"{wanted:,} 人"), ("再取得", f"{repeated:,} 人")],
        lead="符号のない全員が対象です。途中で止まっても、続きから送ります。",
        crumbs=[_HOME, ("符号の取得状況", reverse("linkage-codes")), ("一括要求", "")],
    )  # fmt: skip


def _list_url(**conditions: object) -> str:
    return f"{reverse('linkage-codes-list')}?{urlencode(conditions)}"
