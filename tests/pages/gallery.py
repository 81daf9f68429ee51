"""部品見本: every component on pages of its own, for the browser; and a view for every family of errors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.pages.forms import DateField
from todoke.pages.shell import Destination, Identity, Shell
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip

handler404 = "todoke.pages.failures.not_found"
handler500 = "todoke.pages.failures.fault"

SECRET = "横浜 花子の番号"
ERRORS: dict[str, Exception] = {
    "denied": TodokeError(ErrorCode.PERMISSION_DENIED, permission="access:grant:set"),
    "conflict": TodokeError(ErrorCode.SAME_PERSON),
    "missing": TodokeError(ErrorCode.NOT_FOUND, what="職員"),
    "input": InputRefused(
        "transfers.csv",
        [
            BadRow(
                file="transfers.csv", row=3, column="発令日", shown="2021-13-01", rule="日付ではありません。"
            )
        ],
    ),
    "setup": TodokeError(ErrorCode.SETUP_MISSING, detail="鍵がありません", todo="鍵を作成してください。"),
    "unavailable": OperationalError(SECRET),
    "unexpected": RuntimeError(SECRET),
}


@dataclass(frozen=True)
class Person:
    staff_id: str
    name: str
    count: int
    since: date | None
    at: datetime


PEOPLE = [
    Person(f"{n:06}", f"見本 職員{n}", n * 977, date(2019, 4, 30) + timedelta(days=n % 3) if n % 7 else None,
           datetime(2021, 12, 10, 0, 0, n % 60, tzinfo=UTC))
    for n in range(1, 124)
]  # fmt: skip
COLUMNS = [
    Column[Person](key="id", title="職員ID", value=lambda p: p.staff_id, kind=Kind.CODE, heads_row=True),
    Column[Person](key="name", title="氏名", value=lambda p: p.name),
    Column[Person](
        key="state", title="状態", value=lambda p: "有効" if p.since else "停止中",
        cell=lambda p: make_chip("有効", "good") if p.since else make_chip("停止中", "fail"),
    ),
    Column[Person](key="count", title="件数", value=lambda p: p.count, kind=Kind.NUMBER),
    Column[Person](key="since", title="開始日", value=lambda p: p.since, kind=Kind.DAY),
    Column[Person](key="at", title="最終操作", value=lambda p: p.at, kind=Kind.MOMENT),
]  # fmt: skip


class Sample(forms.Form):
    """One field of every kind."""

    staff_id = forms.CharField(label="職員ID", help_text="6桁の数字です。", max_length=6)
    born = DateField(label="生年月日")
    until = DateField(label="終了日", required=False)
    duty = forms.ChoiceField(label="事務", choices=[("1", "給付金の支給"), ("2", "税情報の照会")])
    ward = forms.MultipleChoiceField(
        label="区", choices=[("1", "鶴見区"), ("2", "神奈川区"), ("3", "西区")],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices"}),
    )  # fmt: skip
    agreed = forms.BooleanField(label="内容を確かめました")
    note = forms.CharField(label="理由", widget=forms.Textarea, required=False)
    file = forms.FileField(label="人事給与ファイル", required=False)


def shell(request: HttpRequest) -> dict[str, Any]:
    identity = Identity(
        name="見本 太郎", staff_id="s001", organisation="健康福祉局 生活支援課", duty="臨時特別給付金", terminal="本庁3階 01",
        sign_out="/leave",
    )  # fmt: skip
    titles = [
        "ホーム",
        "利用者",
        "権限の申請・確認",
        "サインイン中",
        "人事異動",
        "委託契約",
        "研修",
        "端末",
        "操作の記録",
    ]
    places = tuple(Destination(title=title, url=f"/?{n}", current=n == 0) for n, title in enumerate(titles))
    realm = request.GET.get("realm", "city")
    return {
        "shell": Shell(
            site="横浜市（見本）のサイト", realm=realm, version="0", identity=identity, destinations=places
        )
    }


def parts(request: HttpRequest) -> HttpResponse:
    form = Sample(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        messages.success(request, f"{form.cleaned_data['born'].isoformat()} を受け付けました。")
        return redirect("parts")
    event = {
        "at": PEOPLE[0].at,
        "title": "権限を設定しました",
        "by": "見本 太郎（s001）",
        "note": "理由：異動のため",
    }
    table = Table(
        caption="職員の一覧",
        columns=COLUMNS,
        rows=PEOPLE,
        query=request.GET,
        exports=[("XLSX で保存する", "/x")],
    )
    facts = [("職員ID", "s001"), ("開始日", date(2019, 5, 1)), ("備考", None)]
    context = {
        "form": form, "table": table, "facts": facts, "events": [event, event],
        "crumbs": [("ホーム", "/"), ("部品見本", "")], "protected": True,
    }  # fmt: skip
    return render(request, "gallery.html", context)


def confirm(request: HttpRequest) -> HttpResponse:
    class Reason(forms.Form):
        reason = forms.CharField(label="理由", widget=forms.Textarea)

    context = {
        "heading": "権限を失効させます", "facts": [("職員", "見本 太郎（s001）")], "verb": "失効させる", "back": "/",
        "form": Reason(request.POST or None), "tone": "danger", "warning": "取り消すには、新しい申請が必要です。",
    }  # fmt: skip
    return render(request, "pages/confirm.html", context)


def fail(request: HttpRequest, kind: str) -> HttpResponse:
    raise ERRORS[kind]


urlpatterns = [
    path("", parts, name="parts"),
    path("confirm", confirm, name="confirm"),
    path("fail/<str:kind>", fail, name="fail"),
]
