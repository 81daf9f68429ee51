"""Imports that were stopped go on by themselves, as far as no person is waited for: and the clock may do nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections

from tests.clocks import Clock
from tests.systems.benefits.asking_city import rows
from tests.systems.benefits.test_imports import (
    CLERK,
    DAY,
    begin,
    city,
    in_use,
    residents,
    through,
)
from todoke.access import parties
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records.encodings import Encoding
from todoke.sites.instance import ENVIRONMENT, Instance
from todoke.systems.benefits import housekeeping
from todoke.systems.benefits.actions.imports.cancel_file import cancel_file
from todoke.systems.benefits.actions.imports.confirm_file import confirm_file
from todoke.systems.benefits.actions.imports.propose_file import propose_file
from todoke.systems.benefits.actions.imports.receive_file import Said, receive_file
from todoke.systems.benefits.jobs import importing
from todoke.systems.benefits.models import FileImport
from todoke.systems.benefits.queries.imports import standing as imports
from todoke.systems.benefits.queries.imports import stopped as imports_stopped
from todoke.systems.benefits.rules.imports.kinds import ImportKind

__all__ = ["residents"]  # the fixture of every test here
CHORE = next(chore for chore in housekeeping.CHORES if "ファイル" in chore.title)


def received(folder: Path) -> FileImport:
    """A file that came after a first edition; one row of two hundred differs."""
    little = city()
    little.write(folder)
    through(begin(folder / "tax.csv", ImportKind.TAX))
    little.tax[0]["income_levy"] = "1"
    little.write(folder)
    said = Said(kind=ImportKind.TAX, encoding=Encoding.UTF8, as_of=DAY)
    return receive_file(file=folder / "tax.csv", said=said, by=CLERK)


def killed_at(step: str, row: FileImport, instance: Instance, folder: Path) -> None:
    """A real process carries it on to the middle of that step and is killed there with signal 9."""
    connections["benefits"].close()
    mark = folder / f"mark-{step}"
    environment = {**os.environ, ENVIRONMENT: str(instance.path), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "tests.systems.benefits.importing_process", str(row.pk), step, str(mark)]
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    while not mark.exists():
        assert process.poll() is None
        time.sleep(0.01)
    assert imports_stopped.stopped() == []  # somebody is at it
    process.send_signal(signal.SIGKILL)
    process.wait()
    until = time.monotonic() + 30
    while rows("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") != [(0,)]:
        assert time.monotonic() < until  # the server frees the dead process's locks by itself
        time.sleep(0.05)


def gone_on(row: FileImport, state: str) -> FileImport:
    """One round of the house's chore, waited for until it leads there."""
    assert CHORE.run("benefits", parties.housekeeper()) == 1
    until = time.monotonic() + 30
    while imports.one(row.pk).state != state:
        assert time.monotonic() < until
        time.sleep(0.05)
    return imports.one(row.pk)


def test_killed_in_its_check_and_killed_while_it_was_taken_it_goes_on_by_itself(
    databases: Instance, tmp_path: Path
) -> None:
    row = received(tmp_path)
    killed_at("check", row, databases, tmp_path)
    checked = gone_on(row, "checked")
    assert (checked.changed, checked.uploaded_by, checked.state_by) == (1, CLERK.staff_id, "system")
    assert CHORE.run("benefits", parties.housekeeper()) == 0  # what it says is a person's to judge
    propose_file(import_id=row.pk, by=CLERK)
    killed_at("take", row, databases, tmp_path)
    assert sum(in_use()) == 0
    taken = gone_on(row, "taken")
    assert (taken.proposed_by, taken.state_by, sum(in_use())) == (CLERK.staff_id, "system", 1)
    assert rows("SELECT edition FROM benefits_source ORDER BY id") == [(1,), (2,)]
    tries = "SELECT name, attempts FROM batch_steprun WHERE key = %s AND name LIKE 'benefits.import.%%' ORDER BY 1"
    assert rows(tries, str(row.pk)) == [("benefits.import.check", 2), ("benefits.import.take", 2)]
    verbs = "SELECT verb, actor FROM oplog_operation WHERE subject LIKE %s AND actor = 'system' ORDER BY 1"
    assert {verb for verb, _ in rows(verbs, f"import {row.pk} %")} == {"benefits:source:continue"}


def test_one_that_was_never_begun_waits_its_turn_first(tmp_path: Path, moved: Clock) -> None:
    row = received(tmp_path)
    assert imports_stopped.stopped() == []  # its process may be at another file still
    moved.ahead = timedelta(minutes=11)
    assert imports_stopped.stopped() == [row.pk]
    assert importing.carry_on(row.pk, by=parties.housekeeper()).state == "checked"


def test_what_another_try_does_not_mend_is_left_to_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = received(tmp_path)

    def full(_: Path, __: str) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr("todoke.engine.snapshots.check", full)
        for _ in range(imports_stopped.TRIES):
            assert not imports_stopped.given_up(imports.one(row.pk))
            with pytest.raises(OSError, match="no space"):
                importing.carry_on(row.pk, by=CLERK)
    assert (imports_stopped.given_up(row), imports_stopped.stopped()) == (True, [])
    assert importing.carry_on(row.pk, by=CLERK).state == "checked"  # a person may go on at any time


def test_the_clock_brings_nothing_in_confirms_nothing_and_cancels_nothing(tmp_path: Path) -> None:
    row, clock = received(tmp_path), parties.housekeeper()
    importing.carry_on(row.pk, by=clock)
    said = Said(kind=ImportKind.ASSISTANCE, encoding=Encoding.UTF8, as_of=DAY)
    for forbidden in (
        lambda: receive_file(file=tmp_path / "assistance.csv", said=said, by=clock),
        lambda: propose_file(import_id=row.pk, by=clock),
        lambda: confirm_file(import_id=row.pk, by=clock),
        lambda: cancel_file(import_id=row.pk, reason="x", by=clock),
    ):
        with pytest.raises(TodokeError) as caught:
            forbidden()
        assert caught.value.code is ErrorCode.PERMISSION_DENIED
