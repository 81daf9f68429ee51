"""Decisions: a rule that came late, another day, half a file, a household under a new head, another person's record."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.systems.benefits.asking_city import PROGRAMME as CODE
from tests.systems.benefits.asking_city import AskingCity, answered
from tests.systems.benefits.little_city import LittleCity, code, key
from tests.systems.benefits.world import CLERK, PROGRAMME, SUPERVISOR, World, decide, rows
from todoke.contracts.people import BasicAttributes
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.payments.prepare_batch import prepare_batch
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY
from todoke.systems.benefits.rules.programme import Standing
from todoke.systems.benefits.rules.programmes import R3_NONTAXABLE
from todoke.systems.benefits.rules.programmes.r3_nontaxable import R4_EXTENSION


def test_joetsu_whoever_a_late_rule_excludes_is_taken_back_before_any_money(
    databases: object, tmp_path: Path
) -> None:
    """上越市: that a treaty exempted them was known after the extraction; 12 households were decided wrongly."""
    little = LittleCity().person(1, 1, tax={}).person(2, 2, tax={"treaty_exempt": "1"})
    found = little.judge(tmp_path)
    assert [found[key(number)]["outcome"] for number in (1, 2)] == ["eligible", "ineligible"]
    decide({0: "eligible", 1: "eligible"})
    city = World(tmp_path, size=2).serve()
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, city.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    jobs.approve(CODE, by=SUPERVISOR)
    decide({0: "eligible", 1: "ineligible"})  # the same, with what is known now
    made = prepare_batch(programme=PROGRAMME, office=SAMPLE_CITY, by=SUPERVISOR)
    assert (made.payments, made.held_back) == (1, {"NOT_ELIGIBLE": 1})
    jobs.examine(CODE, by=CLERK)
    assert rows("SELECT state FROM benefits_case ORDER BY serial") == [("reserved",), ("ineligible",)]


@pytest.mark.parametrize("nationality", ["JPN", "PHL"])
def test_fuefuki_who_came_a_day_after_the_base_date_is_nobody(tmp_path: Path, nationality: str) -> None:
    """笛吹市: another date was looked at by eye, and 33 foreign households were paid."""
    base = R3_NONTAXABLE.base_date
    little = LittleCity()
    for number, moved_in in enumerate((base, base + timedelta(days=1)), start=1):
        abroad = {"previous_municipality": "99999", "nationality": nationality}
        little.person(number, number, tax={}, moved_in_on=moved_in.isoformat(), **abroad)
    little.base.pop()  # the register of the base date does not know who came later
    assert list(little.judge(tmp_path)) == [key(1)]


def test_yasugi_who_moved_in_and_has_no_tax_data_yet_gets_no_letter(
    databases: object, tmp_path: Path
) -> None:
    """安来市: the tax data of movers-in were loaded in part; the others counted as not taxed."""
    city = AskingCity(tmp_path).movers([answered()] * 3).serve().first()
    found = city.second((city.file("part.dat", [1]),))
    assert found == {1: "EXEMPT", 2: f"UNKNOWN:{code(2)}=照会中", 3: f"UNKNOWN:{code(3)}=照会中"}
    jobs.number_cases(CODE, by=CLERK)
    assert rows("SELECT household_key FROM benefits_case") == [(key(1),)]


@pytest.mark.parametrize("standing", Standing)
def test_kamimine_a_new_head_is_not_a_new_household(tmp_path: Path, standing: Standing) -> None:
    """上峰町: the head who was paid had died; the household was paid once more under its new head."""
    little = LittleCity(programme=R4_EXTENSION)
    for number in (1, 2, 3):
        little.person(number, number, tax={}, is_head="1", relationship="世帯主")
    little.earlier = [
        ("r3-nontaxable", key(1), code(99), standing),  # the same household; its head of then is no more
        ("r3-nontaxable", key(9), code(2), standing),  # another household, whose head lives here now
    ]
    found = little.judge(tmp_path)
    assert [found[key(number)]["reasons"] for number in (1, 2, 3)] == [
        "EARLIER_ROUND",
        "FORMER_HEAD",
        "EXEMPT",
    ]


def test_mislinked_the_record_of_another_person_of_the_same_name_is_not_taken(
    databases: object, tmp_path: Path
) -> None:
    """課税情報の総点検 2023: a record was linked to somebody of the same name and birthday in another city."""
    city = AskingCity(tmp_path).movers([answered(), answered()])
    city.strangers[2] = BasicAttributes(
        name_kanji="届　花子", sex="2", birth_date=date(1970, 5, 5), address="大阪府大阪市北区中之島1番"
    )
    found = city.serve().first().second((city.file("answers.dat", [1, 2]),))
    assert found == {1: "EXEMPT", 2: f"UNKNOWN:{code(2)}=回答エラー"}
