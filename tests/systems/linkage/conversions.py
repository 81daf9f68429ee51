"""Existing systems with rights, and files of numbers, for tests of conversion."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests import hiring
from tests.systems import city
from todoke.access import cli_actor
from todoke.access.permissions import Actor, Role
from todoke.systems.linkage import jobs
from todoke.systems.linkage.actions.conversions.confirm_right import confirm_right
from todoke.systems.linkage.actions.conversions.declare_right import declare_right
from todoke.systems.linkage.actions.conversions.register_system import register_system
from todoke.systems.linkage.models import LocalNumber
from todoke.systems.linkage.models.local_number import RESIDENTS
from todoke.systems.linkage.rules.conversions import NAMES_A_SYSTEM, Direction, Route

DUTY, OTHER_DUTY = "JM01000000121000", "JM01000000122000"
WELFARE = "welfare"
ADMINISTRATOR, MANAGER = "s001", "s002"
LAW = "番号法9条2項、横浜市条例別表"
SINCE = date(2021, 12, 20)

Row = dict[str, str]


def actor(staff_id: str, purpose: str = "番号変換の試験") -> Actor:
    return cli_actor.actor(staff_id, purpose=purpose)


def staff() -> None:
    hiring.hire(city.DIRECTORY, {ADMINISTRATOR: [Role.ADMINISTRATOR], MANAGER: [Role.SECTION_MANAGER]})
    for staff_id in (ADMINISTRATOR, MANAGER):
        hiring.sit_down(city.DIRECTORY, staff_id)


def open_site(rights: Sequence[Route] = (), *, unknown_to_welfare: Sequence[str] = ()) -> None:
    """The city of 600 with numbers, and what `introduce` adds."""
    staff()
    jobs.load(city.files() / "individual_numbers.csv", by=city.actor(city.OPERATOR))
    introduce(rights, unknown_to_welfare)


def introduce(rights: Sequence[Route] = (), unknown_to_welfare: Sequence[str] = ()) -> None:
    """A welfare system that knows everybody else by W and the resident code, with these rights."""
    for code, title in (
        (RESIDENTS, "住民記録システム"),
        (WELFARE, "福祉システム"),
    ):  # tests begin without the first one
        register_system(
            code=code, title=title, duties=[DUTY, OTHER_DUTY], valid_from=SINCE, by=actor(ADMINISTRATOR)
        )
    LocalNumber.objects.using("linkage").bulk_create(
        LocalNumber(system=WELFARE, local_number=f"W{known.local_number}", person_id=known.person_id)
        for known in LocalNumber.objects.using("linkage")
        .filter(system=RESIDENTS)
        .exclude(local_number__in=unknown_to_welfare)
    )
    for way in rights:
        allow(way)


def route(direction: Direction, local_system: str = WELFARE) -> Route:
    return Route(direction=direction, local_system=local_system if direction in NAMES_A_SYSTEM else "")


ALL_ROUTES = [route(direction) for direction in Direction]


def declare(
    way: Route, *, duty: str = DUTY, valid_from: date = SINCE, valid_until: date | None = None
) -> int:
    right = declare_right(
        system=WELFARE,
        duty=duty,
        route=way,
        law=LAW,
        valid_from=valid_from,
        valid_until=valid_until,
        by=actor(ADMINISTRATOR),
    )
    return int(right.pk)


def allow(way: Route, *, duty: str = DUTY, valid_from: date = SINCE, valid_until: date | None = None) -> int:
    right = declare(way, duty=duty, valid_from=valid_from, valid_until=valid_until)
    confirm_right(right_id=right, by=actor(MANAGER))
    return right


def integrated() -> dict[str, str]:
    """統合番号 by resident code."""
    known = LocalNumber.objects.using("linkage").filter(system=RESIDENTS)
    return dict(known.values_list("local_number", "person_id"))


def asked(direction: Direction, people: Sequence[Row], local_system: str = WELFARE) -> list[Row]:
    """Rows of a request file for these rows of individual_numbers.csv."""
    persons = integrated()
    numbers = {
        Direction.LOCAL_TO_INTEGRATED: lambda row: f"W{row['resident_code']}",
        Direction.INTEGRATED_TO_LOCAL: lambda row: persons[row["resident_code"]],
        Direction.INDIVIDUAL_TO_INTEGRATED: lambda row: row["individual_number"],
        Direction.INTEGRATED_TO_INDIVIDUAL: lambda row: persons[row["resident_code"]],
    }
    return [
        {
            "direction": direction.value,
            "local_system": route(direction, local_system).local_system,
            "number": numbers[direction](row),
            "name_kanji": row["name_kanji"],
            "sex": row["sex"],
            "birth_date": row["birth_date"],
            "address": row["address"],
        }
        for row in people
    ]


def expected(direction: Direction, people: Sequence[Row]) -> list[str]:
    persons = integrated()
    if direction is Direction.INTEGRATED_TO_LOCAL:
        return [f"W{row['resident_code']}" for row in people]
    if direction is Direction.INTEGRATED_TO_INDIVIDUAL:
        return [row["individual_number"] for row in people]
    return [persons[row["resident_code"]] for row in people]


def write(path: Path, rows: list[Row]) -> bytes:
    return city.write_rows(path, rows).read_bytes()
