"""The operation log stands or falls with the operation, and nobody can change it."""

import pytest
from django.db import DatabaseError, connections, transaction

from todoke.oplog.models import Operation
from todoke.oplog.record import record
from todoke.oplog.who import Who

pytestmark = pytest.mark.usefixtures("databases")


def test_an_entry_is_written_only_inside_the_operation() -> None:
    with pytest.raises(RuntimeError):
        record("benefits", by=Who(staff_id="c001"), verb="benefits:decision:decide", subject="x")


def test_an_operation_undone_leaves_no_entry() -> None:
    with transaction.atomic(using="benefits"):
        record("benefits", by=Who(staff_id="c001"), verb="benefits:decision:decide", subject="x")
        transaction.set_rollback(True, using="benefits")
    assert not Operation.objects.using("benefits").exists()


@pytest.mark.parametrize("change", ["UPDATE oplog_operation SET actor = 'x'", "DELETE FROM oplog_operation"])
@pytest.mark.parametrize("alias", ["benefits", "linkage", "intermediary_14100", "network"])
def test_an_entry_cannot_be_changed_or_removed(alias: str, change: str) -> None:
    with transaction.atomic(using=alias):
        record(alias, by=Who(staff_id="c001"), verb="benefits:decision:decide", subject="x", persons=3)
    with pytest.raises(DatabaseError, match="append-only"), connections[alias].cursor() as cursor:
        cursor.execute(change)
