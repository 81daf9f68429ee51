"""The personnel feed: shown first, applied as shown; newcomers, transfers, leavers and contractors' rosters."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import override_settings

from tests import hiring
from tests.hiring import TERMINAL
from todoke.access import cli_actor, parties, sessions, standing
from todoke.access.actions.apply_feed import apply_feed
from todoke.access.actions.bootstrap import bootstrap
from todoke.access.actions.check_feed import check_feed
from todoke.access.actions.register_contract import Terms, register_contract
from todoke.access.feed import Change
from todoke.access.models import Grant, Session, Staff, Terminal
from todoke.access.permissions import Actor, Permission, Role
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.records.layouts.personnel_v2022 import PERSONNEL

D = "directory_city"
OLD = hiring.LONG_AGO.isoformat()


@pytest.fixture
def importer(databases: object) -> Actor:
    hiring.hire(D, {"c001": [Role.CLERK], "c002": [Role.CLERK], "h001": [Role.PERSONNEL]})
    hiring.sit_down(D, "h001")
    return cli_actor.actor("h001")


def row(staff_id: str, **more: str) -> dict[str, str]:
    usual = {"staff_id": staff_id, "name": f"試験 {staff_id}", "kana": f"シケン {staff_id}", "organisation": "14100",
             "section": "試験課", "employer": "職員", "contract": "", "hired_on": OLD, "moved_on": OLD, "left_on": ""}  # fmt: skip
    return {**usual, **more}


def write(folder: Path, *rows: dict[str, str]) -> Path:
    file = folder / "personnel.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, PERSONNEL.names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return file


def take(file: Path, by: Actor) -> dict[Change, int]:
    shown = check_feed(file=file, by=by)
    done = apply_feed(file=file, digest=shown.digest, by=by)
    assert done == shown
    return {change: done.count(change) for change in Change if done.count(change)}


def test_the_differences_are_shown_and_nothing_else_happens(importer: Actor, tmp_path: Path) -> None:
    rows = [row("c001"), row("c002", section="別の課"), row("c050")]
    shown = check_feed(file=write(tmp_path, *rows), by=importer)
    assert [(one.row, one.staff_id, one.change) for one in shown.rows] == [
        (2, "c001", Change.SAME), (3, "c002", Change.MOVED), (4, "c050", Change.ADDED),
    ]  # fmt: skip
    assert shown.unlisted == 4  # the three behind every right, and the importer
    assert not Staff.objects.using(D).filter(pk="c050").exists()


def test_only_the_file_that_was_shown_is_applied(importer: Actor, tmp_path: Path) -> None:
    digest = check_feed(file=write(tmp_path, row("c050")), by=importer).digest
    with pytest.raises(TodokeError, match="INPUT_CHANGED"):
        apply_feed(file=write(tmp_path, row("c051")), digest=digest, by=importer)
    assert not Staff.objects.using(D).filter(pk__in=["c050", "c051"]).exists()


def test_applied_again_it_changes_nothing(importer: Actor, tmp_path: Path) -> None:
    file = write(tmp_path, row("c050"), row("c002", section="別の課"))
    assert take(file, importer) == {Change.ADDED: 1, Change.MOVED: 1}
    assert take(file, importer) == {Change.SAME: 2}


def test_a_newcomer_has_no_password_and_no_right(importer: Actor, tmp_path: Path) -> None:
    take(write(tmp_path, row("c050")), importer)
    newcomer = Staff.objects.using(D).get(pk="c050")
    assert (newcomer.password, newcomer.must_change) == ("", True)
    with pytest.raises(TodokeError, match="SIGN_IN_REFUSED"):
        sessions.sign_in(staff_id="c050", password="", terminal=TERMINAL, proof=hiring.there)


def test_a_leaver_imported_mid_session_is_refused_at_the_next_request(
    importer: Actor, tmp_path: Path
) -> None:
    token = hiring.session(D, "c001")
    assert standing.actor_for(token, terminal=TERMINAL).may(Permission.BENEFITS_EXAMINE)
    take(write(tmp_path, row("c001", left_on=clock.today().isoformat())), importer)
    with pytest.raises(TodokeError, match=r"SESSION_OVER.*異動または退職"):
        standing.actor_for(token, terminal=TERMINAL)
    assert Session.objects.using(D).get(staff="c001").ended_by == "h001"
    assert Grant.objects.using(D).get(staff="c001").valid_until == clock.today() - timedelta(days=1)


def test_who_leaves_later_works_until_then(importer: Actor, tmp_path: Path, monkeypatch) -> None:
    token, last = hiring.session(D, "c001"), clock.today() + timedelta(days=1)
    take(write(tmp_path, row("c001", left_on=last.isoformat())), importer)
    assert standing.actor_for(token, terminal=TERMINAL).may(Permission.BENEFITS_EXAMINE)
    later = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(TodokeError, match="SESSION_OVER"):
        standing.actor_for(token, terminal=TERMINAL)


def test_the_rights_of_the_former_post_end_with_a_transfer(importer: Actor, tmp_path: Path) -> None:
    token = hiring.session(D, "c001")
    take(write(tmp_path, row("c001", section="別の課", moved_on=clock.today().isoformat())), importer)
    assert not standing.actor_for(token, terminal=TERMINAL).may(Permission.BENEFITS_EXAMINE)
    assert Grant.objects.using(D).get(staff="c002").valid_until == hiring.FAR


def test_a_file_is_refused_whole_with_every_bad_row(importer: Actor, tmp_path: Path) -> None:
    rows = [
        row("c050"), row("C51"), row("c052", employer="委託先", contract="none"), row("c053", contract="K1"),
        row("c054", left_on="2019-01-01"), row("c001", hired_on="2021-04-01", moved_on="2021-04-01"),
    ]  # fmt: skip
    with pytest.raises(InputRefused) as refused:
        check_feed(file=write(tmp_path, *rows), by=importer)
    assert [(bad.row, bad.column) for bad in refused.value.rows] == [
        (3, "staff_id"), (4, "contract"), (5, "contract"), (6, "left_on"), (7, "hired_on"),
    ]  # fmt: skip
    assert "試験" not in str([str(bad) for bad in refused.value.rows])
    assert not Staff.objects.using(D).filter(pk="c050").exists()


def test_a_roster_keeps_to_the_contract_and_its_head_count(importer: Actor, tmp_path: Path) -> None:
    hiring.sit_down(D, hiring.SETTER)
    until = clock.today() + timedelta(days=30)
    terms = Terms(
        number="K1", contractor="みなと計算", valid_from=date(2021, 4, 1), valid_until=until, head_count=2
    )
    register_contract(terms=terms, by=cli_actor.actor(hiring.SETTER))
    roster = {"employer": "委託先", "contract": "K1", "hired_on": "2021-04-01", "moved_on": "2021-04-01"}
    people = [row(f"k{number:03}", **roster) for number in range(3)]
    with pytest.raises(TodokeError, match="CONTRACT_FULL"):
        take(write(tmp_path, *people), importer)
    assert not Staff.objects.using(D).filter(pk__startswith="k").exists()
    assert take(write(tmp_path, *people[:2]), importer) == {Change.ADDED: 2}
    early = row("k009", **{**roster, "hired_on": "2021-03-31", "moved_on": "2021-03-31"})
    with pytest.raises(InputRefused):
        take(write(tmp_path, early), importer)
    gone = row("k000", **roster, left_on=clock.today().isoformat())
    assert take(write(tmp_path, gone, people[2]), importer) == {Change.LEFT: 1, Change.ADDED: 1}


FIRST = {
    "m001": Role.SECTION_MANAGER,
    "m002": Role.SECTION_MANAGER,
    "a001": Role.ADMINISTRATOR,
    "h001": Role.PERSONNEL,
}
PLACE = {"name": "cli", "fingerprint": "ab" * 32}


def found(tmp_path: Path, roles: dict[str, Role] = FIRST, **more) -> dict[str, str]:
    file = write(tmp_path, *(row(staff_id) for staff_id in FIRST))
    return bootstrap(**{"file": file, "roles": roles, "terminal": PLACE, "by": parties.founder(), **more})


def test_the_first_people_enter_an_empty_directory_once(databases: object, tmp_path: Path) -> None:
    issued = found(tmp_path)
    assert set(issued) == set(FIRST)
    assert Terminal.objects.using(D).get().name == "cli"
    assert not Session.objects.using(D).exists()
    assert all(grant.origin == "bootstrap" for grant in Grant.objects.using(D).all())
    with pytest.raises(TodokeError, match="DIRECTORY_NOT_EMPTY"):
        found(tmp_path)


def test_the_first_people_are_enough_to_go_on_and_no_more(databases: object, tmp_path: Path) -> None:
    for roles in ({"a001": Role.ADMINISTRATOR, "m001": Role.SECTION_MANAGER}, {**FIRST, "c001": Role.CLERK}):
        with pytest.raises(TodokeError, match="RECORD_INVALID"):
            found(tmp_path, roles)
    nobody = Actor(staff_id="x")
    with pytest.raises(TodokeError) as refused:
        found(tmp_path, by=nobody)
    assert refused.value.code is ErrorCode.PERMISSION_DENIED
    with override_settings(TODOKE_DIRECTORY="directory_platform"):
        found(tmp_path)  # each realm has a directory of its own
    assert not Staff.objects.using(D).exists()
