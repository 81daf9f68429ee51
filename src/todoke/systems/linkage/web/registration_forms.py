"""Forms of the screens about 住登外者."""

from __future__ import annotations

from typing import Any

from django import forms

from todoke.access.duties import duty_title
from todoke.access.permissions import Actor, Permission, granted
from todoke.identifiers import individual_number
from todoke.systems.linkage.flows import JukiDifferenceState, RegistrationState
from todoke.systems.linkage.queries import systems
from todoke.systems.linkage.rules.consistency import Kind
from todoke.systems.linkage.web.forms import offer

_ALL = ("", "すべて")
_PURPOSE_HINT = "例：国民健康保険の資格の届出。個人番号や住民の氏名は書かないでください。"
_SYSTEM_HINT = (
    "今日使われている既存業務システムです。ここにないときは、システム管理者に登録を依頼してください。"
)


class RegistrationFilter(forms.Form):
    """絞り込み."""

    state = forms.ChoiceField(label="状態", required=False, choices=[_ALL, *RegistrationState.choices])
    system = forms.ChoiceField(label="依頼元", required=False)

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        offer(self, "system", [_ALL, *systems.titles().items()])


class DifferenceFilter(forms.Form):
    """絞り込み."""

    state = forms.ChoiceField(label="状態", required=False, choices=[_ALL, *JukiDifferenceState.choices])
    kind = forms.ChoiceField(
        label="差異", required=False, choices=[_ALL, *((kind.value, kind.label) for kind in Kind)]
    )


class Asking(forms.Form):
    """Who asks, and for what."""

    system = forms.ChoiceField(label="依頼元のシステム", help_text=_SYSTEM_HINT)
    duty = forms.ChoiceField(label="事務")
    purpose = forms.CharField(label="利用目的", max_length=200, help_text=_PURPOSE_HINT)

    def __init__(self, *arguments: Any, by: Actor, **named: Any) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(*arguments, **named)
        offer(self, "system", [("", "選んでください"), *systems.registrants().items()])
        offer(self, "duty", [(value, duty_title(value)) for value in _duties(by)])


class RegistrationForm(Asking):
    """登録の依頼: the four attributes of somebody who is not on the register."""

    local_number = forms.CharField(
        label="業務固有番号", max_length=20, help_text="依頼元のシステムでの番号（宛名番号など）です。",
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
    )  # fmt: skip
    name = forms.CharField(label="氏名", max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    sex = forms.ChoiceField(label="性別", choices=[("", "選んでください"), ("1", "男"), ("2", "女")])
    birth_date = forms.CharField(
        label="生年月日", max_length=20, help_text="例：昭和31年3月3日、1956-03-03",
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
    )  # fmt: skip
    address = forms.CharField(
        label="住所", max_length=130, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    individual_number = forms.CharField(
        label="個人番号", required=False, max_length=12, help_text="本人確認をした12桁の番号。分からなければ空にします。",
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off", "inputmode": "numeric"}),
    )  # fmt: skip

    def clean_individual_number(self) -> str:
        """Refused by its check digit, and never repeated in a message."""
        number = str(self.cleaned_data["individual_number"])
        if number and not individual_number.is_valid(number):
            raise forms.ValidationError(
                "12桁の数字と検査数字が合いません。番号を確かめて入力し直してください。"
            )
        return number


class RequestFileForm(Asking):
    """一括の依頼."""

    file = forms.FileField(
        label="依頼ファイル", help_text="CSV（UTF-8、見出し行あり）。様式は「住登外者の登録依頼」です。"
    )


class ChoiceForm(forms.Form):
    """候補の選択: only those who may be chosen are offered."""

    NEW = "new"
    person = forms.ChoiceField(label="登録する人", widget=forms.RadioSelect)

    def __init__(self, *arguments: Any, choices: list[tuple[str, str]], **named: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **named)
        offer(self, "person", choices)


class Reason(forms.Form):
    """Why."""

    reason = forms.CharField(
        label="理由",
        max_length=200,
        help_text="個人番号や住民の氏名は書かないでください。",
        widget=forms.Textarea,
    )


class Expected(forms.Form):
    """How many the person saw when confirming."""

    count = forms.IntegerField(widget=forms.HiddenInput)


def _duties(by: Actor) -> list[str]:
    """The duties in which this person may ask."""
    wanted = Permission.LINKAGE_REGISTER_REQUEST
    return sorted({right.duty for right in by.held if wanted in granted(right.role)})
