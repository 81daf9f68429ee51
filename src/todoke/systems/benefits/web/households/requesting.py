"""申請者の付番: a number for the form of a household that applies by itself (家計急変, 転入者, 避難者)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from todoke.access.form_pages import form_page
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.systems.benefits.actions.intake.number_applicant import number_applicant
from todoke.systems.benefits.queries.editions.proposals import every, find
from todoke.systems.benefits.queries.households.household import household_of
from todoke.systems.benefits.rules.deciding import tariff
from todoke.systems.benefits.web.households.search import household_address


class RequestForm(forms.Form):
    """For which programme."""

    programme = forms.ChoiceField(label="申請のあった事業")

    def __init__(self, data: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(data)
        field = self.fields["programme"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.code, one.name) for one in every() if not tariff.of(one).own]


@screen(Permission.BENEFITS_RECEIVE)
def request_number(request: HttpRequest, person: int) -> HttpResponse:
    """申請書に番号を付ける."""
    actor = actor_of(request)
    code = household_of(person).of.resident_code

    def work(by: Actor, given: dict[str, Any]) -> None:
        number_applicant(programme=find(given["programme"]), resident_code=code, by=by)

    return form_page(
        request, RequestForm(request.POST or None), permission=Permission.BENEFITS_RECEIVE,
        heading="申請書に番号を付けます", verb="番号を付ける", work=work, back=household_address(person, actor.purpose),
        done="番号を付けました。給付管理番号を申請書に書き、「連続スキャン受付」で読み取ってください。",
        facts=[("番号を付ける世帯", "最新の判定で、この人がいる世帯（避難している人は、その人だけの世帯）"),
               ("支払", "番号を付けても、判定が対象になるまで承認も支払もできません")],
        crumbs=[("ホーム", "/"), ("世帯", household_address(person, actor.purpose)), ("申請書に番号を付ける", "")],
    )  # fmt: skip
