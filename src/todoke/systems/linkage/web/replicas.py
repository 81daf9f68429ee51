"""副本登録の監視: files, what was sent and refused, backlog, staleness; and taking a file in by hand."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import form_pages
from todoke.access.guard import screen
from todoke.access.lists import listing
from todoke.access.permissions import Actor, Permission
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.linkage.actions.replicas.receive_masters import receive_masters
from todoke.systems.linkage.flows import PieceState, ReplicaFileState
from todoke.systems.linkage.jobs.replicas import pump
from todoke.systems.linkage.models import ReplicaFile, ReplicaPiece
from todoke.systems.linkage.models.replica_file import FileKind
from todoke.systems.linkage.queries import replicas as reads

MAY = Permission.LINKAGE_REPLICA_OPERATE
LISTED: Final = 1000
STALE_DAYS: Final = 7
"""From how many days without a registration a 年度 is shown as old."""
TONES: Final = {
    ReplicaFileState.DONE: "good",
    ReplicaFileState.WAITING: "wait",
    ReplicaFileState.REFUSED: "fail",
}
PIECE_TONES: Final = {PieceState.REGISTERED: "good", PieceState.SENT: "wait", PieceState.REFUSED: "fail"}

COLUMNS = [
    Column[ReplicaFile](
        key="id", title="番号", value=lambda row: row.pk, kind=Kind.NUMBER, heads_row=True,
        cell=lambda row: make_link(reverse("linkage-replica-file", args=[row.pk]), row.pk),
    ),
    Column[ReplicaFile](key="name", title="ファイル", value=lambda row: row.name),
    Column[ReplicaFile](key="kind", title="区分", value=lambda row: FileKind(row.kind).label),
    Column[ReplicaFile](key="at", title="受付", value=lambda row: row.received_at, kind=Kind.MOMENT),
    Column[ReplicaFile](key="rows", title="件数", value=lambda row: row.rows, kind=Kind.NUMBER),
    Column[ReplicaFile](key="bad", title="誤りのある行", value=lambda row: row.bad_rows, kind=Kind.NUMBER),
    Column[ReplicaFile](
        key="state", title="状態", value=lambda row: ReplicaFileState(row.state).label,
        cell=lambda row: make_chip(ReplicaFileState(row.state).label, TONES[ReplicaFileState(row.state)]),
    ),
    Column[ReplicaFile](key="settled", title="完了", value=lambda row: row.settled_at, kind=Kind.MOMENT),
]  # fmt: skip


def _age(row: reads.Edition) -> str:
    if row.age_days is None:
        return "－"
    text = f"{row.age_days}日前"
    return make_chip(f"{text}（古い）", "warn") if row.age_days > STALE_DAYS else text


EDITIONS = [
    Column[reads.Edition](key="year", title="年度", value=lambda row: str(row.fiscal_year), kind=Kind.CODE, heads_row=True),
    Column[reads.Edition](key="registered", title="登録済", value=lambda row: row.registered, kind=Kind.NUMBER),
    Column[reads.Edition](key="moving", title="送信中", value=lambda row: row.under_way, kind=Kind.NUMBER),
    Column[reads.Edition](key="refused", title="受付拒否", value=lambda row: row.refused, kind=Kind.NUMBER),
    Column[reads.Edition](key="newest", title="最も新しい登録", value=lambda row: row.newest, kind=Kind.MOMENT),
    Column[reads.Edition](key="age", title="鮮度", value=lambda row: row.age_days, cell=_age),
]  # fmt: skip
PIECES = [
    Column[ReplicaPiece](key="number", title="電文", value=lambda row: row.number, kind=Kind.NUMBER, heads_row=True),
    Column[ReplicaPiece](key="year", title="年度", value=lambda row: str(row.fiscal_year), kind=Kind.CODE),
    Column[ReplicaPiece](key="rows", title="件数", value=lambda row: row.rows, kind=Kind.NUMBER),
    Column[ReplicaPiece](
        key="state", title="状態", value=lambda row: PieceState(row.state).label,
        cell=lambda row: make_chip(PieceState(row.state).label, PIECE_TONES.get(PieceState(row.state), "plain")),
    ),
    Column[ReplicaPiece](key="new", title="新規", value=lambda row: row.registered, kind=Kind.NUMBER),
    Column[ReplicaPiece](key="changed", title="訂正", value=lambda row: row.replaced, kind=Kind.NUMBER),
    Column[ReplicaPiece](key="deleted", title="削除", value=lambda row: row.deleted, kind=Kind.NUMBER),
    Column[ReplicaPiece](key="gone", title="一時ファイルの削除", value=lambda row: row.deleted_at, kind=Kind.MOMENT),
]  # fmt: skip


class FileFilter(forms.Form):
    """絞り込み."""

    state = forms.ChoiceField(
        label="状態", required=False, choices=[("", "すべて"), *ReplicaFileState.choices]
    )
    kind = forms.ChoiceField(label="区分", required=False, choices=[("", "すべて"), *FileKind.choices])


class MastersForm(forms.Form):
    """税システムから受け取ったファイル."""

    file = forms.FileField(
        label="正本のファイル",
        help_text="UTF-8 の CSV です。受け取ったまま、直さずに選んでください。誤りが一行でもあれば全体を受け付けません。",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )


@screen(MAY)
def monitor(request: HttpRequest) -> HttpResponse:
    """副本登録: backlog, years, files."""
    form = FileFilter(request.GET or None)
    wish = form.cleaned_data if form.is_valid() else {}
    found = reads.files().filter(**{name: value for name, value in wish.items() if value})
    table = Table(
        caption="副本登録用ファイル", columns=COLUMNS, rows=list(found[:LISTED]), query=request.GET,
        empty="ファイルはまだありません。",
    )  # fmt: skip
    editions = Table(
        caption="年度ごとの副本",
        columns=EDITIONS,
        rows=reads.editions(),
        empty="登録した副本はまだありません。",
    )
    return listing(
        request, table, permission=MAY, heading="副本の登録", file="replica-files", filter=form,
        template="linkage/replicas.html", backlog=reads.backlog(), editions=editions,
        lead="税システムの正本から、中間サーバーの副本を登録します。送信は自動で続きます。",
        actions=[
            ("正本のファイルを取り込む", reverse("linkage-replica-upload")),
            ("正本と副本の照合", reverse("linkage-comparisons")),
        ],
        crumbs=[("ホーム", "/"), ("副本の登録", "")],
    )  # fmt: skip


@screen(MAY)
def upload(request: HttpRequest) -> HttpResponse:
    """取込み: a bad file is refused whole, with every bad row."""
    form = MastersForm(request.POST or None, request.FILES or None)

    def take(by: Actor, given: dict[str, Any]) -> None:
        with_upload(given["file"], lambda file: receive_masters(file=file, by=by))
        pump(by=by)

    return form_pages.form_page(
        request, form, permission=MAY, heading="正本のファイルを取り込みます", verb="検査して取り込む",
        back=reverse("linkage-replicas"), work=take, done="受け付けました。中間サーバーへの送信は自動で続きます。",
        lead="行の検査が済むまで、何も送りません。受け付けたファイルは暗号化して置き、送信が済むと削除します。",
        crumbs=[("ホーム", "/"), ("副本の登録", reverse("linkage-replicas")), ("取込み", "")],
    )  # fmt: skip


@screen(MAY)
def replica_file(request: HttpRequest, number: int) -> HttpResponse:
    """一つのファイル: how far it is, piece by piece."""
    row = reads.files().filter(pk=number).first()
    if row is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="このファイル")
    now, state = reads.progress(row), ReplicaFileState(row.state)
    pieces = list(ReplicaPiece.objects.using(reads.ALIAS).filter(file=row).order_by("number"))
    context = {
        "row": row, "chip": (state.label, TONES[state]), "now": now, "done": now["settled"] + now["refused_rows"],
        "running": state is ReplicaFileState.WAITING, "refused": state is ReplicaFileState.REFUSED,
        "facts": [
            ("ファイル", row.name), ("区分", FileKind(row.kind).label), ("内容の照合値（SHA-256）", row.sha256),
            ("受け付けた人", row.received_by), ("件数", f"{row.rows:,}"),
        ],
        "table": Table(caption="電文", columns=PIECES, rows=pieces, query=request.GET, empty="送る電文はありません。"),
        "crumbs": [("ホーム", "/"), ("副本の登録", reverse("linkage-replicas")), (f"ファイル {row.pk}", "")],
    }  # fmt: skip
    return render(request, "linkage/replica_file.html", context)


def with_upload(upload: UploadedFile[bytes], work: Any) -> None:  # noqa: ANN401 - any action on a file
    """An upload as a file of ours for as long as the work takes, private, under its own name."""
    name = re.sub(r"[^\w.-]", "_", Path(upload.name or "").name)[-80:].lstrip(".") or "masters.csv"
    parent = Path(settings.TODOKE_DATA_FOLDER) / "linkage"
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=parent, prefix=".upload-") as folder:
        file = Path(folder) / name
        file.touch(mode=0o600)
        with file.open("wb") as out:
            out.writelines(upload.chunks())
        work(file)


def cards(actor: Actor) -> Iterable[Card]:
    """滞留 of the road to the intermediary, for whoever looks after it."""
    if actor.may_somewhere(MAY):
        found = reads.backlog()
        title = "送信の滞留（警報）" if found.alarming else "中間サーバーへの送信待ち"
        yield Card(title=title, count=found.records, link="副本の登録を見る", url=reverse("linkage-replicas"))
