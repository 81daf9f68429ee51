"""Forms of the board: the filter, and what a person found."""

from __future__ import annotations

from typing import Final

from django import forms

from todoke.assurance.checks import State
from todoke.assurance.form.places import places
from todoke.assurance.models import Finding
from todoke.assurance.promises import File, System
from todoke.pages.forms import DateField

_ALL: Final = ("", "すべて")


class BoardFilter(forms.Form):
    """絞り込み."""

    state = forms.ChoiceField(
        label="状態", required=False, choices=[_ALL, *((one.value, one.label) for one in State)]
    )
    section = forms.ChoiceField(label="評価書の節", required=False, choices=[_ALL, *places().items()])
    file = forms.ChoiceField(
        label="特定個人情報ファイル", required=False, choices=[_ALL, *((one.name, one.value) for one in File)]
    )
    system = forms.ChoiceField(
        label="システム", required=False, choices=[_ALL, *((one.name, one.value) for one in System)]
    )


class ConfirmForm(forms.Form):
    """人による確認."""

    finding = forms.ChoiceField(label="確認の結果", choices=Finding.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label="確かめた内容", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="見たもの、聞いたことを書きます。住民の情報は書きません。",
    )  # fmt: skip
    document = forms.CharField(
        label="文書の名前または置き場所", required=False, max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}), help_text="契約書、規程、写真など、証拠になるもの。",
    )  # fmt: skip
    valid_until = DateField(
        label="確認の期限", help_text="この日を過ぎると、確かめ直しが要ります。1年以内の日。"
    )
