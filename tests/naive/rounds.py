"""The naive evaluator of every later round, row by row, in dictionaries: values and rules written down a second time.

Shares no code with the engine. `evaluator` stays as it is: the oracle of the first round.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from tests.naive.evaluator import NOT_TAXED, Row, _died, _recorded, _rows

Verdict = tuple[str, str, int]
EVERYBODY = {"支給済み", "未申請", "辞退"}


@dataclass(frozen=True)
class Round:
    """What differs."""

    year: int
    base: str
    deadline: str
    yen: int
    japan: str = ""
    earlier: tuple[tuple[str, frozenset[str]], ...] = ()
    per_capita: bool = False
    child: tuple[int, str, str] | None = None
    hardship: bool = False


ROUNDS = {
    "r3-nontaxable": Round(2021, "2021-12-10", "2022-09-30", 100_000),
    "r4-extension": Round(
        2022, "2022-06-01", "2022-09-30", 100_000, japan="2021-12-10",
        earlier=(("r3-nontaxable", frozenset(EVERYBODY)), ("r3-hardship", frozenset({"支給済み"}))),
    ),
    "r4-price-rise": Round(2022, "2022-09-30", "2023-01-31", 50_000),
    "r5-30k": Round(2023, "2023-06-01", "2023-10-18", 30_000),
    "r5-70k": Round(2023, "2023-12-01", "2024-04-22", 70_000),
    "r5-per-capita-100k": Round(
        2023, "2023-12-01", "2024-05-31", 100_000, per_capita=True, child=(50_000, "2005-04-02", "2024-05-31")
    ),
    "r6-30k": Round(2024, "2024-12-13", "2025-05-30", 30_000, child=(20_000, "2006-04-02", "2025-05-30")),
    "r3-hardship": Round(
        2021, "2021-12-10", "2022-09-30", 100_000, japan="2021-12-10",
        earlier=(("r3-nontaxable", frozenset({"支給済み"})),), hardship=True,
    ),
}  # fmt: skip


@dataclass
class City:
    """The files, as dictionaries."""

    base: list[Row]
    latest: dict[str, Row]
    tax: dict[str, list[Row]]
    aid: dict[str, list[Row]]
    answers: dict[str, str]
    paid: set[str]
    applied: dict[str, str]
    special: dict[str, set[str]]
    earlier: list[tuple[str, str, str, str]]
    figures: dict[str, dict[str, int]]
    certified: dict[str, str]


def read(folder: Path, *, answers, paid, applied, special, earlier, figures, certified) -> City:
    """A city from its CSV files and the relations that no file holds."""
    tax, aid = defaultdict(list), defaultdict(list)
    for row in _rows(folder / "tax.csv"):
        tax[row["resident_code"]].append(row)
    for row in _rows(folder / "assistance.csv"):
        aid[row["resident_code"]].append(row)
    kinds: dict[str, set[str]] = defaultdict(set)
    for person, kind in special:
        kinds[person].add(kind)
    items: dict[str, dict[str, int]] = defaultdict(dict)
    for person, item, value in figures:
        items[person][item] = max(value, items[person].get(item, value))
    return City(
        base=_rows(folder / "residents_base.csv"),
        latest={row["resident_code"]: row for row in _rows(folder / "residents_latest.csv")},
        tax=tax, aid=aid, answers=answers, paid=set(paid), applied=applied, special=kinds, earlier=earlier, figures=items,
        certified=certified,
    )  # fmt: skip


def evaluate(one: Round, city: City) -> dict[str, Verdict]:
    """household key → (outcome, reasons, yen)."""
    households = _households(one, city)
    return {key: _judge(one, city, key, members, households) for key, members in households.items()}


def per_person(city: City) -> dict[str, Verdict]:
    """調整給付: resident code → (outcome, reasons, yen); the status in the reason is the engine's to name."""
    found = {}
    for row in city.base:
        person, items = row["resident_code"], city.figures.get(row["resident_code"], {})
        if not {"income_tax", "income_levy_before", "dependants"} <= set(items):
            found[person] = ("undecided", "UNKNOWN", 0)
            continue
        heads = 1 + items["dependants"]
        left = max(30_000 * heads - items["income_tax"], 0) + max(
            10_000 * heads - items["income_levy_before"], 0
        )
        died = _died(row, city.latest)
        late = died and not city.applied.get(person, "9999") <= city.latest[person]["left_on"]
        if left == 0:
            found[person] = ("ineligible", "NO_SHORTFALL", 0)
        elif {person, person + "-1"} & city.paid:
            found[person] = ("ineligible", "PAID", 0)
        elif late:
            found[person] = ("ineligible", "DIED", 0)
        else:
            found[person] = ("eligible", "EXEMPT", math.ceil(left / 10_000) * 10_000)
    return found


