"""The neighbours of the sample city enrol by messages alone, and may be stopped and started again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.systems import copies
from tests.systems.three_towns import EAST, NETWORK_STAFF, Towns, alias
from todoke.contracts.information import TAX_ITEMS
from todoke.exchange.ring import KeyRing
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sample import city, neighbours
from todoke.systems.network.actions.load_register import load_register
from todoke.systems.network.actions.make_keys import make_keys


class Shown:
    def __init__(self) -> None:
        self.count, self.done = 0, 0

    def total(self, count: int) -> None:
        self.count = count

    def advance(self, count: int) -> None:
        self.done += count


class StoppedOnce:
    """A transport on which the fourth message fails for one time."""

    patience = 0.0

    def __init__(self, towns: Towns) -> None:
        self.inner, self.sent = towns.transport, 0

    @property
    def ring(self) -> KeyRing:
        return self.inner.ring

    def post(self, receiver: str, wire: bytes, sender: str) -> bytes:
        self.sent += 1
        if self.sent == 4:
            raise TodokeError(ErrorCode.UNAVAILABLE, what="stopped")
        return self.inner.post(receiver, wire, sender)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    city.write(1500, 3, folder)
    return folder


def test_a_neighbour_enrols_from_its_files_and_continues_after_a_stop(
    towns: Towns, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "RECORD_LIMIT", 5)
    make_keys(by=NETWORK_STAFF)
    load_register(file=sample / "national" / "juki.csv", by=NETWORK_STAFF)
    folder, shown = sample / "neighbours" / EAST, Shown()
    persons = len((folder / "numbers.csv").read_text(encoding="utf-8").splitlines()) - 1
    registered = len((folder / "replica.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert persons > 10
    transport = StoppedOnce(towns)
    with pytest.raises(TodokeError, match="UNAVAILABLE"):
        neighbours.enrol(transport, folder, EAST, shown, wait=towns.deliver)
    shown = Shown()
    found = neighbours.enrol(transport, folder, EAST, shown, wait=towns.deliver)
    assert (found.codes, found.replicas) == (persons, registered)
    assert shown.done == shown.count == persons + registered
    states = towns.rows(alias(EAST), "SELECT state, count(*) FROM intermediary_link_code GROUP BY 1")
    assert states == [("acquired", persons)]
    assert towns.rows(alias(EAST), "SELECT count(*), max(edition) FROM intermediary_replica") == [
        (registered, registered)
    ]
    before = towns.rows(alias(EAST), "SELECT * FROM intermediary_replica ORDER BY 1")
    assert neighbours.enrol(transport, folder, EAST, Shown(), wait=towns.deliver) == found
    assert towns.rows(alias(EAST), "SELECT * FROM intermediary_replica ORDER BY 1") == before


def test_the_replicas_say_what_the_file_says(towns: Towns, sample: Path) -> None:
    import csv

    make_keys(by=NETWORK_STAFF)
    load_register(file=sample / "national" / "juki.csv", by=NETWORK_STAFF)
    folder = sample / "neighbours" / EAST
    neighbours.enrol(towns.transport, folder, EAST, Shown(), wait=towns.deliver)
    names = [column for item in TAX_ITEMS for column in (item, f"{item}_reason")]
    found = [
        tuple(copy[name] for name in ("integrated_number", "auto_reply_prohibited", *names))
        for copy in copies.opened(alias(EAST))
    ]
    with (folder / "replica.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["integrated_number"])
    assert found == [
        (
            row["integrated_number"],
            row["auto_reply_prohibited"] == "1",
            *(row[name] or None for name in names),
        )
        for row in rows
    ]
