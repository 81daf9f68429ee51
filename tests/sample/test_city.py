"""The city is shaped as promised, and everything happens in it that should."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import numpy as np

from tests.sample.conftest import RESIDENTS, Files
from tests.sample.readings import by_household, roll_of_2021
from todoke.identifiers import municipality
from todoke.kernel.clock import age_on
from todoke.sample.city.frame import NEIGHBOURS, RELATIONSHIPS, ages
from todoke.sample.city.places import WARDS


def test_ages_agree_with_the_kernel() -> None:
    days = np.arange(np.datetime64("1988-02-20"), np.datetime64("1996-03-10"))
    for day in (date(2021, 1, 1), date(2021, 2, 28), date(2020, 2, 29), date(2021, 12, 10)):
        counted = [age_on(born, day) for born in days.astype(object)]
        assert ages(days, np.datetime64(day)).tolist() == counted


def test_wards_have_their_true_shares(files: Files) -> None:
    households = by_household(files["residents_base.csv"])
    wards = Counter(members[0]["ward_code"] for members in households.values())
    assert sum(WARDS.values()) == 3_777_491
    for ward, population in WARDS.items():
        # spread over base and late households together: at most a few off
        assert abs(wards[ward] - population / 3_777_491 * len(households)) < 5
    assert all(len({row["address"] for row in members}) == 1 for members in households.values())


def test_addresses_belong_to_their_wards(files: Files) -> None:
    wards: dict[str, set[str]] = defaultdict(set)
    for row in files["residents_latest.csv"]:
        assert row["address"].startswith("神奈川県横浜市")
        wards[row["ward_code"]].add(row["address"].split("区")[0])
    assert set(wards) == set(WARDS)
    assert all(len(names) == 1 for names in wards.values())
    assert len({next(iter(names)) for names in wards.values()}) == 18


def test_households_are_plausible(files: Files) -> None:
    households = by_household(files["residents_base.csv"])
    single = sum(len(members) == 1 for members in households.values())
    assert 0.37 < single / len(households) < 0.43
    assert 1.9 < RESIDENTS / len(households) < 2.3
    for members in households.values():
        heads = [row for row in members if row["is_head"] == "1"]
        assert [row["relationship"] for row in heads] == ["世帯主"]
        for row in members:
            assert row["relationship"] in RELATIONSHIPS
            assert (row["relationship"] == "世帯主") == (row["is_head"] == "1")
            assert row["sex"] == {"妻": "2", "母": "2", "夫": "1", "父": "1"}.get(
                row["relationship"], row["sex"]
            )
            child_of_young = row["relationship"] == "子" and heads[0]["birth_date"] >= row["birth_date"]
            assert not child_of_young


def test_names_of_all_sorts(files: Files) -> None:
    names = "".join(row["name_kanji"] for row in files["residents_base.csv"])
    assert {"髙", "﨑", "𠮷"} <= set(names)
    foreign = [row for row in files["residents_base.csv"] if row["nationality"] != "JPN"]
    assert any(
        row["name_kanji"].isascii() is False and row["name_kanji"][0] in "シオソペフ" for row in foreign
    )
    assert any(row["name_kanji"][0].isascii() for row in foreign)
    assert 0.015 < len(foreign) / RESIDENTS < 0.05


def test_moves_in_since_the_tax_date(files: Files) -> None:
    moved = [row for row in files["residents_base.csv"] if row["moved_in_on"] >= "2021-01-02"]
    assert 0.05 <= len(moved) / RESIDENTS <= 0.06
    codes = {row["previous_municipality"] for row in moved}
    origins = Counter(municipality.city_of(code) for code in codes)
    assert set(NEIGHBOURS) <= set(origins)
    assert "99999" in codes
    assert any(code not in NEIGHBOURS and code != "99999" for code in origins)
    assert any(municipality.city_of(code) != code for code in codes)
    tax = roll_of_2021(files)
    with_row = sum(row["resident_code"] in tax for row in moved)
    assert 1 <= with_row < len(moved) / 20
    days = {row["moved_in_on"] for row in files["residents_base.csv"]}
    assert {"2021-01-01", "2021-01-02", "2021-12-10"} <= days
    for row in files["residents_latest.csv"]:
        assert bool(row["moved_in_on"]) == bool(row["previous_municipality"])
        assert not row["moved_in_on"] or row["birth_date"] <= row["moved_in_on"] <= "2022-02-01"
    for row in moved:
        assert row["birth_date"] < "2021-01-01"


def test_latest_register_has_every_change(files: Files) -> None:
    base = files.by("residents_base.csv", "resident_code")
    latest = files.by("residents_latest.csv", "resident_code")
    households = by_household(files["residents_base.csv"])
    seen: Counter[str] = Counter()
    for code, now in latest.items():
        before = base.get(code)
        assert bool(now["left_on"]) == bool(now["left_reason"])
        if before is None:
            newborn = now["birth_date"] > "2021-12-10"
            assert newborn or now["moved_in_on"] > "2021-12-10"
            seen["newborn" if newborn else "late"] += 1
            continue
        assert before["left_on"] == before["left_reason"] == ""
        assert [before[name] for name in ("name_kanji", "birth_date", "protected", "moved_in_on")] == [
            now[name] for name in ("name_kanji", "birth_date", "protected", "moved_in_on")
        ]
        alone = len(households[before["household_code"]]) == 1
        seen[now["left_reason"] + (" alone" if alone else "")] += bool(now["left_on"])
        seen["split"] += now["household_code"] != before["household_code"]
        seen["moved"] += now["address"] != before["address"]
        seen["new head"] += now["is_head"] > before["is_head"]
        assert not now["left_on"] or "2021-12-10" < now["left_on"] <= "2022-02-01"
    for kind in ("newborn", "late", "死亡 alone", "死亡", "転出 alone", "転出", "split", "moved", "new head"):
        assert seen[kind] >= 1, kind
    for members in by_household(files["residents_latest.csv"]).values():
        assert sum(row["is_head"] == "1" for row in members) == 1
        staying = [row for row in members if not row["left_on"]]
        assert not staying or any(row["is_head"] == "1" for row in staying)


def test_protected_people_are_households_or_parts(files: Files) -> None:
    whole = part = 0
    for members in by_household(files["residents_base.csv"]).values():
        marks = {row["protected"] for row in members}
        whole += marks == {"1"}
        part += marks == {"0", "1"}
    persons = sum(row["protected"] == "1" for row in files["residents_base.csv"])
    assert whole >= 1
    assert part >= 1
    assert persons <= RESIDENTS // 200
