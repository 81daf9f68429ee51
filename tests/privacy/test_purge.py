"""消去: what is over goes, with everything that goes with it and nothing else; two people; a record that proves it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import Error, connections, transaction

from tests import hiring
from tests.systems.benefits import world
from tests.systems.inquiry.town import Town
from tests.systems.three_towns import EAST, Towns, inquiry
from todoke.access import sessions
from todoke.access.permissions import Actor, Role
from todoke.custody import due, purge
from todoke.custody.models import Purge
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.privacy.classes import declaration
from todoke.privacy.retention import ForEver
from todoke.sites.instance import Instance
from todoke.sites.realms import alias
from todoke.workflow import runner

NETWORK = "network"
ADMINISTRATOR = Actor(staff_id="a001", roles=frozenset({Role.ADMINISTRATOR}))
AUDITOR = Actor(staff_id="u001", roles=frozenset({Role.AUDITOR}))
BOTH = Actor(staff_id="a001", roles=frozenset({Role.ADMINISTRATOR, Role.AUDITOR}))
_ACQUISITION = """
INSERT INTO network_acquisition (id, delivery, organisation, acquisition_number, asked_at)
SELECT n, 'd' || n, 'o', 'number' || n, now() - n * interval '1 day' FROM generate_series(1, %s) n
"""


def rows(database: str, statement: str, *values: object) -> list[tuple[object, ...]]:
    with connections[database].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def count(database: str, table: str) -> int:
    return int(str(rows(database, f"SELECT count(*) FROM {table}")[0][0]))


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """So many days on, for purges and the runner; the log, which keeps no months that far ahead, stays today."""
    real = clock.now
    for room in (purge, runner):
        monkeypatch.setattr(room, "clock", SimpleNamespace(now=lambda: real() + timedelta(days=days)))


def run(database: str) -> dict[str, int]:
    """Ask, confirm and delete; rows deleted by model."""
    asked = purge.request(database, by=ADMINISTRATOR)
    if asked is None:
        return {}
    purge.confirm(database, run=asked, by=AUDITOR)
    records = Purge.objects.using(database).filter(run=asked)
    assert {record.state for record in records} == {"done"}
    return {record.model: record.rows for record in records}


@pytest.fixture
def acquisitions(databases: object) -> None:
    rows(NETWORK, _ACQUISITION, 40)


@pytest.mark.usefixtures("acquisitions")
class TestTwoPeople:
    def test_it_shows_then_deletes_then_proves(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(purge, "CHUNK", 3)
        (shown,) = purge.show(NETWORK, by=ADMINISTRATOR)
        assert (shown.model, shown.rows) == ("network.Acquisition", 11)  # 30 to 40 days old
        assert "番号法20条" in shown.legal_basis
        keys = sorted(
            str(key) for (key,) in rows(NETWORK, "SELECT id FROM network_acquisition WHERE id >= 30")
        )
        assert run(NETWORK) == {"network.Acquisition": 11}
        assert count(NETWORK, "network_acquisition") == 29
        (kept,) = Purge.objects.using(NETWORK).all()
        assert bytes(kept.digest) == hashlib.sha256("\n".join(keys).encode()).digest()
        assert (kept.requested_by, kept.confirmed_by) == ("a001", "u001")
        assert count(NETWORK, "custody_purge_key") == 0
        subjects = list(Operation.objects.using(NETWORK).order_by("id").values_list("subject", flat=True))
        proof = f"network.Acquisition rows:11 sha256:{bytes(kept.digest).hex()}"
        assert subjects == [
            "models:1 rows:11",
            f"request:{kept.run} {proof}",
            f"confirm:{kept.run}",
            f"done:{kept.run} {proof}",
        ]

    def test_a_second_run_finds_nothing(self) -> None:
        assert run(NETWORK)
        assert run(NETWORK) == {}
        assert purge.show(NETWORK, by=ADMINISTRATOR) == []

    def test_one_person_alone_is_refused(self) -> None:
        asked = purge.request(NETWORK, by=BOTH)
        assert asked
        with pytest.raises(TodokeError) as refused:
            purge.confirm(NETWORK, run=asked, by=BOTH)
        assert refused.value.code is ErrorCode.SAME_PERSON
        assert count(NETWORK, "network_acquisition") == 40

    def test_only_who_may(self) -> None:
        asked = purge.request(NETWORK, by=ADMINISTRATOR)
        assert asked
        for call in (
            lambda: purge.request(NETWORK, by=AUDITOR),
            lambda: purge.show(NETWORK, by=AUDITOR),
            lambda: purge.confirm(NETWORK, run=asked, by=ADMINISTRATOR),
            lambda: purge.withdraw(NETWORK, run=asked, by=AUDITOR),
        ):
            with pytest.raises(TodokeError) as denied:
                call()
            assert denied.value.code is ErrorCode.PERMISSION_DENIED

    def test_a_request_can_be_withdrawn_and_made_anew(self) -> None:
        asked = purge.request(NETWORK, by=ADMINISTRATOR)
        assert asked
        with pytest.raises(TodokeError, match="先に申請された"):
            purge.request(NETWORK, by=ADMINISTRATOR)
        assert purge.withdraw(NETWORK, run=asked, by=ADMINISTRATOR) == 1
        assert count(NETWORK, "custody_purge_key") == 0
        with pytest.raises(TodokeError, match="STATE_CONFLICT"):
            purge.confirm(NETWORK, run=asked, by=AUDITOR)
        assert run(NETWORK) == {"network.Acquisition": 11}

    def test_a_row_that_is_no_longer_due_stops_the_whole(self) -> None:
        asked = purge.request(NETWORK, by=ADMINISTRATOR)
        assert asked
        rows(NETWORK, "UPDATE network_acquisition SET asked_at = now() WHERE id = 35")
        with pytest.raises(TodokeError, match="1 行"):
            purge.confirm(NETWORK, run=asked, by=AUDITOR)
        assert count(NETWORK, "network_acquisition") == 40

    def test_a_stopped_deletion_goes_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(purge, "CHUNK", 4)
        asked = purge.request(NETWORK, by=ADMINISTRATOR)
        assert asked
        real, calls = purge._remove_files, iter([1, 2])

        def stop_at_the_third(*arguments: object) -> None:
            if next(calls, None) is None:
                raise KeyboardInterrupt
            real(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(purge, "_remove_files", stop_at_the_third)
        with pytest.raises(KeyboardInterrupt):
            purge.confirm(NETWORK, run=asked, by=AUDITOR)
        assert count(NETWORK, "network_acquisition") == 32
        monkeypatch.setattr(purge, "_remove_files", real)
        purge.finish(NETWORK, run=asked, by=ADMINISTRATOR)
        assert count(NETWORK, "network_acquisition") == 29
        assert Purge.objects.using(NETWORK).get().state == "done"

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE custody_purge SET state = 'confirmed', confirmed_by = 'a001', confirmed_at = now()",
            "UPDATE custody_purge SET state = 'done', confirmed_by = 'u001', confirmed_at = now()",
            "UPDATE custody_purge SET rows = 40",
            "UPDATE custody_purge SET digest = '\\x00'",
            "UPDATE custody_purge SET requested_by = 'x'",
            "DELETE FROM custody_purge",
            "DELETE FROM custody_purge_key",
            "UPDATE custody_purge_key SET key = '1' WHERE key = '40'",
            "SELECT custody_delete(id, ARRAY['40']) FROM custody_purge",
            # the list is no longer the one whose digest was requested
            "INSERT INTO custody_purge_key (purge_id, key) SELECT id, '1' FROM custody_purge;"
            "UPDATE custody_purge SET state = 'confirmed', confirmed_by = 'u001', confirmed_at = now()",
        ],
    )
    def test_the_database_refuses_short_cuts(self, statement: str) -> None:
        assert purge.request(NETWORK, by=ADMINISTRATOR)
        with pytest.raises(Error), transaction.atomic(using=NETWORK):
            rows(NETWORK, statement)
        assert count(NETWORK, "network_acquisition") == 40

    def test_a_confirmed_purge_reaches_only_what_it_lists(self) -> None:
        asked = purge.request(NETWORK, by=ADMINISTRATOR)
        rows(
            NETWORK,
            "UPDATE custody_purge SET state = 'confirmed', confirmed_by = 'u001', confirmed_at = now(),"
            " state_at = now()",
        )
        for statement in (
            "SELECT custody_delete(id, ARRAY['1']) FROM custody_purge",
            "INSERT INTO custody_purge_key (purge_id, key) SELECT id, '1' FROM custody_purge",
            "DELETE FROM custody_purge_key",
        ):
            with pytest.raises(Error), transaction.atomic(using=NETWORK):
                rows(NETWORK, statement)
        assert asked
        purge.finish(NETWORK, run=asked, by=AUDITOR)
        assert count(NETWORK, "network_acquisition") == 29


_NOT_USED_HERE = (
    "benefits_print_work", "benefits_redating", "benefits_batch_cancellation", "benefits_approval_limit",
    "benefits_bank_branch", "benefits_bank_debit", "benefits_bank_list", "benefits_box", "benefits_case_tally", "benefits_day_tally", "benefits_day_closing",
    "benefits_file_handover", "benefits_import_limit", "benefits_mailing",
    "benefits_mailing_file", "benefits_printer_count", "benefits_paper_disposal", "benefits_programme_edition",
    "benefits_result_file", "benefits_source",
)  # fmt: skip


@pytest.mark.usefixtures("databases")
def test_a_whole_programme_goes_after_five_years_and_its_money_trail_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Append-only tables too, children first, also where composite keys hold them together."""
    world.decide({0: "eligible", 1: "eligible"})
    world.walk(world.World(tmp_path, size=2).serve(), tmp_path)
    assert purge.show("benefits", by=ADMINISTRATOR) == []
    later(monkeypatch, 5 * 366)
    first = run("benefits")
    assert {"benefits.Case": 2, "benefits.Payment": 2, "benefits.Transfer": 2}.items() <= first.items()
    run("benefits")  # what the cases referred to
    for model in apps.get_app_config("benefits").get_models():
        left = count("benefits", model._meta.db_table)
        if isinstance(declaration(model).keep, ForEver):
            assert left or model._meta.db_table in _NOT_USED_HERE, model
        else:
            assert left == 0, model
    with pytest.raises(Error, match="append-only"):
        rows("benefits", "DELETE FROM benefits_payment_batch")  # every guard stands again
    assert run("benefits") == {}


