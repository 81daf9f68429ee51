"""Tax roll, assistance and returned forms: plausible, and every odd case is there."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.sample.conftest import RESIDENTS, Files, Row
from tests.sample.readings import by_household, is_taxed, roll_of_2021, tax_status


def test_tax_roll(files: Files) -> None:
    tax = roll_of_2021(files)
    base = files.by("residents_base.csv", "resident_code")
    assert {row["tax_year"] for row in files["tax.csv"]} == {"2019", "2020", "2021"}
    seen: Counter[str] = Counter()
    for code, row in tax.items():
        assert row["per_capita_levy"] in ("0", "4400")
        income, per_capita = int(row["income_levy"]), int(row["per_capita_levy"])
        assert not (income and not per_capita)
        assert int(row["gross_income"]) <= int(row["total_income"])
        if row["declared"] == "0" or row["levy_waived"] == "1" or row["treaty_exempt"] == "1":
            assert income == per_capita == 0
        supporter = tax.get(row["supporter"])
        if supporter:
            assert row["supporter_taxed"] == ("1" if is_taxed(supporter) else "0")
        elif row["supporter"] != "OUTSIDE":
            assert row["supporter_taxed"] == ""
        seen["returned head"] += row["supporter"] in base and supporter is None
        seen["other household"] += (
            row["supporter"] in base
            and base[row["supporter"]]["household_code"] != base[code]["household_code"]
        )
        if row["supporter"] == "OUTSIDE":
            seen[f"outside {row['supporter_taxed']}"] += 1
        seen["only per capita"] += not income and bool(per_capita)
        seen["waived"] += row["levy_waived"] == "1"
        seen["treaty"] += row["treaty_exempt"] == "1"
        seen["silent dependant"] += row["declared"] == "0" and row["supporter"] != ""
        seen["undeclared"] += row["declared"] == "0" and row["supporter"] == ""
    for kind in ("returned head", "other household", "outside 1", "outside ", "only per capita", "waived", "treaty",
                 "silent dependant", "undeclared"):  # fmt: skip
        assert seen[kind] >= 1, kind


def test_levies_keep_the_limits_of_people_without_dependants(files: Files) -> None:
    """R3, 1級地: nobody up to 450,000 is taxed; above 1,350,000 everybody without dependants is."""
    tax = roll_of_2021(files)
    families = {row["supporter"] for row in files["tax.csv"]}
    alone = {
        members[0]["resident_code"]
        for members in by_household(files["residents_base.csv"]).values()
        if len(members) == 1
    }
    checked = 0
    for code, row in tax.items():
        if row["declared"] == "0" or row["levy_waived"] == "1" or row["treaty_exempt"] == "1":
            continue
        if int(row["total_income"]) <= 450_000:
            assert not is_taxed(row)
        elif int(row["total_income"]) > 1_350_000 and code in alone - families:
            assert row["per_capita_levy"] == "4400"
            checked += 1
    assert checked > RESIDENTS // 30


def test_about_a_fifth_of_the_households_is_exempt(files: Files) -> None:
    status = tax_status(files)
    households = by_household(files["residents_base.csv"]).values()
    exempt = sum(all(status[row["resident_code"]] == "exempt" for row in members) for members in households)
    assert 0.17 < exempt / len(households) < 0.23
    adults = [
        row["resident_code"] for row in files["residents_base.csv"] if row["birth_date"] <= "2003-01-01"
    ]
    assert 0.013 < sum(status[code] == "undeclared" for code in adults) / len(adults) < 0.027


def test_assistance(files: Files) -> None:
    rows = files["assistance.csv"]
    assert {row["kind"] for row in rows} == {"生活保護", "児童扶養手当", "障害", "介護"}
    welfare = {row["resident_code"]: row for row in rows if row["kind"] == "生活保護"}
    assert 0.016 < len(welfare) / RESIDENTS < 0.02
    for members in by_household(files["residents_base.csv"]).values():
        assert len({row["resident_code"] in welfare for row in members}) == 1
    assert any(row["valid_from"] > "2021-01-01" for row in welfare.values())
    assert any("" < row["valid_to"] < "2021-01-01" for row in welfare.values())
    assert all(row["valid_from"] <= (row["valid_to"] or "9999") for row in rows)


def test_responses_come_from_the_right_households(files: Files) -> None:
    tax = roll_of_2021(files)
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in files["residents_base.csv"]:
        groups[row["household_code"] + ("-1" if row["protected"] == "1" else "")].append(row)
    responses = files.by("responses.csv", "household_code")
    assert len(responses) == len(files["responses.csv"])
    assert responses.keys() <= groups.keys()
    open_groups = {
        key
        for key, members in groups.items()
        if not any(is_taxed(tax[row["resident_code"]]) for row in members if row["resident_code"] in tax)
    }
    answered = len(responses.keys() & open_groups) / len(open_groups)
    assert 0.81 < answered < 0.89
    assert responses.keys() - open_groups
    assert any(key.endswith("-1") for key in responses)
    assert Counter(row["declared_supporter_taxed"] for row in responses.values()).keys() == {"0", "1", ""}
    assert any(row["declines"] == "1" for row in responses.values())
    assert any(row["declines"] == "0" and not row["bank_code"] for row in responses.values())
