"""A city with a household for every reason and every missing status, decided twice: what the screens explain."""

from __future__ import annotations

from pathlib import Path

from tests.systems.benefits.asking_city import CLERK, MOVED, PROGRAMME, AskingCity, answered, ended
from todoke.systems.benefits import jobs
from todoke.systems.benefits.models import Decision
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

MOVERS = {
    1: answered(),
    2: answered(income_levy=3500, per_capita_levy=5000),
    3: ended("02"),
    4: ended("03"),
    5: ended("05"),
    6: ended("04", "timeout"),
    7: ended("07"),
    8: answered(per_capita_levy=None),
    9: ended("06"),
}
"""Person and household by number → the answer of the former municipality."""

TAXED, TREATY, UNDECLARED, DEPENDANTS, DIED, EXEMPT, AIDED, MINOR, PAIR, FOREIGN, HIDDEN = range(21, 32)
ABROAD = {"previous_municipality": "99999", **MOVED}


def city(folder: Path) -> AskingCity:
    """Everybody of `MOVERS`, and one household for every other way to be judged."""
    found = AskingCity(folder).movers(MOVERS.values())
    little = found.little
    head = {"is_head": "1", "relationship": "世帯主"}
    little.person(TAXED, TAXED, tax={"income_levy": "12000", "per_capita_levy": "5000"}, **head)
    little.person(TREATY, TREATY, tax={"treaty_exempt": "1"}, **head)
    little.person(UNDECLARED, UNDECLARED, **head)
    little.person(DEPENDANTS, DEPENDANTS, tax={"supporter": "OUTSIDE", "supporter_taxed": "1"}, **head)
    dead = {"left_on": "2021-12-20", "left_reason": "死亡"}
    little.person(DIED, DIED, tax={}, now=dead, **head)
    little.person(EXEMPT, EXEMPT, tax={}, **head)
    little.person(AIDED, AIDED, aid=("生活保護", "2018-04-01", ""), **head)
    little.person(MINOR, MINOR, birth_date="2005-01-01", **head)
    little.person(PAIR, PAIR, tax={}, **head)
    little.person(PAIR + 100, PAIR, **MOVED)
    found.answers[PAIR + 100] = answered(income_levy=1, per_capita_levy=5000)
    little.person(FOREIGN, FOREIGN, **head, **ABROAD)
    found.answers[FOREIGN] = ended("05")
    little.person(HIDDEN, HIDDEN, protected="1", **head, **MOVED)
    found.answers[HIDDEN] = ended("03")
    return found


def decided_twice(folder: Path) -> AskingCity:
    """Decided, asked, answered, decided again, laid out and numbered."""
    found = city(folder).serve().first()
    jobs.overview(PROGRAMME, by=CLERK)
    jobs.import_answers(PROGRAMME, "first", by=CLERK)
    jobs.decide(PROGRAMME, "second", by=CLERK)
    jobs.overview(PROGRAMME, by=CLERK)
    jobs.number_cases(PROGRAMME, by=CLERK)
    return found


def decision(number: int, round_name: str = "second", part: str = "") -> Decision:
    """The decision about the household of that number."""
    rows = Decision.objects.using("benefits").select_related("run")
    return rows.get(run__round=round_name, household_key=f"1{number:09d}{part}")


UNKNOWN = [status for status in TaxStatus if status.unknown]
