"""Forms of 自己点検・内部監査."""

from __future__ import annotations

from django import forms

from todoke.assurance.models import Answer, SheetKind
from todoke.pages.forms import DateField


class OpenForm(forms.Form):
    """票を作る."""

    kind = forms.ChoiceField(label="票の種類", choices=[("", "選んでください"), *SheetKind.choices])
    title = forms.CharField(
        label="票の名前", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}), help_text="例：令和8年度 上期"
    )  # fmt: skip


class AnswerForm(forms.Form):
    """問に答える."""

    answer = forms.ChoiceField(label="答え", choices=Answer.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label="見たもの・理由", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="「いいえ」のときは必ず書きます。住民の情報は書きません。",
    )  # fmt: skip
    remedy = forms.CharField(
        label="改善策", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="「いいえ」のときだけ書きます。",
    )  # fmt: skip
    due_on = DateField(
        label="改善の期限", required=False, help_text="「いいえ」のときだけ書きます。今日から1年以内の日。"
    )
