"""The files of an invented city of any size: 377,000 people invented, copied with other codes as often as it takes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from todoke.engine import duck, snapshots
from todoke.sample.city import tables
from todoke.sample.city.invention import invent
from todoke.sites.demonstration.bench import SEED
from todoke.sites.demonstration.bench_decide import ours

UNIT: Final = 377_000
_COLUMNS = {
    "base": "resident_code household_code is_head birth_date moved_in_on previous_municipality left_on left_reason protected",
    "latest": "resident_code household_code is_head birth_date moved_in_on previous_municipality left_on left_reason protected",
    "tax": "resident_code tax_year declared income_levy per_capita_levy levy_waived treaty_exempt supporter supporter_taxed",
    "assistance": "resident_code kind valid_from valid_to",
}
_DATES = frozenset({"birth_date", "moved_in_on", "left_on", "valid_from", "valid_to"})
_FLAGS = frozenset({"is_head", "protected", "declared", "levy_waived", "treaty_exempt", "supporter_taxed"})
_YEN = frozenset({"income_levy", "per_capita_levy"})
# An affine map modulo a prime: other codes for every copy, all different, and neighbours far apart
_CODE = "lpad(((({number} + copy * {count}) * {factor} + 12345) % 9999999967)::VARCHAR, 10, '0')"
_ANSWERS = (
    ("非課税",) * 55
    + ("所得割課税",) * 25
    + ("均等割のみ課税",) * 8
    + ("回答なし",) * 6
    + ("提供者確認中",) * 4
)


def make(residents: int, folder: Path) -> Path:
    """The folder with the files of about so many residents (a multiple of the unit from there on), made once."""
    place = folder / f"decide-{residents}"
    if (place / "done").is_file():
        return place
    unit = folder / f"decide-unit-{min(residents, UNIT)}"
    if not (unit / "done").is_file():
        _invent(min(residents, UNIT), unit)
    place.mkdir(parents=True, exist_ok=True)
    _copy(unit, place, max(1, round(residents / UNIT)))
    (place / "done").touch()
    return place


def _invent(residents: int, unit: Path) -> None:
    unit.mkdir(parents=True, exist_ok=True)
    city = invent(residents, SEED)
    made = {
        "base": tables.base_register(city), "latest": tables.latest_register(city),
        "tax": tables.tax_roll(city), "assistance": tables.assistance_rows(city),
    }  # fmt: skip
    with duck.connect() as connection:
        for name, columns in made.items():
            connection.register(
                "given", pa.table({column: columns[column] for column in _COLUMNS[name].split()})
            )
            typed = ", ".join(_typed(column) for column in _COLUMNS[name].split())
            connection.execute(
                f"COPY (SELECT {typed} FROM given) TO '{unit}/{name}.parquet' (FORMAT PARQUET)"
            )
    ours.main(unit, unit)
    found = pq.read_table(unit / "persons.parquet")
    asked = [
        code
        for code, status in zip(*(found[n].to_pylist() for n in ("resident_code", "status")), strict=True)
        if status == "未照会"
    ]
    said = {code: int(hashlib.sha256(str(code).encode()).hexdigest(), 16) % 100 for code in asked}
    answers = {code: _ANSWERS[place] for code, place in said.items() if place < len(_ANSWERS)}
    columns = {"resident_code": pa.array(answers), "status": pa.array(answers.values())}
    pq.write_table(pa.table(columns), unit / "answers.parquet")
    (unit / "done").touch()


def _typed(column: str) -> str:
    filled = f"nullif({column}, '')"
    if column in _FLAGS:
        return f"{filled} = '1' AS {column}"
    kind = "DATE" if column in _DATES else "BIGINT" if column in _YEN else "VARCHAR"
    return f"{filled}::{kind} AS {column}"


def _copy(unit: Path, place: Path, copies: int) -> None:
    with duck.connect(memory="4GB", spill=place / ".spill") as connection:
        for kind, column in (("person", "resident_code"), ("home", "household_code")):
            sources = " UNION ".join(
                f"SELECT {column} FROM '{unit}/{name}.parquet'" for name in ("base", "latest")
            )
            connection.execute(
                f"CREATE TABLE {kind} AS SELECT {column}, row_number() OVER (ORDER BY {column}) - 1 AS {kind}_number FROM ({sources})"
            )
        people, homes = (
            int(connection.execute(f"SELECT count(*) FROM {kind}").fetchall()[0][0])
            for kind in ("person", "home")
        )
        person = _CODE.format(number="person_number", count=people, factor=7_368_787)
        home = _CODE.format(number="home_number", count=homes, factor=6_700_417)
        for name in ours.FILES:
            lives = name in ("base", "latest")
            query = (
                f"SELECT * REPLACE ({person} AS resident_code{f', {home} AS household_code' if lives else ''})"
                f" FROM '{unit}/{name}.parquet' JOIN person USING (resident_code)"
                f" {'JOIN home USING (household_code)' if lives else ''} CROSS JOIN range({copies}) r(copy)"
            )
            how = f"FORMAT PARQUET, COMPRESSION ZSTD, ROW_GROUP_SIZE {snapshots.GROUP_ROWS}"
            dropped = "copy, person_number" + (", home_number" if lives else "")
            connection.execute(
                f"COPY (SELECT * EXCLUDE ({dropped}) FROM ({query}) ORDER BY resident_code) TO '{place}/{name}.parquet' ({how})"
            )
