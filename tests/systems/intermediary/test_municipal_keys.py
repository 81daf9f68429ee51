"""S17, S18: whoever operates the platform reads ciphertext only, and nothing at all goes on without the municipality's key."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections, transaction
from psycopg import sql

from tests.systems import copies, three_towns
from tests.systems.dumps import tables
from tests.systems.three_towns import EAST, HOME, TOWNS, Towns, alias, inquiry, organisation, own_number
from todoke.access import alarms, directory
from todoke.access.models import Alarm
from todoke.access.permissions import Actor, Role
from todoke.contracts import intermediary
from todoke.contracts.information import LOCAL_TAX, TAX_ITEMS, Item
from todoke.exchange.refusals import NotNowError
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.sites.database.postgres import Server
from todoke.systems.intermediary import jobs, queries
from todoke.systems.intermediary.actions import rotate_contents
from todoke.systems.intermediary.actions.release_held import confirm_release, propose_release
from todoke.systems.intermediary.codecs import contents
from todoke.systems.intermediary.flows import Decision

CANARY = "70712345678901"
ADMINISTRATOR = Actor(staff_id="a001", roles=frozenset({Role.ADMINISTRATOR}))


def register(towns: Towns, town: str, persons: list[int], value: str) -> None:
    said = tuple(Item(value + str(place), None) for place in range(len(TAX_ITEMS)))
    rows = [intermediary.ReplicaRecord(own_number(town, p), False, said) for p in persons]
    body = intermediary.Replicas(information_code=LOCAL_TAX, fiscal_year=2021, records=rows)
    towns.ask(f"city:{town}", f"platform:{town}", intermediary.REPLICAS, body)


def collect(towns: Towns, after: int = 0) -> intermediary.Results:
    wanted = intermediary.ResultsWanted(after=after, limit=100)
    found: intermediary.Results = towns.ask(f"city:{HOME}", f"platform:{HOME}", intermediary.RESULTS, wanted)
    return found


def everything_in(database: str) -> bytes:
    """Every row of every table in its bytes: what a dump, or anybody with SQL, would see."""
    found = bytearray()
    with connections[database].cursor() as cursor, cursor.connection.cursor() as plain:
        for table in tables(database):
            statement = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT (FORMAT binary)").format(
                sql.Identifier(table)
            )
            with plain.copy(statement) as out:
                for part in out:
                    found += part
    return bytes(found)


@contextmanager
def withdrawn(town: str) -> Iterator[None]:
    """The municipality has taken its key back."""
    file = settings.TODOKE_MUNICIPAL_KEYS / town / f"kek-{town}.key"
    away = file.with_suffix(".away")
    file.rename(away)
    try:
        yield
    finally:
        away.rename(file)


def test_no_item_lies_readable_in_any_database_of_the_platform_nor_on_the_disk(
    towns: Towns, server: Server
) -> None:
    towns.open_for_business(3)
    register(towns, EAST, [1, 2, 3], CANARY)
    towns.inquire([inquiry(f"r{p}", p, EAST) for p in (1, 2, 3)])
    for _ in range(6):  # answers lie in the outbox, on arrival, and when they were taken
        for town in TOWNS:
            assert CANARY.encode() not in everything_in(alias(town))
        towns.dispatcher().drain(0.05)
    towns.deliver()
    found = collect(towns)
    assert [row.items[0].value for row in found.records if row.items] == [CANARY + "0"] * 3
    lying = {town: everything_in(alias(town)) for town in TOWNS}
    assert all(CANARY.encode() not in content for content in lying.values())
    assert b"platform:" + EAST.encode() in lying[EAST]  # the search does find what is there
    assert copies.opened(alias(EAST))[0]["tax_year"] == CANARY + "0"
    assert not files_with(server, CANARY.encode())


def files_with(server: Server, text: bytes) -> list[str]:
    """Files of the database server (tables, log, WAL) that hold these bytes, after all was written to the disk."""
    import psycopg

    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute("CHECKPOINT")
        (folder,) = admin.execute("SHOW data_directory").fetchone() or ("",)
    if os.geteuid() != 0 and not os.access(folder, os.R_OK):
        pytest.skip("the server's files are another account's")
    files = [path for path in Path(folder).rglob("*") if path.is_file()]
    assert len(files) > 1_000
    found = []
    for path in files:
        with suppress(FileNotFoundError):  # caches of the catalogue come and go
            if text in path.read_bytes():
                found.append(path.name)
    return found


def test_without_the_key_provisions_stop_and_go_on_when_it_is_back(towns: Towns) -> None:
    towns.open_for_business(2)
    register(towns, EAST, [1, 2], "1")
    towns.inquire([inquiry("r1", 1, EAST)])
    with withdrawn(EAST):
        dispatcher = towns.dispatcher()
        dispatcher.drain(2)
        waiting = towns.rows(
            "network", "SELECT contract, last_error FROM exchange_outbox WHERE state = 'waiting'"
        )
        assert waiting == [("intermediary.provision_requests.v1", "KEY_WITHDRAWN")]
        assert towns.rows(alias(EAST), "SELECT count(*) FROM intermediary_provision_case") == [(0,)]
        with pytest.raises(NotNowError) as refused:
            register(towns, EAST, [2], "2")
        assert refused.value.reason is ErrorCode.KEY_WITHDRAWN
        assert not contents.is_lent(alias(EAST))
        assert contents.is_lent(alias(HOME))  # nobody else stops
        with pytest.raises(TodokeError, match="KEY_WITHDRAWN"):
            copies.opened(alias(EAST))
    towns.deliver()
    assert [row.outcome for row in collect(towns).records] == ["answered"]


def test_an_answer_on_its_way_waits_for_the_key_too(towns: Towns) -> None:
    towns.open_for_business(1)
    register(towns, EAST, [1], "1")
    towns.inquire([inquiry("r1", 1, EAST)])
    while not towns.rows(
        alias(EAST), "SELECT 1 FROM exchange_outbox WHERE contract = 'intermediary.provisions.v1'"
    ):
        with withdrawn(HOME):
            towns.dispatcher().drain(0.1)
        towns.dispatcher().drain(0.01)
    towns.deliver()
    assert [row.items[0].value for row in collect(towns).records] == ["10"]


def spoil(town: str, person: int, place: int) -> None:
    """Whoever can write the table changes one byte of a sealed copy; the first two name its generation."""
    with connections[alias(town)].cursor() as cursor:
        cursor.execute(
            "UPDATE intermediary_replica SET contents = set_byte(contents, %s, get_byte(contents, %s) # 1)"
            " WHERE integrated_number = %s",
            [place, place, own_number(town, person)],
        )


@pytest.mark.parametrize("place", [1, 40], ids=["generation", "text"])
def test_one_copy_that_does_not_open_is_an_error_for_itself_and_all_others_are_answered(
    towns: Towns, place: int
) -> None:
    towns.open_for_business(4)
    register(towns, EAST, [1, 2, 3, 4], "1")
    spoil(EAST, 2, place)
    towns.inquire([inquiry(f"r{p}", p, EAST) for p in (1, 2, 3, 4)])
    towns.deliver()
    found = towns.results()
    assert [(found[f"r{p}"].outcome.value, found[f"r{p}"].error) for p in (1, 2, 3, 4)] == [
        ("answered", ""), ("refused", "replica_damaged"), ("answered", ""), ("answered", ""),
    ]  # fmt: skip
    records = towns.records()
    assert records["inquirer"] == records["provider"] == records["network"]
    assert sorted(row[7] for row in records["network"]) == ["answered"] * 3 + ["refused"]
    (alarm,) = Alarm.objects.using(directory.alias()).filter(kind=alarms.REPLICA_DAMAGED)
    assert (alarm.staff_id, alarm.detail) == (f"platform:{EAST}", "1 件")
    entry = Operation.objects.using(alias(EAST)).get(verb="intermediary:replica:damaged")
    ((permit,),) = towns.rows(
        alias(EAST), "SELECT permit_id FROM intermediary_provision_case WHERE error = 'replica_damaged'"
    )
    assert entry.permit_id == permit
    register(towns, EAST, [2], "2")  # registered again it answers
    towns.inquire([inquiry("r5", 2, EAST)])
    towns.deliver()
    assert towns.results()["r5"].outcome.value == "answered"


def test_a_damaged_copy_of_a_held_person_is_not_released_and_stays_held(towns: Towns) -> None:
    towns.open_for_business(1)
    towns.register(EAST, [1], held=[1])
    spoil(EAST, 1, 40)
    towns.inquire([inquiry("r1", 1, EAST)])
    towns.deliver()
    assert towns.results()["r1"].outcome.value == "held"
    (held,) = queries.held(alias(EAST))
    three_towns.contact(held.permit_id)
    decision = {"alias": alias(EAST), "permit_ids": [held.permit_id], "decision": Decision.RELEASE}
    propose_release(**decision, reason="電話で確認", by=three_towns.OFFICER)
    with pytest.raises(TodokeError, match="INPUT_CHANGED"):
        confirm_release(**decision, by=three_towns.SECOND_OFFICER)
    assert queries.held(alias(EAST))


def test_an_answer_that_was_altered_while_it_waited_holds_up_no_other(towns: Towns) -> None:
    towns.open_for_business(2)
    register(towns, EAST, [1, 2], "1")
    towns.inquire([inquiry(f"r{p}", p, EAST) for p in (1, 2)])
    towns.deliver()
    with connections[alias(HOME)].cursor() as cursor:
        cursor.execute(
            "UPDATE intermediary_answer SET contents = set_byte(contents, 40, get_byte(contents, 40) # 1)"
            " WHERE record_id = 'r1'"
        )
    found = {result.record_id: result for result in collect(towns).records}
    assert (found["r1"].outcome.value, found["r1"].error, found["r1"].items) == (
        "refused", "answer_damaged", (),
    )  # fmt: skip
    assert found["r2"].outcome.value == "answered"


def test_another_key_opens_nothing_and_makes_none(towns: Towns) -> None:
    towns.open_for_business(1)
    register(towns, EAST, [1], "1")
    (row,) = towns.rows(
        alias(EAST), "SELECT contents, integrated_number, fiscal_year, edition FROM intermediary_replica"
    )
    bound = "|".join(("intermediary_replica", "contents", *map(str, row[1:])))
    with pytest.raises(TodokeError, match="INPUT_CHANGED"):
        contents.open_(alias(HOME), [bytes(row[0])], [bound])
    with pytest.raises(TodokeError, match="INPUT_CHANGED"):
        contents.open_(alias(EAST), [bytes(row[0])], [bound + "0"])
    file = settings.TODOKE_MUNICIPAL_KEYS / EAST / f"kek-{EAST}.key"
    with withdrawn(EAST):
        contents.make_keys(EAST)  # provisioning again
        assert not file.exists()
        file.write_bytes(b"\x07" * 32)
        file.chmod(0o600)
        with pytest.raises(TodokeError, match="SETUP_MISSING"):
            contents.keys_of(alias(EAST))
        file.unlink()


class Again(threading.Thread):
    """Does something again and again until told to stop; keeps what went wrong."""

    def __init__(self, once: Callable[[int], None]) -> None:
        super().__init__(daemon=True)
        self.once, self.halt, self.rounds, self.faults = once, threading.Event(), 0, list[BaseException]()

    def run(self) -> None:
        try:
            while not self.halt.is_set():
                self.once(self.rounds)
                self.rounds += 1
        except BaseException as fault:  # told by the test, whatever it is
            self.faults.append(fault)
        finally:
            connections.close_all()

    def stop(self) -> None:
        self.halt.set()
        self.join(60)


def test_keys_change_under_load_and_nothing_is_missed(towns: Towns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotate_contents, "_COLUMNS", tuple(
        rotate_contents._Sealed(**{**vars(one), "rows": 7}) for one in rotate_contents._COLUMNS
    ))  # fmt: skip
    persons = list(range(1, 41))
    towns.open_for_business(40)
    register(towns, EAST, persons, "1")

    def read(_round: int) -> None:
        assert len(copies_with_lock(EAST)) == 40

    def write(number: int) -> None:
        register(towns, EAST, persons[number % 30 : number % 30 + 5], "1")

    def ask(number: int) -> None:
        towns.inquire([inquiry(f"r{number}", number % 40 + 1, EAST)])
        dispatcher = towns.dispatcher()
        dispatcher.drain(20)

    workers = [Again(read), Again(write), Again(ask)]
    for worker in workers:
        worker.start()
    try:
        reports = [jobs.rotate_keys(alias=alias(EAST), by=ADMINISTRATOR) for _ in range(3)]
    finally:
        for worker in workers:
            worker.stop()
    assert [worker.faults for worker in workers] == [[], [], []]
    assert all(worker.rounds > 0 for worker in workers)
    newest = int(reports[-1].key)
    assert [report.counts.totals["廃棄した鍵の世代"] for report in reports] == [1, 1, 1]
    assert contents.keys_of(alias(EAST)).ids == (newest,)
    marks = towns.rows(
        alias(EAST), "SELECT DISTINCT substring(contents FROM 1 FOR 2) FROM intermediary_replica"
    )
    assert [bytes(mark) for (mark,) in marks] == [newest.to_bytes(2, "big")]
    towns.deliver()
    answered = [row for row in collect(towns).records if row.items]
    assert len(answered) == min(100, workers[2].rounds)


def copies_with_lock(town: str) -> list[object]:
    """Read as the intermediary does: no generation is destroyed between reading and opening."""
    with transaction.atomic(using=alias(town)):
        contents.hold_keys(alias(town))
        return list(copies.opened(alias(town)))


def test_only_an_administrator_changes_keys(towns: Towns) -> None:
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        jobs.rotate_keys(alias=alias(EAST), by=three_towns.PLATFORM_STAFF)
    assert organisation(EAST)
    assert queries.counts(alias(EAST))["replicas"] == 0
