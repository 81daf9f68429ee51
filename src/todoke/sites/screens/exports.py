"""データの出力: ask with a purpose after a preview, a second person agrees where that is due, an encrypted file, an end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header

from todoke.access import form_pages, lists, naming
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.custody import exports as custody
from todoke.custody import fetching
from todoke.custody.flows import ExportState
from todoke.custody.models import Export
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.failures import PURPOSE_FIELD
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.sites.monitoring import status

LISTED = 200
"""Newest requests of each database that the list shows."""

_TONES = {
    ExportState.REQUESTED: "wait",
    ExportState.APPROVED: "warn",
    ExportState.MADE: "good",
    ExportState.REAPED: "",
    ExportState.REFUSED: "fail",
}


class ExportFilter(forms.Form):
    """絞り込み."""

    state = forms.ChoiceField(label="状態", required=False, choices=[("", "すべて"), *ExportState.choices])


def _number(row: Export) -> str:
    return f"{row._state.db}-{row.pk}"


COLUMNS = [
    Column[Export](
        key="number", title="申請", value=_number, kind=Kind.CODE, heads_row=True,
        cell=lambda row: make_link(reverse("export", args=[row._state.db, row.pk]), _number(row)),
    ),
    Column[Export](key="system", title="システム", value=lambda row: status.system_title(str(row._state.db))),
    Column[Export](key="model", title="表", value=lambda row: row.model, kind=Kind.CODE),
    Column[Export](key="rows", title="件数", value=lambda row: row.rows, kind=Kind.NUMBER),
    Column[Export](key="purpose", title="目的", value=lambda row: row.purpose),
    Column[Export](
        key="state", title="状態", value=lambda row: ExportState(row.state).label,
        cell=lambda row: make_chip(ExportState(row.state).label, _TONES[ExportState(row.state)]),
    ),
    Column[Export](key="by", title="申請した職員", value=lambda row: row.requested_by, kind=Kind.CODE),
    Column[Export](key="at", title="申請日時", value=lambda row: row.requested_at, kind=Kind.MOMENT),
    Column[Export](key="until", title="期限", value=lambda row: row.expires_at, kind=Kind.MOMENT),
]  # fmt: skip


@screen(Permission.PRIVACY_EXPORT_LIST)
def exports(request: HttpRequest) -> HttpResponse:
    """出力の申請の一覧, newest first: the own ones, and all for who agrees to them."""
    form, actor = ExportFilter(request.GET or None), actor_of(request)
    mine = {} if actor.may_somewhere(Permission.PRIVACY_EXPORT_APPROVE) else {"requested_by": actor.staff_id}
    state = form.cleaned_data["state"] if form.is_valid() else ""
    conditions = {**mine, **({"state": state} if state else {})}
    found = [
        row
        for alias in status.aliases()
        for row in Export.objects.using(alias).filter(**conditions).order_by("-requested_at")[:LISTED]
    ]
    found.sort(key=_asked_at, reverse=True)
    table = Table(caption="データの出力の申請", columns=COLUMNS, rows=found, query=request.GET)
    lead = "個人の情報は、目的と内容を確かめ、暗号化して、期限を決めて出力します。各一覧の「この一覧の出力を申請する」から始めます。"
    return lists.listing(
        request,
        table,
        permission=Permission.PRIVACY_EXPORT_LIST,
        heading="データの出力",
        lead=lead,
        filter=form,
    )


def _asked_at(row: Export) -> datetime:
    return row.requested_at


class RequestForm(forms.Form):
    """だれのための、どの鍵で開くファイルか."""

    purpose = forms.CharField(widget=forms.HiddenInput, max_length=200)
    way = forms.ChoiceField(
        label="ファイルの開き方",
        choices=[("passphrase", "合言葉で開く（作成のときに決めます）"), ("key", "受取人の公開鍵で開く")],
    )
    key = forms.CharField(
        label="受取人の公開鍵",
        required=False,
        help_text="age1 で始まる文字列です。合言葉で開く場合は空のままにします。",
    )

    def recipient(self) -> str:
        """As `custody.exports` takes it."""
        return (
            custody.PASSPHRASE
            if self.cleaned_data["way"] == "passphrase"
            else self.cleaned_data["key"].strip()
        )


@screen(Permission.PRIVACY_EXPORT)
def export_new(request: HttpRequest) -> HttpResponse:
    """出力の申請: fields with their classes, the first rows masked, how many, and whether a second person must agree."""
    actor, query = actor_of(request), request.GET
    alias, model, fields = (
        status.known(query.get("database", "")),
        query.get("model", ""),
        query.getlist("field"),
    )
    if not all("=" in pair for pair in query.getlist("where")):
        raise TodokeError(ErrorCode.NOT_FOUND, what="出力する条件")
    conditions = dict(pair.split("=", 1) for pair in query.getlist("where"))
    shown = custody.preview(alias, model, fields, conditions, by=actor)
    form = RequestForm(request.POST or None, initial={PURPOSE_FIELD: actor.purpose})
    columns = [
        _sample_column(place, name, kind.value) for place, (name, kind) in enumerate(shown.classes.items())
    ]
    return form_pages.form_page(
        request, form, permission=Permission.PRIVACY_EXPORT, heading="出力を申請します", verb="申請する",
        back=reverse("exports"), done="出力を申請しました。",
        work=lambda by, _: custody.request(alias, model, fields, conditions, recipient=form.recipient(), by=by),
        facts=[
            ("システム", status.system_title(alias)), ("表", model), ("件数", f"{shown.rows:,}件"), ("目的", actor.purpose),
            ("承認", "別の職員の承認が必要です" if shown.approval_needed else "申請した本人が続けて作成できます"),
        ],
        template="screens/export_new.html",
        table=Table(caption="内容の例（伏せ字）", columns=columns, rows=shown.sample),
        crumbs=[("ホーム", "/"), ("データの出力", reverse("exports")), ("申請", "")],
    )  # fmt: skip


def _sample_column(place: int, name: str, kind: str) -> Column[list[str]]:
    return Column[list[str]](
        key=str(place),
        title=f"{name}［{kind}］",
        value=lambda row: row[place],
        heads_row=place == 0,
        sortable=False,
    )


@screen(Permission.PRIVACY_EXPORT_LIST, where=status.database_in_address)
def export(request: HttpRequest, alias: str, number: int) -> HttpResponse:
    """One request, with what may be done with it next."""
    row, actor = _one(alias, number), actor_of(request)
    people, state = naming.people([row.requested_by, row.approved_by or ""]), ExportState(row.state)
    facts = [
        *_facts(row),
        ("申請した職員", people.get(row.requested_by, "")), ("承認した職員", people.get(row.approved_by or "", "")),
        ("期限", row.expires_at), ("ファイル", row.file_name), ("SHA-256", row.file_sha256),
    ]  # fmt: skip
    context = {"facts": facts, "state": (state.label, _TONES[state]), "actions": _actions(row, actor)}
    crumbs = [("ホーム", "/"), ("データの出力", reverse("exports")), (_number(row), "")]
    return render(
        request, "screens/export.html", {**context, "title": f"出力 {_number(row)}", "crumbs": crumbs}
    )


def _actions(row: Export, actor: Actor) -> list[tuple[str, str]]:
    place, state, mine = [row._state.db, row.pk], ExportState(row.state), row.requested_by == actor.staff_id
    if state is ExportState.REQUESTED and not mine and actor.may_somewhere(Permission.PRIVACY_EXPORT_APPROVE):
        return [
            ("承認する", reverse("export-approve", args=place)),
            ("承認しない", reverse("export-refuse", args=place)),
        ]
    ready = state is ExportState.APPROVED or (state is ExportState.REQUESTED and not row.approval_needed)
    if mine and ready:
        return [("暗号化したファイルを作る", reverse("export-make", args=place))]
    if mine and state is ExportState.MADE:
        return [("ファイルを保存する", reverse("export-file", args=place))]
    return []


def _facts(row: Export) -> list[tuple[str, object]]:
    return [
        ("システム", status.system_title(str(row._state.db))), ("表", row.model), ("項目", "、".join(row.fields)),
        ("件数", f"{row.rows:,}件"), ("目的", row.purpose),
        ("開き方", "合言葉" if row.recipient == custody.PASSPHRASE else "受取人の公開鍵"),
    ]  # fmt: skip


@screen(Permission.PRIVACY_EXPORT_APPROVE, where=status.database_in_address)
def export_approve(request: HttpRequest, alias: str, number: int) -> HttpResponse:
    """承認, by another person than the one who asked."""
    return _decided(request, alias, number, "承認", custody.approve)


@screen(Permission.PRIVACY_EXPORT_APPROVE, where=status.database_in_address)
def export_refuse(request: HttpRequest, alias: str, number: int) -> HttpResponse:
    """不承認."""
    return _decided(request, alias, number, "不承認と", custody.refuse)


def _decided(
    request: HttpRequest, alias: str, number: int, what: str, act: Callable[..., None]
) -> HttpResponse:
    row = _one(alias, number)
    back = reverse("export", args=[alias, number])
    return form_pages.form_page(
        request, form_pages.sent(request), permission=Permission.PRIVACY_EXPORT_APPROVE, heading=f"出力を{what}します",
        verb=f"{what}する", back=back, done=f"出力を{what}しました。", facts=_facts(row),
        work=lambda by, _: act(alias, number=number, by=by),
        crumbs=[("ホーム", "/"), ("データの出力", reverse("exports")), (_number(row), back), (what, "")],
    )  # fmt: skip


class MakeForm(forms.Form):
    """合言葉, twice; neither is stored."""

    purpose = forms.CharField(widget=forms.HiddenInput)
    word = forms.CharField(
        label="合言葉", widget=forms.PasswordInput, min_length=custody.PASSPHRASE_LENGTH,
        help_text=f"{custody.PASSPHRASE_LENGTH}文字以上。控えは残らないので、忘れると開けません。",
    )  # fmt: skip
    again = forms.CharField(label="合言葉（もう一度）", widget=forms.PasswordInput)

    def clean(self) -> dict[str, Any]:
        """Both agree."""
        given = super().clean() or {}
        if "word" in given and given["word"] != given.get("again"):
            self.add_error("again", "二つの合言葉が違います。同じものを入力してください。")
        return given


class MakeForKey(forms.Form):
    """A file for a recipient's key asks for nothing."""

    purpose = forms.CharField(widget=forms.HiddenInput)


