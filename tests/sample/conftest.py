"""One generated city, read back as text, for all tests of this room."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest

from todoke.sample import city

Row = dict[str, str]
RESIDENTS = 6_000


def read(path: Path) -> list[Row]:
    names = path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
    options = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
    )
    return pyarrow.csv.read_csv(path, convert_options=options).to_pylist()


@dataclass
class Files:
    out: Path
    counts: dict[str, int]

    def __post_init__(self) -> None:
        self._read: dict[str, list[Row]] = {}

    def __getitem__(self, name: str) -> list[Row]:
        if name not in self._read:
            self._read[name] = read(self.out / name)
        return self._read[name]

    def by(self, name: str, key: str) -> dict[str, Row]:
        return {row[key]: row for row in self[name]}


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    out = tmp_path_factory.mktemp("city")
    return Files(out, city.write(RESIDENTS, 7, out))
