"""稼働通知: planned pauses, which the cities see on their page 中間サーバー; planned and ended by the platform operator."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access import form_pages
from todoke.access.guard import screen
from todoke.access.permissions import Actor, Permission
from todoke.kernel import clock
from todoke.pages.forms import DateField
from todoke.systems.intermediary import queries
from todoke.systems.intermediary.actions.plan_pause import end_pauses, plan_pause
from todoke.systems.intermediary.web import naming, places

OPERATE: Final = Permission.INTERMEDIARY_OPERATE
HEADING: Final = "計画停止"


class PauseForm(forms.Form):
    """計画停止の登録, in Japanese time."""

    first_day = DateField(label="開始の日")
    first_time = forms.TimeField(
        label="開始の時刻", help_text="例：22:00", widget=forms.TextInput(attrs={"class": "short"})
    )
    last_day = DateField(label="終了の日")
    last_time = forms.TimeField(
        label="終了の時刻", help_text="例：6:00", widget=forms.TextInput(attrs={"class": "short"})
    )
    reason = forms.CharField(label="理由", max_length=200, help_text="団体の画面に示します。")  # fmt: skip

    def moment(self, which: str) -> datetime:
        """Day and time as one moment."""
        at: time = self.cleaned_data[f"{which}_time"]
        return datetime.combine(self.cleaned_data[f"{which}_day"], at, clock.JAPAN)


@screen(OPERATE)
def towns(request: HttpRequest) -> HttpResponse:
    """Which municipality is to pause."""
    return places.choose(request, OPERATE, "intermediary-pause", HEADING)


@screen(OPERATE, where=places.here)
def pause(request: HttpRequest, municipality: str) -> HttpResponse:
    """計画停止を登録する; the state as the city is told it stands above."""
    alias, form = places.alias_of(municipality), PauseForm(request.POST or None)

    def work(by: Actor, given: dict[str, Any]) -> None:
        begins, ends = form.moment("first"), form.moment("last")
        plan_pause(alias=alias, begins_at=begins, ends_at=ends, reason=given["reason"], by=by)

    return form_pages.form_page(
        request, form, permission=OPERATE, heading=f"{HEADING}を登録します　{naming.town(municipality)}", verb="登録する",
        back=reverse("intermediary-pause", args=[municipality]), work=work, facts=_facts(alias),
        done="登録しました。団体は、次に稼働状況を確かめたときから、この停止を見ます。",
        lead="停止の間は電文を受け付けません。団体からの送信は、停止が終わると自動で再開します。",
        template="intermediary/pause.html", end_url=reverse("intermediary-resume", args=[municipality]),
        planned=bool(queries.service_status(alias).pauses), crumbs=[places.HOME, (HEADING, "")],
    )  # fmt: skip


@screen(OPERATE, where=places.here)
def resume(request: HttpRequest, municipality: str) -> HttpResponse:
    """計画停止を終える: what runs now and what is planned."""
    alias, back = places.alias_of(municipality), reverse("intermediary-pause", args=[municipality])
    return form_pages.form_page(
        request, form_pages.sent(request), permission=OPERATE,
        heading=f"{HEADING}を終えます　{naming.town(municipality)}", verb="終えて受付を再開する", back=back,
        work=lambda by, _: end_pauses(alias=alias, by=by), done="計画停止を終えました。", facts=_facts(alias),
        lead="実行中の停止をいま終え、予定されている停止もすべて取り消します。",
        crumbs=[places.HOME, (HEADING, back), ("終了", "")],
    )  # fmt: skip


def _facts(alias: str) -> list[tuple[str, object]]:
    status = queries.service_status(alias)
    planned = [
        (HEADING, f"{clock.wareki(_day(p.begins_at))} {_hour(p.begins_at)} から {clock.wareki(_day(p.ends_at))} {_hour(p.ends_at)} まで（{p.reason}）")
        for p in status.pauses
    ]  # fmt: skip
    return [("電文の受付", "受け付けている" if status.accepting else "止めている"), ("受付の再開", status.opens_at), *planned]  # fmt: skip


def _day(at: datetime) -> date:
    return at.astimezone(clock.JAPAN).date()


def _hour(at: datetime) -> str:
    return f"{at.astimezone(clock.JAPAN):%H:%M}"
