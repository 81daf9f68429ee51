"""銀行の結果: the list of a batch taken whole, and the failed cases that wait for another account."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import lists
from todoke.access.form_pages import form_page, refused
from todoke.access.guard import actor_of, route_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.oplog.record import record
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_link
from todoke.records.layouts.transfer_results_v2026 import RESULTS
from todoke.systems.benefits.actions.examination.correct_account import correct_account
from todoke.systems.benefits.actions.payments.import_results import Imported, import_results
from todoke.systems.benefits.queries.editions.proposals import find
from todoke.systems.benefits.queries.payments import batches as payments
from todoke.systems.benefits.queries.payments import results as reads
from todoke.systems.benefits.queries.payments.results import Failed
from todoke.systems.benefits.rules.payments.failures import FAILURES, AccountSource
from todoke.systems.benefits.web.cases.lists import with_purpose
from todoke.systems.benefits.web.payments import words
from todoke.systems.benefits.web.payments.batches import facts
from todoke.systems.benefits.web.payments.forms import AccountForm, ResultsForm

ALIAS = "benefits"
RESULT: Final = Permission.BENEFITS_RESULT
ACCOUNT: Final = Permission.BENEFITS_ACCOUNT
READ: Final = Permission.BENEFITS_CASE_READ


@screen(RESULT)
def take(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """結果の取込."""
    batch = payments.one(code, number)
    form = ResultsForm(request.POST or None, request.FILES or None)
    found: list[Imported] = []
    refusal = None
    if request.method == "POST" and form.is_valid():
        refusal = refused(
            request,
            RESULT,
            lambda: found.append(_imported(code, number, form.cleaned_data, actor_of(request))),
        )
    context = {
        "form": form, "refusal": refusal, "heading": f"支払単位 {number} の結果を取り込みます", "verb": "取り込む",
        "back": reverse("benefits-payment", args=[code, number]), "facts": facts(batch), "found": found[0] if found else None,
        "columns": [(column.name, column.label, column.required) for column in RESULTS.columns],
        "failures": [(each.value, failure.title) for each, failure in FAILURES.items()],
        "crumbs": words.crumbs(
            (f"支払単位 {number}", reverse("benefits-payment", args=[code, number])), ("結果の取込", "")
        ),
    }  # fmt: skip
    status = refusal.code.family.http_status if refusal else 422 if form.errors else 200
    return render(request, "benefits/payments/results.html", context, status=status)


def _imported(code: str, number: int, given: dict[str, Any], by: Actor) -> Imported:
    upload = given["file"]
    with tempfile.TemporaryDirectory(dir=payments.folder(code), prefix=".results-") as folder:
        file = Path(folder) / "results.csv"
        with file.open("xb") as out:
            out.writelines(upload.chunks())
        return import_results(
            programme=find(code), number=number, file=file, by=by, rest_is_paid=given["rest_is_paid"],
            name=Path(upload.name or "results.csv").name,
        )  # fmt: skip


@screen(READ)
def failed(request: HttpRequest) -> HttpResponse:
    """振込不能の一覧."""
    rows, may = reads.failed(), actor_of(request).may_somewhere(ACCOUNT)
    columns = [
        Column[Failed](
            key="case", title="給付管理番号", value=lambda row: row.case_number, kind=Kind.CODE, heads_row=True,
            cell=lambda row: make_link(with_purpose(request, reverse("benefits-failed-account", args=[row.case_id])), row.case_number) if may else row.case_number,
        ),
        Column[Failed](key="why", title="事由", value=_why),
        Column[Failed](key="code", title="不備コード", value=_deficiency, kind=Kind.CODE),
        Column[Failed](key="ask", title="求めること", value=lambda row: FAILURES[row.failure].ask if row.failure else "正しい口座を求める"),
        Column[Failed](key="attempt", title="振込の回", value=lambda row: row.attempt, kind=Kind.NUMBER),
        Column[Failed](key="yen", title="金額（円）", value=lambda row: row.amount_yen, kind=Kind.NUMBER),
        Column[Failed](key="since", title="返却日", value=lambda row: row.since, kind=Kind.DAY),
    ]  # fmt: skip
    table = Table(
        caption="振込不能（長く待つ順）", columns=columns, rows=rows, query=request.GET, empty="振込不能はありません。"
    )  # fmt: skip
    shown = len(table.page.object_list)
    record(ALIAS, by=actor_of(request), verb="benefits:case:list", subject=route_of(request), persons=shown)
    return lists.listing(
        request, table, permission=READ, heading="振込不能",
        lead="口座を訂正すると審査に戻り、承認の後に新しい振込の回として支払います。前の回の記録は変わりません。",
        actions=[("公金受取口座の照会の結果を取り込む", with_purpose(request, reverse("benefits-public-accounts")))] if may else (),
        crumbs=[("ホーム", "/"), ("振込不能", "")],
    )  # fmt: skip


def _why(row: Failed) -> str:
    return FAILURES[row.failure].title if row.failure else "組戻し"


def _deficiency(row: Failed) -> str:
    return FAILURES[row.failure].deficiency if row.failure else "ACCOUNT_RECALLED"


@screen(ACCOUNT)
def account(request: HttpRequest, case_id: int) -> HttpResponse:
    """口座の訂正."""
    row = reads.failed_case(case_id)
    form = AccountForm(request.POST or None)

    def work(by: Actor, given: dict[str, Any]) -> None:
        correct_account(
            case_id=case_id, account=form.account(given), source=AccountSource(given["source"]),
            source_on=given["source_on"], by=by,
        )  # fmt: skip

    rows: list[tuple[str, object]] = [
        ("給付管理番号", row.case_number), ("事由", f"{_why(row)}（{_deficiency(row)}）"),
        ("振込の回", f"{row.attempt}回目"), ("金額", words.yen(row.amount_yen)), ("返却日", row.since),
    ]  # fmt: skip
    return form_page(
        request, form, permission=ACCOUNT, heading="振込先の口座を訂正します", verb="訂正して審査へ戻す", work=work,
        done="訂正しました。審査・承認の後に、もう一度支払います。", back=with_purpose(request, reverse("benefits-failed")), facts=rows,
        lead="今の口座は表示しません。本人の書面または公金受取口座を見て入力してください。",
        crumbs=[("ホーム", "/"), ("振込不能", with_purpose(request, reverse("benefits-failed"))), ("口座の訂正", "")],
    )  # fmt: skip
