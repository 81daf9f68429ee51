"""金融機関・店舗コードの一覧: the edition in use, and a new one."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access.form_pages import form_page
from todoke.access.guard import screen
from todoke.access.permissions import Actor, Permission
from todoke.records.layouts.bank_branches_v2026 import BRANCHES
from todoke.systems.benefits.actions.payments.import_bank_list import import_bank_list
from todoke.systems.benefits.queries.examination import bank_list as reads
from todoke.systems.benefits.web.payments.forms import BankListForm

IMPORT: Final = Permission.BENEFITS_BANK_LIST


@screen(IMPORT)
def take(request: HttpRequest) -> HttpResponse:
    """一覧の取込."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        upload = given["file"]
        with tempfile.TemporaryDirectory(prefix="todoke-list-") as folder:
            file = Path(folder) / (Path(upload.name or "").name or "banks.csv")
            with file.open("xb") as out:
                out.writelines(upload.chunks())
            import_bank_list(file=file, as_of=given["as_of"], by=by)

    found = reads.newest()
    facts: list[tuple[str, object]] = [("使用中の一覧", found.name if found else reads.edition())]
    if found:
        facts += [("いつ現在", found.as_of), ("店舗数", f"{found.branches:,}"), ("取込", found.imported_at)]
    return form_page(
        request, BankListForm(request.POST or None, request.FILES or None), permission=IMPORT,
        heading="金融機関・店舗コードの一覧", verb="取り込む", work=work, done="取り込みました。次の審査と起案から使います。",
        back=reverse("benefits-bank-list"), facts=facts, template="benefits/payments/bank_list.html",
        lead="統廃合された支店は、終わりの日と承継先を付けた一覧で確かめます。閉じた支店の口座には支払いません。",
        columns=[(column.name, column.label, column.required) for column in BRANCHES.columns],
        crumbs=[("ホーム", "/"), ("金融機関・店舗コードの一覧", "")],
    )  # fmt: skip
