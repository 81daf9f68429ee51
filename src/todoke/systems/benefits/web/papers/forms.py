"""Forms of 文書台帳."""

from __future__ import annotations

from django import forms

from todoke.identifiers import case_number
from todoke.pages.forms import DateField
from todoke.systems.benefits.rules.intake import answers as intake
from todoke.systems.benefits.rules.intake.paper_state import PAPER_TITLES


class PaperFilter(forms.Form):
    """一覧の条件."""

    box = forms.CharField(label="箱番号", max_length=20, required=False)
    state = forms.ChoiceField(
        label="状態",
        required=False,
        choices=[("", "すべて"), *((one.value, t) for one, t in PAPER_TITLES.items())],
    )

    def clean_box(self) -> str:
        """As it is kept."""
        given: str = self.cleaned_data["box"]
        label = intake.box_label(given)
        if given.strip() and not label:
            raise forms.ValidationError("箱番号は英数字とハイフンで12字までです。")
        return label


class NumberForm(forms.Form):
    """番号で探す; the number goes in the body."""

    number = forms.CharField(
        label="給付管理番号",
        max_length=40,
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_number(self) -> str:
        """Thirteen digits with a right check digit."""
        typed = intake.typed(self.cleaned_data["number"])
        if not case_number.is_valid(typed):
            raise forms.ValidationError("13桁の給付管理番号ではないか、検査数字が合いません。")
        return typed


class BoxForm(forms.Form):
    """Into which box."""

    box = forms.CharField(
        label="入れる箱の番号", max_length=20, help_text="受付で使い始めた箱の番号（例：A-012）"
    )


class SendForm(forms.Form):
    """To whom it is taken."""

    sent_to = forms.CharField(label="持ち出す先", max_length=60, help_text="例：審査担当 2班、西区役所")


class PlaceForm(forms.Form):
    """Where a box stands."""

    place = forms.CharField(label="置き場所", max_length=60, help_text="例：本庁地下書庫 12-3")


class DisposalForm(forms.Form):
    """What is to be destroyed."""

    received_until = DateField(label="この日までに受け付けた文書")
    reason = forms.CharField(label="理由", max_length=200, initial="保存期間（5年）の満了")
