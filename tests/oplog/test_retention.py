"""What is past its period goes by two people, whole and sealed, and leaves its root; nothing else goes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from tests.oplog.honest import turned
from tests.oplog.support import BY, DECIDE, checked, owner, seal, write
from todoke.access.permissions import Actor, Role
from todoke.kernel.errors import TodokeError
from todoke.oplog import retention
from todoke.oplog.deletions import FIRST, Deletion
from todoke.oplog.models import Operation
from todoke.oplog.person import Person, open_detail
from todoke.oplog.record import record
from todoke.sites import log_actions

ALIAS, JULY = "benefits", date(2026, 7, 1)
ADMIN = Actor(staff_id="a001", roles=frozenset({Role.ADMINISTRATOR}))
AUDITOR = Actor(staff_id="a002", roles=frozenset({Role.AUDITOR}))
BASIS = "文書管理規程の保存期間満了"


def ask(month: date = JULY, by: Actor = ADMIN) -> None:
    log_actions.request_drop(alias=ALIAS, month=month, legal_basis=BASIS, by=by)


def test_a_month_goes_by_two_people_only(databases, tmp_path) -> None:
    with turned() as clock:
        write(ALIAS, 4)
        with pytest.raises(TodokeError, match=r"STATE_CONFLICT: .*終わっていない月"):
            ask()
        clock.at = datetime(2026, 8, 20, tzinfo=UTC)
        with pytest.raises(TodokeError, match="封印されていない"):
            ask()
        seal(databases)
        with pytest.raises(TodokeError, match="NOT_FOUND"):
            ask(date(2026, 6, 1))
        with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
            ask(by=AUDITOR)
        with pytest.raises(TodokeError, match="NOT_FOUND"):
            log_actions.confirm_drop(alias=ALIAS, month=JULY, by=AUDITOR)
        ask()
        with pytest.raises(TodokeError, match="ALREADY_DONE"):
            ask()
        with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
            log_actions.confirm_drop(alias=ALIAS, month=JULY, by=ADMIN)
        both = Actor(staff_id="a001", roles=frozenset({Role.ADMINISTRATOR, Role.AUDITOR}))
        with pytest.raises(TodokeError, match="SAME_PERSON"):
            log_actions.confirm_drop(alias=ALIAS, month=JULY, by=both)
        assert log_actions.confirm_drop(alias=ALIAS, month=JULY, by=AUDITOR) == 4
        with pytest.raises(TodokeError, match="ALREADY_DONE"):
            log_actions.confirm_drop(alias=ALIAS, month=JULY, by=AUDITOR)
        seal(databases)
        report = checked(databases, tmp_path / "out")
    assert report.faults == []
    assert (report.verified, report.deleted, report.missing) == (2, 4, 0)  # the request and the confirmation
    (deletion,) = retention.read_deletions(ALIAS)
    assert (deletion.requested_by, deletion.confirmed_by, deletion.prev) == ("a001", "a002", FIRST)
    assert Deletion.of_line(deletion.line()) == deletion


def test_a_deletion_that_died_half_way_is_finished(databases, tmp_path, monkeypatch) -> None:
    with turned() as clock:
        write(ALIAS, 4)
        seal(databases)
        clock.at = datetime(2026, 8, 20, tzinfo=UTC)
        ask()
        with monkeypatch.context() as patch:
            patch.setattr(retention, "_drop", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                log_actions.confirm_drop(alias=ALIAS, month=JULY, by=AUDITOR)
        assert Operation.objects.using(ALIAS).filter(actor="c001").count() == 4
        assert retention.finish_drops(ALIAS) == 4
        assert retention.finish_drops(ALIAS) == 0
        seal(databases)
        assert checked(databases, tmp_path / "out").faults == []


def test_nothing_is_written_into_a_deleted_month(databases) -> None:
    with turned() as clock:
        write(ALIAS, 1)
        seal(databases)
        clock.at = datetime(2026, 8, 20, tzinfo=UTC)
        ask()
        log_actions.confirm_drop(alias=ALIAS, month=JULY, by=AUDITOR)
        clock.at = datetime(2026, 7, 20, tzinfo=UTC)
        with pytest.raises(Exception, match="was deleted and takes no more entries"):
            write(ALIAS, 1)


def test_one_person_s_part_is_destroyed_and_the_rest_verifies(databases, server, tmp_path) -> None:
    with transaction.atomic(using=ALIAS):
        record(ALIAS, by=BY, verb=DECIDE, subject="x", about=Person("resident_code", "1"), detail="架空太郎")
    entry = Operation.objects.using(ALIAS).get()
    assert open_detail(ALIAS, bytes(entry.detail)) == "架空太郎"
    seal(databases)
    log_actions.request_erasure(alias=ALIAS, operation_id=entry.id, legal_basis="利用停止請求", by=ADMIN)
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        log_actions.confirm_erasure(alias=ALIAS, operation_id=entry.id, by=ADMIN)
    log_actions.confirm_erasure(alias=ALIAS, operation_id=entry.id, by=AUDITOR)
    found = Operation.objects.using(ALIAS).get(id=entry.id)
    assert (found.detail, found.salt, found.object_index, found.subject) == (None, None, None, "x")
    assert bytes(found.leaf) == bytes(entry.leaf)
    with owner(databases, server, ALIAS) as connection, pytest.raises(Exception, match="append-only"):
        connection.execute("UPDATE oplog_operation SET commitment = sha256('x') WHERE id = %s", [entry.id])
    seal(databases)
    report = checked(databases, tmp_path / "out")
    assert report.faults == []
    assert {log.log: log.erased for log in report.logs}[ALIAS] == 1
