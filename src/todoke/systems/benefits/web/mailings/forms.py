"""Forms of the mailings: counts as they were counted by hand, never copied from the screen."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from todoke.systems.benefits.queries.letters.mailings import Held
from todoke.systems.benefits.rules.letters import kind as letter_kind
from todoke.systems.benefits.rules.letters.mailing_state import SheetCount

_NUMBER: Final = {"class": "short", "inputmode": "numeric", "autocomplete": "off"}
_FIGURES: Final = (
    ("printed", "印刷した枚数"),
    ("spoiled", "損紙の枚数"),
    ("reprinted", "刷り直した枚数"),
    ("enclosed", "封入した通数"),
)


class CountField(forms.IntegerField):
    """A count, with commas or without."""

    def __init__(self, *, label: str, help_text: str = "") -> None:
        super().__init__(
            label=label, help_text=help_text, min_value=0, max_value=10**8, widget=forms.TextInput(attrs=_NUMBER)
        )  # fmt: skip

    def to_python(self, value: Any) -> int | None:  # noqa: ANN401 - as Django's own
        """A whole number."""
        return super().to_python(str(value or "").replace(",", "").replace("，", ""))


class HandForm(forms.Form):
    """印刷所への引渡し: how many letters the person saw."""

    seen = forms.IntegerField(widget=forms.HiddenInput())


class PrinterForm(forms.Form):
    """印刷所の数: four figures for every kind of letter."""

    def __init__(self, data: Any, *, kinds: list[Held]) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(data)
        self.kinds = kinds
        for place, one in enumerate(kinds):
            for name, title in _FIGURES:
                label = f"{letter_kind.title(one.kind, one.route)}　{title}"
                self.fields[f"{name}_{place}"] = CountField(label=label)

    def counts(self) -> list[SheetCount]:
        """The figures."""
        return [
            SheetCount(
                kind=one.kind, route=one.route,
                **{name: self.cleaned_data[f"{name}_{place}"] for name, _ in _FIGURES},
            )
            for place, one in enumerate(self.kinds)
        ]  # fmt: skip


class ConfirmForm(forms.Form):
    """発送の確認."""

    taken_out = CountField(label="抜き取った手紙の通数", help_text="抜き取って別にした束を数えます。")
    posted = CountField(
        label="郵便局に渡す手紙の通数", help_text="郵便局の差出票の通数です。一致しないときは確認できません。"
    )
