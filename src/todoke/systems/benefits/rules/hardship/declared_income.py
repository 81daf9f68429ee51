"""収入の申立て: what the 申請書 of a 家計急変 household says of one person, item by item; what is empty is absent, never zero."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Final

from todoke.systems.benefits.rules.hardship.conditions import ITEM_WORDS, ITEMS, MOST_DEPENDANTS

MOST_YEN: Final = 99_999_999
"""Of one month; more than eight digits are a slip of the hand."""
_YEARS: Final = range(2000, 2100)


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One person's month. `special`: 1 for 障害者・未成年者・寡婦・ひとり親, 0 for none of them."""

    resident_code: str
    month: int | None = None
    salary: int | None = None
    business: int | None = None
    property: int | None = None
    pension: int | None = None
    business_cost: int | None = None
    property_cost: int | None = None
    dependants: int | None = None
    special: int | None = None

    def figures(self) -> dict[str, int]:
        """The items that stand on the form."""
        found = {item: getattr(self, item) for item in ITEMS}
        return {item: value for item, value in found.items() if value is not None}


assert tuple(each.name for each in fields(Declared)) == ("resident_code", *ITEMS)


def faults(declared: Declared) -> dict[str, str]:
    """What cannot be, by item. A month outside the programme's window stands on some forms: it is keyed, and judged."""
    found = {}
    for item, value in declared.figures().items():
        if item == "month" and (value // 100 not in _YEARS or not 1 <= value % 100 <= 12):
            found[item] = "月は西暦の年と月を6桁で入力してください（例：202203）。"
        elif item == "dependants" and value > MOST_DEPENDANTS:
            found[item] = f"{ITEM_WORDS[item]}は{MOST_DEPENDANTS}人までです。様式を確かめてください。"
        elif item == "special" and value > 1:
            found[item] = "1（あてはまる）か 0（あてはまらない）を入力してください。"
        elif value > MOST_YEN:
            found[item] = f"{ITEM_WORDS[item]}の桁が多すぎます。1か月の額を確かめてください。"
    return found


def differences(
    one: Sequence[Declared], other: Sequence[Declared]
) -> Iterator[tuple[str, str, int | None, int | None]]:
    """Person, item and both values wherever two keyings differ."""
    first, second = ({each.resident_code: each for each in keyed} for keyed in (one, other))
    for code in dict.fromkeys([*first, *second]):
        empty = Declared(resident_code=code)
        mine, theirs = first.get(code, empty), second.get(code, empty)
        for item in ITEMS:
            if getattr(mine, item) != getattr(theirs, item):
                yield code, item, getattr(mine, item), getattr(theirs, item)
