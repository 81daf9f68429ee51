"""Forms of 審査: a tick for everything that was confirmed, one digit for the conclusion, numbers for what is missing."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from django import forms

from todoke.systems.benefits.rules.examination import approval
from todoke.systems.benefits.rules.examination import by_hand as rules
from todoke.systems.benefits.rules.examination.findings import ExaminationOutcome
from todoke.systems.benefits.rules.intake.form_entry import digits

_DIGITS: Final = {"class": "short", "inputmode": "numeric", "autocomplete": "off"}
_OUTCOMES: Final = "　".join(
    f"{key}：{rules.OUTCOME_TITLES[outcome]}" for key, outcome in rules.OUTCOMES.items()
)


class ExaminationForm(forms.Form):
    """The conclusion about one form."""

    application = forms.IntegerField(widget=forms.HiddenInput())
    checks = forms.MultipleChoiceField(
        label="紙を見て確かめたこと", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="支給相当にするには、すべてに印を付けます（スペースキー）。",
    )  # fmt: skip
    outcome = forms.CharField(
        label="審査の結論", help_text=_OUTCOMES, max_length=2, widget=forms.TextInput(attrs=_DIGITS)
    )
    seen = forms.CharField(
        label="不備の番号", required=False, max_length=60, help_text="下の表の番号。いくつもあるときは空白で区切ります。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(
        self,
        data: Any,  # noqa: ANN401 - as Django's own
        *,
        application: int,
        proxy: str,
        declares: bool,
        shielded: bool = False,
    ) -> None:
        super().__init__(data, initial={"application": application})
        field = self.fields["checks"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = list(rules.checklist(proxy=proxy, declares=declares, shielded=shielded).items())

    def clean_outcome(self) -> ExaminationOutcome:
        """The conclusion that the digit stands for."""
        digit = digits(self.cleaned_data["outcome"])
        if digit not in rules.OUTCOMES:
            raise forms.ValidationError("1、2、3、4 のどれかを押してください。")
        return rules.OUTCOMES[digit]

    def clean_seen(self) -> list[str]:
        """The codes of the numbers, each once."""
        keys = re.split(r"[\s,、.]+", unicodedata.normalize("NFKC", self.cleaned_data["seen"]).strip())
        unknown = [key for key in keys if key and key not in rules.BY_KEY]
        if unknown:
            raise forms.ValidationError(f"表にない番号です：{'、'.join(unknown)}")
        return list(dict.fromkeys(rules.BY_KEY[key].code for key in keys if key))


class ApprovalForm(forms.Form):
    """一括承認: the count is typed, not clicked away; the sum goes along as it was shown."""

    count = forms.CharField(
        label="承認する件数", max_length=12, widget=forms.TextInput(attrs=_DIGITS),
        help_text="上の「承認できる件数」を、自分で入力します。違うときは承認しません。",
    )  # fmt: skip
    seen_yen = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, data: Any, *, seen_yen: int) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(data, initial={"seen_yen": seen_yen})

    def clean_count(self) -> int:
        """At least one."""
        text = digits(self.cleaned_data["count"]).replace(",", "").removesuffix("件")
        if not (text.isascii() and text.isdecimal()) or int(text) == 0:
            raise forms.ValidationError("件数を数字で入力してください。")
        return int(text)


class ReturnForm(forms.Form):
    """差戻し."""

    reason = forms.CharField(
        label="差戻しの理由", max_length=2, widget=forms.TextInput(attrs=_DIGITS),
        help_text="　".join(f"{key}：{title}" for key, title in approval.RETURNS.items()),
    )  # fmt: skip
    note = forms.CharField(
        label="説明", required=False, max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="審査する職員に伝えること。理由が 9 のときは必ず書きます。",
    )  # fmt: skip

    def clean_reason(self) -> str:
        """The digit that is kept."""
        key = digits(self.cleaned_data["reason"])
        if key not in approval.RETURNS:
            raise forms.ValidationError("理由の数字を押してください。")
        return key

    def clean(self) -> dict[str, Any]:
        """Another reason is explained."""
        given = super().clean() or {}
        if given.get("reason") == approval.OTHER and not given.get("note"):
            self.add_error("note", "理由が「その他」のときは説明を書いてください。")
        return given
