"""The small invented city, its staff and its files, for tests of the city's systems."""

from __future__ import annotations

import csv
import shutil
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

from django.conf import settings

from tests import hiring
from todoke.access import cli_actor
from todoke.access.permissions import Actor, Role
from todoke.sample.city import write

CLERK, SUPERVISOR, TREASURER, OPERATOR = "c001", "c002", "c003", "c004"
DIRECTORY = "directory_city"
_STAFF = {
    CLERK: [Role.CLERK],
    SUPERVISOR: [Role.SUPERVISOR],
    TREASURER: [Role.TREASURER],
    OPERATOR: [Role.OPERATOR],
}


_STAYING = ("oplog.", "authority.", "server.", "terminals.", "contents-")


@lru_cache(maxsize=1)
def files() -> Path:
    """The folder with the files of a city of 600, made once a run."""
    folder = Path(mkdtemp(prefix="todoke-city-"))
    write(600, 7, folder)
    return folder


def open_site() -> None:
    """No data and no keys of earlier tests, and the staff. Keys of the log, the exchange, the terminals and of what municipalities keep stay with the instance."""
    shutil.rmtree(settings.TODOKE_DATA_FOLDER, ignore_errors=True)
    for key in settings.TODOKE_KEYS_FOLDER.iterdir():
        if not key.name.startswith(_STAYING) and ".sign." not in key.name and ".tls." not in key.name:
            key.unlink()
    hire()


def hire() -> None:
    """The staff of the city's realm, each signed in by command."""
    hiring.hire(DIRECTORY, _STAFF)
    for staff_id in _STAFF:
        hiring.sit_down(DIRECTORY, staff_id)


def actor(staff_id: str) -> Actor:
    return cli_actor.actor(staff_id)


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
