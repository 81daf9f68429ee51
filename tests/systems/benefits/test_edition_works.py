"""試算と判定のやり直し beside the screens: killed and carried on, begun once, and what they compared kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event
from typing import NoReturn

import pytest
from django.db import Error, OperationalError, connections

from tests.systems.benefits.asking_city import AskingCity, rows
from tests.systems.benefits.little_city import LittleCity, code, key
from tests.systems.benefits.test_decision_lists import handed_over
from tests.systems.benefits.test_editions import DEPENDANT, OPERATOR, SUPERVISOR, WITHOUT, propose, refused
from tests.systems.benefits.world import CLERK
from todoke.access import parties
from todoke.kernel.errors import ErrorCode
from todoke.sites.instance import ENVIRONMENT, Instance
from todoke.systems.benefits import housekeeping, jobs
from todoke.systems.benefits.actions.editions.approve_edition import approve_edition
from todoke.systems.benefits.actions.editions.begin_edition_work import begin_edition_work
from todoke.systems.benefits.actions.editions.propose_edition import withdraw_edition
from todoke.systems.benefits.actions.imports.confirm_file import confirm_file
from todoke.systems.benefits.jobs import editions as works
from todoke.systems.benefits.models import DecisionRun, EditionTrial, EditionWork, FileImport
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.queries.editions import works as edition_works
from todoke.systems.benefits.rules.editions.work import WorkKind, WorkState
from todoke.systems.benefits.rules.programmes import R3_NONTAXABLE
from todoke.systems.benefits.web import working
from todoke.systems.benefits.web.programmes.forms import EditionForm
from todoke.systems.benefits.web.working import Queue

CODE = R3_NONTAXABLE.code


@pytest.fixture
def city(databases: Instance, tmp_path: Path) -> AskingCity:
    """Three households: not taxed; a taxed person's dependant; taxed. Decided once."""
    found = AskingCity(tmp_path)
    found.little.person(1, 1, tax={}).person(2, 2, tax=DEPENDANT).person(3, 3, tax={"income_levy": "1"})
    return found.serve().first()


def begin(number: int, kind: WorkKind = WorkKind.TRIAL) -> EditionWork:
    return begin_edition_work(number=number, kind=kind, by=CLERK)


