"""照会の一覧: the questions behind a number, by municipality, state and error — row numbers and record ids, no person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access import lists
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Permission
from todoke.pages.failures import PURPOSE_FIELD
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.inquiry import queries
from todoke.systems.inquiry.queries import Listed, Wanted
from todoke.systems.inquiry.rules import matrix_columns
from todoke.systems.inquiry.web import naming, orders

SHOWN = 10_000
"""Rows on the screen; a download has all of them."""
_STAGES: dict[str, list[matrix_columns.Column]] = {
    "sent": [column for column in matrix_columns.Column if column is not matrix_columns.Column.UNSENT],
    "accepted": [
        column
        for column in matrix_columns.Column
        if column not in (matrix_columns.Column.UNSENT, matrix_columns.Column.REJECTED)
    ],
    **{
        side.value + "-side": [c for c in matrix_columns.Column if matrix_columns.side(c) is side]
        for side in matrix_columns.Side
    },
    **{column.value: [column] for column in matrix_columns.Column},
}
_STAGE_CHOICES = [
    ("", "すべて（作成）"),
    ("sent", "送信した"),
    ("accepted", "受付された"),
    *((column.value, title) for column, (title, _) in naming.COLUMNS.items()),
    ("answered-side", "回答の計"),
    ("failed-side", "エラーの計"),
    ("waiting-side", "待ちの計"),
]


class RowFilter(forms.Form):
    """絞り込み. What can be chosen is what there is in the order."""

    provider = forms.ChoiceField(label="提供者", required=False)
    stage = forms.ChoiceField(label="状態", required=False, choices=_STAGE_CHOICES)
    error = forms.ChoiceField(label="エラー理由", required=False)
    round = forms.ChoiceField(
        label="照会",
        required=False,
        choices=[("", "すべて"), ("1", "一次（前住所）"), ("2", "二次（課税地）")],
    )

    def __init__(self, *arguments: Any, order_id: str, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        providers = [(code, naming.provider(code)) for code in queries.providers(order_id)]
        errors = [(word, naming.error(word)) for word in queries.error_counts(order_id)]
        for name, choices in (("provider", providers), ("error", errors)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "すべて"), *choices]

    def wanted(self) -> Wanted:
        """Which questions."""
        given = self.cleaned_data
        return Wanted(
            given["provider"], _STAGES.get(given["stage"]), given["error"], int(given["round"] or 0)
        )


def _columns(order_id: str, *, may_look: bool) -> list[Column[Listed]]:
    def subject(row: Listed) -> str:
        url = reverse("inquiry-subject", args=[order_id, row.position])
        return make_link(url, f"{row.position:,}") if may_look else f"{row.position:,}"

    return [
        Column[Listed](
            key="position", title="行番号", value=lambda row: row.position, cell=subject, heads_row=True, kind=Kind.NUMBER
        ),
        Column[Listed](key="record", title="レコード識別番号", value=lambda row: row.record_id, kind=Kind.CODE),
        Column[Listed](
            key="round", title="照会", value=lambda row: "一次（前住所）" if row.round == 1 else "二次（課税地）"
        ),
        Column[Listed](key="attempt", title="回", value=lambda row: row.attempt, kind=Kind.NUMBER),
        Column[Listed](key="provider", title="提供者", value=lambda row: naming.provider(row.provider)),
        Column[Listed](
            key="state",
            title="状態",
            value=lambda row: naming.column(row.column)[0],
            cell=lambda row: make_chip(*naming.column(row.column)),
        ),
        Column[Listed](key="error", title="エラー理由", value=lambda row: naming.error(row.error)),
        Column[Listed](key="since", title="いつから", value=lambda row: row.since, kind=Kind.MOMENT),
    ]  # fmt: skip


@screen(Permission.INQUIRY_READ)
def rows(request: HttpRequest, order_id: str) -> HttpResponse:
    """The questions that count, as the matrix counts them."""
    orders.one(order_id)
    given = request.GET.copy()
    for name in (PURPOSE_FIELD, lists.FORM, "page", "sort"):
        given.pop(name, None)
    form = RowFilter(given, order_id=order_id)
    limit = None if lists.FORM in request.GET else SHOWN
    found = queries.listed(order_id, form.wanted(), limit=limit) if form.is_valid() else []
    may_look = actor_of(request).may_somewhere(Permission.INQUIRY_SUBJECT_READ)
    table = Table(
        caption="照会の一覧", columns=_columns(order_id, may_look=may_look), rows=found, query=request.GET
    )
    cut = f"先頭の {SHOWN:,} 件だけを示しています。保存すると全件が入ります。" if len(found) == limit else ""
    return lists.listing(
        request,
        table,
        permission=Permission.INQUIRY_READ,
        heading="照会の一覧",
        file="照会の一覧",
        filter=form,
        lead=f"氏名・番号は示しません。行番号は依頼の中の通し番号です。{cut}",
        crumbs=[
            orders.HOME,
            orders.ORDERS,
            (order_id, reverse("inquiry-order", args=[order_id])),
            ("照会の一覧", ""),
        ],
    )
