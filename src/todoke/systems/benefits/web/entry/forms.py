"""The ten-key form of 転記: digits for every choice, Enter for the next field, nothing chosen beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms

from todoke.systems.benefits.queries.intake.applicants import Applicant
from todoke.systems.benefits.rules.intake import form_entry as rules
from todoke.systems.benefits.rules.intake.form_entry import (
    AUTHORITIES,
    DECLARED,
    ENCLOSED,
    PROXIES,
    ROUTES,
    TITLES,
    YES_NO,
    Keyed,
)
from todoke.systems.benefits.web import yucho
from todoke.systems.benefits.web.entry import incomes

_DIGITS: Final = {"class": "short", "inputmode": "numeric", "autocomplete": "off"}


class DigitField(forms.CharField):
    """A choice by one digit; which digits there are stands in the hint. It is never chosen beforehand.

    `when`: the field and the pattern of what stands there with which Enter comes here at all (tenkey.js).
    """

    def __init__(self, name: str, choices: Mapping[str, object], *, hint: str = "", when: str = "") -> None:
        self.choices = choices
        said = hint or "　".join(
            f"{digit}：{rules.words(name, value)}" for digit, value in choices.items() if digit
        )
        attrs = {**_DIGITS, "maxlength": "1", **({"data-when": when} if when else {})}
        super().__init__(
            label=TITLES[name], help_text=said, max_length=2, required="" not in choices,
            widget=forms.TextInput(attrs=attrs),
        )  # fmt: skip

    def clean(self, value: Any) -> Any:  # noqa: ANN401 - as Django's own
        """The value that the digit stands for."""
        digit = rules.digits(str(value or ""))
        if digit not in self.choices:
            keys = "、".join(filter(None, self.choices))
            raise forms.ValidationError(f"{self.label}：{keys} のどれかを押してください。")
        return self.choices[digit]

    def digit(self, value: object) -> str:
        """The digit that stands for a value."""
        return next(
            (digit for digit, known in self.choices.items() if known == value and type(known) is type(value)),
            "",
        )


class _Digits(forms.CharField):
    def __init__(self, label: str, length: int, hint: str = "", *, when: str = "") -> None:
        attrs = {**_DIGITS, "maxlength": str(length + 4), **({"data-when": when} if when else {})}
        super().__init__(
            label=label,
            required=False,
            max_length=length + 4,
            help_text=hint,
            widget=forms.TextInput(attrs=attrs),
        )

    def to_python(self, value: Any) -> str:  # noqa: ANN401 - as Django's own
        return rules.digits(str(value or ""))


_OF_PROXY: Final = "proxy:[1-9]"
_OF_YUCHO, _OF_OTHERS = "bank_code:^9900$", "symbol:^$"


class KeyingForm(forms.Form):
    """One sheet. The account fields stay empty when nothing is written there; 記号 and 番号 stand for three of them."""

    route = DigitField("route", ROUTES, hint="1：郵送　2：窓口")
    declines = DigitField("declines", YES_NO)
    supporter_taxed = DigitField("supporter_taxed", DECLARED)
    proxy = DigitField("proxy", PROXIES)
    proxy_identity_attached = DigitField("proxy_identity_attached", ENCLOSED, when=_OF_PROXY)
    proxy_authority = DigitField("proxy_authority", AUTHORITIES, when=_OF_PROXY)
    identity_attached = DigitField("identity_attached", YES_NO)
    account_changed = DigitField("account_changed", YES_NO)
    account_attached = DigitField("account_attached", YES_NO)
    bank_code = _Digits(TITLES["bank_code"], 4, "4桁。ゆうちょ銀行は 9900")
    symbol = _Digits(
        "ゆうちょの記号", 5, "記号・番号が書いてあるとき。5桁（間の再発行の数字は入れません）", when=_OF_YUCHO
    )
    yucho_number = _Digits("ゆうちょの番号", 8, "8桁まで。店番・種目・口座番号は計算します", when=_OF_YUCHO)
    branch_code = _Digits(TITLES["branch_code"], 3, "3桁", when=_OF_OTHERS)
    account_type = _Digits(TITLES["account_type"], 1, "1：普通　2：当座　4：貯蓄", when=_OF_OTHERS)
    account_number = _Digits(TITLES["account_number"], 7, "7桁。足りないときは前に0", when=_OF_OTHERS)
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
        yucho.convert(self, given)
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
