"""取込の一覧: the editions in use, and every file that came, with its state; the way to a new one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access import lists
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.benefits import needs
from todoke.systems.benefits.flows import ImportState
from todoke.systems.benefits.models import FileImport
from todoke.systems.benefits.queries.imports import standing as reads
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.imports import reading
from todoke.systems.benefits.rules.imports.kinds import KINDS, ImportKind
from todoke.systems.benefits.web.imports.forms import ImportFilter

READ, IMPORT, CONFIRM = (
    Permission.BENEFITS_IMPORT_READ,
    Permission.BENEFITS_IMPORT,
    Permission.BENEFITS_IMPORT_CONFIRM,
)
TONES: Final = {
    ImportState.REFUSED: "fail",
    ImportState.TAKEN: "good",
    ImportState.CANCELLED: "",
    ImportState.PROPOSED: "warn",
}
LISTED: Final = 1000


def chip(row: FileImport) -> tuple[str, str]:
    """The state in words and its tone; the edition in use says so."""
    state = ImportState(row.state)
    return state.label, TONES.get(state, "wait")


def crumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    """Home, the list, and where the page stands below it."""
    return [("ホーム", "/"), ("ファイルの取込", reverse("benefits-imports")), *further]


@dataclass(frozen=True, kw_only=True)
class InUse:
    """The edition of one kind that decisions (of one programme) use."""

    kind: ImportKind
    programme: str
    as_of: date | None
    rows: int | None
    taken_at: datetime | None
    digest: str
    editions: int


IMPORTS: Final = [
    Column[FileImport](
        key="id", title="取込番号", value=lambda row: row.pk, kind=Kind.NUMBER, heads_row=True,
        cell=lambda row: make_link(reverse("benefits-import", args=[row.pk]), row.pk),
    ),
    Column[FileImport](key="kind", title="種類", value=lambda row: ImportKind(row.kind).label),
    Column[FileImport](key="programme", title="事業", value=lambda row: row.programme, kind=Kind.CODE),
    Column[FileImport](key="as_of", title="基準日・作成日", value=lambda row: row.as_of, kind=Kind.DAY),
    Column[FileImport](
        key="state", title="状態", value=lambda row: chip(row)[0], cell=lambda row: make_chip(*chip(row))
    ),
    Column[FileImport](key="rows", title="件数", value=lambda row: row.rows, kind=Kind.NUMBER),
    Column[FileImport](key="added", title="追加", value=lambda row: row.added, kind=Kind.NUMBER),
    Column[FileImport](key="changed", title="変更", value=lambda row: row.changed, kind=Kind.NUMBER),
    Column[FileImport](key="removed", title="消滅", value=lambda row: row.removed, kind=Kind.NUMBER),
    Column[FileImport](key="faults", title="誤りのある箇所", value=lambda row: row.faults, kind=Kind.NUMBER),
    Column[FileImport](key="at", title="受付", value=lambda row: row.uploaded_at, kind=Kind.MOMENT),
    Column[FileImport](key="by", title="受付者", value=lambda row: row.uploaded_by, kind=Kind.CODE),
    Column[FileImport](key="second", title="二人目", value=lambda row: row.confirmed_by, kind=Kind.CODE),
    Column[FileImport](key="digest", title="SHA-256（先頭）", value=lambda row: row.sha256[:12], kind=Kind.CODE),
]  # fmt: skip
"""No personal value: the list may be taken away as a file."""

EDITIONS: Final = [
    Column[InUse](key="kind", title="種類", value=lambda row: row.kind.label, heads_row=True, sortable=False),
    Column[InUse](key="programme", title="事業", value=lambda row: row.programme, kind=Kind.CODE, sortable=False),
    Column[InUse](key="as_of", title="基準日・作成日", value=lambda row: row.as_of, kind=Kind.DAY, sortable=False),
    Column[InUse](key="rows", title="件数", value=lambda row: row.rows, kind=Kind.NUMBER, sortable=False),
    Column[InUse](key="at", title="取り込んだ日時", value=lambda row: row.taken_at, kind=Kind.MOMENT, sortable=False),
    Column[InUse](key="digest", title="SHA-256（先頭）", value=lambda row: row.digest[:12], kind=Kind.CODE, sortable=False),
    Column[InUse](
        key="history", title="版の履歴", value=lambda row: row.editions, sortable=False,
        cell=lambda row: make_link(f"{reverse('benefits-imports')}?kind={row.kind}&programme={row.programme}&state=taken", f"{row.editions:,} 版"),
    ),
]  # fmt: skip


@screen(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """ファイルの取込の一覧."""
    form = ImportFilter(request.GET if {"kind", "programme", "state"} & set(request.GET) else None)
    wish = form.cleaned_data if form.is_valid() else {}
    rows = reads.every().filter(**{name: value for name, value in wish.items() if value})
    table = Table(
        caption="取込の一覧（新しい順）", columns=IMPORTS, rows=list(rows[:LISTED]), query=request.GET,
        empty="取り込んだファイルはありません。",
    )  # fmt: skip
    return lists.listing(
        request, table, permission=READ, heading="ファイルの取込", file="imports", filter=form,
        template="benefits/imports/list.html",
        lead="他部署から受け取ったファイルを、五つの手順で確かめてから取り込みます。確かめ終わるまで、使用中の版は変わりません。",
        editions=Table(caption="使用中の版", columns=EDITIONS, rows=_in_use(), empty="まだありません。"),
        actions=_actions(actor_of(request)),
        crumbs=[("ホーム", "/"), ("ファイルの取込", "")],
    )  # fmt: skip


def _actions(actor: Actor) -> list[tuple[str, str]]:
    new = [("ファイルを取り込む", reverse("benefits-import-new"))] if actor.may_somewhere(IMPORT) else []
    return [
        *new,
        ("課税の答えがない人", reverse("benefits-import-lacking")),
        ("二人目の確認が要る割合", reverse("benefits-import-limits")),
    ]


def _in_use() -> list[InUse]:
    """Of each kind that has editions, by programme where each has its own; a register may have come in by another way."""
    found = []
    for kind, programme in _lines():
        known, taken = reads.in_use(kind, programme), list(reads.taken(kind, programme))
        if known is None:
            continue
        mine = next((row for row in taken if row.table_sha256 == known[0]), None)
        register = needs.newest_register(reads.REGISTERS[kind]) if kind in reads.REGISTERS else None
        found.append(
            InUse(
                kind=kind,
                programme=programme,
                as_of=mine.as_of if mine else register.as_of if register else None,
                rows=mine.rows if mine else register.rows if register else None,
                taken_at=mine.state_at if mine else None,
                digest=mine.sha256 if mine else known[0],
                editions=len(taken),
            )
        )
    return found


def _lines() -> Iterable[tuple[ImportKind, str]]:
    for kind in (kind for kind in ImportKind if not KINDS[kind].adds):
        of = [one.code for one in programmes.every()] if KINDS[kind].of_programme else [""]
        yield from ((kind, programme) for programme in of)


def cards(actor: Actor) -> Iterable[Card]:
    """Files that wait for this person: to be looked at, or for a second confirmation."""
    waiting = reads.every()
    url = reverse("benefits-imports")
    if actor.may_somewhere(IMPORT):
        count = waiting.filter(state=ImportState.CHECKED).count()
        yield Card(title="確認を待つ取込ファイル", count=count, link="確かめる", url=f"{url}?state=checked")
    if actor.may_somewhere(CONFIRM):
        others = waiting.filter(state=ImportState.PROPOSED, needs_second=True)
        mine = others.exclude(uploaded_by=actor.staff_id).exclude(proposed_by=actor.staff_id)
        yield Card(
            title="二人目の確認を待つ取込", count=mine.count(), link="確かめる", url=f"{url}?state=proposed"
        )


def in_words(row: FileImport, faults: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Columns by their names in Japanese, with the header of the file beside."""
    layout = reading.LAYOUTS[ImportKind(row.kind)]

    def named(column: str) -> str:
        words = layout.in_words(column)
        return column if words == column else f"{words}（{column}）"

    return [{**fault, "column": named(fault["column"])} for fault in faults]
