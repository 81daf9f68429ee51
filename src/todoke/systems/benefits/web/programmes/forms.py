"""改定の入力欄, made from what the programme has: dates, amounts, limits, rules."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django import forms

from todoke.pages.forms import DateField
from todoke.systems.benefits.rules import edition_changes
from todoke.systems.benefits.rules.programme import Programme

_PART: Final = "__"
_NUMBER: Final = {"class": "short", "inputmode": "numeric", "autocomplete": "off"}


class EditionForm(forms.Form):
    """Every changeable value, the switches of rules, and why."""

    def __init__(self, data: Any, *, programme: Programme, released: Programme) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(data)
        self.programme, self.released = programme, released
        for name, value in edition_changes.values(programme).items():
            self.fields[name.replace(".", _PART)] = _field(edition_changes.LABELS[name], value)
        switches = edition_changes.switches(released)
        if switches:
            used = {rule.__name__ for rule in (*programme.forming, *programme.rules)}
            self.fields["rules"] = forms.MultipleChoiceField(
                label="適用する判定ルール", required=False, widget=forms.CheckboxSelectMultiple,
                choices=[(rule.__name__, f"{rule.sentence}（{rule.__name__}）") for rule in switches],
                initial=[rule.__name__ for rule in switches if rule.__name__ in used],
                help_text="外せないルールはここに出ません。",
            )  # fmt: skip
        self.fields["grounds"] = forms.CharField(
            label="改定の根拠", max_length=200, help_text="例：支給要綱の改正（令和4年6月1日告示第200号）",
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )  # fmt: skip

    def proposed(self) -> Programme:
        """The programme as filled in."""
        given = self.cleaned_data
        new = {name: given[name.replace(".", _PART)] for name in edition_changes.values(self.programme)}
        return edition_changes.changed(self.programme, new, given.get("rules", ()), self.released)


def _field(label: str, value: int | date) -> forms.Field:
    if isinstance(value, date):
        field: forms.Field = DateField(label=label)
    else:
        field = forms.IntegerField(
            label=label, min_value=0, max_value=10_000_000, widget=forms.TextInput(attrs=_NUMBER)
        )
    field.initial = value
    return field
