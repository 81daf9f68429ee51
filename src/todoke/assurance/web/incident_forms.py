"""Forms of the incident register. None asks for a person: what stands here is published."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Final

from django import forms

from todoke.assurance.models import IncidentKind
from todoke.assurance.promises import promises
from todoke.kernel.clock import JAPAN
from todoke.pages.forms import DateField

_NO_PERSON: Final = "公表されます。個人がわかることは書きません。"


def _text(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class RegisterForm(forms.Form):
    """事故の登録."""

    kind = forms.ChoiceField(
        label="事故の種類", choices=[("", "選んでください"), *IncidentKind.choices], help_text="手順と報告の期限が、これで決まります。"
    )  # fmt: skip
    title = forms.CharField(
        label="件名", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    content = _text("事故の内容", _NO_PERSON)
    persons = forms.IntegerField(
        label="本人の数", min_value=0, widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric"}),
        help_text="わかっている人数。わからないうちは 0。",
    )  # fmt: skip
    happened_on = DateField(label="起きた日", required=False)
    detected_on = DateField(label="知った日")
    detected_time = forms.TimeField(
        label="知った時刻", input_formats=["%H:%M"], help_text="例：14:30。期限は、この日時から数えます。",
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
        error_messages={"invalid": "時刻は 14:30 のように入力してください。"},
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Day and time become one moment."""
        given = super().clean() or {}
        day, at = given.pop("detected_on", None), given.pop("detected_time", None)
        if day is not None and isinstance(at, time):
            given["detected_at"] = datetime.combine(day, at, tzinfo=JAPAN)
        return given


class StepForm(forms.Form):
    """手順の記録."""

    note = _text("行ったこと", "いつ、誰に、何をしたか。個人がわかることは書きません。")


class PreventionForm(forms.Form):
    """再発防止策."""

    prevention = _text("再発防止策", _NO_PERSON)
    answered_by = forms.MultipleChoiceField(
        label="それに当たる評価書の措置", widget=forms.SelectMultiple(attrs={"size": 10}),
        help_text="一つ以上。二つ目からは Ctrl キーを押しながら選びます（キーボードでは Ctrl と矢印で動き、スペースで選びます）。",
    )  # fmt: skip
    announced_on = DateField(label="公表した日", required=False)

    def __init__(self, *args: Any, **more: Any) -> None:  # noqa: ANN401 - as Django's forms take them
        super().__init__(*args, **more)
        self.fields["answered_by"].choices = [(one.id, f"{one.id}　{one.text}") for one in promises()]  # type: ignore[attr-defined]  # a choice field; Django types all fields alike
