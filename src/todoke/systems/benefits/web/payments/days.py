"""日締め: every day to the yen, what the bank took beside what was ordered, closed by a second person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString

from todoke.access import lists, naming
from todoke.access.form_pages import form_page, sent
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.kernel.clock import today, wareki
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.benefits.actions.payments.close_day import close_day, enter_debit
from todoke.systems.benefits.models import BankDebit
from todoke.systems.benefits.queries.payments import day_end as reads
from todoke.systems.benefits.queries.payments.day_end import Day
from todoke.systems.benefits.web.payments import words
from todoke.systems.benefits.web.payments.forms import DayForm, DebitForm

READ: Final = Permission.BENEFITS_PAYMENT_READ
ENTER: Final = Permission.BENEFITS_DEBIT
CLOSE: Final = Permission.BENEFITS_DAY_CLOSE


def _state(day: Day) -> tuple[str, str]:
    if day.closed_at:
        return "日締め済み", "good"
    if day.difference or day.results_differ:
        return "差額あり", "fail"
    return "日締め前", "wait"


def _chip(day: Day) -> SafeString:
    return make_chip(*_state(day))


@screen(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """日締めの一覧."""
    form = DayForm(request.GET if request.GET.get("day") else None)
    if form.is_valid():
        return HttpResponseRedirect(_url("benefits-day", form.cleaned_data["day"]))
    columns = [
        Column[Day](
            key="day", title="振込日・引落日", value=lambda row: row.day, kind=Kind.DAY, heads_row=True,
            cell=lambda row: make_link(_url("benefits-day", row.day), wareki(row.day)),
        ),
        Column[Day](key="state", title="状態", value=lambda row: _state(row)[0], cell=_chip),
        Column[Day](key="file", title="振込ファイル（円）", value=lambda row: row.file_yen, kind=Kind.NUMBER),
        Column[Day](key="debit", title="引落し（円）", value=lambda row: row.debit_yen, kind=Kind.NUMBER),
        Column[Day](key="difference", title="差額（円）", value=lambda row: row.difference, kind=Kind.NUMBER),
        Column[Day](key="paid", title="振込済み（円）", value=lambda row: row.paid_yen, kind=Kind.NUMBER),
        Column[Day](key="failed", title="振込不能（円）", value=lambda row: row.failed_yen, kind=Kind.NUMBER),
        Column[Day](key="open", title="結果待ち（円）", value=lambda row: row.open_yen, kind=Kind.NUMBER),
    ]  # fmt: skip
    table = Table(
        caption="日締め（新しい順）", columns=columns, rows=reads.days(), query=request.GET, empty="振込も引落しもまだありません。"
    )  # fmt: skip
    return lists.listing(
        request, table, permission=READ, heading="日締め", file="日締め", filter=form,
        lead="振込ファイル＝引落し＝振込済み＋振込不能＋結果待ち。1円でも合わない日は締められません。",
        crumbs=words.crumbs(("日締め", "")),
    )  # fmt: skip


@screen(READ)
def one(request: HttpRequest, day: str) -> HttpResponse:
    """One day: the sums and the bank's lines."""
    found, actor = reads.one(_day(day)), actor_of(request)
    lines = reads.debits(found.day)
    people = naming.people([*(line.entered_by for line in lines), found.closed_by or ""])
    columns = [
        Column[BankDebit](key="ref", title="明細番号", value=lambda row: row.reference, heads_row=True, sortable=False),
        Column[BankDebit](key="yen", title="引落額（円）", value=lambda row: row.amount_yen, kind=Kind.NUMBER, sortable=False),
        Column[BankDebit](key="at", title="記録", value=lambda row: row.entered_at, kind=Kind.MOMENT, sortable=False),
        Column[BankDebit](key="by", title="記録した職員", value=lambda row: people[row.entered_by], sortable=False),
    ]  # fmt: skip
    facts = _facts(found)
    if found.closed_by:
        facts.append(("日締め", f"{words.moment(found.closed_at)} {people[found.closed_by]}"))
    context = {
        "heading": f"{wareki(found.day)}の日締め", "chip": _chip(found), "facts": facts, "day": found,
        "table": Table(caption="銀行の引落し", columns=columns, rows=lines, empty="引落しの記録はありません。"),
        "actions": _actions(found, [line.entered_by for line in lines], actor),
        "crumbs": words.crumbs(("日締め", reverse("benefits-days")), (wareki(found.day), "")),
    }  # fmt: skip
    return render(request, "benefits/payments/day.html", context)


def _facts(day: Day) -> list[tuple[str, object]]:
    return [
        ("振込ファイル", f"{day.files:,}本 {day.payments:,}件 {words.yen(day.file_yen)}"),
        ("引落し", words.yen(day.debit_yen)),
        ("差額（引落し－振込ファイル）", words.yen(day.difference)),
        ("振込済み", words.yen(day.paid_yen)),
        ("振込不能・組戻し", words.yen(day.failed_yen)),
        ("結果待ち", f"{words.yen(day.open_yen)}（{day.open_count:,}件）"),
    ]


def _actions(day: Day, entered: list[str], actor: Actor) -> list[tuple[str, str]]:
    if day.closed_at:
        return []
    may_close = (
        actor.may_somewhere(CLOSE)
        and actor.staff_id not in entered
        and (day.files or day.debit_yen)
        and not day.difference
    )
    return [
        *([("日締めをする", _url("benefits-day-close", day.day))] if may_close else []),
        *([("引落しを記録する", _url("benefits-day-debit", day.day))] if actor.may_somewhere(ENTER) else []),
    ]


@screen(ENTER)
def debit(request: HttpRequest, day: str) -> HttpResponse:
    """引落しの記録."""
    on = _day(day)

    def work(by: Actor, given: dict[str, Any]) -> None:
        enter_debit(day=on, amount_yen=given["amount"], reference=given["reference"], by=by)

    return form_page(
        request, DebitForm(request.POST or None), permission=ENTER, heading=f"{wareki(on)}の引落しを記録します",
        verb="記録する", work=work, done="記録しました。", back=_url("benefits-day", on),
        lead="銀行の入出金明細のとおり、1行ずつ記録します。依頼した覚えのない引落しも必ず記録します。",
        crumbs=_crumbs(on, "引落し"),
    )  # fmt: skip


@screen(CLOSE)
def close(request: HttpRequest, day: str) -> HttpResponse:
    """日締め."""
    on = _day(day)
    return form_page(
        request, sent(request), permission=CLOSE, heading=f"{wareki(on)}の日締めをします", verb="日締めをする",
        work=lambda by, _: close_day(day=on, by=by), done="日締めをしました。", back=_url("benefits-day", on),
        facts=_facts(reads.one(on)), template="pages/confirm.html",
        warning="締めた日には、引落しを足せません。引落しを記録した職員は締められません。", crumbs=_crumbs(on, "日締め"),
    )  # fmt: skip


def cards(actor: Actor) -> Iterator[Card]:
    """Days that are over and not closed."""
    if actor.may_somewhere(CLOSE):
        late = [day for day in reads.days() if not day.closed_at and day.day <= today()]
        yield Card(
            title="日締めをしていない日", count=len(late), link="確かめる", url=reverse("benefits-days")
        )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise TodokeError(ErrorCode.NOT_FOUND, what="日") from error


def _url(route: str, day: date) -> str:
    return reverse(route, args=[day.isoformat()])


def _crumbs(day: date, here: str) -> list[tuple[str, str]]:
    return words.crumbs(
        ("日締め", reverse("benefits-days")), (wareki(day), _url("benefits-day", day)), (here, "")
    )
