"""Forms about 情報提供等記録."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from todoke.contracts.exchange_records import Side
from todoke.kernel import clock
from todoke.pages.forms import DateField
from todoke.systems.intermediary.queries import records
from todoke.systems.intermediary.queries.records import Sought
from todoke.systems.intermediary.rules import wording

_NUMBER = {"inputmode": "numeric", "autocomplete": "off"}


class Search(forms.Form):
    """検索の条件: sent in the body only, since it names a person."""

    purpose = forms.CharField(label="利用目的", max_length=200)
    person = forms.RegexField(
        r"^[0-9]{15}$", label="統合番号（15桁）", required=False, widget=forms.TextInput(attrs=_NUMBER),
        help_text="当団体の人の番号。氏名や生年月日は、ここにはありません。",
        error_messages={"invalid": "統合番号は15桁の数字で入力してください。"},
    )  # fmt: skip
    since = DateField(label="期間の初め", required=False)
    until = DateField(label="期間の終わり", required=False)
    partner = forms.CharField(
        label="相手の機関コード（16桁）", required=False, max_length=16, widget=forms.TextInput(attrs=_NUMBER)
    )
    duty = forms.ChoiceField(label="事務", required=False, choices=[("", "すべて"), *wording.DUTIES.items()])
    side = forms.ChoiceField(
        label="当団体の立場", required=False,
        choices=[("", "すべて"), (Side.INQUIRER.value, "照会した"), (Side.PROVIDER.value, "提供を求められた")],
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A person or a first day must be given."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not given.get("person") and not given.get("since"):
            self.add_error("person", "統合番号か、期間の初めのどちらかを入力してください。")
        return given

    def sought(self) -> Sought:
        """The conditions of a form that is right."""
        given = self.cleaned_data
        return Sought(
            persons=[given["person"]] if given["person"] else (), since=given["since"], until=given["until"],
            partner=given["partner"], duty=given["duty"], side=Side(given["side"]) if given["side"] else None,
        )  # fmt: skip


class JudgementForm(forms.Form):
    """不開示の判断."""

    code = forms.ChoiceField(label="不開示コード", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="判断の理由", max_length=400, help_text="確認する職員が読みます。本人には示しません。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *arguments: Any, own_code: str, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        choices = [
            (row.code, f"{row.code}　{row.title}") for row in records.codes().values() if row.code != own_code
        ]
        self.fields["code"].choices = choices  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """確認の結果."""

    decision = forms.ChoiceField(
        label="確認の結果", widget=forms.RadioSelect,
        choices=[("confirm", "この判断のとおりとする"), ("withdraw", "差し戻す（記録は変わりません）")],
    )  # fmt: skip


class DisclosureForm(forms.Form):
    """開示請求: what the paper says of itself, and whose records."""

    purpose = forms.CharField(label="利用目的", max_length=200)
    number = forms.CharField(label="請求番号", max_length=30)
    requested_on = DateField(label="請求のあった日")
    persons = forms.CharField(
        label="統合番号", widget=forms.Textarea(attrs={"rows": 2, **_NUMBER}), max_length=200,
        help_text="15桁。番号の統合・訂正があった人は、以前の番号も1行に1つずつ入力してください。",
    )  # fmt: skip
    name = forms.CharField(
        label="宛名",
        required=False,
        max_length=60,
        help_text="空欄にすると宛名を印刷しません。保存しません。",
    )
    office = forms.CharField(label="発行する課", max_length=60)
    since = DateField(label="対象の期間の初め", required=False)
    until = DateField(label="対象の期間の終わり", required=False, help_text="空欄は今日まで")

    def clean_persons(self) -> list[str]:
        """Numbers, one a line."""
        return str(self.cleaned_data["persons"]).split()

    def until_day(self) -> date:
        """The last day, today if none is given."""
        return self.cleaned_data["until"] or clock.today()
