"""Stopped anywhere, the same calls again give the same totals, the same bytes, and nothing twice."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import Error, connections
from django.db.backends.postgresql.base import DatabaseWrapper

from tests.systems.benefits.world import CLERK, CODE, World, decide, rows, walk
from todoke.sites.instance import ENVIRONMENT, Instance
from todoke.systems.benefits import jobs
from todoke.systems.benefits.web.letters import typesetting

SIZE = 6


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def world(databases: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(typesetting, "LETTERS_PER_FILE", 2)
    decide(dict.fromkeys(range(SIZE), "eligible"))
    world = World(tmp_path, size=SIZE).serve()
    world.forms[1]["declines"] = "1"
    return world


@pytest.mark.parametrize("after", [False, True], ids=["before its commit", "after its commit"])
def test_killed_at_every_commit(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    commit, left = DatabaseWrapper._commit, [0]

    def counted(connection: DatabaseWrapper) -> None:
        left[0] -= 1
        if left[0] or after:
            commit(connection)
        if left[0] == 0:
            connection.connection.close()
            raise Killed

    kills = 0
    with monkeypatch.context() as patched:
        patched.setattr(DatabaseWrapper, "_commit", counted)
        for left[0] in itertools.cycle(range(1, 6)):
            try:
                totals = walk(world, tmp_path)
                break
            except (
                Killed,
                Error,
            ):  # Django may stumble over the closed connection before it lets Killed through
                assert left[0] == 0
                kills += 1
                connections["benefits"].close()
    assert kills >= 10
    assert totals["benefits.letters"] == {"in": 6, "ok": 6, "files": 3, "confirmation": 6}
    assert totals["benefits.bank_file"] == {
        "in": 5, "ok": 5, "bank_files": 1, "paid_count": 5, "paid_yen": 500_000,
    }  # fmt: skip
    assert rows("SELECT count(*), count(DISTINCT lineage) FROM benefits_payment") == [(5, 5)]
    assert rows("SELECT count(*) FROM benefits_application") == [(SIZE,)]
    assert rows("SELECT count(*) FROM benefits_examination") == [(SIZE,)]
    assert digests(tmp_path) == recorded()
    assert not list(tmp_path.rglob("*.part"))


def test_a_bank_file_that_was_renamed_but_not_recorded_is_finished_with_the_same_bytes(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("todoke.systems.benefits.actions.payments.write_bank_file._KEEP", "SELECT 1/0")
        with pytest.raises(Exception, match="division by zero"):
            walk(world, tmp_path)
    file = tmp_path / "payments/transfer-0001.txt"
    before = file.read_bytes()
    assert rows("SELECT count(*) FROM benefits_bank_file") == [(0,)]
    walk(world, tmp_path)
    assert file.read_bytes() == before
    assert rows("SELECT sha256, total_yen FROM benefits_bank_file") == [(sha256(before).hexdigest(), 500_000)]


def test_two_runs_give_the_same_bank_file_and_letters(
    world: World, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    walk(world, tmp_path / "one")
    connections["benefits"].close()
    request.getfixturevalue("_emptier").empty()
    decide({7: "ineligible"})  # other row ids than before
    decide(dict.fromkeys(range(SIZE), "eligible"))
    walk(world, tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert len(digests(tmp_path / "one")) == 4


def test_kill_9_while_printing(databases: Instance, tmp_path: Path) -> None:
    size = 1200
    decide(dict.fromkeys(range(size), "eligible"))
    jobs.number_cases(CODE, by=CLERK)
    connections["benefits"].close()
    command = [
        sys.executable,
        "-m",
        "tests.systems.benefits.printing_process",
        str(tmp_path),
        str(size),
        str(tmp_path),
    ]
    environment = {**os.environ, ENVIRONMENT: str(databases.path), "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    while not (tmp_path / "letters/letters-00003.pdf").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for_end_of(process.pid)
    done = len(recorded())
    assert done < size // 100
    World(tmp_path, size=size).serve()
    (report,) = jobs.print_letters(CODE, tmp_path, by=CLERK)
    assert (report.counts.taken, report.counts.accepted) == (size, size)
    assert report.counts.totals == {"files": size // 100, "confirmation": size}
    assert rows("SELECT count(*), count(DISTINCT case_id), max(position) FROM benefits_letter") == [
        (size, size, 100)
    ]
    assert digests(tmp_path) == recorded()


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 by name of the letters and bank files."""
    files = [*folder.glob("letters/*.pdf"), *folder.glob("payments/*.txt")]
    return {file.name: sha256(file.read_bytes()).hexdigest() for file in sorted(files)}


def recorded() -> dict[str, str]:
    return dict(
        rows(
            "SELECT name, sha256 FROM benefits_letter_file UNION ALL SELECT name, sha256 FROM benefits_bank_file"
        )
    )


def wait_for_end_of(group: int) -> None:
    """The typesetting processes follow their parent by themselves."""
    for _ in range(500):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise AssertionError("typesetting processes outlived the killed parent")
