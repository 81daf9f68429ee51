"""Forms of 連続スキャン受付."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms

from todoke.kernel import clock
from todoke.pages.forms import DateField
from todoke.systems.benefits.actions.intake.scan_form import Into
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.intake import answers as intake

GO_ON, KEEP = "0", "1"
"""What is typed at a stop; thirteen digits from a scanner are neither."""


class StartForm(forms.Form):
    """受付の開始: chosen once for a session of scanning."""

    programme = forms.ChoiceField(label="事業")
    box = forms.CharField(
        label="箱番号",
        max_length=20,
        help_text="紙を入れる箱に書いてある番号（例：A-012）。英数字とハイフンで12字まで。",
    )
    place = forms.CharField(
        label="箱の置き場所",
        max_length=60,
        required=False,
        help_text="新しい箱のときだけ。例：本庁3階 給付金室 棚2",
    )
    received_on = DateField(
        label="受付日", help_text="届いた日（受付印の日付）。締切に間に合ったかは、この日で決まります。"
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        field = self.fields["programme"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.code, one.name) for one in programmes.every()]

    def clean_box(self) -> str:
        """The number as it is kept."""
        label = intake.box_label(self.cleaned_data["box"])
        if not label:
            raise forms.ValidationError("箱番号は英数字とハイフンで12字までです。")
        return label

    def clean_received_on(self) -> object:
        """Not a day to come."""
        day = self.cleaned_data["received_on"]
        if day and day > clock.today():
            raise forms.ValidationError("今日より後の日付です。")
        return day


class SessionForm(forms.Form):
    """What a session of scanning carries from sheet to sheet, in the address and hidden in the form."""

    programme = forms.ChoiceField()
    box = forms.CharField(max_length=12)
    on = forms.DateField(input_formats=["%Y-%m-%d"])

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        field = self.fields["programme"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.code, one.name) for one in programmes.every()]

    def clean_box(self) -> str:
        """Only as it is kept."""
        label: str = self.cleaned_data["box"]
        if intake.box_label(label) != label:
            raise forms.ValidationError("箱番号ではありません。")
        return label

    def into(self) -> Into:
        """Where the sheets go."""
        given = self.cleaned_data
        return Into(programme=programmes.find(given["programme"]), box=given["box"], received_on=given["on"])


class ScanForm(forms.Form):
    """One field for the scanner; at a stop the same field takes 0 or 1, and `stopped` says which sheet may be kept."""

    key = forms.CharField(max_length=40, required=False)
    holds = forms.BooleanField(required=False)
    stopped = forms.CharField(max_length=13, required=False)


def query(into: Into) -> str:
    """The session as a query."""
    return urlencode({"programme": into.programme.code, "box": into.box, "on": into.received_on.isoformat()})
