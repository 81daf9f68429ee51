"""収入の申立て in the ten-key form: nine numbers a member of the household, and what they come to, line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django import forms

from todoke.kernel.clock import wareki
from todoke.systems.benefits.queries.intake.applicants import Applicant
from todoke.systems.benefits.rules.hardship import declared_income
from todoke.systems.benefits.rules.hardship import lines as hardship_lines
from todoke.systems.benefits.rules.hardship.conditions import ITEM_WORDS, ITEMS
from todoke.systems.benefits.rules.hardship.declared_income import Declared
from todoke.systems.benefits.rules.intake.form_entry import digits
from todoke.systems.benefits.rules.programme import Programme

ABSENT: Final = "記入なし"
_HINTS: Final = {
    "month": "西暦の年と月を6桁で（例：202203）", "salary": "1か月の額。0円と書いてあれば 0、何もなければ空のまま",
    "business_cost": "必要経費。何もなければ空のまま", "special": "1：あてはまる　0：あてはまらない",
}  # fmt: skip


class _Number(forms.CharField):
    def __init__(self, label: str, hint: str) -> None:
        attrs = {"class": "short", "inputmode": "numeric", "autocomplete": "off", "maxlength": "12"}
        super().__init__(
            label=label, required=False, max_length=20, help_text=hint, widget=forms.TextInput(attrs=attrs)
        )

    def clean(self, value: Any) -> int | None:  # noqa: ANN401 - as Django's own
        """A number, or nothing: empty is not zero."""
        text = digits(str(value or "")).replace(",", "").removesuffix("円")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 12):
            raise forms.ValidationError(f"{self.label}：数字で入力してください。")
        return int(text)


def name_of(person: Applicant, item: str) -> str:
    """The name of a field."""
    return f"p{person.id}_{item}"


def fields(people: Sequence[Applicant]) -> dict[str, forms.Field]:
    """The fields of everybody, in the order of the form."""
    return {
        name_of(one, item): _Number(f"{one.name}　{ITEM_WORDS[item]}", _HINTS.get(item, ""))
        for one in people
        for item in ITEMS
    }


def taken(people: Sequence[Applicant], given: dict[str, Any]) -> tuple[Declared, ...]:
    """What was keyed about each person about whom anything was; the fields are taken out of `given`."""
    found = (
        Declared(
            resident_code=one.resident_code, **{item: given.pop(name_of(one, item), None) for item in ITEMS}
        )
        for one in people
    )
    return tuple(sorted((one for one in found if one.figures()), key=lambda one: one.resident_code))


def faults(people: Sequence[Applicant], incomes: Sequence[Declared]) -> dict[str, str]:
    """What cannot be, by the name of its field."""
    whose = {one.resident_code: one for one in people}
    return {
        name_of(whose[one.resident_code], item): sentence
        for one in incomes
        for item, sentence in declared_income.faults(one).items()
    }


def values(people: Sequence[Applicant], incomes: Sequence[Declared]) -> dict[str, str]:
    """As it stands in the fields."""
    known = {one.resident_code: one.figures() for one in incomes}
    return {
        name_of(one, item): str(value)
        for one in people
        for item, value in known.get(one.resident_code, {}).items()
    }


def agreed(
    people: Sequence[Applicant], first: Sequence[Declared], second: Sequence[Declared]
) -> dict[str, str]:
    """What both keyed alike."""
    other = values(people, second)
    return {name: text for name, text in values(people, first).items() if other.get(name) == text}


def differing(
    people: Sequence[Applicant], first: Sequence[Declared], second: Sequence[Declared]
) -> list[tuple[str, str, str]]:
    """Item with whose it is, and both values in words."""
    names = {one.resident_code: one.name for one in people}
    return [
        (f"{names.get(code, code)}　{ITEM_WORDS[item]}", _shown(mine), _shown(theirs))
        for code, item, mine, theirs in declared_income.differences(first, second)
    ]


def _shown(value: int | None) -> str:
    return ABSENT if value is None else f"{value:,}"


def calculated(
    programme: Programme, people: Sequence[Applicant], incomes: Sequence[Declared]
) -> Mapping[str, Any] | None:
    """The lines of each person who declared something, and the sentence for the phone; None when nobody did."""
    whose = {one.resident_code: one for one in people}
    found = [
        (
            whose.get(one.resident_code),
            hardship_lines.calculation(programme, one.figures(), _born(whose, one)),
        )
        for one in incomes
    ]
    if not found:
        return None
    return {
        "people": [{"title": _title(person), "found": one} for person, one in found],
        "phone": hardship_lines.household([one for _, one in found]),
        "nobody": [
            one.name for one in people if one.resident_code not in {each.resident_code for each in incomes}
        ],
    }


def _born(whose: Mapping[str, Applicant], one: Declared) -> date | None:
    person = whose.get(one.resident_code)
    return person.born if person else None


def _title(person: Applicant | None) -> str:
    return f"{person.name}（{wareki(person.born)}生）" if person else "住民記録にない人"
