"""A little city that asks elsewhere: the judging half of the road on real tables, with stand-ins for the siblings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connections

from tests.systems.benefits.little_city import LittleCity, code
from todoke.access.permissions import Actor, Role
from todoke.contracts import registry
from todoke.contracts.information import TAX_ITEMS
from todoke.contracts.inquiry import Inquiries
from todoke.contracts.linkage import Linkage
from todoke.contracts.people import BasicAttributes
from todoke.contracts.residents import Residents, SnapshotKind, SnapshotRef
from todoke.contracts.stand_ins import InquiriesStandIn, LinkageStandIn, ResidentsStandIn
from todoke.engine import snapshots
from todoke.identifiers import integrated_number
from todoke.kernel import clock
from todoke.records.layouts import inquiry_answer_v2021
from todoke.systems.benefits import jobs
from todoke.systems.benefits.queries import decision_run
from todoke.systems.residents.codecs import read_register

ALIAS, PROGRAMME = "benefits", "r3-nontaxable"
CLERK = Actor(staff_id="c001", roles=frozenset({Role.CLERK}))
MOVED = {"moved_in_on": "2021-03-01"}
_ABSENT = {f"{name}_reason": "NotAcceptable" for name in TAX_ITEMS}
VALUES: dict[str, Any] = dict.fromkeys(TAX_ITEMS, 0) | {
    "tax_year": "2021", "taxed_elsewhere": "0", "taxing_municipality": None,
    "taxing_municipality_reason": "NotAcceptable",
}  # fmt: skip


def number(person: int) -> str:
    return integrated_number.mint(person)


def answered(**changes: Any) -> dict[str, Any]:
    """An answer with every amount 0 but for the changes; a value of None takes the reason NotConvered."""
    reasons = {f"{name}_reason": "NotConvered" for name, value in changes.items() if value is None}
    return {"inquiry_kind": "01", **VALUES, **changes, **reasons}


def ended(kind: str, error: str = "") -> dict[str, Any]:
    """An answer record without items, as every ending but 回答あり has."""
    return {"inquiry_kind": kind, "error_reason": error or None}


@dataclass
class AskingCity:
    """Everybody moved in from elsewhere, alone. `answers`: person → what the answer record says."""

    folder: Path
    answers: dict[int, dict[str, Any]] = field(default_factory=dict)
    little: LittleCity = field(default_factory=LittleCity)
    strangers: dict[int, BasicAttributes] = field(default_factory=dict)

    def movers(self, answers: Iterable[dict[str, Any]]) -> AskingCity:
        """Persons 1, 2, …, each a household of its own, with these answers."""
        for person, answer in enumerate(answers, start=1):
            self.answers[person] = answer
            self.little.person(person, person, is_head="1", **MOVED)
        return self

    def serve(self) -> AskingCity:
        """Seal the registers and answer for the three contracts."""
        self.little.write(self.folder)
        refs = [self._sealed(kind) for kind in SnapshotKind]
        people = {
            row["resident_code"]: (number(int(row["resident_code"])), self._attributes(row))
            for row in self.little.latest
        }
        origins = {row["resident_code"]: row["previous_municipality"] for row in self.little.latest}
        residents, linkage = ResidentsStandIn(refs), LinkageStandIn(people, reply=_nobody_replies)
        self.inquiries = InquiriesStandIn(self.folder, origins, self.record)
        registry.serve(Residents, residents)  # type: ignore[type-abstract]
        registry.serve(Linkage, linkage)  # type: ignore[type-abstract]
        registry.serve(Inquiries, self.inquiries)  # type: ignore[type-abstract]
        return self

    def record(self, resident_code: str) -> dict[str, Any]:
        """The columns of one person's answer record."""
        person = int(resident_code)
        return {"integrated_number": number(person), "ward_code": "14103", **self.answers[person]}

    def file(self, name: str, persons: Iterable[int]) -> Path:
        """An answer file of these persons, in this order."""
        rows = [{"resident_code": code(person), **self.record(code(person))} for person in persons]
        table = pa.Table.from_pylist(rows, schema=inquiry_answer_v2021.ANSWER.schema)
        path = self.folder / name
        path.write_bytes(inquiry_answer_v2021.encode(table))
        return path

    def first(self) -> AskingCity:
        """Load, decide, ask."""
        jobs.load(self.folder / "tax.csv", self.folder / "assistance.csv", by=CLERK)
        jobs.decide(PROGRAMME, "first", by=CLERK)
        jobs.ask(PROGRAMME, "first", by=CLERK)
        return self

    def second(self, files: tuple[Path, ...] = (), round_name: str = "second") -> dict[int, str]:
        """Import the answers, decide again: person → reasons of the household."""
        jobs.import_answers(PROGRAMME, "first", by=CLERK, files=files)
        jobs.decide(PROGRAMME, round_name, by=CLERK)
        rows = pq.read_table(decision_run(PROGRAMME, round_name).result_path).to_pylist()
        return {int(row["household_key"][1:]): row["reasons"] for row in rows}

    def _sealed(self, kind: SnapshotKind) -> SnapshotRef:
        register = read_register(self.folder / f"residents_{kind}.csv")
        seal = snapshots.write(register, self.folder / "sealed", f"residents-{kind}")
        return SnapshotRef(
            snapshot_id=kind,
            kind=kind,
            as_of=date(2022, 2, 1),
            path=str(seal.path),
            sha256=seal.sha256,
            rows=seal.rows,
            sealed_at=clock.now(),
        )

    def _attributes(self, row: dict[str, str]) -> BasicAttributes:
        own = BasicAttributes(
            name_kanji=row["name_kanji"], sex=row["sex"], birth_date=date.fromisoformat(row["birth_date"]),
            address=row["address"],
        )  # fmt: skip
        return self.strangers.get(int(row["resident_code"]), own)


def take_in_anew() -> None:
    """The registers come in once more, now: a clock that was moved has made them too old for letters."""
    known = registry.need(Residents)
    kinds = (SnapshotKind.BASE, SnapshotKind.LATEST)
    refs = [msgspec.structs.replace(known.snapshot(kind), sealed_at=clock.now()) for kind in kinds]
    registry.serve(Residents, ResidentsStandIn(refs))


def rows(statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall()) if cursor.description else []


def _nobody_replies(query: object) -> Any:
    raise AssertionError("nothing is asked over the network here")
