"""The files pass the checks that every incoming file must pass."""

from __future__ import annotations

import re

import pytest

from tests.sample.conftest import Files
from todoke.records.csv_input import CsvLayout, read_checked
from todoke.records.layouts import city_inputs_v2021 as layouts
from todoke.records.layouts.resident_changes_v2026 import RESIDENT_CHANGES
from todoke.sample.city.files import COLUMNS

LAYOUTS = {
    "residents_base.csv": layouts.RESIDENTS,
    "residents_latest.csv": layouts.RESIDENTS,
    "changes/<day>.csv": RESIDENT_CHANGES,
    "tax.csv": layouts.TAX,
    "assistance.csv": layouts.ASSISTANCE,
    "individual_numbers.csv": layouts.INDIVIDUAL_NUMBERS,
    "responses.csv": layouts.RESPONSES,
    "national/juki.csv": layouts.JUKI,
    "neighbours/<code>/numbers.csv": layouts.NEIGHBOUR_NUMBERS,
    "neighbours/<code>/replica.csv": layouts.REPLICA,
}


def test_every_file_has_a_layout() -> None:
    assert LAYOUTS.keys() == COLUMNS.keys()


@pytest.mark.parametrize(("name", "layout"), LAYOUTS.items())
def test_files_are_accepted(files: Files, name: str, layout: CsvLayout) -> None:
    general = [
        (re.sub(r"/[0-9-]{10}", "/<day>", re.sub(r"/\d{5}/", "/<code>/", path)), path)
        for path in files.counts
    ]
    written = [path for kind, path in general if kind == name]
    assert written
    for path in written:
        assert read_checked(files.out / path, layout).num_rows == files.counts[path]
