"""一件の取込: where it stands among the five steps, what was found in each, and what may be done next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor
from todoke.pages.tables import Column, Kind, Table
from todoke.records.encodings import Encoding
from todoke.records.masking import shown
from todoke.systems.benefits.flows import ImportState
from todoke.systems.benefits.jobs import importing
from todoke.systems.benefits.models import FileImport, ImportTotal
from todoke.systems.benefits.queries.imports import standing as reads
from todoke.systems.benefits.queries.imports import stopped as imports_stopped
from todoke.systems.benefits.rules.imports import reading
from todoke.systems.benefits.rules.imports.kinds import KINDS, ImportKind
from todoke.systems.benefits.web import working
from todoke.systems.benefits.web.imports.listing import CONFIRM, IMPORT, READ, chip, crumbs, in_words
from todoke.systems.benefits.web.working import Queue

STAGES: Final = (
    "受け付けました",
    "文字コード、列、行を調べています",
    "封印しています",
    "使用中の版と比べています",
    "合計を数えています",
    "検査が済みました",
)
FIRST: Final = 10
GIVEN_UP: Final = (
    "何度やり直しても途中で止まるため、自動では続けません。システム管理者に知らせてから、続けるか、取りやめてください。"
    "使用中の版はそのままです。"
)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One of the five steps in the line at the top of every page of an import."""

    number: int
    title: str
    url: str
    standing: str
    current: bool


def steps(row: FileImport, current: int) -> list[Step]:
    """The five steps, each with how it went and where it is looked at."""
    checked = row.state not in (ImportState.RECEIVED, ImportState.REFUSED) and row.rows > 0
    refused = row.state == ImportState.REFUSED
    wrong = "誤りあり" if refused else "済" if checked else "検査中"
    last = {
        ImportState.TAKEN: "取込済", ImportState.PROPOSED: "二人目待ち" if row.needs_second else "取込中",
        ImportState.CONFIRMED: "取込中", ImportState.CHECKED: "確認待ち", ImportState.CANCELLED: "取りやめ",
    }.get(ImportState(row.state), "")  # fmt: skip
    routes = (
        ("列と文字コード", "benefits-import", "済" if checked else wrong),
        ("行の検査", "benefits-import-rows", wrong),
        ("最初の行と合計", "benefits-import-contents" if checked else "", "済" if checked else ""),
        ("使用中の版との違い", "benefits-import-differences" if checked else "", "済" if checked else ""),
        ("確認", "benefits-import" if checked else "", last),
    )
    return [
        Step(
            number=number,
            title=title,
            url=reverse(route, args=[row.pk]) if route and number != current else "",
            standing=standing,
            current=number == current,
        )
        for number, (title, route, standing) in enumerate(routes, 1)
    ]


def context(row: FileImport, current: int, title: str) -> dict[str, Any]:
    """What every page of an import has."""
    kind = ImportKind(row.kind)
    return {
        "found": row,
        "kind": kind,
        "adds": KINDS[kind].adds,
        "chip": chip(row),
        "steps": steps(row, current),
        "heading": f"取込 {row.pk}　{kind.label}",
        "crumbs": crumbs(
            (f"取込 {row.pk}", reverse("benefits-import", args=[row.pk]) if title else ""),
            *([(title, "")] if title else []),
        ),
    }


@screen(READ, live=True, atomic=False)
def one(request: HttpRequest, import_id: int) -> HttpResponse:
    """手順1と5: what was said about the file, where it stands, what may be done next. Sent: go on where it was stopped."""
    row, by = reads.one(import_id), actor_of(request)
    if request.method == "POST":
        if by.may_somewhere(IMPORT):
            working.begin(Queue.FILES, importing.carry_on, import_id, by=by)
        return HttpResponseRedirect(reverse("benefits-import", args=[import_id]))
    working_now = reads.next_step(row) is not None and not reads.stale(row)
    given_up = working_now and imports_stopped.given_up(row)
    page = context(
        row, 5 if row.state in (ImportState.PROPOSED, ImportState.CONFIRMED, ImportState.TAKEN) else 1, ""
    )
    page |= {
        "running": working_now and not given_up,
        "stage": STAGES[row.stage] if row.state == ImportState.RECEIVED else "使用中の版を入れ替えています",
        "facts": facts(row),
        "counts": counts(row),
        "groups": in_words(row, reads.fault_groups(row)[:5]),
        "actions": _actions(row, by),
        "says": ("fail", GIVEN_UP) if given_up else _says(row, by),
        "may_continue": working_now and by.may_somewhere(IMPORT),
    }
    return render(request, "benefits/imports/one.html", page)


def facts(row: FileImport) -> list[tuple[str, object]]:
    """What was said about the file, and by whom each step was done."""
    given: list[tuple[str, object]] = [
        ("ファイル", row.file_name),
        ("文字コード（選択）", Encoding(row.encoding).label),
        ("基準日・作成日", row.as_of),
        ("送付票の件数", f"{row.expected_rows:,} 件" if row.expected_rows is not None else "指定なし"),
        ("大きさ", f"{row.size:,} バイト"),
        ("SHA-256", row.sha256),
        ("受付", f"{row.uploaded_by}"),
        ("受付日時", row.uploaded_at),
    ]
    if row.tax_year:
        given.insert(3, ("課税年度", row.tax_year))
    if row.programme:
        given.insert(3, ("事業", row.programme))
    if row.proposed_by:
        given += [("確認した職員", row.proposed_by), ("確認日時", row.proposed_at)]
    if row.confirmed_by:
        given += [("二人目の職員", row.confirmed_by), ("二人目の確認日時", row.confirmed_at)]
    if row.reason:
        given.append(("取りやめた理由", row.reason))
    return given