def _population(one: Round, city: City) -> list[Row]:
    if one.hardship:
        return [row for row in city.latest.values() if _still_counts(row, city)]
    known = {row["resident_code"] for row in city.base}
    again = [
        row
        for person, row in city.latest.items()
        if person not in known
        and "職権消除後の再登録" in city.special[person]
        and one.base < row["moved_in_on"] <= one.deadline
    ]
    return [*city.base, *again]


def _still_counts(row: Row, city: City) -> bool:
    came = city.applied.get(row["household_code"])
    return row["left_on"] == "" or (came is not None and came <= row["left_on"])


def _households(one: Round, city: City) -> dict[str, list[Row]]:
    on_base = {row["resident_code"]: row for row in city.base}
    found: dict[str, list[Row]] = defaultdict(list)
    children: dict[str, int] = defaultdict(int)
    for row in sorted(_population(one, city), key=lambda row: row["resident_code"]):
        person, code = row["resident_code"], row["household_code"]
        seen = (on_base.get(person, {}), city.latest.get(person, {}))
        hidden = any(one_.get("protected") == "1" for one_ in seen)
        placed = "措置入所児童等" in city.special[person]
        children[code] += placed
        if hidden or "配偶者等からの避難" in city.special[person]:
            found[code + "-1"].append(row)
        elif placed:
            found[f"{code}-{children[code] + 1}"].append(row)
        else:
            found[code].append(row)
    return found


def _judge(one: Round, city: City, key: str, members: list[Row], households) -> Verdict:  # noqa: PLR0911 - one return a rule
    came = city.applied.get(key)
    if one.hardship and came is None:
        return "ineligible", "NOT_APPLIED", 0
    statuses = {row["resident_code"]: _status(one, city, row) for row in members}
    over = {
        p: s
        for p, s in statuses.items()
        if one.hardship and _usable(city, p) and not _within(city, _row(members, p))
    }
    if over:
        return "ineligible", "INCOME_OVER:" + _named(over), 0
    fine = (
        NOT_TAXED
        | ({"均等割のみ課税"} if one.per_capita else set())
        | ({"非課税相当"} if one.hardship else set())
    )
    for reason, bad in (("TAXED", {"所得割課税", "均等割のみ課税"} - fine), ("TREATY", {"租税条約免除"})):
        named = {p: s for p, s in statuses.items() if s in bad}
        if named:
            return "ineligible", f"{reason}:" + _named(named), 0
    unknown = {p: s for p, s in statuses.items() if s not in fine}
    if unknown:
        return "undecided", "UNKNOWN:" + _named(unknown), 0
    if one.per_capita and "均等割のみ課税" not in statuses.values():
        return "ineligible", "ALL_EXEMPT", 0
    if all(_dependant(one, city.tax[p]) for p in statuses):
        return "ineligible", "DEPENDANTS_ONLY", 0
    if one.japan and not any(_was_in_japan(row, one.japan) for row in members):
        return "ineligible", "NOT_IN_JAPAN", 0
    counted = [row for row in city.earlier if any(row[0] == p and row[3] in s for p, s in one.earlier)]
    if key in {row[1] for row in counted}:
        return "ineligible", "EARLIER_ROUND", 0
    if {row[2] for row in counted} & set(statuses):
        return "ineligible", "FORMER_HEAD", 0
    lineage = {key} if key + "-1" in households else {key, key + "-1"}
    if lineage & city.paid:
        return "ineligible", "PAID", 0
    alone = not one.hardship and len(members) == 1 and _died(members[0], city.latest)
    if alone and (came is None or came > city.latest[members[0]["resident_code"]]["left_on"]):
        return "ineligible", "DIED", 0
    return "eligible", "EXEMPT", _yen(one, city, key, members)


def _yen(one: Round, city: City, key: str, members: list[Row]) -> int:
    if one.child is None:
        return one.yen
    extra, born_from, until = one.child
    newborns = [
        row
        for row in city.latest.values()
        if row["household_code"] + ("-1" if row["protected"] == "1" else "") == key
        and one.base < row["birth_date"] <= until
        and row["left_on"] == ""
    ]
    return one.yen + extra * (sum(row["birth_date"] >= born_from for row in members) + len(newborns))


