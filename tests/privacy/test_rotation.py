"""鍵の更新 while everybody goes on reading and writing: nobody is missed, and the old key opens nothing any more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from tests.systems import city
from todoke.access.permissions import Actor, Role
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.linkage import codecs, jobs
from todoke.systems.linkage.actions.numbers import rotate_keys
from todoke.systems.linkage.models import IndividualNumber, LocalNumber
from todoke.systems.linkage.queries import numbers

FILE = "individual_numbers.csv"
ADMINISTRATOR = Actor(staff_id="a001", roles=frozenset({Role.ADMINISTRATOR}))
pytestmark = pytest.mark.usefixtures("city_site")


def load(file: Path) -> jobs.StepReport:
    return jobs.load(file, by=city.actor(city.OPERATOR))[0]


def sealed() -> dict[str, tuple[int, bytes]]:
    rows = IndividualNumber.objects.using("linkage").values_list("person_id", "key_id", "ciphertext")
    return {person: (key_id, bytes(text)) for person, key_id, text in rows}


class Load(threading.Thread):
    """Does something again and again until told to stop; keeps what went wrong."""

    def __init__(self, once: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.once, self.halt, self.rounds, self.faults = once, threading.Event(), 0, list[BaseException]()

    def run(self) -> None:
        try:
            while not self.halt.is_set():
                self.once()
                self.rounds += 1
        except BaseException as fault:  # told by the test, whatever it is
            self.faults.append(fault)
        finally:
            connections.close_all()

    def stop(self) -> None:
        self.halt.set()
        self.join(60)


@pytest.mark.slow
def test_nobody_is_missed_while_keys_change_under_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotate_keys, "CHUNK", 7)
    content = city.rows(FILE)
    half = len(content) // 2
    load(city.write_rows(tmp_path / "first.csv", content[:half]))
    known = {row["individual_number"]: row["resident_code"] for row in content[:half]}
    codes = dict(LocalNumber.objects.using("linkage").values_list("local_number", "person_id"))
    expected = {number: codes[code] for number, code in known.items()}
    asked = [number.encode() for number in known]
    before = sealed()

    def find() -> None:
        found = numbers.find_persons(asked)
        assert {asked[place].decode(): person for place, person in found.items()} == expected

    def opening() -> None:
        assert numbers.open_numbers(list(expected.values())) == {p: n for n, p in expected.items()}

    pieces = iter(range(half, len(content), 3))

    def write() -> None:
        start = next(pieces, None)
        if start is None:
            time.sleep(0.01)
            return
        piece = content[:10] + content[start : start + 3]  # known ones and newcomers
        report = load(city.write_rows(tmp_path / f"{start}.csv", piece))
        assert report.counts.totals["統合番号の付番"] == len(piece) - 10

    workers = [Load(find), Load(find), Load(opening), Load(write)]
    for worker in workers:
        worker.start()
    try:
        reports = [jobs.rotate_keys(by=ADMINISTRATOR) for _ in range(3)]
    finally:
        for worker in workers:
            worker.stop()
    assert [worker.faults for worker in workers] == [[], [], [], []]
    assert all(worker.rounds > 0 for worker in workers)
    assert [report.key for report in reports] == ["2", "3", "4"]
    assert [report.counts.totals["廃棄した鍵の世代"] for report in reports] == [1, 1, 1]
    after = sealed()
    assert {key_id for key_id, _ in after.values()} == {4}
    assert before.keys() <= after.keys()
    assert all(after[person][1] != before[person][1] for person in before)


def test_the_old_key_is_really_unusable(tmp_path: Path) -> None:
    """A row of an old backup opens with nothing that lies in the folder of keys."""
    load(city.write_rows(tmp_path / FILE, city.rows(FILE)[:20]))
    backup = sealed()
    jobs.rotate_keys(by=ADMINISTRATOR)
    keys = codecs.number_keys()
    assert keys.ids == (2,)
    assert [path.name for path in sorted(settings.TODOKE_KEYS_FOLDER.glob("*number*"))] == [
        "linkage-14100-number.keys"
    ]
    for person, (_, text) in backup.items():
        with pytest.raises(TodokeError) as refused:
            keys.newest.open([text], [person.encode()])
        assert refused.value.code is ErrorCode.INPUT_CHANGED
    person, (old, text) = next(iter(backup.items()))
    IndividualNumber.objects.using("linkage").filter(person_id=person).update(key_id=old, ciphertext=text)
    with pytest.raises(TodokeError) as lost:
        numbers.open_numbers([person])
    assert lost.value.code is ErrorCode.SETUP_MISSING


def test_a_stopped_rotation_goes_on_with_the_same_generation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(city.write_rows(tmp_path / FILE, city.rows(FILE)[:30]))
    monkeypatch.setattr(rotate_keys, "CHUNK", 10)
    stops = iter(["before anything", "after a chunk", "after the old key was destroyed", ""])
    real_chunk, real_end = jobs.reseal_chunk, jobs.end_rotation
    stop = ""

    def chunk(*, key_id: int, by: Actor) -> int:
        if stop == "before anything":
            raise KeyboardInterrupt
        count = real_chunk(key_id=key_id, by=by)
        if stop == "after a chunk":
            raise KeyboardInterrupt
        return count

    def end(*, key_id: int, by: Actor) -> int:
        count = real_end(key_id=key_id, by=by)
        if stop:
            raise KeyboardInterrupt
        return count

    monkeypatch.setattr(jobs, "reseal_chunk", chunk)
    monkeypatch.setattr(jobs, "end_rotation", end)
    for stop in stops:
        if stop:
            with pytest.raises(KeyboardInterrupt):
                jobs.rotate_keys(by=ADMINISTRATOR)
    assert jobs.rotate_keys(by=ADMINISTRATOR).key == "2"
    assert codecs.number_keys().ids == (2,)
    assert len(numbers.open_numbers(list(sealed()))) == 30


def test_old_keys_stay_while_a_number_needs_them(tmp_path: Path) -> None:
    load(city.write_rows(tmp_path / FILE, city.rows(FILE)[:20]))
    rotate_keys.begin_rotation(key_id=2, by=ADMINISTRATOR)
    with pytest.raises(TodokeError, match="20 件") as refused:
        rotate_keys.end_rotation(key_id=2, by=ADMINISTRATOR)
    assert refused.value.code is ErrorCode.STATE_CONFLICT
    assert codecs.number_keys().ids == (2, 1)


def test_only_an_administrator_changes_keys_and_it_is_logged(tmp_path: Path) -> None:
    load(city.write_rows(tmp_path / FILE, city.rows(FILE)[:20]))
    with pytest.raises(TodokeError) as denied:
        jobs.rotate_keys(by=city.actor(city.OPERATOR))
    assert denied.value.code is ErrorCode.PERMISSION_DENIED
    jobs.rotate_keys(by=ADMINISTRATOR)
    told = Operation.objects.using("linkage").filter(actor="a001").order_by("id")
    assert [(entry.subject, entry.persons) for entry in told] == [
        ("begin:2", 20),
        ("reseal:2", 20),
        ("destroy:<2", 0),
    ]
