"""支払の一覧 and one batch: counts, yen, who did what, where its file lies. No person stands on these pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import lists, naming
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.pages.shell import Card
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_link
from todoke.systems.benefits import queries
from todoke.systems.benefits.queries.editions.proposals import every, find
from todoke.systems.benefits.queries.payments import batches as reads
from todoke.systems.benefits.queries.payments import results as outcomes
from todoke.systems.benefits.queries.payments.batches import Batch
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY
from todoke.systems.benefits.web.payments import ways, words

READ: Final = Permission.BENEFITS_PAYMENT_READ
PREPARE: Final = Permission.BENEFITS_PAY
RELEASE: Final = Permission.BENEFITS_RELEASE
RESULT: Final = Permission.BENEFITS_RESULT


@screen(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """支払単位の一覧."""
    names = {programme.code: programme.name for programme in every()}
    columns = [
        Column[Batch](
            key="number", title="番号", value=lambda row: row.number, kind=Kind.NUMBER, heads_row=True,
            cell=lambda row: make_link(reverse("benefits-payment", args=[row.programme, row.number]), f"支払単位 {row.number}"),
        ),
        Column[Batch](key="programme", title="事業", value=lambda row: names.get(row.programme, row.programme)),
        Column[Batch](key="state", title="状態", value=lambda row: words.state(row)[0], cell=words.state_chip),
        Column[Batch](key="payments", title="件数", value=lambda row: row.payments, kind=Kind.NUMBER),
        Column[Batch](key="yen", title="総額（円）", value=lambda row: row.total_yen, kind=Kind.NUMBER),
        Column[Batch](key="day", title="振込指定日", value=lambda row: row.transfer_on, kind=Kind.DAY),
        Column[Batch](
            key="until", title="銀行の締切", value=lambda row: SAMPLE_CITY.cut_off(row.transfer_on), kind=Kind.MOMENT
        ),
        Column[Batch](key="digest", title="SHA-256（先頭）", value=lambda row: (row.sha256 or "")[:12], kind=Kind.CODE),
    ]  # fmt: skip
    table = Table(
        caption="支払単位（振込指定日の新しい順）", columns=columns, rows=reads.listed(), query=request.GET,
        empty="支払単位はまだありません。",
    )  # fmt: skip
    return lists.listing(
        request, table, permission=READ, heading="支払", file="支払単位", actions=_programmes(actor_of(request)),
        lead=f"起案、確定、振込ファイルの作成は、それぞれ別の職員が行います。次の振込日：{words.calendar(SAMPLE_CITY)}",
        crumbs=[("ホーム", "/"), ("支払", "")],
    )  # fmt: skip


def _programmes(actor: Actor) -> list[tuple[str, str]]:
    """起案 for every programme that has approved cases."""
    if not actor.may_somewhere(PREPARE):
        return []
    found = []
    for programme in every():
        waiting = queries.states(programme.code).get(CaseState.APPROVED, 0)
        if waiting:
            url = reverse("benefits-payment-new", args=[programme.code])
            found.append((f"{programme.name}を起案する（承認済み {waiting:,} 件）", url))
    return found


@screen(READ)
def one(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One batch."""
    batch, programme = reads.one(code, number), find(code)
    context = {
        "heading": f"支払単位 {number}", "chip": words.state_chip(batch), "lead": programme.name, "facts": facts(batch),
        "road": _road(batch), "results": _results(batch), "actions": ways.of(batch, actor_of(request)),
        "crumbs": words.crumbs((f"支払単位 {number}", "")),
    }  # fmt: skip
    return render(request, "benefits/payments/batch.html", context)


def facts(batch: Batch) -> list[tuple[str, object]]:
    """What the batch comes to, restated wherever somebody acts on it."""
    amounts = reads.amounts(batch.programme, batch.number)
    return [
        ("件数", f"{batch.payments:,}件"),
        ("件数×金額", "、".join(f"{count:,}件 × {words.yen(amount)}" for amount, count in amounts)),
        ("支払総額", words.yen(batch.total_yen)),
        ("振込指定日", batch.transfer_on),
        ("銀行の締切", words.deadline(batch.transfer_on, SAMPLE_CITY)),
    ]


def _road(batch: Batch) -> list[tuple[str, object]]:
    people = naming.people(batch.people)

    def act(at: object, by: str | None) -> str:
        return f"{words.moment(at)} {people[by]}" if by else "まだです"

    rows: list[tuple[str, object]] = [
        ("起案", act(batch.prepared_at, batch.prepared_by)),
        ("確定（会計）", act(batch.released_at, batch.released_by)),
        ("振込ファイル", act(batch.written_at, batch.written_by)),
        ("ファイルの受取り", act(batch.taken_at, batch.taken_by)),
    ]
    if batch.cancelled_by:
        rows.append(("起案の取消し", act(batch.cancelled_at, batch.cancelled_by)))
    if batch.file:
        rows += [("ファイル名", batch.file), ("置き場所", batch.folder or "－"), ("SHA-256", batch.sha256)]
    return rows


def _results(batch: Batch) -> list[tuple[str, object]]:
    if not batch.written_at:
        return []
    found = outcomes.totals(batch.programme, batch.number)
    return [
        ("振込済み", f"{found.paid:,}件 {words.yen(found.paid_yen)}"),
        ("振込不能・組戻し", f"{found.failed:,}件 {words.yen(found.failed_yen)}"),
        ("結果待ち", f"{found.open:,}件 {words.yen(found.open_yen)}"),
    ]


def cards(actor: Actor) -> Iterator[Card]:
    """Batches that wait for this treasurer."""
    if actor.may_somewhere(RELEASE):
        url, rows = reverse("benefits-payments"), [row for row in reads.listed() if not row.cancelled_at]
        waiting = [row for row in rows if not row.released_at and row.prepared_by != actor.staff_id]
        yield Card(title="確定を待つ支払", count=len(waiting), link="確かめる", url=url)
        unwritten = [row for row in rows if row.released_at and not row.taken_at]
        yield Card(title="銀行へ出していない支払", count=len(unwritten), link="確かめる", url=url)
