"""Forms of the call centre: what the caller says, typed by the operator."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django import forms

from todoke.identifiers import case_number
from todoke.pages.forms import DateField
from todoke.pages.wareki import UnreadableDate, read
from todoke.systems.benefits.rules.aftermath.calls import TITLES, Item

PURPOSE: Final = "電話での問い合わせへの回答"
_PLAIN: Final = {"autocomplete": "off"}


class CallForm(forms.Form):
    """電話の最初: the number, or the name and the birth date; with all of them the answer comes at once."""

    number = forms.CharField(
        label="給付管理番号", required=False, max_length=40,
        help_text="書類の右上の13桁。分からないときは、氏名と生年月日で調べます。",
        widget=forms.TextInput(attrs={**_PLAIN, "class": "short", "inputmode": "numeric", "autofocus": True}),
    )  # fmt: skip
    kana = forms.CharField(
        label="氏名（フリガナ）", required=False, max_length=100, help_text="ひらがな・カタカナのどちらでも。",
        widget=forms.TextInput(attrs=_PLAIN),
    )  # fmt: skip
    born = DateField(label="生年月日", required=False)
    purpose = forms.CharField(
        label="利用目的", max_length=200, help_text="記録に残ります。",
        error_messages={"required": "利用目的を入力してください。"},
    )  # fmt: skip

    def clean_number(self) -> str:
        """13 digits with their check digit, however they were heard; empty without one."""
        number = digits(str(self.cleaned_data["number"]))
        if number and not case_number.is_valid(number):
            raise forms.ValidationError("桁数または検査数字が合いません。もう一度聞き直してください。")
        return number

    def clean(self) -> dict[str, Any]:
        """Enough to look somebody up by."""
        given = super().clean() or {}
        if not self.errors and not given["number"] and not (given["kana"] and given["born"]):
            raise forms.ValidationError(
                "給付管理番号か、氏名（フリガナ）と生年月日の両方を入力してください。"
            )
        return given

    def said(self) -> dict[Item, str | date]:
        """By item, without what was not said."""
        names = {Item.NUMBER: "number", Item.NAME: "kana", Item.BORN: "born"}
        return {item: self.cleaned_data[name] for item, name in names.items() if self.cleaned_data[name]}


class CheckForm(forms.Form):
    """本人確認: one more item and what the caller says."""

    item = forms.ChoiceField(label="確かめる項目")
    answer = forms.CharField(
        label="相手が答えたこと", max_length=200, widget=forms.TextInput(attrs=_PLAIN),
        help_text="聞いたとおりに入力します。登録されている内容は表示しません。",
    )  # fmt: skip

    def __init__(self, data: Any, *, left: Iterable[Item]) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(data)
        field = self.fields["item"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(item.value, TITLES[item]) for item in left]

    def clean(self) -> dict[str, Any]:
        """A birth date is a date, a number has its check digit."""
        given = super().clean() or {}
        if self.errors:
            return given
        item, text = Item(given["item"]), given["answer"]
        if item is Item.BORN:
            try:
                given["answer"] = read(text)
            except UnreadableDate as error:
                self.add_error("answer", str(error))
        elif item is Item.NUMBER:
            given["answer"] = digits(text)
        return given


class NoteForm(forms.Form):
    """応対の記録."""

    text = forms.CharField(
        label="応対の内容", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="聞かれたことと、伝えたこと。口座番号や住所は書きません。",
    )  # fmt: skip
    call_back = forms.BooleanField(label="給付金担当から折り返す", required=False)
    phone = forms.CharField(
        label="折り返しの電話番号", required=False, max_length=30, widget=forms.TextInput(attrs={**_PLAIN, "class": "short", "inputmode": "tel"})
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A number exactly where somebody is called back."""
        given = super().clean() or {}
        if given.get("call_back") and not given.get("phone"):
            self.add_error("phone", "折り返しの電話番号を入力してください。")
        return given


class ReturnForm(forms.Form):
    """折り返しの結果."""

    text = forms.CharField(label="折り返しの結果", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


def digits(text: str) -> str:
    """Half width, without the hyphens and spaces that people read aloud."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(char for char in plain if char not in "-‐－ー 　")
