"""What the neighbours answer, and who is asked about."""

from __future__ import annotations

from collections import Counter

from tests.sample.conftest import RESIDENTS, Files
from tests.sample.readings import surely_asked
from todoke.identifiers import individual_number
from todoke.sample.city import CANARY_INDIVIDUAL_NUMBER
from todoke.sample.city.files import REPLICA_ITEMS
from todoke.sample.city.frame import DESIGNATED, NEIGHBOURS


def test_neighbours_have_every_odd_answer(files: Files) -> None:
    sure, seen = surely_asked(files), Counter[str]()
    numbers = {code: files.by(f"neighbours/{code}/numbers.csv", "integrated_number") for code in NEIGHBOURS}
    replicas = {code: files.by(f"neighbours/{code}/replica.csv", "integrated_number") for code in NEIGHBOURS}
    by_individual = {
        code: {row["individual_number"]: number for number, row in known.items()}
        for code, known in numbers.items()
    }
    for code in NEIGHBOURS:
        for number, known in numbers[code].items():
            person, row = known["individual_number"], replicas[code].get(number)
            asked = person in sure
            if row is None:
                seen["not found"] += asked
                continue
            for item in REPLICA_ITEMS:
                assert bool(row[item]) != bool(row[f"{item}_reason"])
            for item in ("housing_credit", "donation_credit"):
                assert bool(row[f"{item}_before_transfer"]) == (code in DESIGNATED)
            if row["taxed_elsewhere"] == "1":
                other = row["taxing_municipality"]
                assert other in NEIGHBOURS
                assert other != code
                assert row["income_levy"] == row["per_capita_levy"] == ""
                assert replicas[other][by_individual[other][person]]["taxed_elsewhere"] == "0"
                seen["elsewhere"] += asked
                continue
            seen["no income levy"] += asked and row["income_levy"] == ""
            seen["no per capita levy"] += asked and row["per_capita_levy"] == ""
            inconsistent = row["per_capita_levy"] == "0" and row["income_levy"] not in ("", "0")
            seen["inconsistent"] += asked and inconsistent
            seen["year before"] += asked and row["tax_year"] == "2020"
            seen["held"] += asked and row["auto_reply_prohibited"] == "1"
    for kind in (
        "not found",
        "elsewhere",
        "no income levy",
        "no per capita levy",
        "inconsistent",
        "year before",
        "held",
    ):
        assert seen[kind] >= 2, kind


def test_half_of_the_neighbours_people_never_came(files: Files) -> None:
    ours = {row["individual_number"] for row in files["individual_numbers.csv"]}
    for code in NEIGHBOURS:
        known = files[f"neighbours/{code}/numbers.csv"]
        strangers = sum(row["individual_number"] not in ours for row in known)
        assert 0.35 < strangers / len(known) < 0.75


def test_some_attributes_differ_in_one_place(files: Files) -> None:
    latest, sure = files.by("residents_latest.csv", "resident_code"), surely_asked(files)
    seen: Counter[str] = Counter()
    for row in files["individual_numbers.csv"]:
        attributes = ("name_kanji", "sex", "birth_date", "address")
        different = [name for name in attributes if row[name] != latest[row["resident_code"]][name]]
        assert len(different) <= 1
        seen.update(different)
        seen["sure"] += bool(different) and row["individual_number"] in sure
    assert seen["sure"] >= 2
    assert {"name_kanji", "sex", "birth_date", "address"} <= set(seen)
    assert sum(seen.values()) - seen["sure"] < RESIDENTS / 400


def test_the_canary_is_asked_about_and_answered_for(files: Files) -> None:
    assert individual_number.is_valid(CANARY_INDIVIDUAL_NUMBER)
    assert CANARY_INDIVIDUAL_NUMBER in surely_asked(files)
    for code in NEIGHBOURS:
        for row in files[f"neighbours/{code}/numbers.csv"]:
            if row["individual_number"] == CANARY_INDIVIDUAL_NUMBER:
                answer = files.by(f"neighbours/{code}/replica.csv", "integrated_number")[
                    row["integrated_number"]
                ]
                assert answer["tax_year"] == "2021"
                assert answer["income_levy"] != "" != answer["per_capita_levy"]
                assert answer["auto_reply_prohibited"] == "0"
                return
    raise AssertionError("no neighbour knows the canary")