_LINKAGE = """
INSERT INTO linkage_person VALUES ('000000000000000', '仮名', '1', '1970-01-01', '架空市', false);
INSERT INTO linkage_querybatch (batch_id, submitted_at, submitted_by) VALUES ('old', now() - interval '2 years', 'o'),
    ('new', now(), 'o');
INSERT INTO linkage_queryreceipt (batch_id, position, record_id) VALUES ('old', 1, 'r1'), ('new', 1, 'r2');
INSERT INTO linkage_query (record_id, batch_id, person_id, provider, duty, procedure, information_code, nondisclosure, state)
SELECT record_id, batch_id, '000000000000000', 'p', 'd', 'p', 'i', '', 'accepted' FROM linkage_queryreceipt;
"""


@pytest.mark.usefixtures("city_site")
def test_tax_answers_of_the_bulk_query_go_and_persons_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows("linkage", _LINKAGE)
    assert run("linkage") == {"linkage.Query": 1, "linkage.QueryReceipt": 1, "linkage.QueryBatch": 1}
    assert rows("linkage", "SELECT record_id FROM linkage_query") == [("r2",)]
    assert count("linkage", "linkage_person") == 1
    Town({1: "13112"}, tmp_path).road()
    later(monkeypatch, 367)
    assert run("inquiry").keys() >= {
        "inquiry.Query",
        "inquiry.Subject",
        "inquiry.RequestFile",
        "inquiry.Order",
    }
    assert count("inquiry", "inquiry_query") == 0
    assert run("inquiry") == {}


