"""改定の入力欄, made from what the programme has: dates, amounts, limits, rules."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any, Final

from django import forms

from todoke.pages import wareki
from todoke.pages.forms import DateField
from todoke.systems.benefits.rules.editions import changes as edition_changes
from todoke.systems.benefits.rules.hardship.conditions import INCOMES, ITEM_WORDS
from todoke.systems.benefits.rules.programme import EarlierRound, Programme, Standing
from todoke.systems.benefits.rules.tax.income import SalaryMethod

_PART: Final = "__"
_ADDED: Final = "added"
_ADDED_STANDINGS: Final = "added_standings"
_ADDED_HEADS: Final = "added_heads"
_NUMBER: Final = {"class": "short", "inputmode": "numeric", "autocomplete": "off"}


class EditionForm(forms.Form):
    """Every changeable value, the switches of rules, and why."""

    def __init__(self, data: Any, *, programme: Programme, released: Programme) -> None:  # noqa: ANN401 - as Django's own
        super().__init__(data)
        self.programme, self.released = programme, released
        labels = edition_changes.labels(programme)
        for name, value in edition_changes.values(programme).items():
            self.fields[name.replace(".", _PART)] = _field(name, labels[name], value)
        self._offer_earlier()
        switches = edition_changes.switches(released, programme)
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
        new = {
            name: _value(given[name.replace(".", _PART)], like=value)
            for name, value in edition_changes.values(self.programme).items()
        }
        return edition_changes.changed(
            self.programme, new, given.get("rules", ()), self.released, self._added()
        )

    def _offer_earlier(self) -> None:
        """Fields for one earlier round more, where there is one to be added."""
        offered = edition_changes.may_follow(self.programme)
        if not offered:
            return
        self.fields[_ADDED] = forms.ChoiceField(
            label="先行する給付の除外を加える", required=False,
            choices=[("", "加えない"), *((one.code, one.name) for one in offered)],
            help_text="この事業より先に行われた給付の世帯を、重複として除きます。対象の世帯は「先行する給付の対象世帯」の取込と、この市の案件から読みます。",
        )  # fmt: skip
        self.fields[_ADDED_STANDINGS] = forms.MultipleChoiceField(
            label="加える給付：除外する世帯の状況", required=False, widget=forms.CheckboxSelectMultiple,
            choices=[(one.value, one.value) for one in Standing],
        )  # fmt: skip
        self.fields[_ADDED_HEADS] = forms.BooleanField(
            label="加える給付：その世帯主だった人がいる世帯も除く", required=False
        )

    def _added(self) -> EarlierRound | None:
        given = self.cleaned_data
        if not given.get(_ADDED):
            return None
        standings = frozenset(Standing(one) for one in given[_ADDED_STANDINGS])
        return EarlierRound(programme=given[_ADDED], standings=standings, heads=given[_ADDED_HEADS])

    def clean(self) -> dict[str, Any]:
        """Standings or heads of no round are refused: nobody would see that they are not heeded."""
        given = super().clean() or self.cleaned_data
        if not given.get(_ADDED) and (given.get(_ADDED_STANDINGS) or given.get(_ADDED_HEADS)):
            self.add_error(
                _ADDED, "加える給付を選んでください。加えないときは、下の欄の選択を外してください。"
            )
        return given


class MonthField(forms.Field):
    """月: typed in the Japanese or the western calendar (令和4年1月, 2022-01); cleaned to a number such as 202201."""

    widget = forms.TextInput(attrs={"class": "short", "autocomplete": "off"})

    def __init__(self, *, label: str) -> None:
        super().__init__(label=label, help_text="例：令和4年1月、R4.1、2022-01")

    def to_python(self, value: object) -> int | None:
        """ValidationError says how to type a month."""
        if value in self.empty_values:
            return None
        plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value))).rstrip("月./-")
        try:
            day = wareki.read(f"{plain}月1日")
        except wareki.UnreadableDate as error:
            raise forms.ValidationError("月として読み取れません。例：令和4年1月、R4.1、2022-01") from error
        return day.year * 100 + day.month


def _field(name: str, label: str, value: edition_changes.Value) -> forms.Field:
    field: forms.Field
    if name in edition_changes.MONTHS:
        field = MonthField(label=label)
        value_shown: object = edition_changes.month_words(int(str(value)))
    else:
        field = _plain_field(label, value)
        value_shown = list(value) if isinstance(value, frozenset | tuple) else value
    field.initial = value_shown
    return field


def _plain_field(label: str, value: edition_changes.Value) -> forms.Field:
    if isinstance(value, date):
        return DateField(label=label)
    if isinstance(value, bool):
        return forms.BooleanField(label=label, required=False)
    if isinstance(value, int):
        number = forms.TextInput(attrs=_NUMBER)
        return forms.IntegerField(label=label, min_value=0, max_value=10_000_000, widget=number)
    if isinstance(value, SalaryMethod):
        return forms.ChoiceField(label=label, choices=[(one.value, one.value) for one in SalaryMethod])
    choices = (
        [(one.value, one.value) for one in Standing]
        if isinstance(value, frozenset)
        else [(item, ITEM_WORDS[item]) for item in INCOMES]
    )
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
    )


def _value(given: Any, *, like: edition_changes.Value) -> edition_changes.Value:  # noqa: ANN401 - as Django's own
    """What was filled in, as the definition has it."""
    if isinstance(like, SalaryMethod):
        return SalaryMethod(given)
    if isinstance(like, frozenset):
        return frozenset(Standing(one) for one in given)
    if isinstance(like, tuple):
        return tuple(item for item in INCOMES if item in given)
    found: edition_changes.Value = given
    return found
