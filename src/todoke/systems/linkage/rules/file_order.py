"""順序と名前: which number is due, what a number means that is not, and what files are called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

EXTENSIONS = {"fixed": "dat", "csv": "csv", "tsv": "tsv", "xml": "xml", "xlsx": "xlsx"}


def file_name(system: str, kind: str, number: int, form: str) -> str:
    """The name of a file, with its number: `residents-numbers-00000012.csv`."""
    return f"{system}-{kind}-{number:08d}.{EXTENSIONS[form]}"


def is_named(name: str, system: str, kind: str, number: int) -> bool:
    """Whether a file's name says what its manifest says; the extension is the sender's."""
    return PurePath(name).name == name and name.partition(".")[0] == f"{system}-{kind}-{number:08d}"


def gap(next_number: int, arrived: int | None) -> int:
    """How many numbers are missing before the lowest one that has arrived."""
    return 0 if arrived is None else max(0, arrived - next_number)


def cuts(records: int, limit: int) -> Iterator[tuple[int, int]]:
    """Beginning and length of each send; nothing is one empty send of no use, so none."""
    for begin in range(0, records, limit):
        yield begin, min(limit, records - begin)
