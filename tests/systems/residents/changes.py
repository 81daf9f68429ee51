"""A small register and daily files of changes, written by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.systems import city
from todoke.contracts.residents import SnapshotKind
from todoke.systems.residents import jobs

AS_OF = date(2022, 2, 1)
Row = dict[str, str]


def resident(code: str, household: str, name: str, **more: str) -> Row:
    """A row of the register; a head unless told otherwise."""
    return {
        "resident_code": code, "household_code": household, "is_head": "1", "relationship": "世帯主",
        "name_kanji": name, "name_kana": "ヤマダ　タロウ", "sex": "1", "birth_date": "1960-01-02", "postal_code": "2310005",
        "address": "神奈川県横浜市中区本町六丁目50番地10", "ward_code": "14104", "moved_in_on": "", "previous_municipality": "",
        "left_on": "", "left_reason": "", "nationality": "JPN", "protected": "0", **more,
    }  # fmt: skip


ICHI, NI, SAN = "1000000001", "1000000002", "1000000003"
FATHER = resident("0000000001", ICHI, "山田　太郎")
MOTHER = resident("0000000002", ICHI, "山田　花子", is_head="0", relationship="妻", sex="2")
SON = resident("0000000003", ICHI, "山田　一郎", is_head="0", relationship="子", birth_date="1990-03-04")
ALONE = resident("0000000004", NI, "佐藤　次郎")
REGISTER = (FATHER, MOTHER, SON, ALONE)


def load(folder: Path, rows: tuple[Row, ...] = REGISTER) -> None:
    """The register as the latest one."""
    file = city.write_rows(folder / "residents_latest.csv", list(rows))
    jobs.import_snapshot(kind=SnapshotKind.LATEST, file=file, as_of=AS_OF, by=city.actor(city.CLERK))


def changed(kind: str, row: Row, changed_on: str = "2022-02-02", **more: str) -> Row:
    """A row of a daily file, without its serial."""
    return {"kind": kind, "changed_on": changed_on, **row, **more}


def write(folder: Path, *rows: Row, first: int = 1, name: str = "changes.csv") -> Path:
    """A daily file, numbered from `first`."""
    numbered = [{"serial": str(first + place), **row} for place, row in enumerate(rows)]
    return city.write_rows(folder / name, numbered)


def apply(folder: Path, *rows: Row, first: int = 1, as_of: date = date(2022, 2, 3)) -> jobs.StepReport:
    """Write a daily file and take it in."""
    file = write(folder, *rows, first=first, name=f"changes-{first}.csv")
    return jobs.import_changes(file=file, as_of=as_of, by=city.actor(city.CLERK))
