"""What the database refuses by itself, whoever writes: raw SQL, no code of ours in between."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import Error, connections, transaction

from tests.systems.benefits.world import ALIAS, CLERK, CODE, SUPERVISOR, TREASURER, World, decide, rows, walk
from todoke.access.permissions import Actor, Role
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import jobs

EVERYTHING = frozenset(Role)
APPEND_ONLY = (
    "benefits_programme", "benefits_letter_file", "benefits_letter", "benefits_application", "benefits_examination",
    "benefits_approval", "benefits_payment_batch", "benefits_payment", "benefits_transfer", "benefits_batch_release",
    "benefits_bank_file",
)  # fmt: skip


@pytest.fixture
def world(databases: object, tmp_path: Path) -> World:
    decide({0: "eligible", 1: "eligible"})
    return World(tmp_path, size=2).serve()


@pytest.fixture
def paid(world: World, tmp_path: Path) -> World:
    walk(world, tmp_path)
    return world


def refused(statement: str, *parameters: object) -> str:
    """The constraint (or sentence) with which the database refuses the statement."""
    with pytest.raises(Error) as error:
        _run(statement, parameters)
    diagnosis = error.value.__cause__.diag
    return diagnosis.constraint_name or diagnosis.message_primary


def _run(statement: str, parameters: tuple[object, ...]) -> None:
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute(statement, parameters)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def copy_row(table: str, **changes: str) -> str:
    """An INSERT of the first row of a table once more, with some columns given as SQL expressions."""
    names = [
        name
        for (name,) in rows(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'",
            table,
        )
    ]
    values = ", ".join(changes.get(name, name) for name in names)
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} ORDER BY id LIMIT 1"


@pytest.mark.usefixtures("paid")
def test_a_second_payment_for_a_lineage_is_impossible() -> None:
    same_lineage = copy_row("benefits_payment", case_id="-1", approval_id="-1")  # as if of another case
    assert refused(same_lineage) == "payment_once_per_lineage"
    assert (
        refused(copy_row("benefits_payment", lineage="'0000000098'", approval_id="-1"))
        == "benefits_payment_case_id_key"
    )
    assert (
        refused(copy_row("benefits_case", case_number="'1019999999990'", serial="99", state="'numbered'"))
        == "case_once_per_lineage"
    )
    assert refused(copy_row("benefits_transfer")) == "transfer_attempt_once"
    assert refused(copy_row("benefits_transfer", attempt="2")) == "transfer_follows_known"


@pytest.mark.usefixtures("paid")
def test_a_batch_has_one_file_and_one_total() -> None:
    assert refused(copy_row("benefits_bank_file")) == "benefits_bank_file_batch_id_key"
    more = copy_row("benefits_payment_batch", number="2", total_yen="1")
    assert refused(more) == "batch_total_of_whole_yen"
    again = copy_row("benefits_payment_batch", number="2")
    with transaction.atomic(using=ALIAS):
        rows(again)
        file = copy_row("benefits_bank_file", batch_id="(SELECT max(id) FROM benefits_payment_batch)")
        assert refused(file) == "bank_file_released"
        transaction.set_rollback(True, using=ALIAS)


@pytest.mark.usefixtures("paid")
def test_nothing_is_changed_or_removed() -> None:
    for table in APPEND_ONLY:
        (column,) = rows(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s LIMIT 1", table
        )[0]
        assert "append-only" in refused(f"UPDATE {table} SET {column} = {column}")
        assert "append-only" in refused(f"DELETE FROM {table}")


@pytest.mark.usefixtures("paid")
def test_a_case_is_never_removed_and_only_its_state_changes() -> None:
    assert "never removed" in refused("DELETE FROM benefits_case")
    assert "only the state" in refused("UPDATE benefits_case SET payee_resident_code = '1', state = 'paid'")


def test_no_state_that_costs_money_without_the_act_that_it_needs(world: World) -> None:
    """Bulk SQL along allowed steps: a case is not approved, reserved or ordered because somebody says so."""
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    to = "UPDATE benefits_case SET state = %s, state_by = 'x', state_at = now()"
    assert refused(to, "approved") == "benefits_case_approved_proved"
    jobs.approve(CODE, by=SUPERVISOR)
    assert refused(to, "reserved") == "benefits_case_reserved_proved"
    jobs.prepare_payment(CODE, by=Actor(staff_id="p001", roles=EVERYTHING))
    assert refused(to, "ordered") == "benefits_case_ordered_proved"


def test_examiner_approver_and_releaser_are_three_people(world: World) -> None:
    """Even a person with every role, even by raw SQL."""
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    with pytest.raises(TodokeError) as same:
        jobs.approve(CODE, by=Actor(staff_id=CLERK.staff_id, roles=EVERYTHING))
    assert same.value.code is ErrorCode.SAME_PERSON
    approval = (
        "INSERT INTO benefits_approval (examination_id, case_id, outcome, examined_by, amount_yen, limit_yen, approved_at,"
        " approved_by) SELECT id, case_id, 'passed', {examiner}, 100000, 100000, now(), %s FROM benefits_examination ORDER BY id LIMIT 1"
    )
    assert refused(approval.format(examiner="examined_by"), CLERK.staff_id) == "approver_is_not_examiner"
    assert refused(approval.format(examiner="'nobody'"), CLERK.staff_id) == "approval_examined"

    jobs.approve(CODE, by=SUPERVISOR)
    jobs.prepare_payment(CODE, by=Actor(staff_id="p001", roles=EVERYTHING))
    release = (
        "INSERT INTO benefits_batch_release (batch_id, prepared_by, released_at, released_by)"
        " SELECT id, {preparer}, now(), %s FROM benefits_payment_batch"
    )
    for person in (CLERK.staff_id, SUPERVISOR.staff_id):
        assert refused(release.format(preparer="prepared_by"), person) == "releaser_is_third_person"
    assert refused(release.format(preparer="prepared_by"), "p001") == "releaser_is_not_preparer"
    assert refused(release.format(preparer="'nobody'"), "p001") == "batch_release_prepared"
    for person in (CLERK.staff_id, SUPERVISOR.staff_id, "p001"):
        with pytest.raises(TodokeError) as same:
            jobs.release_payment(CODE, by=Actor(staff_id=person, roles=EVERYTHING))
        assert same.value.code is ErrorCode.SAME_PERSON
    jobs.release_payment(CODE, by=TREASURER)
    assert rows("SELECT released_by FROM benefits_batch_release") == [(TREASURER.staff_id,)]


def test_a_failed_examination_cannot_be_approved(world: World) -> None:
    world.forms[0]["account_holder_kana"] = "ﾍﾞﾂｼﾞﾝ"
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    approval = (
        "INSERT INTO benefits_approval (examination_id, case_id, outcome, examined_by, amount_yen, limit_yen, approved_at,"
        " approved_by) SELECT id, case_id, {outcome}, examined_by, 100000, 100000, now(), 's001' FROM benefits_examination WHERE outcome = 'deficient'"
    )
    assert refused(approval.format(outcome="outcome")) == "approval_of_passed"
    assert refused(approval.format(outcome="'passed'")) == "approval_examined"


def test_an_incomplete_batch_cannot_be_released_and_a_released_one_takes_nothing_more(world: World) -> None:
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    jobs.approve(CODE, by=SUPERVISOR)
    payments = (
        "INSERT INTO benefits_payment (programme, lineage, case_id, approval_id, amount_yen, examined_by, approved_by,"
        " reserved_at, reserved_by) SELECT c.programme, c.lineage, c.id, a.id, 100000, a.examined_by, a.approved_by,"
        " now(), 'x' FROM benefits_case c JOIN benefits_approval a ON a.case_id = c.id"
    )
    batch = (
        "INSERT INTO benefits_payment_batch (programme, number, payments, total_yen, transfer_on,"
        " prepared_at, prepared_by) VALUES (%s, 1, 1, 100000, '2022-10-28', now(), 'x')"
    )
    transfer = (
        "INSERT INTO benefits_transfer (payment_id, batch_id, attempt, amount_yen, bank_code, branch_code, account_type,"
        " account_number, account_holder_kana) SELECT p.id, b.id, 1, 100000, '0138', '200', '1', '0000001', 'ｱ'"
        " FROM benefits_payment p, benefits_payment_batch b WHERE p.case_id = (SELECT {which}(id) FROM benefits_case)"
    )
    release = (
        "INSERT INTO benefits_batch_release (batch_id, prepared_by, released_at, released_by)"
        " SELECT id, prepared_by, now(), 't001' FROM benefits_payment_batch"
    )
    rows(payments)
    rows(batch, CODE)
    assert refused(release) == "batch_adds_up"
    rows(transfer.format(which="min"))
    rows(release)
    assert refused(transfer.format(which="max")) == "batch_is_open"