def counts(row: FileImport) -> list[tuple[str, int]]:
    """Against the edition in use; for forms, against the cases."""
    if KINDS[ImportKind(row.kind)].adds:
        return [
            ("新しく受け付ける", row.added),
            ("受付済（重複）", row.same),
            ("該当する世帯なし", row.unmatched),
        ]
    return [("追加", row.added), ("変更", row.changed), ("変化なし", row.same), ("消滅", row.removed)]


def share(row: FileImport) -> str:
    """How much changes, in words."""
    if not row.counted_of:
        return "最初の版のため、比べる版がありません"
    percent = 100 * row.counted / row.counted_of
    return f"{row.counted_of:,} 件のうち {row.counted:,} 件（{percent:.2f}%。二人目の確認は {row.limit_percent}% を超えるとき）"


def _actions(row: FileImport, by: Actor) -> list[tuple[str, str]]:
    found = []
    if row.state == ImportState.CHECKED and by.may_somewhere(IMPORT):
        found.append(("内容を確かめて、取込へ進む", reverse("benefits-import-propose", args=[row.pk])))
    second = row.state == ImportState.PROPOSED and row.needs_second
    if second and by.may_somewhere(CONFIRM) and by.staff_id not in (row.uploaded_by, row.proposed_by):
        found.append(("二人目として確かめる", reverse("benefits-import-confirm", args=[row.pk])))
    if row.state in reads.OPEN and (by.may_somewhere(IMPORT) or by.may_somewhere(CONFIRM)):
        found.append(("取りやめる", reverse("benefits-import-cancel", args=[row.pk])))
    if row.state in (ImportState.REFUSED, ImportState.CANCELLED) and by.may_somewhere(IMPORT):
        found.append(("直したファイルを取り込む", reverse("benefits-import-new")))
    return found


def _says(row: FileImport, by: Actor) -> tuple[str, str]:
    """One sentence on what is to be done now, and its tone."""
    kind = ImportKind(row.kind).label
    if row.state == ImportState.REFUSED:
        return "fail", (
            f"誤りが {row.faults:,} 件あるため、ファイル全体を受け付けませんでした。{kind}の使用中の版はそのままです。"
            "元のシステムで直したファイルを、もう一度取り込んでください。"
        )
    if row.state == ImportState.CHECKED:
        return (
            "",
            "検査に合格しました。合計と違いを確かめてから、取込へ進んでください。まだ何も入れ替わっていません。",
        )
    if row.state == ImportState.PROPOSED and row.needs_second:
        mine = by.staff_id in (row.uploaded_by, row.proposed_by)
        who = "あなた以外の" if mine else "受け付けた人と進めた人以外の"
        return (
            "warn",
            f"変更が多いため、{who}二人目（責任職）の確認を待っています。まだ何も入れ替わっていません。",
        )
    if row.state == ImportState.TAKEN:
        return "good", f"{kind} {row.rows:,} 件を取り込みました。前の版は履歴に残っています。"
    if row.state == ImportState.CANCELLED:
        return "", "取りやめました。受け取ったファイルは消しました。使用中の版はそのままです。"
    return "", ""


def _sign(more: int) -> str:
    return f"{more:+,}" if more else "±0"


TOTALS: Final = [
    Column[ImportTotal](key="name", title="合計", value=lambda row: row.name, heads_row=True, sortable=False),
    Column[ImportTotal](key="value", title="このファイル", value=lambda row: row.value, kind=Kind.NUMBER, sortable=False),
    Column[ImportTotal](key="before", title="使用中の版", value=lambda row: row.before, kind=Kind.NUMBER, sortable=False),
    Column[ImportTotal](
        key="more", title="増減", kind=Kind.NUMBER, sortable=False,
        value=lambda row: None if row.before is None else _sign(row.value - row.before),
    ),
]  # fmt: skip


@screen(READ)
def contents(request: HttpRequest, import_id: int) -> HttpResponse:
    """手順3: the first records as they stand in the file, masked, and the totals beside those of the edition in use."""
    row = reads.one(import_id)
    page = context(row, 3, "最初の行と合計") | {
        "totals": Table(
            caption="合計", columns=TOTALS, rows=reads.totals(row), empty="まだ数えていません。", per_page=200
        ),
        "first": _first_lines(row),
    }
    return render(request, "benefits/imports/contents.html", page)


def _first_lines(row: FileImport) -> Table[list[str]] | None:
    """The first records; gone with the file once the import has ended."""
    if not row.path or not Path(row.path).is_file():
        return None
    header, *records = reading.first_lines(Path(row.path), Encoding(row.encoding), FIRST)
    known = reading.LAYOUTS[ImportKind(row.kind)].by_name

    def column(place: int, name: str) -> Column[list[str]]:
        found = known.get(name)
        personal = found is None or found.personal
        return Column(
            key=name, title=found.label if found else name, sortable=False,
            value=lambda record: shown(record[place], personal=personal),
        )  # fmt: skip

    number = Column[list[str]](
        key="row", title="行", value=lambda record: record[-1], heads_row=True, sortable=False
    )
    numbered = [[*record, str(place)] for place, record in enumerate(records, 2)]
    columns = [number, *(column(place, name) for place, name in enumerate(header))]
    return Table(caption="最初の行（個人の値は伏せて表示）", columns=columns, rows=numbered)
