"""The invented staff enter by real steps, which may be killed at any moment and run again."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from django.db import connections

from todoke.access.models import FactorChallenge, Grant, Session, Staff
from todoke.exchange import keys
from todoke.oplog.models import Operation
from todoke.sample.people import OFFICES
from todoke.sites.instance import ENVIRONMENT, Instance

D = "directory_city"
OFFICE = OFFICES["city"]


def start(instance: Instance) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "todoke.cli", "staff", "--realm", "city", "sample"],
        env={**os.environ, ENVIRONMENT: str(instance.path), "PYTHONPATH": ":".join(sys.path), "PYTHONWARNINGS": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip


@pytest.mark.slow
def test_killed_at_any_step_it_goes_on_and_ends_with_everybody_at_work(databases: Instance) -> None:
    keys.init(databases.path)
    for entries in (1, 4, 9, 15, 22, 35, 50, 60):
        process = start(databases)
        while process.poll() is None and Operation.objects.using(D).count() < entries:
            time.sleep(0.005)
        process.kill()
        process.communicate()
    process = start(databases)
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said.decode()
    assert Staff.objects.using(D).count() == len(OFFICE.people)
    rights = {(person.staff_id, role.value) for person in OFFICE.people for role, _ in person.rights}
    given = Grant.objects.using(D).filter(origin="request")
    assert set(given.values_list("staff_id", "role")) == rights
    assert set(given.values_list("state", flat=True)) == {"confirmed"}
    assert given.count() == len(rights)
    live = sorted(Session.objects.using(D).filter(ended_at__isnull=True).values_list("staff_id", flat=True))
    assert live == sorted([*OFFICE.first_roles(), *OFFICE.at_work])
    connections.close_all()


def test_nobody_stands_behind_an_own_right() -> None:
    for office in OFFICES.values():
        assert len({office.asks, office.sets, office.confirms, office.imports}) == 4
        behind = {office.asks, office.sets, office.confirms}
        assert not [
            person.staff_id for person in office.people if person.rights and person.staff_id in behind
        ]
        assert {person.staff_id for person in office.people} >= {*behind, *office.at_work}


@pytest.mark.slow
def test_each_of_them_may_be_tried_at_a_screen_also_the_administrator(databases: Instance) -> None:
    keys.init(databases.path)
    process = start(databases)
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said.decode()
    for staff_id in ("c001", OFFICE.sets):
        command = [sys.executable, "-m", "todoke.cli", "staff", "trial", staff_id]
        shown = subprocess.run(
            command, env={**os.environ, ENVIRONMENT: str(databases.path)}, capture_output=True, check=True
        ).stdout.decode()
        assert f"職員ID {staff_id}" in shown
        assert "/passkey/new" in shown
        invited = FactorChallenge.objects.using(D).get(staff_id=staff_id)
        assert (invited.terminal, invited.asked_by) == ("trial", OFFICE.administrators_for(staff_id)[0])
        assert not Session.objects.using(D).filter(staff_id=staff_id, ended_at__isnull=True).exists()
    connections.close_all()
