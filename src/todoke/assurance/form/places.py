"""節 (Place): where in the form a promise stands, as the screens group them."""

from __future__ import annotations

from functools import cache
from typing import Final

from todoke.assurance.form import form, items
from todoke.assurance.form.annexes import ACCIDENTS
from todoke.assurance.form.parts import Shape
from todoke.assurance.promises import promises

_SHAPE: Final = Shape(systems=1, contracts_a=0, contracts_b=0, accidents=0, changes=0)
"""Promises stand only in what the form does not repeat, and in 別紙."""


def place_of(item: str) -> str:
    """The key of the part of the form: `III-A.3` for `III-A.3.リスク1.措置`."""
    chapter, _, rest = item.partition(".")
    return ACCIDENTS if chapter == ACCIDENTS else f"{chapter}.{rest.partition('.')[0]}"


@cache
def places() -> dict[str, str]:
    """Key of each part that promises something → its title, in the order of the form."""
    titles = {place_of(item.key): part.title for _, part, item in items(form(_SHAPE))}
    titles[ACCIDENTS] = "重大事故の再発防止策"
    found = dict.fromkeys(place_of(one.item) for one in promises())
    return {key: f"{key.partition('.')[0]} {titles[key]}" for key in found}
