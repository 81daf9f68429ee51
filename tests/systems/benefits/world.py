"""A small city for the paying half: decisions, a sealed register and returned forms, all invented and all alike
unless a test says otherwise."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connections

from todoke.access.permissions import Actor, Role
from todoke.contracts import registry
from todoke.contracts.residents import Residents, SnapshotKind, SnapshotRef
from todoke.engine.snapshots import file_sha256
from todoke.kernel import clock
from todoke.systems.benefits import jobs
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.programmes import R3_NONTAXABLE

ALIAS = "benefits"
PROGRAMME = R3_NONTAXABLE
CODE = PROGRAMME.code
_REASONS = {"eligible": "EXEMPT", "ineligible": "TAXED", "undecided": "UNKNOWN"}
CLERK = Actor(staff_id="c001", roles=frozenset({Role.CLERK}))
SUPERVISOR = Actor(staff_id="s001", roles=frozenset({Role.SUPERVISOR}))
TREASURER = Actor(staff_id="t001", roles=frozenset({Role.TREASURER}))
FORM_COLUMNS = (
    "household_code", "received_on", "route", "declines", "declared_supporter_taxed",
    "bank_code", "branch_code", "account_type", "account_number", "account_holder_kana",
)  # fmt: skip
_SCHEMA = pa.schema(
    [
        ("resident_code", pa.string()),
        ("name_kanji", pa.string()),
        ("name_kana", pa.string()),
        ("postal_code", pa.string()),
        ("address", pa.string()),
        ("left_on", pa.date32()),
        ("left_reason", pa.string()),
        ("protected", pa.bool_()),
    ]
)


@dataclass
class World:
    """Households numbered from 0; `people` and `forms` may be changed before they are sealed or written."""

    folder: Path
    size: int = 5
    people: dict[int, dict[str, Any]] = field(default_factory=dict)
    forms: dict[int, dict[str, Any]] = field(default_factory=dict)
    sealed: int = 0
    register: SnapshotRef | None = None

    def __post_init__(self) -> None:
        for number in range(self.size):
            self.people[number] = {
                "resident_code": resident(number),
                "name_kanji": f"𠮷田 髙﨑{number}",
                "name_kana": "ヨシダ ﾀｶｻﾞｷ",
                "postal_code": "2200012",
                "address": f"神奈川県横浜市西区みなとみらい{number}番地",
                "left_on": None,
                "left_reason": None,
                "protected": False,
            }
            self.forms[number] = {
                "household_code": household(number),
                "received_on": "2022-03-01",
                "route": "郵送",
                "declines": "0",
                "declared_supporter_taxed": "0",
                "bank_code": "0138",
                "branch_code": "200",
                "account_type": "1",
                "account_number": f"{number + 1:07d}",
                "account_holder_kana": "ﾖｼﾀﾞ ﾀｶｻﾞｷ",
            }

    def serve(self) -> World:
        """Seal the people as the newest register and answer for the contract Residents."""
        self.sealed += 1
        path = self.folder / f"register-{self.sealed}.parquet"
        pq.write_table(pa.Table.from_pylist(list(self.people.values()), schema=_SCHEMA), path)
        self.register = SnapshotRef(
            snapshot_id=f"latest-{self.sealed}",
            kind=SnapshotKind.LATEST,
            as_of=date(2022, 2, self.sealed),
            path=str(path),
            sha256=file_sha256(path),
            rows=len(self.people),
            sealed_at=clock.now(),
        )
        registry.serve(Residents, self)  # type: ignore[type-abstract]
        return self

    def snapshot(self, kind: SnapshotKind) -> SnapshotRef:
        assert self.register is not None
        assert kind is SnapshotKind.LATEST
        return self.register

    def origins(self, resident_codes: object) -> list[object]:
        raise NotImplementedError

    def write_forms(self, name: str = "responses.csv") -> Path:
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, FORM_COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.forms.values())
        return path


def household(number: int) -> str:
    return f"{number + 1:010d}"


def resident(number: int) -> str:
    return f"9{number + 1:09d}"


def decide(
    outcomes: dict[int, str],
    *,
    protected: frozenset[int] = frozenset(),
    needs: bool = True,
    programme: Programme = PROGRAMME,
    amounts: dict[int, int] | None = None,
    moved_in: frozenset[int] = frozenset(),
) -> int:
    """A decision run with these outcomes; returns its id. `amounts`: of households that get more than the basic one;
    `moved_in`: those whose tax status was asked for elsewhere."""
    persons = Path(mkdtemp(prefix="todoke-world-")) / "persons.parquet"
    sources = ["inquiry" if n in moved_in else "tax_record" for n in outcomes]
    keys = pa.array([household(n) for n in outcomes], pa.string())
    pq.write_table(pa.table({"household_key": keys, "source": pa.array(sources, pa.string())}), persons)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(
            "INSERT INTO benefits_decisionrun (programme, edition, round, base_snapshot, latest_snapshot, tax_sha256,"
            " assistance_sha256, answers_sha256, paid_sha256, applications_sha256, result_path, result_sha256,"
            " persons_path, persons_sha256, residents, households, decided_at, decided_by)"
            " SELECT %s, '', count(*)::text, '', '', '', '', '', '', '', '', '', %s, %s, 0, 0, %s, %s"
            " FROM benefits_decisionrun RETURNING id",
            [programme.code, str(persons), file_sha256(persons), clock.now(), "c001"],
        )
        (run,) = cursor.fetchone()
        rows = [
            (
                run,
                household(n),
                household(n),
                resident(n),
                outcome,
                _REASONS[outcome],
                "",
                1,
                needs,
                n in protected,
                (amounts or {}).get(n, programme.amount) if outcome == "eligible" else 0,
            )
            for n, outcome in outcomes.items()
        ]
        cursor.executemany(
            "INSERT INTO benefits_decision (run_id, household_key, base_household_code, payee_resident_code, outcome,"
            " reason_code, reasons, members, needs_declaration, protected, amount_yen)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            rows,
        )
    return int(run)


def rows(statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall()) if cursor.description else []


def walk(world: World, out: Path) -> dict[str, dict[str, int]]:
    """The whole road; the counts and totals of every step."""
    steps = [
        *jobs.number_cases(CODE, by=CLERK),
        *jobs.print_letters(CODE, out, by=CLERK),
        *jobs.receive(CODE, world.write_forms(), by=CLERK),
        *jobs.examine(CODE, by=CLERK),
        *jobs.approve(CODE, by=SUPERVISOR),
        *jobs.prepare_payment(CODE, by=SUPERVISOR),
        *jobs.release_payment(CODE, by=TREASURER),
        *jobs.write_bank_files(CODE, out, by=TREASURER),
    ]
    return {
        step.name: {"in": step.counts.taken, "ok": step.counts.accepted, **step.counts.totals}
        for step in steps
    }
