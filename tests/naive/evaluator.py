"""The naive evaluator: the issue's rules, row by row, in dictionaries. Shares no code with the engine."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

Row = dict[str, str]
Verdict = tuple[str, str]

TAXED = {"所得割課税", "均等割のみ課税"}
NOT_TAXED = {"非課税", "減免"}


def evaluate(
    folder: Path,
    answers: dict[str, str] | None = None,
    paid: Iterable[str] = (),
    applied: dict[str, str] | None = None,
) -> dict[str, Verdict]:
    """household code → (outcome, reasons), from the files of `todoke sample` and statuses read from answers.

    `paid`: households paid already; `applied`: household code → day on which its form came.
    """
    latest = {row["resident_code"]: row for row in _rows(folder / "residents_latest.csv")}
    tax: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(folder / "tax.csv"):
        tax[row["resident_code"]].append(row)
    aid: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(folder / "assistance.csv"):
        aid[row["resident_code"]].append(row)
    households = _households(folder, latest)
    verdicts = {}
    for code, members in households.items():
        lineage = {code} if code + "-1" in households else {code, code + "-1"}
        was_paid = not lineage.isdisjoint(paid)
        came = (applied or {}).get(code)
        verdicts[code] = _judge(members, latest, tax, aid, answers or {}, was_paid=was_paid, came=came)
    return verdicts


def payees(folder: Path) -> dict[str, str]:
    """household code → who receives: the head, else the oldest; if dead, today's head, else the oldest alive."""
    latest = {row["resident_code"]: row for row in _rows(folder / "residents_latest.csv")}
    found = {}
    for code, members in _households(folder, latest).items():
        by_age = sorted(members, key=lambda row: (row["birth_date"], row["resident_code"]))
        heads = [row for row in by_age if row["is_head"] == "1"]
        chosen = (heads or by_age)[0]
        if _died(chosen, latest):
            alive = [row for row in by_age if not _died(row, latest)] or by_age
            heads_now = [row for row in alive if latest.get(row["resident_code"], {}).get("is_head") == "1"]
            chosen = (heads_now or alive)[0]
        found[code] = chosen["resident_code"]
    return found


def must_declare(folder: Path) -> set[str]:
    """Households of nothing but registered dependants where it is not known of somebody whether the supporter is taxed."""
    latest = {row["resident_code"]: row for row in _rows(folder / "residents_latest.csv")}
    supported = {
        row["resident_code"]: row["supporter_taxed"]
        for row in _rows(folder / "tax.csv")
        if row["tax_year"] == "2021" and row["supporter"] != ""
    }
    found = set()
    for code, members in _households(folder, latest).items():
        known = [supported.get(row["resident_code"], "no dependant") for row in members]
        if "no dependant" not in known and "" in known:
            found.add(code)
    return found


def _households(folder: Path, latest: dict[str, Row]) -> dict[str, list[Row]]:
    households: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(folder / "residents_base.csv"):
        now = latest.get(row["resident_code"], {})
        hidden = row["protected"] == "1" or now.get("protected") == "1"
        households[row["household_code"] + ("-1" if hidden else "")].append(row)
    return households


def _died(member: Row, latest: dict[str, Row]) -> bool:
    return latest.get(member["resident_code"], {}).get("left_reason") == "死亡"


def _judge(members: list[Row], latest: dict[str, Row], tax, aid, answers, *, was_paid, came) -> Verdict:  # noqa: PLR0911 - one return a rule
    statuses = {}
    for member in members:
        person = member["resident_code"]
        statuses[person] = _status(member, tax[person], aid[person], answers)
    taxed = {person: status for person, status in statuses.items() if status in TAXED}
    if taxed:
        return "ineligible", "TAXED:" + _named(taxed)
    treaty = {person: status for person, status in statuses.items() if status == "租税条約免除"}
    if treaty:
        return "ineligible", "TREATY:" + _named(treaty)
    unknown = {person: status for person, status in statuses.items() if status not in NOT_TAXED}
    if unknown:
        return "undecided", "UNKNOWN:" + _named(unknown)
    if all(_dependant_of_taxed(tax[member["resident_code"]]) for member in members):
        return "ineligible", "DEPENDANTS_ONLY"
    if was_paid:
        return "ineligible", "PAID"
    if len(members) == 1 and _died(members[0], latest):
        died_on = latest[members[0]["resident_code"]]["left_on"]
        if came is None or came > died_on:
            return "ineligible", "DIED"
    return "eligible", "EXEMPT"


def _status(member: Row, tax: list[Row], aid: list[Row], answers: dict[str, str]) -> str:
    for row in aid:
        started = row["kind"] == "生活保護" and row["valid_from"] <= "2021-01-01"
        if started and (row["valid_to"] == "" or row["valid_to"] >= "2021-01-01"):
            return "非課税"
    for row in tax:
        if row["tax_year"] == "2021" and row["declared"] == "1":
            return _recorded(row)
    if member["moved_in_on"] >= "2021-01-02":
        return answers.get(member["resident_code"], "未照会")
    if _under_18(member["birth_date"]):
        return "非課税"
    if any(row["tax_year"] == "2021" and row["supporter"] for row in tax):
        return "非課税"
    return "未申告"


def _recorded(row: Row) -> str:
    if row["treaty_exempt"] == "1":
        return "租税条約免除"
    if int(row["income_levy"]) > 0:
        return "所得割課税"
    if int(row["per_capita_levy"]) > 0:
        return "均等割のみ課税"
    return "減免" if row["levy_waived"] == "1" else "非課税"


def _under_18(born: str) -> bool:
    """The 18th year is full at the end of the day before the birthday (年齢計算ニ関スル法律)."""
    birth = date.fromisoformat(born)
    try:
        birthday = birth.replace(year=birth.year + 18)
    except ValueError:  # born on 29 February
        birthday = date(birth.year + 18, 3, 1)
    return birthday - timedelta(days=1) > date(2021, 1, 1)


def _dependant_of_taxed(tax: list[Row]) -> bool:
    return any(
        row["tax_year"] == "2021" and row["supporter"] != "" and row["supporter_taxed"] == "1" for row in tax
    )


def _named(statuses: dict[str, str]) -> str:
    return "|".join(f"{person}={statuses[person]}" for person in sorted(statuses))


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
