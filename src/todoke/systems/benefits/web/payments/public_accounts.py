"""公金受取口座の照会の結果: accounts from the registry for households whose account is missing or failed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access.form_pages import form_page
from todoke.access.guard import screen
from todoke.access.permissions import Actor, Permission
from todoke.records.layouts.public_accounts_v2026 import ACCOUNTS
from todoke.systems.benefits.actions.examination.take_public_accounts import take_public_accounts
from todoke.systems.benefits.queries.editions.proposals import every, find
from todoke.systems.benefits.queries.payments.batches import folder
from todoke.systems.benefits.web.cases.lists import with_purpose

ACCOUNT: Final = Permission.BENEFITS_ACCOUNT


class PublicAccountsForm(forms.Form):
    """The programme and the registry's answer."""

    programme = forms.ChoiceField(label="事業")
    file = forms.FileField(
        label="照会の結果（CSV）", widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text="一行でも誤りがあるときは、全部を受け付けません。",
    )  # fmt: skip

    def __init__(self, *given: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*given)
        choices = [(programme.code, programme.name) for programme in every()]
        self.fields["programme"] = forms.ChoiceField(label="事業", choices=[("", "選んでください"), *choices])


@screen(ACCOUNT)
def take(request: HttpRequest) -> HttpResponse:
    """取込."""

    def work(by: Actor, given: dict[str, Any]) -> None:
        upload, code = given["file"], given["programme"]
        with tempfile.TemporaryDirectory(dir=folder(code), prefix=".accounts-") as place:
            file = Path(place) / "accounts.csv"
            with file.open("xb") as out:
                out.writelines(upload.chunks())
            name = Path(upload.name or "accounts.csv").name
            found = take_public_accounts(programme=find(code), file=file, by=by, name=name)
        messages.info(
            request,
            f"取込 {found.taken:,} 件、登録なし {found.not_registered:,} 件、今と同じ口座 {found.same:,} 件、"
            f"対象外 {found.not_waiting:,} 件",
        )

    return form_page(
        request, PublicAccountsForm(request.POST or None, request.FILES or None), permission=ACCOUNT,
        heading="公金受取口座の照会の結果を取り込みます", verb="取り込む", work=work,
        done="取り込みました。取り込んだ世帯は審査に戻りました。", back=with_purpose(request, reverse("benefits-failed")),
        lead="不備または振込不能の世帯だけに、照会日とともに口座を登録します。名義が受給者本人と異なるときは、審査で止まります。",
        columns=[(column.name, column.label, column.required) for column in ACCOUNTS.columns],
        template="benefits/payments/bank_list.html",
        crumbs=[("ホーム", "/"), ("振込不能", with_purpose(request, reverse("benefits-failed"))), ("公金受取口座", "")],
    )  # fmt: skip
