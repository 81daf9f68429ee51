"""照会許可照会リスト: editions with their countdown, drafts with the difference, approval by a second person, revocation."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import form_pages, lists
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.contracts.network import ListEntry
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table, moment
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.network import queries
from todoke.systems.network.actions.draft_list import DAYS, draft_list, draft_list_from_file, refuse_draft
from todoke.systems.network.actions.publish_list import publish_list
from todoke.systems.network.actions.revoke_entry import revoke_entry
from todoke.systems.network.flows import DraftState
from todoke.systems.network.models import ListDraft
from todoke.systems.network.queries import editions as reads
from todoke.systems.network.queries.editions import Edition, Holder, Standing
from todoke.systems.network.rules.list_difference import codes
from todoke.systems.network.rules.permission_list import ENTRIES

WATCH, DRAFT, APPROVE, REVOKE = (
    Permission.NETWORK_WATCH,
    Permission.NETWORK_LIST_DRAFT,
    Permission.NETWORK_LIST_APPROVE,
    Permission.NETWORK_LIST_REVOKE,
)
_TONES = {DraftState.DRAFTED: "wait", DraftState.PUBLISHED: "good", DraftState.REFUSED: "fail"}

EDITIONS: Final = [
    Column[Edition](
        key="edition", title="版", value=lambda row: row.edition, kind=Kind.NUMBER, heads_row=True
    ),
    Column[Edition](key="issued", title="発行", value=lambda row: row.issued_at, kind=Kind.MOMENT),
    Column[Edition](key="until", title="写しの期限", value=lambda row: row.valid_until, kind=Kind.MOMENT),
    Column[Edition](key="entries", title="行", value=lambda row: row.entries, kind=Kind.NUMBER),
    Column[Edition](key="revoked", title="緊急失効", value=lambda row: row.revoked, kind=Kind.NUMBER),
    Column[Edition](key="drafted", title="案の作成者", value=lambda row: row.issued_by),
    Column[Edition](key="approved", title="承認者", value=lambda row: row.approved_by),
]
DRAFTS: Final = [
    Column[ListDraft](
        key="number", title="案", value=lambda row: row.pk, kind=Kind.NUMBER, heads_row=True, sortable=False,
        cell=lambda row: make_link(reverse("network-list-draft", args=[row.pk]), f"案 {row.pk}"),
    ),
    Column[ListDraft](
        key="state", title="状態", sortable=False, value=lambda row: DraftState(row.state).label,
        cell=lambda row: make_chip(DraftState(row.state).label, _TONES[DraftState(row.state)]),
    ),
    Column[ListDraft](key="file", title="ファイル", sortable=False, value=lambda row: row.file or "（ファイルなし）"),
    Column[ListDraft](key="by", title="作成者", sortable=False, value=lambda row: row.drafted_by),
    Column[ListDraft](key="at", title="作成", sortable=False, value=lambda row: row.drafted_at, kind=Kind.MOMENT),
]  # fmt: skip
_ENTRY: Final[list[tuple[str, str]]] = [
    ("inquirer", "情報照会者"), ("provider", "情報提供者"), ("duty", "事務"), ("procedure", "事務手続"),
    ("information_code", "特定個人情報名"),
]  # fmt: skip


def _entry_columns(pick: Any = lambda row: row) -> list[Column[Any]]:  # noqa: ANN401 - the row's way to its entry
    def text(name: str) -> Any:  # noqa: ANN401 - Column.value
        return lambda row: getattr(pick(row), name)

    return [
        *(
            Column[Any](key=name, title=title, value=text(name), kind=Kind.CODE, heads_row=name == "inquirer")
            for name, title in _ENTRY
        ),
        Column[Any](key="valid_from", title="始まりの日", value=text("valid_from"), kind=Kind.DAY),
        Column[Any](key="valid_to", title="終わりの日", value=text("valid_to"), kind=Kind.DAY),
    ]


CHANGES: Final[list[Column[Any]]] = [
    *_entry_columns(lambda row: row[0])[:5],
    Column[Any](key="before", title="前の期間", value=lambda row: _period(row[0])),
    Column[Any](key="after", title="新しい期間", value=lambda row: _period(row[1])),
]
STANDING: Final[list[Column[Any]]] = [
    Column[Standing](key="number", title="行", value=lambda row: row.number, kind=Kind.NUMBER),
    *_entry_columns(lambda row: row.entry),
    Column[Standing](
        key="state", title="状態", value=lambda row: "緊急失効" if row.revoked else "有効",
        cell=lambda row: make_chip("緊急失効", "fail")
        if row.revoked
        else make_link(reverse("network-entry-revoke", args=[row.number]), f"行 {row.number} を緊急に失効させる"),
    ),
]  # fmt: skip


def _holder_columns(newest: int) -> list[Column[Holder]]:
    def state(row: Holder) -> str:
        return "未取得" if not row.holds else "最新" if row.holds == newest else "古い版"

    tones = {"未取得": "fail", "最新": "good", "古い版": "warn"}
    return [
        Column(
            key="municipality",
            title="団体",
            value=lambda row: row.municipality,
            kind=Kind.CODE,
            heads_row=True,
        ),
        Column(key="holds", title="持っている版", value=lambda row: row.holds, kind=Kind.NUMBER),
        Column(
            key="state", title="状態", value=state, cell=lambda row: make_chip(state(row), tones[state(row)])
        ),
        Column(key="given", title="最後の配布", value=lambda row: row.given_at, kind=Kind.MOMENT),
        Column(
            key="revocations",
            title="緊急失効の最後の取得",
            value=lambda row: row.revocations_at,
            kind=Kind.MOMENT,
        ),
    ]


class DraftForm(forms.Form):
    """新しい案."""

    file = forms.FileField(
        label="リストのファイル", required=False,
        help_text="様式「照会許可照会リスト」の UTF-8 の CSV です。選ばないと、今の版と同じ行の案（期限の延長）になります。",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )  # fmt: skip
    days = forms.IntegerField(
        label="写しの有効日数", min_value=1, max_value=366, initial=DAYS, help_text="発行の日から数えます。"
    )


class ReasonForm(forms.Form):
    """理由."""

    reason = forms.CharField(label="理由", max_length=200)


def crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    return [("ホーム", "/"), ("照会許可照会リスト", reverse("network-lists")), *further]


def _period(entry: ListEntry) -> str:
    return f"{entry.valid_from.isoformat()} ～ {entry.valid_to.isoformat() if entry.valid_to else '期限なし'}"


@screen(WATCH)
def overview(request: HttpRequest) -> HttpResponse:
    """版: which is in force and how long, what waits for approval, which were before."""
    newest, waiting, by = queries.newest_list(), queries.open_draft(), actor_of(request)
    left = reads.left(newest)
    actions = [
        ("有効な版の行を見る", reverse("network-entries")),
        ("配布の状況を見る", reverse("network-holders")),
    ]
    if by.may_somewhere(DRAFT) and waiting is None:
        actions.insert(0, ("次の版の案を作る", reverse("network-list-draft-new")))
    return lists.listing(
        request,
        Table(caption="発行した版", columns=EDITIONS, rows=reads.editions(), query=request.GET, empty="まだ発行していません。"),
        permission=WATCH, heading="照会許可照会リスト", file="list_editions", template="network/editions.html",
        actions=actions, newest=newest, left_days=left.days, left_hours=left.seconds // 3600, over=not left,
        soon=left < reads.SOON, waiting=waiting, lead="誰が誰に何を照会してよいかの一覧です。有効な版がない間は、すべての照会を拒みます。",
        drafts=Table(caption="案", columns=DRAFTS, rows=reads.drafts(), empty="案はありません。"),
        crumbs=[("ホーム", "/"), ("照会許可照会リスト", "")],
    )  # fmt: skip


@screen(WATCH)
def entries(request: HttpRequest) -> HttpResponse:
    """有効な版の行."""
    newest = queries.newest_list()
    return lists.listing(
        request,
        Table(caption="有効な版の行", columns=STANDING, rows=reads.in_force(), query=request.GET, empty="行はありません。"),
        permission=WATCH, heading=f"第 {newest.edition if newest else 0} 版の行", file="list_entries",
        lead="* はすべての団体の市区町村長、* と5桁はその種別のすべての機関を表します。", crumbs=crumbs(("有効な版の行", "")),
    )  # fmt: skip


@screen(WATCH)
def holders(request: HttpRequest) -> HttpResponse:
    """配布の状況: which municipality has which edition."""
    newest = queries.newest_list()
    rows = reads.holders()
    number = newest.edition if newest else 0
    behind = sum(row.holds < number for row in rows)
    return lists.listing(
        request,
        Table(caption="団体ごとの写し", columns=_holder_columns(number), rows=rows, query=request.GET),
        permission=WATCH, heading="リストの配布の状況", file="list_holders", crumbs=crumbs(("配布の状況", "")),
        lead=f"最新は第 {number} 版です。{len(rows):,} 団体のうち {behind:,} 団体が最新の版を持っていません。",
    )  # fmt: skip


@screen(DRAFT)
def draft_new(request: HttpRequest) -> HttpResponse:
    """案を作る: a bad file is refused whole, with every bad row."""
    form = DraftForm(request.POST or None, request.FILES or None)
    return form_pages.form_page(
        request, form, permission=DRAFT, heading="次の版の案を作ります", verb="案を作る", back=reverse("network-lists"),
        work=_draft, done="案を作りました。違いを確かめ、別の職員が承認すると発行されます。",
        lead="誤りのある行が一つでもあれば、ファイル全体を受け付けません。", crumbs=crumbs(("新しい案", "")),
    )  # fmt: skip


def _draft(by: Actor, given: dict[str, Any]) -> None:
    upload, days = given["file"], given["days"]
    if upload is None:
        newest = queries.newest_list()
        draft_list(entries=queries.edition_entries(newest.edition) if newest else ENTRIES, days=days, by=by)
        return
    parent = Path(settings.TODOKE_DATA_FOLDER) / "network"
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=parent, prefix=".upload-") as folder:
        name = re.sub(r"[^\w.-]", "_", Path(upload.name or "").name)[-80:].lstrip(".") or "list.csv"
        file = Path(folder) / name
        with file.open("wb") as out:
            out.writelines(upload.chunks())
        draft_list_from_file(file=file, days=days, by=by)


@screen(WATCH)
def draft(request: HttpRequest, number: int) -> HttpResponse:
    """一つの案: what it adds, removes and changes, and whether it brings revoked rows back."""
    row, by = queries.draft(number), actor_of(request)
    found = queries.difference_of(row)
    waits = row.state == DraftState.DRAFTED
    context = {
        "row": row, "state": (DraftState(row.state).label, _TONES[DraftState(row.state)]), "waits": waits,
        "same": not found, "mine": row.drafted_by == by.staff_id, "brought_back": waits and reads.brought_back(row),
        "approves": waits and by.may_somewhere(APPROVE), "facts": _facts(row),
        "tables": [
            _difference("追加する行", _entry_columns(), found.added, "追加する行はありません。"),
            _difference("削除する行", _entry_columns(), found.removed, "削除する行はありません。"),
            _difference("期間が変わる行", CHANGES, found.changed, "期間が変わる行はありません。"),
        ],
        "crumbs": crumbs((f"案 {row.pk}", "")),
    }  # fmt: skip
    return render(request, "network/draft.html", context)


def _difference(caption: str, columns: list[Column[Any]], rows: Iterable[Any], empty: str) -> Table[Any]:
    return Table(caption=caption, columns=columns, rows=list(rows), empty=empty, per_page=2_000)


def _facts(row: ListDraft) -> list[tuple[str, object]]:
    found = queries.difference_of(row)
    return [
        ("比べた版", f"第 {row.base} 版" if row.base else "なし（最初の版）"),
        (
            "違い",
            f"追加 {len(found.added):,} 行、削除 {len(found.removed):,} 行、変更 {len(found.changed):,} 行",
        ),
        ("行の数", f"{row.entries.count():,}"),
        ("写しの有効日数", f"{row.days} 日"),
        ("ファイル", row.file or "なし（前の版と同じ行）"),
        ("ファイルの照合値（SHA-256）", row.sha256 or "－"),
        ("作成", moment(row.drafted_at)),
        ("作成者", row.drafted_by),
        *([("承認", moment(row.approved_at)), ("承認者", row.approved_by)] if row.approved_at else []),
    ]


@screen(APPROVE)
def draft_approve(request: HttpRequest, number: int) -> HttpResponse:
    """承認: the draft becomes the next edition, signed, at once."""
    row = queries.draft(number)
    return form_pages.form_page(
        request, form_pages.sent(request), permission=APPROVE, heading=f"案 {number} を第 {row.base + 1} 版として発行します",
        verb="承認して発行する", back=reverse("network-lists"), facts=_facts(row),
        work=lambda by, _: publish_list(number=number, by=by), done=f"第 {row.base + 1} 版を発行しました。",
        lead="発行した版は取り消せません。誤りがあれば、次の版で直すか、行を緊急に失効させます。",
        crumbs=crumbs((f"案 {number}", reverse("network-list-draft", args=[number])), ("承認", "")),
    )  # fmt: skip


@screen(APPROVE)
def draft_refuse(request: HttpRequest, number: int) -> HttpResponse:
    """却下."""
    row = queries.draft(number)
    return form_pages.form_page(
        request, form_pages.sent(request), permission=APPROVE, heading=f"案 {number} を却下します", verb="却下する", tone="danger",
        back=reverse("network-lists"), facts=_facts(row), work=lambda by, _: refuse_draft(number=number, by=by),
        done="案を却下しました。今の版はそのままです。",
        crumbs=crumbs((f"案 {number}", reverse("network-list-draft", args=[number])), ("却下", "")),
    )  # fmt: skip


@screen(REVOKE)
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """緊急失効 of every row with the same five codes; by one person, at once."""
    found = next((row for row in reads.in_force() if row.number == number), None)
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="最新の版のこの行")
    entry = found.entry
    return form_pages.form_page(
        request, ReasonForm(request.POST or None), permission=REVOKE, heading=f"行 {number} を緊急に失効させます", verb="直ちに失効させる",
        tone="danger", back=reverse("network-entries"), done="失効させました。許可証は直ちに、提供は30分以内に止まります。",
        work=lambda by, given: revoke_entry(entry=codes(entry), reason=given["reason"], by=by),
        facts=[*((title, getattr(entry, name)) for name, title in _ENTRY), ("期間", _period(entry))],
        lead="同じ五つの値の行は、期間にかかわらずすべて失効します。戻すには、次の版を二人で発行します。",
        crumbs=crumbs(("有効な版の行", reverse("network-entries")), ("緊急失効", "")),
    )  # fmt: skip


def cards(actor: Actor) -> Iterable[Card]:
    """What waits: a draft for a second person, and the end of the edition in force."""
    if actor.may_somewhere(APPROVE):
        waiting = queries.open_draft()
        yield Card(
            title="承認を待つリストの案",
            count=1 if waiting else 0,
            link="リストの版を見る",
            url=reverse("network-lists"),
        )
    if actor.may_somewhere(WATCH):
        days = reads.left(queries.newest_list()).days
        yield Card(
            title="リストの残り日数", count=days, link="次の版を用意する", url=reverse("network-lists")
        )
