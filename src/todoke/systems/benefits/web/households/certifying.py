"""課税証明書の入力: the certificate of somebody who moved in, keyed by two people; nobody sees what the other keyed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from todoke.access.form_pages import form_page
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.kernel import clock
from todoke.pages.forms import DateField
from todoke.systems.benefits.actions.households.enter_certificate import enter_certificate
from todoke.systems.benefits.queries.deciding import certificates
from todoke.systems.benefits.queries.households.household import Member, household_of
from todoke.systems.benefits.rules.intake.form_entry import digits
from todoke.systems.benefits.rules.tax import certificate as tax_certificate
from todoke.systems.benefits.rules.tax.certificate import ITEM_WORDS, Certificate
from todoke.systems.benefits.web.households.search import household_address


class _Digits(forms.IntegerField):
    """Full and half width, with or without commas and 円; empty is not zero."""

    def __init__(self, item: str, hint: str) -> None:
        attrs = {"class": "short", "inputmode": "numeric", "autocomplete": "off"}
        widget = forms.TextInput(attrs=attrs)
        super().__init__(label=ITEM_WORDS[item], help_text=hint, widget=widget)

    def to_python(self, value: object) -> int | None:
        """As a number."""
        return super().to_python(digits(str(value or "")).replace(",", "").removesuffix("円"))


class CertificateForm(forms.Form):
    """In the order of the paper."""

    tax_year = _Digits("tax_year", "西暦で入力します（令和3年度は2021）。")
    municipality = forms.CharField(
        label=ITEM_WORDS["municipality"], max_length=12, help_text="全国地方公共団体コード5桁（例：川崎市は14130）。",
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    issued_on = DateField(label=ITEM_WORDS["issued_on"])
    income_levy = _Digits(
        "income_levy", "0円と書いてあれば 0。「***」のときは未申告で、この証明書は使えません。"
    )
    per_capita_levy = _Digits("per_capita_levy", "森林環境税を除いた額。")

    def __init__(self, data: Any, *, member: Member) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(data)
        self.member = member

    def clean_municipality(self) -> str:
        """Half width."""
        return digits(self.cleaned_data["municipality"])

    def clean(self) -> dict[str, Any]:
        """What cannot be, by its field."""
        given = super().clean() or {}
        if not self.errors:
            paper, moved_in_on = Certificate(**given), self.member.entry.moved_in_on
            ours, today = settings.TODOKE_MUNICIPALITY, clock.today()
            for item, sentence in tax_certificate.faults(paper, ours=ours, moved_in_on=moved_in_on, today=today).items():  # fmt: skip
                self.add_error(item, sentence)
        return given


@screen(Permission.BENEFITS_CERTIFICATE_ENTER)
def certificate(request: HttpRequest, person: int) -> HttpResponse:
    """課税証明書を入力する."""
    actor, member = actor_of(request), household_of(person).of
    back = household_address(person, actor.purpose)

    def work(by: Actor, given: dict[str, Any]) -> None:
        paper = Certificate(**given)
        if enter_certificate(person=person, certificate=paper, by=by).first_keyed_by:
            messages.success(request, "二人の入力が一致しました。次の判定から、この証明書で判定します。")
            return
        others = certificates.waiting([member.resident_code]).exclude(keyed_by=by.staff_id)
        for other in others[:1]:
            words = "、".join(tax_certificate.differing(paper, other.certificate))
            messages.warning(request, f"先の入力と違う項目があります：{words}。証明書を確かめてください。")

    return form_page(
        request, CertificateForm(request.POST or None, member=member), permission=Permission.BENEFITS_CERTIFICATE_ENTER,
        heading="課税証明書を入力します", verb="記録する", work=work, back=back, done="課税証明書の入力を記録しました。",
        facts=[("氏名", member.entry.name_kanji), ("使うとき", "二人の職員が同じ内容を入力し、照会で課税の状態が分からないとき")],
        crumbs=[("ホーム", "/"), ("世帯", back), ("課税証明書を入力する", "")],
    )  # fmt: skip
