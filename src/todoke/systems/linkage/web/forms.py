"""Forms of the search by number and of corrections."""

from __future__ import annotations

import dataclasses
from typing import Any

from django import forms

from todoke.pages.forms import DateField
from todoke.systems.linkage.actions.numbers.search_number import NumberKind, Sought
from todoke.systems.linkage.models import LocalNumber
from todoke.systems.linkage.queries import systems


def offer(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    """The choices of a field that are known only when the page is drawn."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class Unechoed(forms.TextInput):
    """A number that is typed and never stands on a page again, not even after a mistake."""

    def format_value(self, value: object) -> None:
        return None


_OFF = {"autocomplete": "off"}
_DIGITS = {"autocomplete": "off", "inputmode": "numeric"}
SEXES = (("", "選択してください"), ("1", "男"), ("2", "女"), ("3", "不明"))


class NumberSearch(forms.Form):
    """番号と、もう一つの情報."""

    purpose = forms.CharField(label="利用目的", max_length=200, widget=forms.TextInput(attrs=_OFF))
    kind = forms.ChoiceField(label="番号の種類", choices=[(kind.name, kind.value) for kind in NumberKind])
    number = forms.CharField(
        label="番号",
        max_length=20,
        help_text="検査数字を確かめます。入力した番号は画面に残りません。",
        widget=Unechoed(attrs=_DIGITS),
    )
    system = forms.CharField(
        label="業務システム", max_length=20, required=False, initial="residents",
        help_text="業務固有番号のときだけ使います。住民記録の住基個人コードは residents です。",
    )  # fmt: skip
    birth_date = forms.CharField(
        label="生年月日", max_length=30, required=False, help_text="例：昭和55年4月5日。氏名とどちらかが必要です。",
        widget=forms.TextInput(attrs=_OFF),
    )  # fmt: skip
    name = forms.CharField(
        label="氏名", max_length=100, required=False, help_text="業務固有番号で探すときは、生年月日と氏名の両方が必要です。",
        widget=forms.TextInput(attrs=_OFF),
    )  # fmt: skip

    def sought(self) -> Sought:
        """What was filled in."""
        given = {field.name: self.cleaned_data[field.name] for field in dataclasses.fields(Sought)}
        return Sought(**{**given, "kind": NumberKind[given["kind"]]})


class Reasons(forms.Form):
    """理由と根拠."""

    reason = forms.CharField(label="理由", max_length=200)
    evidence = forms.CharField(
        label="根拠", max_length=200, help_text="確かめた書類と番号。例：住民票の写し 令和3年第12号"
    )


class MergeForm(Reasons):
    """統合."""

    field_order = ("former", "takes_number", "reason", "evidence")

    former = forms.CharField(
        label="統合して無くなる統合番号", max_length=15, widget=forms.TextInput(attrs=_DIGITS),
        help_text="15分以内に検索して、同じ人であることを確かめた番号を入力します。",
    )  # fmt: skip
    takes_number = forms.BooleanField(label="無くなる側の個人番号が現在の個人番号である", required=False)


class SplitForm(Reasons):
    """分割: 新しい統合番号の人の4情報と、その人に移すもの."""

    field_order = (
        "local_numbers",
        "takes_number",
        "name_kanji",
        "sex",
        "birth_date",
        "address",
        "reason",
        "evidence",
    )

    local_numbers = forms.MultipleChoiceField(
        label="新しい統合番号に移す業務固有番号", required=False, widget=forms.CheckboxSelectMultiple
    )
    takes_number = forms.BooleanField(label="個人番号も移す", required=False)
    name_kanji = forms.CharField(label="氏名（新しい統合番号の人）", max_length=100)
    sex = forms.ChoiceField(label="性別", choices=SEXES)
    birth_date = DateField(label="生年月日")
    address = forms.CharField(label="住所", max_length=200)

    def __init__(self, *arguments: Any, of: tuple[LocalNumber, ...], **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        titles = systems.titles()
        choices = [(str(row.pk), f"{titles.get(row.system, row.system)}　{row.local_number}") for row in of]
        offer(self, "local_numbers", choices)


class NumberForm(Reasons):
    """個人番号の変更."""

    field_order = ("number", "reason", "evidence")

    number = forms.CharField(
        label="新しい個人番号", max_length=12, widget=Unechoed(attrs=_DIGITS),
        help_text="入力した番号は封印して保管し、画面には表示しません。",
    )  # fmt: skip


class ConfirmNumber(forms.Form):
    """確認する職員による再入力."""

    number = forms.CharField(
        label="新しい個人番号（再入力）", max_length=12, widget=Unechoed(attrs=_DIGITS),
        help_text="依頼の根拠となった書類から、もう一度入力します。",
    )  # fmt: skip
