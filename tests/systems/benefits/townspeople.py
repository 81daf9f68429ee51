"""The people of tests/systems/benefits/world.py in the registers that 給付管理システム keeps for its search."""

from __future__ import annotations

from datetime import date

from tests.systems.benefits.world import household, resident
from todoke.kernel import clock
from todoke.systems.benefits.models import Register, RegisterEntry, Resident
from todoke.systems.benefits.rules.households import search_forms

BORN = date(1960, 4, 1)
HOME = ("神奈川県", "横浜市")


def name(number: int) -> str:
    """Everybody has a name of their own."""
    return "アイウエオカキクケコサシスセソ"[number]


def born(number: int) -> date:
    return BORN.replace(day=1 + number)


def address(number: int) -> str:
    return f"神奈川県横浜市西区みなとみらい{number + 1}丁目{number + 1}番地"


def settle(size: int, *, hidden: frozenset[int] = frozenset()) -> None:
    """Heads of one-person households, numbered as in the world; `hidden` ones are protected."""
    for side, day in (("base", date(2021, 12, 10)), ("latest", date(2022, 2, 1))):
        Register.objects.using("benefits").create(
            side=side, snapshot_id=side, sha256="0" * 64, as_of=day, rows=size, taken_at=clock.now(), taken_by="c001"
        )  # fmt: skip
        RegisterEntry.objects.using("benefits").bulk_create(
            [_entry(side, n, n in hidden) for n in range(size)]
        )
    Resident.objects.using("benefits").bulk_create([_resident(n, n in hidden) for n in range(size)])


def _entry(side: str, number: int, protected: bool) -> RegisterEntry:
    return RegisterEntry(
        side_id=side, resident_code=resident(number), household_code=household(number), is_head=True, relationship="世帯主",
        name_kanji=f"港　{name(number)}", name_kana=f"ミナト　{name(number)}", sex="2", birth_date=born(number), postal_code="2200012",
        address=address(number), ward_code="14103", nationality="日本", protected=protected,
    )  # fmt: skip


def _resident(number: int, hidden: bool) -> Resident:
    place = search_forms.address(address(number), HOME)
    return Resident(
        resident_code=resident(number), register_id="latest", household_code=household(number), birth_date=born(number),
        protected=hidden, hidden=hidden, kana_key=search_forms.kana(f"ミナト　{name(number)}")[0], address_key=place,
        town_key=search_forms.without_ward(place), edition=search_forms.EDITION,
    )  # fmt: skip
