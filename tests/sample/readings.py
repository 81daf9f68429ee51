"""What the files say, read row by row, in the plainest way."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from tests.sample.conftest import Files, Row
from todoke.kernel.clock import age_on

TAX_DATE = date(2021, 1, 1)


def by_household(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["household_code"]].append(row)
    return found


def roll_of_2021(files: Files) -> dict[str, Row]:
    return {row["resident_code"]: row for row in files["tax.csv"] if row["tax_year"] == "2021"}


def is_taxed(row: Row) -> bool:
    return int(row["income_levy"]) + int(row["per_capita_levy"]) > 0


def tax_status(files: Files) -> dict[str, str]:
    """Tax status of everybody by the order of rules of issue 2 §4, read row by row."""
    tax = roll_of_2021(files)
    welfare = {
        row["resident_code"]
        for row in files["assistance.csv"]
        if row["kind"] == "生活保護"
        and row["valid_from"] <= "2021-01-01"
        and (row["valid_to"] or "9999") >= "2021-01-01"
    }
    found = {}
    for person in files["residents_base.csv"]:
        code = person["resident_code"]
        row = tax.get(code)
        minor = age_on(date.fromisoformat(person["birth_date"]), TAX_DATE) < 18
        if code in welfare:
            found[code] = "exempt"
        elif row:
            silent = row["declared"] == "0" and not row["supporter"]
            found[code] = "undeclared" if silent else "taxed" if is_taxed(row) else "exempt"
        elif person["moved_in_on"] >= "2021-01-02":
            found[code] = "unasked"
        else:
            found[code] = "exempt" if minor else "undeclared"
    return found


def surely_asked(files: Files) -> set[str]:
    """Individual numbers of grown-ups who live alone, moved in from a neighbour and have no row of 2021."""
    tax, number = roll_of_2021(files), files.by("individual_numbers.csv", "resident_code")
    found = set()
    for members in by_household(files["residents_base.csv"]).values():
        row = members[0]
        code = row["resident_code"]
        moved = row["moved_in_on"] >= "2021-01-02"
        if len(members) == 1 and moved and code not in tax and row["birth_date"] < "2003-01-02":
            found.add(number[code]["individual_number"])
    return found
