"""実績報告: counts × amounts per month, ward and kind as a list to take away (codes stay text), and the months against the bank."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse

from todoke.access import lists
from todoke.access.guard import screen
from todoke.access.permissions import Permission
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip
from todoke.systems.benefits.queries.aftermath import achievement as reads
from todoke.systems.benefits.queries.aftermath.achievement import KINDS, Achieved, Month
from todoke.systems.benefits.web import naming
from todoke.systems.benefits.web.cases.lists import HOME, asked_for
from todoke.systems.benefits.web.forms import ProgrammeFilter

READ: Final = Permission.BENEFITS_FIGURES_READ


@screen(READ)
def achievement(request: HttpRequest) -> HttpResponse:
    """By month, ward and kind."""
    asked = asked_for(request)
    form = ProgrammeFilter(asked)
    rows = reads.achieved(asked["programme"]) if form.is_valid() else []
    columns = [
        Column[Achieved](key="month", title="月（振込・納付・決定）", value=lambda row: row.month, kind=Kind.CODE, heads_row=True),
        Column[Achieved](key="ward", title="区コード", value=lambda row: row.ward, kind=Kind.CODE),
        Column[Achieved](key="name", title="区（基準日）", value=lambda row: naming.ward(row.ward)),
        Column[Achieved](key="kind", title="区分", value=lambda row: KINDS[row.kind]),
        Column[Achieved](key="unit", title="単価（円）", value=lambda row: row.unit_yen, kind=Kind.NUMBER),
        Column[Achieved](key="count", title="件数", value=lambda row: row.cases, kind=Kind.NUMBER),
        Column[Achieved](key="yen", title="金額（円）", value=lambda row: row.yen, kind=Kind.NUMBER),
    ]  # fmt: skip
    caption = "月・区・区分ごとの件数と金額"
    table = Table(
        caption=caption, columns=columns, rows=rows, query=request.GET, per_page=200, empty="まだありません。"
    )
    return lists.listing(
        request, table, permission=READ, heading="実績報告", file="実績報告", filter=form, crumbs=[HOME, ("実績報告", "")],
        template="benefits/achievement.html", totals=_totals(rows), months=_months(),
        lead="支給の件数×単価の合計を、振込ファイルと銀行の引落しに照らして示します。名前や番号は含みません。",
    )  # fmt: skip


def _totals(rows: list[Achieved]) -> list[tuple[str, object]]:
    """Each kind over all months and wards."""
    return [
        (
            title,
            f"{sum(row.cases for row in rows if row.kind == kind):,}件　{sum(row.yen for row in rows if row.kind == kind):,}円",
        )
        for kind, title in KINDS.items()
    ]


def _months() -> Table[Month]:
    columns = [
        Column[Month](key="month", title="振込の月", value=lambda row: row.month, kind=Kind.CODE, heads_row=True, sortable=False),
        Column[Month](key="file", title="振込ファイル（円）", value=lambda row: row.file_yen, kind=Kind.NUMBER, sortable=False),
        Column[Month](key="paid", title="支給（円）", value=lambda row: row.paid_yen, kind=Kind.NUMBER, sortable=False),
        Column[Month](key="failed", title="振込不能・組戻し（円）", value=lambda row: row.failed_yen, kind=Kind.NUMBER, sortable=False),
        Column[Month](key="open", title="結果待ち（円）", value=lambda row: row.open_yen, kind=Kind.NUMBER, sortable=False),
        Column[Month](key="debit", title="銀行の引落し（円）", value=lambda row: row.debit_yen, kind=Kind.NUMBER, sortable=False),
        Column[Month](
            key="agrees", title="照合", value=_agrees, sortable=False,
            cell=lambda row: make_chip(_agrees(row), "fail" if row.difference else "good"),
        ),
    ]  # fmt: skip
    return Table(
        caption="月ごとの照合（全事業）", columns=columns, rows=reads.months(), empty="振込はまだありません。"
    )


def _agrees(row: Month) -> str:
    return f"差額 {row.difference:+,}円" if row.difference else "一致"