def test_exchange_records_go_after_seven_years_messages_and_answers_sooner(
    towns: Towns, monkeypatch: pytest.MonkeyPatch
) -> None:
    towns.open_for_business(2)
    towns.register(EAST, [1, 2], held=[1])
    towns.inquire([inquiry("r1", 1, EAST), inquiry("r2", 2, EAST)])
    towns.deliver()
    home = alias("intermediary", "14100")
    later(monkeypatch, 400)
    assert run(home).keys() >= {"intermediary.Answer", "exchange.InboxMessage"}
    assert count(home, "intermediary_exchange_record") == 2
    later(monkeypatch, 7 * 366)
    east, nation = run(alias("intermediary", EAST)), run(NETWORK)
    assert east["intermediary.ExchangeRecord"] == 2
    assert nation["network.ExchangeRecord"] == 2
    assert run(home).keys() >= {
        "intermediary.Inquiry",
        "intermediary.ExchangeRecord",
        "exchange.OutboxMessage",
    }
    assert count(home, "intermediary_link_code") > 0


@pytest.mark.usefixtures("databases")
def test_ended_sessions_go_and_live_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    directory = "directory_city"
    hiring.hire(directory, {"c001": [Role.CLERK], "c002": [Role.CLERK]})
    first = sessions.sign_in(
        staff_id="c001", password=hiring.PASSWORD, terminal=hiring.TERMINAL, proof=hiring.there
    )
    sessions.sign_in(
        staff_id="c001",
        password=hiring.PASSWORD,
        terminal=hiring.TERMINAL,
        proof=hiring.there,
        own_tokens=[first.token],
    )
    assert count(directory, "access_session") == 2
    later(monkeypatch, 367)
    assert run(directory)["access.Session"] == 1
    assert rows(directory, "SELECT ended_at IS NULL FROM access_session") == [(True,)]


def test_files_with_the_same_persons_go_before_their_rows(
    databases: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, shared = tmp_path / "mine.parquet", tmp_path / "shared.parquet"
    for number, (path, age) in enumerate([(mine, 2000), (shared, 2000), (shared, 1)]):
        path.write_text("x")
        rows(
            "benefits",
            "INSERT INTO benefits_source (edition, kind, sha256, source_sha256, path, rows, imported_at, imported_by)"
            " VALUES (%s, 'tax', %s, %s, %s, 1, now() - %s * interval '1 day', 'c001')",
            number + 1,
            str(number),
            str(number),
            str(path),
            age,
        )
    assert run("benefits") == {"benefits.Source": 2}
    assert (mine.exists(), shared.exists()) == (False, True)


def test_every_model_with_a_period_can_be_purged_where_it_lives(instance: Instance, server: object) -> None:
    """The order exists and every statement of it runs, in every kind of database."""
    for wall in instance.walls():
        name = alias(*wall)
        order = due.purgeable(name)
        places = {model: place for place, model in enumerate(order)}
        for model in order:
            for child, _ in due._referring(model, order):
                assert child is model or places[child] < places[model]
        with transaction.atomic(using=name):
            assert due.stage_due(name, clock.now()).keys() <= set(order)
