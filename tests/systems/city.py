"""The small invented city, its staff and its files, for tests of the city's systems."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

from django.conf import settings

from todoke.access import staff
from todoke.access.permissions import Actor
from todoke.sample.city import write

CLERK, SUPERVISOR, OPERATOR = "c001", "c002", "c004"
_STAFF = """
[staff.c001]
roles = ["clerk"]
[staff.c002]
roles = ["supervisor"]
[staff.c004]
roles = ["operator"]
"""


@lru_cache(maxsize=1)
def files() -> Path:
    """The folder with the files of a city of 600, made once a run."""
    folder = Path(mkdtemp(prefix="todoke-city-"))
    write(600, 7, folder)
    return folder


def hire() -> None:
    """The staff file of the city's realm."""
    settings.TODOKE_STAFF_FILE.parent.mkdir(parents=True, exist_ok=True)
    settings.TODOKE_STAFF_FILE.write_text(_STAFF, encoding="utf-8")


def actor(staff_id: str) -> Actor:
    return staff.load(settings.TODOKE_STAFF_FILE, staff_id)


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the files."""
    with (files() / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, content: list[dict[str, str]]) -> Path:
    """A CSV file in the form of the inputs."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(content[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(content)
    return path