@screen(Permission.PRIVACY_EXPORT_LIST, where=status.database_in_address)
def export_make(request: HttpRequest, alias: str, number: int) -> HttpResponse:
    """作成: the rows that were previewed, and no others, for the person who asked."""
    row = _one(alias, number)
    kind = MakeForm if row.recipient == custody.PASSPHRASE else MakeForKey
    form, back = (
        kind(request.POST or None, initial={PURPOSE_FIELD: row.purpose}),
        reverse("export", args=[alias, number]),
    )
    return form_pages.form_page(
        request, form, permission=Permission.PRIVACY_EXPORT, heading="暗号化したファイルを作ります", verb="作る", back=back,
        done="ファイルを作りました。期限が来ると削除されます。", facts=_facts(row),
        work=lambda by, given: custody.make(alias, number=number, passphrase=given.get("word", ""), by=by),
        crumbs=[("ホーム", "/"), ("データの出力", reverse("exports")), (_number(row), back), ("作成", "")],
    )  # fmt: skip


@screen(Permission.PRIVACY_EXPORT_LIST, where=status.database_in_address)
def export_file(request: HttpRequest, alias: str, number: int) -> HttpResponse:
    """The encrypted file."""
    path = fetching.fetch(alias, number=number, by=actor_of(request))
    disposition = content_disposition_header(as_attachment=True, filename=path.name) or ""
    return HttpResponse(
        path.read_bytes(),
        content_type="application/octet-stream",
        headers={"Content-Disposition": disposition},
    )


def _one(alias: str, number: int) -> Export:
    found = Export.objects.using(status.known(alias)).filter(pk=number).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="出力の申請")
    return found
