"""What is over goes in time, by two people and with a proof; statistics name nobody; registrations are counted."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import Error, connections, transaction

from tests.systems.three_towns import (
    EAST,
    HOME,
    OFFICER,
    PLATFORM_STAFF,
    SECOND_OFFICER,
    WEST,
    Towns,
    alias,
    inquiry,
    items,
    organisation,
    own_number,
)
from todoke.access.permissions import Actor, Role
from todoke.contracts import intermediary
from todoke.contracts.information import LOCAL_TAX
from todoke.custody import overview, purge
from todoke.custody.models import Purge
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.oplog import keys
from todoke.systems.intermediary.actions.judge_record import confirm_judgement, propose_judgement
from todoke.systems.intermediary.actions.read_figures import read_figures
from todoke.systems.intermediary.queries import figures, records
from todoke.systems.intermediary.queries.records import Sought
from todoke.systems.intermediary.rules.figures import FEW, OTHERS, Figure, suppressed
from todoke.workflow import runner

ADMINISTRATOR = Actor(staff_id="a001", roles=frozenset({Role.ADMINISTRATOR}))
AUDITOR = Actor(staff_id="u001", roles=frozenset({Role.AUDITOR}))


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """So many days on, for purges and the runner; the log, which keeps no months that far ahead, stays today."""
    real = clock.now
    for room in (overview, purge, runner):
        monkeypatch.setattr(room, "clock", SimpleNamespace(now=lambda: real() + timedelta(days=days)))


def run(database: str) -> dict[str, Purge]:
    """Ask, confirm and delete; the proof of each model."""
    asked = purge.request(database, by=ADMINISTRATOR)
    if asked is None:
        return {}
    purge.confirm(database, run=asked, by=AUDITOR)
    return {proof.model: proof for proof in Purge.objects.using(database).filter(run=asked)}


def count(database: str, table: str) -> int:
    with connections[database].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


@pytest.fixture
def asked(towns: Towns) -> Towns:
    """HOME asked EAST about person 1 and marked the record; EAST has copies of two years of 1 and 2, and holds 2."""
    keys.make(towns.folder, "national")
    towns.open_for_business(2)
    towns.register(EAST, [1, 2], held=[2], year=2020)
    towns.register(EAST, [1, 2], year=2021)
    towns.inquire([inquiry("r1", 1, EAST)])
    towns.deliver()
    (record,) = records.records(alias(HOME), Sought(persons=[own_number(HOME, 1)]))
    made = propose_judgement(alias=alias(HOME), number=record.number, code="2", reason="申出", by=OFFICER)
    confirm_judgement(alias=alias(HOME), judgement=made.pk, by=SECOND_OFFICER)
    towns.deliver()
    return towns


def test_records_go_after_seven_years_with_their_marks_on_all_three_sides(
    asked: Towns, monkeypatch: pytest.MonkeyPatch
) -> None:
    later(monkeypatch, 7 * 365 - 10)
    assert not run(alias(HOME)).keys() & {"intermediary.ExchangeRecord", "intermediary.Nondisclosure"}
    (keys_before,) = asked.rows(alias(HOME), "SELECT id::text FROM intermediary_exchange_record")
    later(monkeypatch, 7 * 366)
    gone = run(alias(HOME))
    proof = gone["intermediary.ExchangeRecord"]
    assert (proof.rows, proof.state) == (1, "done")
    assert bytes(proof.digest) == hashlib.sha256("\n".join(keys_before).encode()).digest()
    assert (proof.requested_by, proof.confirmed_by) == ("a001", "u001")
    assert gone.keys() >= {"intermediary.Nondisclosure", "intermediary.Inquiry"}
    assert run(alias(EAST)).keys() >= {"intermediary.ExchangeRecord", "intermediary.PartnerNondisclosure"}
    assert run("network").keys() >= {"network.ExchangeRecord", "network.Nondisclosure"}
    for database, table in (
        (alias(HOME), "intermediary_nondisclosure"),
        (alias(EAST), "intermediary_exchange_record"),
        (alias(EAST), "intermediary_partner_nondisclosure"),
        ("network", "network_nondisclosure"),
    ):
        assert count(database, table) == 0, table
    assert run(alias(HOME)) == {}
    with pytest.raises(Error), transaction.atomic(using=alias(EAST)):  # every guard stands again
        asked.rows(alias(EAST), "TRUNCATE intermediary_partner_nondisclosure")


def test_old_copies_go_after_five_years_and_one_that_protects_goes_last(
    asked: Towns, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "intermediary.Replica" not in run(alias(EAST))
    later(monkeypatch, 5 * 366)
    kept = {row.model: row for row in overview.overview(alias(EAST), by=AUDITOR)}
    assert kept["intermediary.Replica"].due == 3
    assert "5年" in kept["intermediary.Replica"].keep
    assert run(alias(EAST))["intermediary.Replica"].rows == 3
    left = asked.rows(
        alias(EAST), "SELECT integrated_number, fiscal_year, auto_reply_prohibited FROM intermediary_replica"
    )
    assert left == [(own_number(EAST, 2), 2020, True)]
    assert run(alias(EAST))["intermediary.Replica"].rows == 1


def test_the_overview_asks_for_its_right_and_history_shows_both_persons(asked: Towns) -> None:
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        overview.overview(alias(HOME), by=PLATFORM_STAFF)
    assert overview.history(alias(HOME), by=ADMINISTRATOR) == []


def test_registrations_are_counted_by_what_they_did(asked: Towns) -> None:
    gone = intermediary.ReplicaRecord(own_number(EAST, 1), False, ())
    again = intermediary.ReplicaRecord(own_number(EAST, 2), False, items(2))
    body = intermediary.Replicas(information_code=LOCAL_TAX, fiscal_year=2021, records=[gone, again])
    asked.ask(f"city:{EAST}", f"platform:{EAST}", intermediary.REPLICAS, body)
    days = {row.fiscal_year: row for row in figures.deliveries(alias(EAST))}
    assert (days[2021].messages, days[2021].registered, days[2021].replaced, days[2021].deleted) == (
        2,
        2,
        1,
        1,
    )
    assert [(row.fiscal_year, row.count) for row in figures.editions(alias(EAST))] == [(2021, 1), (2020, 2)]


def test_figures_by_month_partner_and_outcome_without_anybody_who_could_be_recognised(towns: Towns) -> None:
    people = range(1, 15)
    towns.open_for_business(14)
    towns.register(EAST, list(people))
    towns.inquire([inquiry(f"e{person}", person, EAST) for person in people if person <= 12])
    towns.inquire([inquiry(f"w{person}", person, WEST) for person in people if person <= 3])
    towns.inquire([inquiry("x1", 1, EAST, duty="JM00000000000000")])
    towns.deliver()
    today = clock.today()
    by = replace(OFFICER, purpose="")
    big, rest = read_figures(alias=alias(HOME), first=today - timedelta(days=1), last=today, by=by)
    assert (big.partner, big.outcome, big.count) == (organisation(EAST), "answered", 12)
    assert big.median is not None
    assert (rest.partner, rest.count, rest.median) == (OTHERS, None, None)
    assert read_figures(alias=alias(HOME), first=date(2020, 1, 1), last=date(2020, 1, 2), by=by) == []


def figure(month: str, partner: str, number: int) -> Figure:
    return Figure(
        month=month, side="provider", partner=partner, duty="d", procedure="p", information_code="i", outcome="held",
        count=number, median=1.0, p95=2.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([FEW], [FEW]),
        ([FEW - 1], [None]),
        ([4, 6], [10]),
        ([1, 2, 3], [None]),
        ([20, 1], [20, None]),
        ([20, 5, 5], [20, 10]),
        ([], []),
    ],
)
def test_few_are_put_together(counts: list[int], shown: list[int | None]) -> None:
    rows = suppressed(figure("2022-04", f"m{place}", number) for place, number in enumerate(counts))
    assert [row.count for row in rows] == shown
    assert all(row.median is None for row in rows if row.partner == OTHERS)


def test_each_month_has_its_own_rest() -> None:
    rows = suppressed([figure("2022-05", "a", 9), figure("2022-04", "a", 9)])
    assert [(row.month, row.count) for row in rows] == [("2022-05", None), ("2022-04", None)]
