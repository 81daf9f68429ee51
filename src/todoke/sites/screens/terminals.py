"""端末: the register; a certificate that does not stand here opens nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import directory, form_pages
from todoke.access.actions.register_terminal import register_terminal, withdraw_terminal
from todoke.access.guard import actor_of, screen
from todoke.access.models import Terminal, TerminalKind
from todoke.access.permissions import Actor, Permission
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.forms import DateField
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link


def _state(row: Terminal) -> tuple[str, str]:
    if row.withdrawn_at is not None:
        return "取消し", "fail"
    return ("使用中", "good") if row.valid_until >= clock.today() else ("期限切れ", "warn")


COLUMNS = [
    Column[Terminal](key="name", title="端末", value=lambda row: row.name, heads_row=True),
    Column[Terminal](key="place", title="場所", value=lambda row: row.place),
    Column[Terminal](key="kind", title="用途", value=lambda row: TerminalKind(row.kind).label),
    Column[Terminal](
        key="state", title="状態", value=lambda row: _state(row)[0], cell=lambda row: make_chip(*_state(row))
    ),
    Column[Terminal](key="until", title="期限", value=lambda row: row.valid_until, kind=Kind.DAY),
    Column[Terminal](
        key="print", title="証明書の指紋（先頭）", value=lambda row: row.fingerprint[:16], kind=Kind.CODE
    ),
]  # fmt: skip
_WITHDRAW = Column[Terminal](
    key="withdraw",
    title="取消し",
    value=lambda row: "",
    cell=lambda row: (
        "－" if row.withdrawn_at else make_link(reverse("terminal-withdraw", args=[row.name]), f"取り消す（{row.name}）")
    ),
    sortable=False,
    exported=False,
)  # fmt: skip


class TerminalForm(forms.Form):
    """端末の登録."""

    name = forms.SlugField(
        label="端末の名前", max_length=31, help_text="英小文字・数字・ハイフンです。例：honcho-3f-01"
    )
    place = forms.CharField(label="場所", max_length=60)
    kind = forms.ChoiceField(label="用途", choices=TerminalKind.choices)
    fingerprint = forms.RegexField(
        r"\A[0-9a-f]{64}\Z", label="証明書の指紋（SHA-256）",
        help_text="「todoke terminal issue」が表示する、16進64桁の値です。",
        error_messages={"invalid": "指紋は16進64桁です。表示された値をそのまま入力してください。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    valid_until = DateField(label="期限")


@screen(Permission.ACCESS_DIRECTORY_READ)
def terminals(request: HttpRequest) -> HttpResponse:
    """端末の一覧."""
    may = actor_of(request).may_somewhere(Permission.ACCESS_TERMINAL_REGISTER)
    rows = Terminal.objects.using(directory.alias()).order_by("withdrawn_at", "name")
    context = {
        "heading": "端末",
        "lead": "サインインは、証明書が登録された端末でだけできます。",
        "table": Table(
            caption="端末の一覧", columns=[*COLUMNS, _WITHDRAW] if may else COLUMNS, rows=list(rows), query=request.GET
        ),
        "actions": [("端末を登録する", reverse("terminal-new"))] if may else [],
    }  # fmt: skip
    return render(request, "pages/listing.html", context)


@screen(Permission.ACCESS_TERMINAL_REGISTER)
def terminal_new(request: HttpRequest) -> HttpResponse:
    """端末の登録."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        register_terminal(**{**given, "kind": TerminalKind(given["kind"])}, by=by)

    return form_pages.form_page(
        request, TerminalForm(request.POST or None), permission=Permission.ACCESS_TERMINAL_REGISTER,
        heading="端末を登録します", verb="登録する", back=reverse("terminals"), work=work,
        done="端末を登録しました。", crumbs=[("ホーム", "/"), ("端末", reverse("terminals")), ("登録", "")],
    )  # fmt: skip


@screen(Permission.ACCESS_TERMINAL_REGISTER)
def terminal_withdraw(request: HttpRequest, name: str) -> HttpResponse:
    """端末の取消し."""
    row = Terminal.objects.using(directory.alias()).filter(name=name, withdrawn_at__isnull=True).first()
    if row is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="使用中の端末")
    return form_pages.form_page(
        request, form_pages.sent(request), permission=Permission.ACCESS_TERMINAL_REGISTER,
        heading="端末を取り消します", verb="取り消す", back=reverse("terminals"),
        work=lambda by, _: withdraw_terminal(name=name, by=by), done="端末を取り消しました。",
        facts=[(column.title, column.value(row)) for column in COLUMNS], template="pages/confirm.html", tone="danger",
        warning="この端末でサインイン中の人は、次の操作から使えなくなります。同じ証明書は再び登録できません。",
        crumbs=[("ホーム", "/"), ("端末", reverse("terminals")), ("取消し", "")],
    )  # fmt: skip
