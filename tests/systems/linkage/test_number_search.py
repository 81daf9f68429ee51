"""番号検索: a check digit and a second attribute, a purpose, limits; who tries numbers learns nothing and is seen."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.systems import city
from tests.systems.linkage import office
from todoke.access.models import Alarm
from todoke.identifiers import integrated_number
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.sites.instance import Instance
from todoke.systems.linkage.actions.numbers.search_number import NumberKind, Sought, search_number
from todoke.systems.linkage.models import Lookup, Person
from todoke.systems.linkage.queries import lookups
from todoke.systems.linkage.rules import search_limits
from todoke.systems.linkage.rules.search_limits import LIMITS


@pytest.fixture
def persons(city_site: Instance, tmp_path: Path) -> list[str]:
    office.log_keys()
    return office.load(tmp_path)


def person_at(place: int) -> Person:
    return Person.objects.using("linkage").order_by("pk")[place]


def by_number(place: int, **changes: str) -> Sought:
    person = person_at(place)
    known = {"number": person.pk, "birth_date": person.birth_date.isoformat()} | changes
    return Sought(kind=NumberKind.INTEGRATED, **known)


def search(sought: Sought) -> uuid.UUID | None:
    return search_number(sought=sought, by=office.clerk())


def whom(handle: uuid.UUID | None) -> str:
    assert handle is not None
    return lookups.behind(handle, office.clerk()).person_id


def entries() -> list[Operation]:
    return list(Operation.objects.using("linkage").filter(verb=lookups.VERB).order_by("id"))


def test_each_number_finds_its_person_with_a_second_attribute(persons: list[str]) -> None:
    row, person = office.source(3), person_at(3)
    born, name = f"{person.birth_date:%Y%m%d}", person.name_kanji.replace("　", "")
    assert whom(search(by_number(3))) == person.pk
    assert whom(search(by_number(3, birth_date="", name=name))) == person.pk
    number = Sought(kind=NumberKind.INDIVIDUAL, number=row["individual_number"], birth_date=born)
    assert whom(search(number)) == person.pk
    code = Sought(
        kind=NumberKind.LOCAL,
        number=row["resident_code"],
        system="residents",
        birth_date=born,
        name=person.name_kanji,
    )
    assert whom(search(code)) == person.pk
    assert [(entry.subject, entry.purpose, entry.persons) for entry in entries()] == [
        ("number:found", "二重登録の確認", 1)
    ] * 4


def test_a_merged_number_and_a_former_one_find_who_lives(persons: list[str]) -> None:
    office.merge(persons[0], persons[1])
    assert whom(search(by_number(0, number=persons[1]))) == persons[0]
    old = office.source(1)["individual_number"]
    born = person_at(0).birth_date.isoformat()
    assert whom(search(Sought(kind=NumberKind.INDIVIDUAL, number=old, birth_date=born))) == persons[0]


def test_a_wrong_attribute_is_answered_like_a_number_that_nobody_has(persons: list[str]) -> None:
    assert search(by_number(3, birth_date="1901-01-01")) is None
    assert search(by_number(3, name="架空　太郎")) is None  # one right, one wrong
    assert search(by_number(3, number=integrated_number.mint(999_999))) is None
    assert [entry.subject for entry in entries()] == ["number:wrong"] * 3
    assert [entry.persons for entry in entries()] == [0] * 3
    # who was tried stands in the log, for that person's own sake
    assert [entry.object_index is None for entry in entries()] == [False, False, True]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": "000000000000001"}, ErrorCode.NUMBER_INVALID),
        ({"birth_date": ""}, ErrorCode.SEARCH_TOO_VAGUE),
        ({"birth_date": "昭和31年不詳"}, ErrorCode.SEARCH_TOO_VAGUE),
    ],
)
def test_what_is_refused_before_anything_is_looked_up(
    persons: list[str], changes: dict[str, str], code: ErrorCode
) -> None:
    with pytest.raises(TodokeError) as refused:
        search(by_number(3, **changes))
    assert refused.value.code is code
    assert entries() == []


def test_a_local_number_without_check_digit_needs_both_attributes(persons: list[str]) -> None:
    row, born = office.source(3), person_at(3).birth_date.isoformat()
    sought = Sought(kind=NumberKind.LOCAL, number=row["resident_code"], system="residents", birth_date=born)
    with pytest.raises(TodokeError) as refused:
        search(sought)
    assert refused.value.code is ErrorCode.SEARCH_TOO_VAGUE


def test_without_purpose_or_permission_nothing_is_looked_up(persons: list[str]) -> None:
    for by, code in (
        (office.clerk(purpose=""), ErrorCode.PURPOSE_MISSING),
        (replace(city.actor(city.OPERATOR), purpose="x"), ErrorCode.PERMISSION_DENIED),
    ):
        with pytest.raises(TodokeError) as refused:
            search_number(sought=by_number(3), by=by)
        assert refused.value.code is code


def test_who_tries_numbers_one_by_one_is_stopped_logged_and_reported(
    persons: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The enumeration: right check digits, guessed birth dates; the limit by the minute stands aside."""
    wrong_only = tuple(limit for limit in LIMITS if limit.wrong)
    monkeypatch.setattr(lookups, "LIMITS", wrong_only)
    (limit,) = wrong_only
    tries = [integrated_number.mint(serial) for serial in range(limit.count + 5)]
    for number in tries[: limit.count]:
        assert search(by_number(3, number=number, birth_date="1990-01-01")) is None
    for number in tries[limit.count :]:
        with pytest.raises(TodokeError) as stopped:
            search(by_number(3, number=number, birth_date="1990-01-01"))
        assert stopped.value.code is ErrorCode.NUMBER_SEARCH_STOPPED
    with pytest.raises(TodokeError):  # the right one does not pass any more, either
        search(by_number(3))
    subjects = [entry.subject for entry in entries()]
    assert subjects == ["number:wrong"] * limit.count + ["number:stopped"] * 6
    assert {entry.actor for entry in entries()} == {city.CLERK}
    (alarm,) = Alarm.objects.using(city.DIRECTORY).filter(kind="searched_too_often")
    assert (alarm.staff_id, alarm.detail) == (city.CLERK, limit.title)


def test_the_limits_by_minute_and_by_day_count_right_searches_too(
    persons: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    minute = next(limit for limit in LIMITS if limit.window == timedelta(minutes=1))
    day = next(limit for limit in LIMITS if limit.window == timedelta(days=1) and not limit.wrong)
    for limit in (minute, replace(day, count=minute.count)):
        monkeypatch.setattr(lookups, "LIMITS", (limit,))
        done = Operation.objects.using("linkage").filter(verb=lookups.VERB, subject="number:found").count()
        for _ in range(limit.count - done):
            search(by_number(3))
        with pytest.raises(TodokeError) as refused:
            search(by_number(3))
        assert refused.value.code is ErrorCode.NUMBER_SEARCH_STOPPED


def test_a_result_is_open_to_its_searcher_for_minutes_only(persons: list[str]) -> None:
    handle = search(by_number(3))
    assert handle is not None
    with pytest.raises(TodokeError) as foreign:
        lookups.behind(handle, office.supervisor())
    assert foreign.value.code is ErrorCode.NOT_FOUND
    Lookup.objects.using("linkage").update(at=clock.now() - search_limits.DOOR_OPEN)
    with pytest.raises(TodokeError) as old:
        lookups.behind(handle, office.clerk())
    assert old.value.code is ErrorCode.NOT_FOUND
