"""Golden cases: a row of a Markdown table becomes a household, in the words that the table uses.

People are parted by ／, facts by ・, a fact's values by spaces. Everybody has a tax record without a levy unless a fact
says otherwise; the first person is the head.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.systems.benefits.little_city import LittleCity, code, key
from todoke.systems.benefits.rules.articles.forming import SpecialKind
from todoke.systems.benefits.rules.deciding.shortfall import ITEM_WORDS as SHORTFALL_WORDS
from todoke.systems.benefits.rules.hardship.conditions import ITEM_WORDS
from todoke.systems.benefits.rules.programme import Programme

FOLDER = Path(__file__).parent
PEOPLE = 20
"""Numbers reserved for the people of one case."""
OUTCOMES = {"支給": "eligible", "支給しない": "ineligible", "未確定": "undecided"}
_RECORDS: dict[str, dict[str, str]] = {
    "非課税": {},
    "均等割": {"per_capita_levy": "5000"},
    "所得割": {"per_capita_levy": "5000", "income_levy": "12000"},
    "減免": {"levy_waived": "1"},
    "条約": {"treaty_exempt": "1"},
    "未申告": {"declared": "0"},
}
_SUPPORTERS = {"課税者": "1", "非課税者": "0", "不明": ""}
_SPECIAL = {
    "避難": SpecialKind.EVACUEE,
    "施設入所": SpecialKind.INSTITUTION_CHILD,
    "再登録": SpecialKind.RE_REGISTERED,
}
_ITEMS = {word: item for item, word in (*ITEM_WORDS.items(), *SHORTFALL_WORDS.items())} | {
    "月": "month", "給与": "salary", "事業": "business", "不動産": "property", "年金": "pension",
    "事業経費": "business_cost", "不動産経費": "property_cost", "扶養": "dependants", "障害者等": "special",
    "推計所得税": "income_tax", "減税前所得割": "income_levy_before",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One row of a table; `unit` is the part of the household that is judged (empty: the rest)."""

    number: str
    scene: str
    people: str
    household: str
    unit: str
    outcome: str
    reason: str
    yen: str


def cases(programme: str) -> list[Case]:
    """The rows of programmes/<code>.md."""
    return list(_rows(FOLDER / f"{programme}.md"))


def _rows(path: Path) -> Iterator[Case]:
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and cells[0].isdigit():
            yield Case(*cells)


def settle(programme: Programme, table: list[Case]) -> LittleCity:
    """A city in which the n-th case is household n."""
    little = LittleCity(programme=programme)
    for number, case in enumerate(table, start=1):
        for place, facts in enumerate(case.people.split("／")):
            _person(little, number, place, facts.strip().split("・"))
        for fact in case.household.split("・"):
            _household(little, number, fact.split())
    return little


def judged_unit(programme: Programme, number: int, case: Case) -> str:
    """The household key (or, per person, the resident code) that a row is about."""
    if programme.unit == "person":
        return code(number * PEOPLE + int(case.unit or "1") - 1)
    return key(number) + (f"-{case.unit}" if case.unit else "")


def _person(little: LittleCity, household: int, place: int, facts: list[str]) -> None:
    number = household * PEOPLE + place
    columns: dict[str, Any] = {"is_head": "1" if place == 0 else "0", "tax": {}, "now": {}}
    only_latest = only_base = False
    for fact in facts:
        word, *values = fact.split()
        only_latest |= word in ("新生児", "再登録")
        only_base |= word == "最新になし"
        _fact(little, number, columns, word, values)
    little.person(number, household, **columns)
    if only_latest:
        little.base.pop()
    if only_base:
        little.latest.pop()


def _fact(little: LittleCity, number: int, columns: dict[str, Any], word: str, values: list[str]) -> None:
    who = code(number)
    if word in _RECORDS:
        columns["tax"] |= _RECORDS[word]
    elif word in _ITEMS:
        little.figures.append((who, _ITEMS[word], int(values[0])))
    elif word == "証明":
        little.certificates.append((who, values[0]))
    elif word in ("避難", "施設入所"):
        little.special.append((who, _SPECIAL[word].value))
    elif word in ("再登録", "新生児", "転入", "国外から"):
        _moved(little, who, columns, word, values)
    elif word in ("死亡", "転出"):
        columns["now"] |= {"left_on": values[0], "left_reason": word}
    elif word == "元世帯主":
        little.earlier.append((values[0], key(999_000 + number), who, values[1]))
    else:
        _plain(columns, word, values)


def _moved(little: LittleCity, who: str, columns: dict[str, Any], word: str, values: list[str]) -> None:
    if word == "再登録":
        little.special.append((who, SpecialKind.RE_REGISTERED.value))
        columns["moved_in_on"] = values[0]
    elif word == "新生児":
        columns |= {"birth_date": values[0], "moved_in_on": values[0]}
    elif word == "転入":
        columns |= {"tax": None, "moved_in_on": little.programme.moved_in_from.isoformat()}
    else:
        columns |= {"moved_in_on": values[0], "previous_municipality": "99999"}


def _plain(columns: dict[str, Any], word: str, values: list[str]) -> None:
    if word == "記録なし":
        columns["tax"] = None
    elif word == "回答":
        columns["answer"] = values[0]
    elif word == "被扶養":
        columns["tax"] |= {"supporter": code(1), "supporter_taxed": _SUPPORTERS[values[0]]}
    elif word == "生活保護":
        columns |= {"tax": None, "aid": ("生活保護", "2015-04-01", "")}
    elif word == "生":
        columns["birth_date"] = values[0]
    elif word == "支援措置":
        columns["protected"] = "1"
    elif word not in ("世帯員", "最新になし"):
        raise ValueError(word)


def _household(little: LittleCity, number: int, words: list[str]) -> None:
    match words:
        case [] | ["－"]:
            pass
        case ["支給済み"]:
            little.paid.append(key(number))
        case ["申請", day]:
            little.applied[key(number)] = day
        case ["先行", programme, standing]:
            little.earlier.append((programme, key(number), code(1), standing))
        case ["支給済み（本人）"]:
            little.paid.append(code(number * PEOPLE))
        case _:
            raise ValueError(words)
