"""People of the city who search by number and correct, for the tests of 統合番号連携."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connections

from tests.systems import city
from todoke.access.permissions import Actor
from todoke.contracts.people import BasicAttributes
from todoke.identifiers import individual_number
from todoke.kernel import clock
from todoke.oplog import keys
from todoke.oplog import person as oplog_person
from todoke.systems.linkage import jobs
from todoke.systems.linkage.actions.corrections.confirm_correction import confirm_correction
from todoke.systems.linkage.actions.corrections.request_correction import (
    Grounds,
    request_merge,
    request_number_change,
    request_split,
)
from todoke.systems.linkage.actions.numbers.search_number import NumberKind, Sought, search_number
from todoke.systems.linkage.models import ExistingSystem, LocalNumber, Person
from todoke.systems.linkage.queries import lookups

FILE = "individual_numbers.csv"
GROUNDS = Grounds(reason="窓口での申出により二重登録を確認", evidence="住民票の写し 令和3年第12号")
NEWCOMER = BasicAttributes(
    name_kanji="架空　花子", sex="2", birth_date=date(1980, 4, 5), address="神奈川県横浜市中区本町一丁目1番"
)


def log_keys() -> None:
    """`city_site` starts without any key; the log names persons under its own."""
    keys.make(settings.TODOKE_KEYS_FOLDER.parents[1], "city")
    oplog_person._read.cache_clear()


def load(folder: Path, count: int = 12) -> list[str]:
    """The first persons of the sample city, loaded; their 統合番号 in the order of resident codes."""
    rows = sorted(city.rows(FILE), key=lambda row: row["resident_code"])[:count]
    jobs.load(city.write_rows(folder / FILE, rows), by=city.actor(city.OPERATOR))
    return list(Person.objects.using("linkage").order_by("pk").values_list("pk", flat=True))


def systems() -> None:
    """Existing systems that may ask for registrations, and one that no longer may."""
    titles = {
        "benefits": "給付管理システム",
        "tax": "税務システム",
        "welfare": "福祉保健システム",
        "old": "旧システム",
    }
    ExistingSystem.objects.using("linkage").bulk_create(
        ExistingSystem(
            code=code,
            title=title,
            duties=["JM01000000121000"],
            valid_from=date(2021, 12, 20),
            valid_until=date(2021, 12, 31) if code == "old" else None,
            registered_at=clock.now(),
            registered_by="s001",
        )
        for code, title in titles.items()
    )


def source(place: int) -> dict[str, str]:
    """The row of the file behind the person at that place."""
    return sorted(city.rows(FILE), key=lambda row: row["resident_code"])[place]


def clerk(purpose: str = "二重登録の確認") -> Actor:
    return replace(city.actor(city.CLERK), purpose=purpose)


def supervisor() -> Actor:
    return replace(city.actor(city.SUPERVISOR), purpose="訂正の確認")


def find(number: str, by: Actor | None = None) -> UUID:
    """Search by 統合番号 and the right birth date."""
    person = Person.objects.using("linkage").get(pk=number)
    alias = getattr(person, "alias", None)
    born = (alias.person if alias else person).birth_date
    sought = Sought(kind=NumberKind.INTEGRATED, number=number, birth_date=born.isoformat())
    found = search_number(sought=sought, by=by or clerk())
    assert found is not None
    return found


def look_at(*numbers: str, by: Actor | None = None) -> None:
    """As if found by search just now."""
    for number in numbers:
        lookups.open_door(number, by or clerk())


def merge(survivor: str, former: str, *, takes_number: bool = False) -> int:
    """Found, asked for and confirmed; the id."""
    look_at(survivor, former)
    made = request_merge(
        survivor=survivor, former=former, takes_number=takes_number, grounds=GROUNDS, by=clerk()
    )
    confirm_correction(correction_id=made, by=supervisor())
    return made


def split(person: str, local_numbers: list[int], *, takes_number: bool = False) -> int:
    look_at(person)
    made = request_split(
        person=person,
        local_numbers=local_numbers,
        takes_number=takes_number,
        attributes=NEWCOMER,
        grounds=GROUNDS,
        by=clerk(),
    )
    confirm_correction(correction_id=made, by=supervisor())
    return made


def change_number(person: str, number: str) -> int:
    look_at(person)
    made = request_number_change(person=person, number=number, grounds=GROUNDS, by=clerk())
    confirm_correction(correction_id=made, by=supervisor(), number=number)
    return made


def fresh_number(serial: int) -> str:
    """A 個人番号 that nobody in the sample city has."""
    body = f"0{serial:010d}"
    return body + individual_number.check_digit(body)


def link(person: str, local_number: str, system: str = "tax") -> LocalNumber:
    return LocalNumber.objects.using("linkage").create(
        system=system, local_number=local_number, person_id=person
    )


def sql(statement: str, *parameters: object) -> int:
    """What the app role may try by hand; how many rows."""
    with connections["linkage"].cursor() as cursor:
        cursor.execute(statement, list(parameters))
        return int(cursor.rowcount)
