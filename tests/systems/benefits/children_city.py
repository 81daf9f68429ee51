"""A little city in a programme with child supplements, and what it must be paid, counted from its files by hand."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.systems.benefits.asking_city import AskingCity
from tests.systems.benefits.little_city import LittleCity, key
from tests.systems.benefits.world import CLERK, FORM_COLUMNS
from todoke.systems.benefits import jobs
from todoke.systems.benefits.rules.programmes.later_rounds import R6_30K

CODE = R6_30K.code
CHILD, OLDER, NEWBORN = "2010-05-05", "2006-04-01", "2025-01-15"
"""Birthdays: within the supplement, a day too old for it, after the base date."""


@dataclass
class ChildrenCity:
    """Household n has a head and the children given, by birthday; `forms`: what differs on the form that comes back."""

    folder: Path
    children: dict[int, tuple[str, ...]]
    taxed: frozenset[int] = frozenset()
    forms: dict[int, dict[str, str]] = field(default_factory=dict)
    renamed: frozenset[int] = frozenset()
    """Households whose head has another name in the newest register."""

    def serve(self) -> ChildrenCity:
        """Write, seal and load everything."""
        little = LittleCity(programme=R6_30K)
        for household, birthdays in self.children.items():
            levy = {"income_levy": "12000", "per_capita_levy": "5000"} if household in self.taxed else {}
            name = {"name_kana": "ベツ　ハナコ"} if household in self.renamed else {}
            little.person(10 * household, household, tax=levy, now=name, is_head="1", relationship="世帯主")
            little.tax.append({**little.tax[-1], "tax_year": "2023"})
            for place, birthday in enumerate(birthdays, start=1):
                little.person(10 * household + place, household, birth_date=birthday)
                if birthday > "2024-12-13":
                    little.base.pop()
        AskingCity(self.folder, little=little).serve()
        jobs.load(self.folder / "tax.csv", self.folder / "assistance.csv", by=CLERK)
        return self

    def owed(self) -> dict[str, int]:
        """Household → yen, from the register files and two amounts, without any of the engine's code."""
        seen: dict[str, dict[str, str]] = {}
        for name in ("residents_latest.csv", "residents_base.csv"):
            with (self.folder / name).open(encoding="utf-8") as file:
                seen |= {row["resident_code"]: row for row in csv.DictReader(file)}
        young = Counter(row["household_code"] for row in seen.values() if row["birth_date"] >= "2006-04-02")
        return {
            key(household): 30_000 + 20_000 * young[key(household)]
            for household in self.children
            if household not in self.taxed
        }

    def write_forms(
        self, households: Iterable[int] | None = None, *, received_on: str = "2025-02-20"
    ) -> Path:
        """A form of every household, or of these, as it is keyed in."""
        path = self.folder / "responses.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, FORM_COLUMNS, lineterminator="\n")
            writer.writeheader()
            for household in self.children if households is None else households:
                form = {
                    "household_code": key(household), "received_on": received_on, "route": "郵送", "declines": "0",
                    "declared_supporter_taxed": "0", "bank_code": "0138", "branch_code": "200", "account_type": "1",
                    "account_number": f"{household:07d}", "account_holder_kana": "ﾄﾄﾞｹ ﾊﾅｺ",
                }  # fmt: skip
                writer.writerow(form | self.forms.get(household, {}))
        return path


def transfers(file: Path) -> tuple[list[tuple[str, int]], tuple[int, int]]:
    """(account number, yen) of every line of a bank file, and its trailer; read by position as a bank does."""
    lines = file.read_bytes().decode("cp932").split("\r\n")
    (trailer,) = [line for line in lines if line[:1] == "8"]
    paid = [(line[43:50], int(line[80:90])) for line in lines if line[:1] == "2"]
    return paid, (int(trailer[1:7]), int(trailer[7:19]))
