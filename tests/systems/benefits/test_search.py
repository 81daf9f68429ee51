"""検索: one box finds people by whatever is known of them, the right one first; and it leaves its trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.systems import city
from todoke.access.models import Staff
from todoke.access.permissions import Actor
from todoke.contracts import registry
from todoke.contracts.residents import Residents, SnapshotKind
from todoke.kernel import clock
from todoke.kernel.clock import wareki
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.oplog.unusual import Rule, unusual
from todoke.sites import near_staff
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.households.search_residents import search_residents
from todoke.systems.benefits.actions.registers.take_register import take_register
from todoke.systems.benefits.models import RegisterEntry, Resident
from todoke.systems.residents import jobs as register_jobs
from todoke.systems.residents.serves import ResidentRegister

pytestmark = pytest.mark.usefixtures("city_site")


@pytest.fixture(autouse=True)
def registers(city_site: object) -> None:
    registry.serve(Residents, ResidentRegister())  # type: ignore[type-abstract]
    base, latest = (city.files() / f"residents_{kind}.csv" for kind in ("base", "latest"))
    register_jobs.load(base, latest, date(2022, 2, 1), by=city.actor(city.CLERK))
    jobs.take_registers(by=city.actor(city.CLERK))


def clerk() -> Actor:
    return replace(city.actor(city.CLERK), purpose="窓口での相談")


def codes(words: str) -> list[str]:
    return [one.resident_code for one in search_residents(words=words, by=clerk()).people]


def everybody() -> list[dict[str, str]]:
    return [row for row in city.rows("residents_latest.csv") if row["protected"] == "0"]


def test_everybody_of_both_registers_is_found_by_number() -> None:
    wanted = {
        row["resident_code"] for kind in ("base", "latest") for row in city.rows(f"residents_{kind}.csv")
    }
    assert set(Resident.objects.using("benefits").values_list("resident_code", flat=True)) == wanted
    for row in everybody()[:20]:
        assert codes(row["resident_code"]) == [row["resident_code"]]


def test_the_right_one_comes_first_by_name_reading_and_birth_date() -> None:
    for row in everybody()[::29]:
        born = wareki(date.fromisoformat(row["birth_date"]))
        for words in (f"{row['name_kanji']} {born}", f"{row['name_kana']} {row['birth_date']}"):
            assert codes(words)[0] == row["resident_code"], words
        same_name = {
            other["resident_code"] for other in everybody() if other["name_kanji"] == row["name_kanji"]
        }
        assert codes(row["name_kanji"])[0] in same_name
        assert row["resident_code"] in codes(row["address"])


def test_a_name_only_search_is_marked_and_everybody_shown_is_logged() -> None:
    row = everybody()[5]
    shown = codes(row["name_kanji"].split("　")[0])
    entries = Operation.objects.using("benefits")
    assert entries.get(verb="benefits:person:search").subject == f"name-only {len(shown)}"
    assert entries.filter(verb="benefits:person:list").count() == len(shown)
    codes(f"{row['name_kanji']} {row['birth_date']}")
    assert entries.filter(verb="benefits:person:search", subject__startswith="name-only").count() == 1


def test_a_search_without_purpose_or_right_finds_nobody() -> None:
    for by, code in (
        (city.actor(city.CLERK), ErrorCode.PURPOSE_MISSING),
        (replace(city.actor(city.OPERATOR), purpose="点検"), ErrorCode.PERMISSION_DENIED),
    ):
        with pytest.raises(TodokeError) as refused:
            search_residents(words="0000000000", by=by)
        assert refused.value.code is code


def test_protected_people_are_not_found_by_where_they_live_and_show_no_address() -> None:
    guarded = RegisterEntry.objects.using("benefits").filter(side="latest", protected=True)
    assert guarded
    for entry in guarded:
        (found,) = search_residents(words=entry.resident_code, by=clerk()).people
        assert entry.address not in repr(found)
        assert found.household_code != entry.household_code
        assert entry.resident_code not in codes(entry.address)
        may = replace(city.actor(city.SUPERVISOR), purpose="支援措置の確認")
        assert entry.resident_code in {
            one.resident_code for one in search_residents(words=entry.address, by=may).people
        }


def test_taking_the_same_register_again_changes_nothing_and_ids_stay() -> None:
    before = dict(Resident.objects.using("benefits").values_list("resident_code", "id"))
    again = jobs.take_registers(by=city.actor(city.CLERK))
    assert all(report.resumed for report in again)
    Resident.objects.using("benefits").filter(pk__in=list(before.values())[:5]).update(edition="old")
    taken = take_register(kind=SnapshotKind.LATEST, by=city.actor(city.CLERK))
    assert (taken.added, taken.changed, taken.gone) == (0, 0, 0)
    assert not Resident.objects.using("benefits").filter(edition="old").exists()
    assert dict(Resident.objects.using("benefits").values_list("resident_code", "id")) == before


def test_a_curious_search_stands_out_for_the_review() -> None:
    """Oneself, one's family, a colleague, protected people, and names alone: each under its rule."""
    one, other = (row for row in everybody()[10:40:20])
    mate = next(row for row in everybody() if row["household_code"] == one["household_code"])
    for staff_id, row in ((city.CLERK, one), (city.SUPERVISOR, other)):
        Staff.objects.using(city.DIRECTORY).filter(pk=staff_id).update(
            name=row["name_kanji"], kana=row["name_kana"]
        )
    guarded = RegisterEntry.objects.using("benefits").filter(side="latest", protected=True)[0]
    for words in (
        one["resident_code"],
        mate["resident_code"],
        other["resident_code"],
        guarded.resident_code,
        "佐藤",
    ):
        codes(words)
    now = clock.now()
    found = unusual(
        ["benefits"], since=now - timedelta(hours=1), until=now + timedelta(hours=1),
        relations=near_staff.relations(), protected=near_staff.protected(),
    )  # fmt: skip
    marked = {(line.rule, line.note) for line in found if line.actor == city.CLERK}
    assert marked >= {
        (Rule.RELATED, "本人と同姓同名"),
        (Rule.RELATED, "同じ課の職員と同姓同名"),
        (Rule.PROTECTED, ""),
        (Rule.NAME_ONLY, ""),
    }
    if mate["resident_code"] != one["resident_code"]:
        assert (Rule.RELATED, "その世帯の人") in marked
