"""The ten-key form of 転記: digits for every choice, Enter for the next field, nothing chosen beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms

from todoke.systems.benefits.queries.intake.applicants import Applicant
from todoke.systems.benefits.rules.intake import form_entry as rules
from todoke.systems.benefits.rules.intake.form_entry import DECLARED, PROXIES, ROUTES, TITLES, YES_NO, Keyed
from todoke.systems.benefits.web.entry import incomes

_DIGITS: Final = {"class": "short", "inputmode": "numeric", "autocomplete": "off"}


class DigitField(forms.CharField):
    """A choice by one digit; which digits there are stands in the hint. It is never chosen beforehand."""

    def __init__(self, name: str, choices: Mapping[str, object], *, hint: str = "") -> None:
        self.choices = choices
        said = hint or "　".join(f"{digit}：{rules.words(name, value)}" for digit, value in choices.items())
        super().__init__(
            label=TITLES[name], help_text=said, max_length=2, widget=forms.TextInput(attrs={**_DIGITS, "maxlength": "1"})
        )  # fmt: skip

    def clean(self, value: Any) -> Any:  # noqa: ANN401 - as Django's own
        """The value that the digit stands for."""
        digit = rules.digits(str(value or ""))
        if digit not in self.choices:
            keys = "、".join(self.choices)
            raise forms.ValidationError(f"{self.label}：{keys} のどれかを押してください。")
        return self.choices[digit]

    def digit(self, value: object) -> str:
        """The digit that stands for a value."""
        return next(
            (digit for digit, known in self.choices.items() if known == value and type(known) is type(value)),
            "",
        )


class _Digits(forms.CharField):
    def __init__(self, name: str, length: int, hint: str = "") -> None:
        attrs = {**_DIGITS, "maxlength": str(length + 4)}
        super().__init__(
            label=TITLES[name],
            required=False,
            max_length=length + 4,
            help_text=hint,
            widget=forms.TextInput(attrs=attrs),
        )

    def to_python(self, value: Any) -> str:  # noqa: ANN401 - as Django's own
        return rules.digits(str(value or ""))


class KeyingForm(forms.Form):
    """One sheet. The account fields stay empty when nothing is written there."""

    route = DigitField("route", ROUTES, hint="1：郵送　2：窓口")
    declines = DigitField("declines", YES_NO)
    supporter_taxed = DigitField("supporter_taxed", DECLARED)
    proxy = DigitField("proxy", PROXIES)
    identity_attached = DigitField("identity_attached", YES_NO)
    account_changed = DigitField("account_changed", YES_NO)
    account_attached = DigitField("account_attached", YES_NO)
    bank_code = _Digits("bank_code", 4, "4桁。ゆうちょ銀行は 9900")
    branch_code = _Digits("branch_code", 3, "3桁")
    account_type = _Digits("account_type", 1, "1：普通　2：当座　4：貯蓄")
    account_number = _Digits("account_number", 7, "7桁。足りないときは前に0")
    holder_kana = forms.CharField(
        label=TITLES["holder_kana"], required=False, max_length=100, help_text="通帳のカナのとおり。ひらがな・全角でも同じです",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(
        self,
        data: Any,  # noqa: ANN401 - as Django's own
        *,
        account_known: bool,
        initial: dict[str, Any],
        people: Sequence[Applicant] = (),
    ) -> None:
        super().__init__(data, initial=initial)
        self.account_known = account_known
        self.people = people
        self.fields.update(incomes.fields(people))

    def clean_holder_kana(self) -> str:
        """As banks write it."""
        return rules.holder(self.cleaned_data["holder_kana"])

    def clean(self) -> dict[str, Any]:
        """What cannot be, by its field."""
        given = super().clean() or {}
        given["incomes"] = incomes.taken(self.people, given)
        if not self.errors:
            found = rules.faults(Keyed(**given), account_known=self.account_known)
            for name, sentence in (found | incomes.faults(self.people, given["incomes"])).items():
                self.add_error(name, sentence)
        return given


class PictureForm(forms.Form):
    """様式の画像."""

    picture = forms.FileField(
        label="画像（PNG、JPEG）", widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
        help_text="4MBまで。裏面は続けて登録します。暗号化して保管します。",
    )  # fmt: skip
