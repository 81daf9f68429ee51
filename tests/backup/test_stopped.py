"""Killed, or without room, at any moment: what is left is whole or plainly unfinished, and the same command is run again."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from tests import hiring
from tests.backup.bank import Bank
from tests.oplog.support import seal, write
from todoke.access.permissions import Role
from todoke.sites.backup import manifest, parts
from todoke.sites.database.postgres import running_server
from todoke.sites.instance import Instance
from todoke.sites.realms import Realm

D = "directory_national"
ACCEPTED = ("--accept-loss", "予備機にこれしかない", "--accepted-by", "m001", "--accepted-by", "m002")


@pytest.fixture
def bank(databases: Instance, tmp_path) -> Bank:
    hiring.hire(D, {"m001": [Role.SECTION_MANAGER], "m002": [Role.SECTION_MANAGER]})
    write("network", 6)
    seal(databases, Realm.NATIONAL)
    return Bank(tmp_path, databases, Realm.NATIONAL)


def assert_all_whole(bank: Bank) -> None:
    """Whatever counts as a backup is one, to its last byte; the rest bears the looks of an unfinished one."""
    for one in bank.listed():
        manifest.check_parts(bank.home / one.backup, one)
        for part in one.parts:
            parts.probe(bank.home / one.backup / part.name, bank.identities["data"], one.backup)
    whole = {one.backup for one in bank.listed()}
    others = {path.name for path in bank.home.iterdir()} - whole - {".lock"}
    assert all(name.startswith(".") and name.endswith(".part") for name in others), others


def killed_creating(bank: Bank, after: float) -> None:
    """Begin a backup, wait for its folder, then so many seconds more, and kill it."""
    process, known = bank.begin_create(), set(bank.home.glob("*"))
    until = time.monotonic() + 60
    while process.poll() is None and not set(bank.home.glob(".*.part")) - known and time.monotonic() < until:
        time.sleep(0.005)
    time.sleep(after)
    process.kill()
    process.communicate()


def created(bank: Bank) -> str:
    """The name of a backup that the same command makes now; of what was stopped nothing is left."""
    process = bank.begin_create()
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert not list(bank.home.glob(".*.part"))
    assert_all_whole(bank)
    return out.split()[-1]


def test_a_backup_that_is_killed_or_finds_no_room_is_none(bank: Bank) -> None:
    bank.lay_plan()
    largest = max(part.size for part in bank.make().parts)
    before = {one.backup for one in bank.listed()}
    full = bank.begin_create(room=largest // 2)
    _, err = full.communicate()
    assert (full.returncode, "DISK_FULL" in err) == (75, True), err
    assert {one.backup for one in bank.listed()} == before
    assert len(list((bank.folder / "parcels" / "national").iterdir())) == len(before)
    for after in (0.0, 0.05):
        killed_creating(bank, after)
        assert_all_whole(bank)
    assert created(bank) not in before


def lost(refused: subprocess.CompletedProcess[str], code: int, word: str) -> None:
    assert (refused.returncode, word in refused.stderr) == (code, True), refused.stderr


def test_an_older_backup_is_restored_by_two_people_also_after_kills(bank: Bank, machine: Path) -> None:
    older = bank.make().backup
    write("network", 4, start=50)
    seal(bank.instance, Realm.NATIONAL)
    witness = bank.witness("network", "linkage", Realm.CITY)
    target = machine / "site"
    lost(bank.restore(older, target, *witness), 4, "BACKUP_BEHIND")
    lost(bank.restore(older, target, *witness, *ACCEPTED[:4]), 2, "RECORD_INVALID")
    lost(bank.restore(older, target, *witness, *ACCEPTED[:4], "--accepted-by", "m001"), 2, "RECORD_INVALID")
    assert not list(machine.iterdir())

    for line in (0, 1):  # while tables are made, and while rows come in
        killed_restoring(bank, older, target, line, *witness, *ACCEPTED)
        assert not target.exists()
    full = bank.begin_restore(older, target, *witness, *ACCEPTED, room=40_000)
    full.communicate()
    assert (full.returncode != 0, target.exists()) == (True, False)
    lost(bank.restore(older, target, *witness, *ACCEPTED[:4], "--accepted-by", "c009"), 4, "BACKUP_REFUSED")
    assert not target.exists()

    done = bank.restore(older, target, *witness, *ACCEPTED)
    assert done.returncode == 0, done.stderr
    assert_noted(target, older)


def killed_restoring(bank: Bank, name: str, target: Path, line: int, *more: str) -> None:
    """Begin it, let it say `line` lines after its folder is there, and kill it."""
    process = bank.begin_restore(name, target, *more)
    staged, until = target.with_name("site.restoring"), time.monotonic() + 60
    while process.poll() is None and not staged.exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert process.stderr is not None
    for _ in range(line):
        process.stderr.readline()
    process.kill()
    process.communicate()
    assert staged.exists()


def assert_noted(target: Path, backup: str) -> None:
    """The restored log says who accepted the loss, why, and what is lost."""
    assert not target.with_name("site.restoring").exists()
    restored = Instance.load(target)
    with running_server(restored) as server:
        uri = server.address.uri(restored.account("directory", "national"))
        with psycopg.connect(uri) as app:
            verbs = (
                "SELECT verb, subject FROM oplog_operation WHERE verb LIKE 'assurance:backup:%' ORDER BY id"
            )
            found = app.execute(verbs).fetchall()
    assert found[-2:] == [("assurance:backup:accept_loss", backup), ("assurance:backup:restore", backup)]
