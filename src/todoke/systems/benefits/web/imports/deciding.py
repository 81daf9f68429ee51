"""手順5 確認: the person who goes on, the second person, and the way out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access import form_pages
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor
from todoke.systems.benefits.actions.imports.cancel_file import cancel_file
from todoke.systems.benefits.actions.imports.confirm_file import confirm_file
from todoke.systems.benefits.actions.imports.propose_file import propose_file
from todoke.systems.benefits.jobs import importing
from todoke.systems.benefits.models import FileImport
from todoke.systems.benefits.queries.imports import standing as reads
from todoke.systems.benefits.rules.imports.kinds import KINDS, ImportKind
from todoke.systems.benefits.web import working
from todoke.systems.benefits.web.imports.forms import ReasonForm
from todoke.systems.benefits.web.imports.listing import CONFIRM, IMPORT, READ, crumbs
from todoke.systems.benefits.web.imports.steps import counts, share, steps
from todoke.systems.benefits.web.working import Queue


@screen(IMPORT, atomic=False)
def propose(request: HttpRequest, import_id: int) -> HttpResponse:
    """取込へ進む: with the counts that the person saw."""
    row = reads.one(import_id)

    def work(by: Actor, _: dict[str, Any]) -> None:
        propose_file(import_id=row.pk, by=by)
        working.begin(Queue.FILES, importing.carry_on, row.pk, by=by)

    second = row.needs_second
    done = "二人目の確認を待ちます。" if second else "取り込んでいます。終わるとこの画面に示します。"
    warning = (
        f"変更が{row.limit_percent}%を超えるため、二人目（責任職）が確かめるまで取り込みません。"
        if second
        else _effect(row)
    )
    return _page(
        request, row, permission=IMPORT, work=work, done=done, warning=warning,
        verb="二人目の確認へ回す" if second else "取り込む", heading=f"{ImportKind(row.kind).label} {row.rows:,} 件を取り込みます",
    )  # fmt: skip


@screen(CONFIRM, atomic=False)
def confirm(request: HttpRequest, import_id: int) -> HttpResponse:
    """二人目の確認."""
    row = reads.one(import_id)

    def work(by: Actor, _: dict[str, Any]) -> None:
        confirm_file(import_id=row.pk, by=by)
        working.begin(Queue.FILES, importing.carry_on, row.pk, by=by)

    return _page(
        request, row, permission=CONFIRM, work=work, done="確認しました。取り込んでいます。", warning=_effect(row),
        verb="確かめたので取り込む", heading=f"二人目として、{ImportKind(row.kind).label} {row.rows:,} 件の取込を確かめます",
    )  # fmt: skip


@screen(READ)
def cancel(request: HttpRequest, import_id: int) -> HttpResponse:
    """取りやめ: by either of the two, with a reason."""
    row = reads.one(import_id)
    permission = CONFIRM if actor_of(request).may_somewhere(CONFIRM) else IMPORT

    def work(by: Actor, given: dict[str, Any]) -> None:
        cancel_file(import_id=row.pk, reason=given["reason"], by=by)

    back = reverse("benefits-import", args=[row.pk])
    return form_pages.form_page(
        request, ReasonForm(request.POST or None), permission=permission, heading=f"取込 {row.pk} を取りやめます",
        verb="取りやめる", back=back, work=work, done="取りやめました。使用中の版はそのままです。", facts=_facts(row),
        template="pages/confirm.html", warning="受け取ったファイルと検査の結果を消します。取り込み直すときは、はじめから受け付けます。",
        crumbs=crumbs((f"取込 {row.pk}", back), ("取りやめ", "")), tone="danger",
    )  # fmt: skip


def _effect(row: FileImport) -> str:
    if KINDS[ImportKind(row.kind)].adds:
        return f"新しい {row.added:,} 件を受け付けます。重複と該当なしは、理由とともに残します。"
    before = (
        f"使用中の版（{row.before_rows:,} 件）は履歴に残ります。"
        if row.before_sha256
        else "最初の版になります。"
    )
    return f"この {row.rows:,} 件が、次の判定から使う版になります。{before}"


def _facts(row: FileImport) -> list[tuple[str, object]]:
    return [
        ("ファイル", row.file_name),
        ("基準日・作成日", row.as_of),
        *((title, f"{count:,} 件") for title, count in counts(row)),
        ("変更の割合", share(row)),
        ("受け付けた職員", row.uploaded_by),
        *([("進めた職員", row.proposed_by)] if row.proposed_by else []),
    ]


def _page(request: HttpRequest, row: FileImport, *, heading: str, **more: Any) -> HttpResponse:  # noqa: ANN401
    back = reverse("benefits-import", args=[row.pk])
    totals = [(total.name, total.value, total.before) for total in reads.totals(row)]
    return form_pages.form_page(
        request, form_pages.sent(request), heading=heading, back=back, facts=_facts(row),
        template="benefits/imports/decide.html", steps=steps(row, 5), totals=totals, found=row,
        crumbs=crumbs((f"取込 {row.pk}", back), ("確認", "")), **more,
    )  # fmt: skip
