"""A few invented people as the files of other departments, so that a rule can be written down as a table."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from todoke.records.layouts.city_inputs_v2021 import ASSISTANCE, RESIDENTS, TAX
from todoke.systems.benefits import codecs
from todoke.systems.benefits.rules.deciding.judging import Inputs, Judged, judge
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.programmes import R3_NONTAXABLE
from todoke.systems.residents.codecs import read_register

_NOBODY = {
    "is_head": "0", "relationship": "子", "name_kanji": "届　花子", "name_kana": "トドケ　ハナコ", "sex": "2",
    "birth_date": "1970-05-05", "postal_code": "2200012", "address": "神奈川県横浜市西区みなとみらい1番1号",
    "ward_code": "14103", "moved_in_on": "2001-04-01", "previous_municipality": "13112", "left_on": "",
    "left_reason": "", "nationality": "JPN", "protected": "0",
}  # fmt: skip
_RECORD = {
    "tax_year": "2021", "declared": "1", "total_income": "0", "gross_income": "0", "income_levy": "0",
    "per_capita_levy": "0", "levy_waived": "0", "treaty_exempt": "0", "supporter": "", "supporter_taxed": "",
}  # fmt: skip


@dataclass
class LittleCity:
    """Add people with their tax and assistance rows, then judge. Numbers become ten-digit codes."""

    base: list[dict[str, str]] = field(default_factory=list)
    latest: list[dict[str, str]] = field(default_factory=list)
    tax: list[dict[str, str]] = field(default_factory=list)
    assistance: list[dict[str, str]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    paid: list[str] = field(default_factory=list)
    applied: dict[str, str] = field(default_factory=dict)
    programme: Programme = R3_NONTAXABLE
    special: list[tuple[str, str]] = field(default_factory=list)
    earlier: list[tuple[str, str, str, str]] = field(default_factory=list)
    figures: list[tuple[str, str, int]] = field(default_factory=list)
    certificates: list[tuple[str, str]] = field(default_factory=list)

    def person(
        self,
        number: int,
        household: int = 1,
        *,
        tax: dict[str, str] | None = None,
        aid: tuple[str, str, str] | None = None,
        answer: str | None = None,
        now: dict[str, str] | None = None,
        **columns: str,
    ) -> LittleCity:
        """`tax`: what differs from a declared record without any levy (None: no record); `now`: what differs today."""
        row = {"resident_code": code(number), "household_code": key(household), **_NOBODY, **columns}
        self.base.append(row)
        self.latest.append({**row, **(now or {})})
        if tax is not None:
            year = {"tax_year": str(self.programme.tax_year)}
            self.tax.append({"resident_code": code(number), **_RECORD, **year, **tax})
        if aid is not None:
            names = ("kind", "valid_from", "valid_to")
            self.assistance.append({"resident_code": code(number), **dict(zip(names, aid, strict=True))})
        if answer is not None:
            self.answers[code(number)] = answer
        return self

    def write(self, folder: Path) -> None:
        """The four CSV files."""
        _write(folder / "residents_base.csv", RESIDENTS.names, self.base)
        _write(folder / "residents_latest.csv", RESIDENTS.names, self.latest)
        _write(folder / "tax.csv", TAX.names, self.tax)
        _write(folder / "assistance.csv", ASSISTANCE.names, self.assistance)

    def judge(self, folder: Path) -> dict[str, dict[str, Any]]:
        """Household key → its decision, by way of the real codecs and the real engine."""
        self.write(folder)
        run(folder, self.answers, self.paid, self.applied, self.programme, self.extras())
        rows = pq.read_table(folder / "households.parquet").to_pylist()
        return {row["household_key"]: row for row in rows}

    def extras(self) -> dict[str, pa.Table]:
        """The relations that only some programmes read; one without rows is not handed over at all."""
        names = {
            "special": ("resident_code", "kind"),
            "earlier": ("programme", "household_key", "head", "standing"),
            "figures": ("resident_code", "item", "value"),
            "certificates": ("resident_code", "certified"),
        }
        rows = {name: getattr(self, name) for name in names}
        return {
            name: pa.table(dict(zip(names[name], map(list, zip(*found, strict=True)), strict=True)))
            for name, found in rows.items()
            if found
        }

    def statuses(self, folder: Path) -> dict[str, tuple[str, str]]:
        """Resident code → (status, what it was read from)."""
        self.judge(folder)
        rows = pq.read_table(folder / "persons.parquet").to_pylist()
        return {row["resident_code"]: (row["status"], row["source"]) for row in rows}


def code(number: int) -> str:
    return f"{number:010d}"


def key(household: int) -> str:
    return f"1{household:09d}"


def run(  # noqa: PLR0917 - the relations of one decision
    folder: Path,
    answers: dict[str, str],
    paid: list[str] | None = None,
    applied: dict[str, str] | None = None,
    programme: Programme = R3_NONTAXABLE,
    extras: dict[str, pa.Table] | None = None,
) -> Judged:
    """Judge the CSV files of a folder into households.parquet and persons.parquet there."""
    days = pa.array(list((applied or {}).values()), pa.string()).cast(pa.date32())
    tables = {
        "base": read_register(folder / "residents_base.csv"),
        "latest": read_register(folder / "residents_latest.csv"),
        "tax": codecs.read_tax(folder / "tax.csv"),
        "assistance": codecs.read_assistance(folder / "assistance.csv"),
        "answers": pa.table({"resident_code": _texts(answers), "status": _texts(answers.values())}),
        "paid": pa.table({"lineage": _texts(paid or [])}),
        "applications": pa.table({"household_key": _texts(applied or {}), "received_on": days}),
        **(extras or {}),
    }
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
    inputs = Inputs(**{name: folder / f"{name}.parquet" for name in tables})
    return judge(
        programme, inputs, households=folder / "households.parquet", persons=folder / "persons.parquet"
    )


def _texts(values: Any) -> pa.Array:
    return pa.array(list(values), pa.string())


def _write(path: Path, names: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