def killed_at(step: str, work: EditionWork, instance: Instance, folder: Path) -> None:
    """A real process does the work up to that step and is killed there with signal 9."""
    connections["benefits"].close()
    mark = folder / "mark"
    environment = {**os.environ, ENVIRONMENT: str(instance.path), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [
        sys.executable,
        "-m",
        "tests.systems.benefits.edition_process",
        str(work.pk),
        step,
        str(mark),
        str(folder),
    ]
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    while not mark.exists():
        assert process.poll() is None
        time.sleep(0.01)
    # while it is at it, nobody else is, and the page says so
    assert refused(lambda: works.carry_on(work.pk, by=CLERK)) is ErrorCode.STATE_CONFLICT
    standing = edition_works.standing(edition_works.one(work.pk))
    assert (standing.alive, [stage.standing for stage in standing.stages].index("処理中")) == (
        True,
        standing.done,
    )
    process.send_signal(signal.SIGKILL)
    process.wait()
    until = time.monotonic() + 30
    while rows("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") != [(0,)]:
        assert time.monotonic() < until  # the server frees the dead process's lock by itself
        time.sleep(0.05)


def attempts(work: EditionWork) -> dict[str, tuple[int, int]]:
    """Step → how often it was done, and what it counted."""
    query = "SELECT name, attempts, taken FROM batch_steprun WHERE key = %s AND name LIKE 'benefits.edition.%%' AND state = 'done'"
    return {name.rpartition(".")[2]: (often, taken) for name, often, taken in rows(query, str(work.pk))}


def test_a_trial_killed_in_the_middle_goes_on_and_finds_the_same(
    city: AskingCity, databases: Instance, tmp_path: Path
) -> None:
    row = propose()
    work = begin(row.pk)
    killed_at("after", work, databases, tmp_path)
    standing = edition_works.standing(edition_works.one(work.pk))
    assert (standing.alive, standing.done) == (False, 2)
    assert [stage.standing for stage in standing.stages] == ["済", "済", "途中で停止", "待ち"]
    assert EditionTrial.objects.using("benefits").count() == 0
    # a second click is no second run
    assert refused(lambda: begin(row.pk)) is ErrorCode.STATE_CONFLICT
    ended = works.carry_on(work.pk, by=CLERK)
    assert (ended.state, ended.failure) == (WorkState.DONE, "")
    found = attempts(work)
    assert (found["inputs"][0], found["before"], found["after"], found["compare"]) == (
        1,
        (1, 3),
        (2, 3),
        (1, 1),
    )
    trial = EditionTrial.objects.using("benefits").get()
    assert (trial.households, trial.differing, trial.yen_before, trial.yen_after) == (3, 1, 100_000, 200_000)
    assert [one.household_key for one in editions.trial_differences(trial).rows] == [key(2)]
    assert not edition_works.folder(work).exists()
    # ended, it is not done again; uninterrupted, the same is found
    assert works.carry_on(work.pk, by=CLERK).state_at == ended.state_at
    works.carry_on(begin(row.pk).pk, by=CLERK)
    again = EditionTrial.objects.using("benefits").order_by("id").last()
    assert again is not None
    assert (again.pk != trial.pk, again.sha256, again.inputs_sha256) == (
        True,
        trial.sha256,
        trial.inputs_sha256,
    )


def test_a_judging_killed_in_the_middle_goes_on_and_keeps_the_difference(
    city: AskingCity, databases: Instance, tmp_path: Path
) -> None:
    row = propose()
    works.carry_on(begin(row.pk).pk, by=CLERK)
    assert refused(lambda: begin(row.pk, WorkKind.JUDGING)) is ErrorCode.STATE_CONFLICT
    approve_edition(number=row.pk, differing=1, by=SUPERVISOR)
    work = begin(row.pk, WorkKind.JUDGING)
    killed_at("compare", work, databases, tmp_path)
    ended = works.carry_on(work.pk, by=CLERK)
    assert (ended.state, ended.differing) == (WorkState.DONE, 1)
    assert {step: often for step, (often, _) in attempts(work).items()} == {
        "decide": 1,
        "overview": 1,
        "compare": 2,
    }
    run = DecisionRun.objects.using("benefits").get(edition=row.edition)
    found = editions.run_differences(run)
    assert found is not None
    assert [(one.household_key, one.before, one.after) for one in found.rows] == [
        (key(2), "ineligible:DEPENDANTS_ONLY", "eligible:EXEMPT")
    ]
    assert rows("SELECT count(*) FROM benefits_judged_household WHERE run_id = %s", run.pk) == [(3,)]


def test_what_a_trial_cannot_do_ends_it_with_its_reason(city: AskingCity) -> None:
    row = propose()
    work = begin(row.pk)
    withdraw_edition(number=row.pk, by=CLERK)
    ended = works.carry_on(work.pk, by=CLERK)
    assert (ended.state, "提案中ではありません" in ended.failure) == (WorkState.FAILED, True)
    assert not edition_works.folder(work).exists()
    # the next proposal is tried as if nothing had been
    works.carry_on(begin(propose(replace(WITHOUT, amount=90_000)).pk).pk, by=CLERK)
    assert EditionTrial.objects.using("benefits").get().yen_after == 180_000


def test_a_trial_goes_on_with_the_files_that_it_began_with(
    city: AskingCity, databases: Instance, tmp_path: Path
) -> None:
    row = propose()
    work = begin(row.pk)
    killed_at("before", work, databases, tmp_path)
    city.little.tax[2]["income_levy"] = "0"  # the third household is not taxed any more
    city.little.write(city.folder)
    files = city.folder / "tax.csv", city.folder / "assistance.csv"
    assert refused(lambda: jobs.load(*files, by=CLERK)) is ErrorCode.STATE_CONFLICT  # a large change
    confirm_file(import_id=FileImport.objects.using("benefits").latest("id").pk, by=SUPERVISOR)
    jobs.load(*files, by=CLERK)
    works.carry_on(work.pk, by=CLERK)
    assert EditionTrial.objects.using("benefits").get().yen_after == 200_000
    works.carry_on(begin(row.pk).pk, by=CLERK)
    newest = EditionTrial.objects.using("benefits").order_by("id").last()
    assert newest is not None
    assert newest.yen_after == 300_000


def ended(work: EditionWork) -> EditionWork:
    """As the work stands once it has ended, at most half a minute from now."""
    until = time.monotonic() + 30
    while edition_works.one(work.pk).state == WorkState.OPEN:
        assert time.monotonic() < until
        time.sleep(0.05)
    return edition_works.one(work.pk)


def test_a_stopped_work_goes_on_by_itself(city: AskingCity, databases: Instance, tmp_path: Path) -> None:
    work = begin(propose().pk)
    killed_at("after", work, databases, tmp_path)
    chore = next(chore for chore in housekeeping.CHORES if "試算" in chore.title)
    assert chore.run("benefits", parties.housekeeper()) == 1
    found = ended(work)
    assert (found.state, found.state_by, found.asked_by) == (WorkState.DONE, "system", CLERK.staff_id)
    assert EditionTrial.objects.using("benefits").get().differing == 1
    assert chore.run("benefits", parties.housekeeper()) == 0
    assert (
        refused(lambda: propose(replace(WITHOUT, amount=1), by=parties.housekeeper()))
        is ErrorCode.PERMISSION_DENIED
    )


def test_every_stopped_work_is_continued_by_the_verb(city: AskingCity) -> None:
    work = begin(propose().pk)
    assert [one.state for one in works.carry_on_all(by=CLERK)] == [WorkState.DONE]
    assert works.carry_on_all(by=CLERK) == []
    assert edition_works.one(work.pk).state == WorkState.DONE


def broken(work: EditionWork, error: Exception, patch: pytest.MonkeyPatch) -> None:
    """Carried on while a step meets that error."""

    def fail(*_: object) -> NoReturn:
        raise error

    with patch.context() as broken_house:
        broken_house.setitem(works._DOES[WorkKind.TRIAL], "before", fail)
        works.carry_on(work.pk, by=CLERK)


def test_an_error_that_nobody_foresaw_ends_the_work_with_its_code(city: AskingCity, monkeypatch) -> None:
    row = propose()
    work = begin(row.pk)
    broken(work, ValueError("届　花子 0000000001"), monkeypatch)
    found = edition_works.one(work.pk)
    assert (found.state, "（UNEXPECTED）" in found.failure, "ValueError" in found.failure) == (
        WorkState.FAILED,
        True,
        True,
    )
    assert "花子" not in found.failure
    again = begin(row.pk)  # nothing is open for ever
    assert works.carry_on(again.pk, by=CLERK).state == WorkState.DONE


def test_a_database_that_is_away_ends_nothing(city: AskingCity, monkeypatch) -> None:
    work = begin(propose().pk)
    with pytest.raises(OperationalError):
        broken(work, OperationalError("gone"), monkeypatch)
    assert edition_works.one(work.pk).state == WorkState.OPEN
    assert works.carry_on(work.pk, by=CLERK).state == WorkState.DONE


def test_a_long_trial_keeps_no_file_waiting_and_nothing_is_queued_twice() -> None:
    long, file = Event(), Event()
    assert working.begin(Queue.EDITIONS, lambda _, by: long.wait(30), 1, by=CLERK)
    assert not working.begin(Queue.EDITIONS, lambda _, by: None, 1, by=CLERK)
    assert working.begin(Queue.FILES, lambda _, by: file.set(), 1, by=CLERK)
    assert file.wait(10)
    long.set()


def initial_values() -> dict[str, object]:
    """The form as it is drawn."""
    form = EditionForm(None, programme=R3_NONTAXABLE, released=R3_NONTAXABLE)
    return {
        name: one.initial.isoformat() if isinstance(one.initial, date) else one.initial
        for name, one in form.fields.items()
        if one.initial is not None
    }


def test_an_earlier_round_added_on_the_form_is_tried_over_the_imported_list(city: AskingCity) -> None:
    listed = LittleCity(earlier=[("r3-hardship", key(1), code(1), "支給済み")])
    handed_over(listed, city.folder, None)
    values = initial_values()
    filled = {**values, "grounds": "告示第204号", "added": "r3-hardship", "opt_out_days": "21"}
    refused_form = EditionForm(
        {**filled, "added": "", "added_heads": "on"}, programme=R3_NONTAXABLE, released=R3_NONTAXABLE
    )
    assert "added" in refused_form.errors
    form = EditionForm(
        {**filled, "added_standings": ["支給済み"]}, programme=R3_NONTAXABLE, released=R3_NONTAXABLE
    )
    assert form.is_valid(), form.errors
    row = propose(form.proposed())
    assert editions.read(row).opt_out_days == 21
    works.carry_on(begin(row.pk).pk, by=CLERK)
    trial = EditionTrial.objects.using("benefits").get()
    (found,) = editions.trial_differences(trial).rows
    assert (found.household_key, found.before, found.after) == (
        key(1),
        "eligible:EXEMPT",
        "ineligible:EARLIER_ROUND",
    )


def test_who_may(city: AskingCity) -> None:
    row = propose()
    wanted = ErrorCode.PERMISSION_DENIED
    assert refused(lambda: begin_edition_work(number=row.pk, kind=WorkKind.TRIAL, by=OPERATOR)) is wanted
    work = begin(row.pk)
    assert refused(lambda: works.carry_on(work.pk, by=OPERATOR)) is wanted
    assert edition_works.one(work.pk).state == WorkState.OPEN  # whoever may not does not end it either


BY_HAND = [
    "INSERT INTO benefits_edition_work (edition_id, kind, asked_at, asked_by, state, state_at, state_by) SELECT edition_id, kind, now(), 'x', 'open', now(), 'x' FROM benefits_edition_work",
    "INSERT INTO benefits_edition_work (edition_id, kind, asked_at, asked_by, state, state_at, state_by) SELECT edition_id, kind, now(), 'x', 'done', now(), 'x' FROM benefits_edition_work",
    "UPDATE benefits_edition_work SET state = 'failed'",
    "UPDATE benefits_edition_work SET asked_by = 'x'",
    "UPDATE benefits_edition_work SET path = '/tmp/x'",
    "DELETE FROM benefits_edition_work",
]  # fmt: skip


@pytest.mark.parametrize("statement", BY_HAND)
def test_by_hand(city: AskingCity, statement: str) -> None:
    begin(propose().pk)
    with pytest.raises(Error), connections["benefits"].cursor() as cursor:
        cursor.execute(statement)
