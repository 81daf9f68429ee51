"""Connections are lent to whoever needs one to the same database, and never one that is not clean."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connections, transaction

from todoke.engine.kept import base as kept

pytestmark = pytest.mark.usefixtures("databases")


@pytest.fixture(autouse=True)
def _kept() -> Iterator[None]:
    connections.close_all()
    kept.keep(2)
    yield
    connections.close_all()
    kept.keep(0)


def server_process(alias: str) -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def elsewhere(work: Callable[[], int]) -> int:
    """In another thread, whose connections are closed at its end."""
    found: list[int] = []

    def run() -> None:
        found.append(work())
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(10)
    return found[0]


def test_a_closed_connection_is_lent_to_another_thread() -> None:
    first = elsewhere(lambda: server_process("linkage"))
    assert server_process("linkage") == first
    assert elsewhere(lambda: server_process("linkage")) != first  # in use here


def test_no_database_gets_the_connection_of_another() -> None:
    first = elsewhere(lambda: server_process("linkage"))
    assert server_process("network") != first
    with connections["network"].cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone()[0] == connections["network"].settings_dict["NAME"]


def test_only_so_many_are_kept() -> None:
    aliases = ("linkage", "network", "intermediary_14100")
    before = [elsewhere(lambda alias=alias: server_process(alias)) for alias in aliases]
    assert [server_process(alias) == pid for alias, pid in zip(aliases, before, strict=True)] == [
        False,
        True,
        True,
    ]


def test_one_in_a_transaction_is_not_lent() -> None:
    with transaction.atomic(using="linkage"):
        first = server_process("linkage")
        connections["linkage"].close()
        transaction.set_rollback(True, using="linkage")
    assert server_process("linkage") != first


def test_one_that_holds_a_lock_of_its_session_is_closed_for_good() -> None:
    first = server_process("linkage")
    raw = connections["linkage"].connection
    kept.tie(raw)
    connections["linkage"].close()
    assert raw.closed
    assert server_process("linkage") != first


def test_one_whose_server_process_ended_is_not_lent() -> None:
    first = elsewhere(lambda: server_process("linkage"))
    second = elsewhere(lambda: server_process("network"))
    assert second != first
    laid = [raw for raw in list(kept._aside._idle) if raw.info.backend_pid == first]
    helper = connections["linkage"].copy("linkage")
    raw = helper.Database.connect(**helper.get_connection_params(), autocommit=True)
    raw.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    raw.close()
    assert laid
    assert server_process("linkage") != first


def test_nothing_is_kept_unless_asked_for() -> None:
    kept.keep(0)
    first = elsewhere(lambda: server_process("linkage"))
    assert server_process("linkage") != first