def _status(one: Round, city: City, row: Row) -> str:  # noqa: PLR0911 - one return a source
    person, day = row["resident_code"], f"{one.year}-01-01"
    if one.hardship:
        declared = any(city.figures.get(person, {}).get(item) is not None for item in _INCOMES)
        if declared and not _usable(city, person):
            return "未申告"
        if declared and _within(city, row):
            return "非課税相当"
    for aid in city.aid[person]:
        if aid["kind"] == "生活保護" and aid["valid_from"] <= day and (aid["valid_to"] or "9999") >= day:
            return "非課税"
    for record in city.tax[person]:
        if record["tax_year"] == str(one.year) and record["declared"] == "1":
            return _recorded(record)
    if row["moved_in_on"] >= f"{one.year}-01-02":
        answer = city.answers.get(person, "未照会")
        return answer if answer in _SETTLED else city.certified.get(person, answer)
    if _age(row["birth_date"], date(one.year, 1, 1)) < 18:
        return "非課税"
    if any(record["tax_year"] == str(one.year) and record["supporter"] for record in city.tax[person]):
        return "非課税"
    return "未申告"


_SETTLED = {"所得割課税", "均等割のみ課税", "非課税", "減免", "租税条約免除"}
_INCOMES = ("salary", "business", "property", "pension")


def _usable(city: City, person: str) -> bool:
    items = city.figures.get(person, {})
    return 202201 <= items.get("month", 0) <= 202209 and all(item in items for item in _INCOMES)


def _within(city: City, row: Row) -> bool:
    """By revenue against the salary whose simple-formula income is the limit; else by income against the limit."""
    items = city.figures[row["resident_code"]]
    heads = items.get("dependants", 0)
    limit = 450_000 if heads == 0 else 350_000 * (heads + 1) + 310_000
    if items.get("special", 0) == 1:
        limit = max(limit, 1_350_000)
    if 12 * sum(items[item] for item in _INCOMES) <= _salary_of(limit):
        return True
    business = max(12 * (items["business"] - items.get("business_cost", 0)), 0)
    rent = max(12 * (items["property"] - items.get("property_cost", 0)), 0)
    old = _age(row["birth_date"], date(2021, 1, 1)) >= 65
    return (
        _salary_income(12 * items["salary"]) + business + rent + _pension_income(12 * items["pension"], old)
        <= limit
    )


def _salary_of(limit: int) -> int:
    """The deduction is 550,000 at least; then 40% − 100,000 turned round, 30% + 80,000, 20% + 440,000, 10% + 1,100,000."""
    for share, shift, upto in ((0, 550_000, 1_625_000), (40, -100_000, 1_800_000), (30, 80_000, 3_600_000),
                               (20, 440_000, 6_600_000), (10, 1_100_000, 8_500_000)):  # fmt: skip
        salary = (limit + shift) * 100 // (100 - share)
        if salary < upto:
            return salary
    raise AssertionError(limit)


def _salary_income(salary: int) -> int:
    deduction: float = 550_000
    if salary >= 1_625_000:
        deduction = salary * 0.4 - 100_000
    if salary >= 1_800_000:
        deduction = salary * 0.3 + 80_000
    if salary >= 3_600_000:
        deduction = salary * 0.2 + 440_000
    if salary >= 6_600_000:
        deduction = salary * 0.1 + 1_100_000
    if salary >= 8_500_000:
        deduction = 1_950_000
    return max(math.ceil(round(salary - deduction, 4)), 0)


def _pension_income(pension: int, old: bool) -> int:
    least = 1_100_000 if old else 600_000
    parts = [(0.25, 275_000), (0.15, 685_000), (0.05, 1_455_000), (0.0, 1_955_000)]
    edges = [3_300_000 if old else 1_300_000, 4_100_000, 7_700_000, 10_000_000]
    deduction: float = least
    for edge, (share, more) in zip(edges, parts, strict=True):
        if pension >= edge:
            deduction = pension * share + more
    return max(math.ceil(round(pension - deduction, 4)), 0)


def _was_in_japan(row: Row, day: str) -> bool:
    came_later = row["previous_municipality"] == "99999" and row["moved_in_on"] > day
    return row["birth_date"] <= day and not came_later


def _age(born: str, day: date) -> int:
    birth, after = date.fromisoformat(born), day + timedelta(days=1)
    return after.year - birth.year - ((after.month, after.day) < (birth.month, birth.day))


def _dependant(one: Round, tax: list[Row]) -> bool:
    return any(
        row["tax_year"] == str(one.year) and row["supporter"] != "" and row["supporter_taxed"] == "1"
        for row in tax
    )


def _row(members: list[Row], person: str) -> Row:
    return next(row for row in members if row["resident_code"] == person)


def _named(statuses: dict[str, str]) -> str:
    return "|".join(f"{person}={statuses[person]}" for person in sorted(statuses))
