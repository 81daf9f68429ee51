"""正本と副本の照合: whatever the intermediary's database really holds is found, and exactly that is registered anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from tests.systems import city, copies, masters, three_towns
from tests.systems.three_towns import Towns
from todoke.access.permissions import Actor
from todoke.contracts import replica_digests
from todoke.contracts.information import Item
from todoke.kernel.errors import TodokeError
from todoke.systems.linkage import codecs, jobs
from todoke.systems.linkage.actions.replicas.receive_masters import receive_masters
from todoke.systems.linkage.actions.replicas.repair_replicas import repair_replicas
from todoke.systems.linkage.jobs import replicas as road
from todoke.systems.linkage.models import LocalNumber, Reconciliation, ReplicaDifference
from todoke.systems.linkage.rules import descent

PEOPLE = 30


@pytest.fixture
def towns(city_site: object, tmp_path: Path) -> Iterator[Towns]:
    with override_settings(TODOKE_INSTANCE_NAME="towns"):
        jobs.load(city.files() / "individual_numbers.csv", by=operator())
        built = three_towns.build(tmp_path, "towns")
        road.register(everybody(tmp_path), by=operator(), dispatcher=masters.dispatcher(built.transport))
        yield built


def operator() -> Actor:
    return city.actor(city.OPERATOR)


def everybody(folder: Path, **changes: str) -> Path:
    return masters.write(
        folder / "masters.csv", [masters.row(one, **changes) for one in masters.local_numbers(PEOPLE)]
    )


def reconcile(towns: Towns) -> Reconciliation:
    road.reconcile(by=operator(), transport=towns.transport)
    found = Reconciliation.objects.using("linkage").order_by("-pk").first()
    assert found is not None
    return found


def counts(found: Reconciliation) -> dict[str, int]:
    return {
        name: getattr(found, name)
        for name in ("missing", "surplus", "different", "stale")
        if getattr(found, name)
    }


def alter(statement: str, *values: Any) -> None:
    """What nobody should do: SQL in the intermediary's own database."""
    with connections[masters.INTERMEDIARY].cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount == 1


def person(place: int) -> str:
    number = masters.local_numbers(PEOPLE)[place]
    return LocalNumber.objects.using("linkage").get(local_number=number).person_id


def test_two_sides_that_agree_say_so_in_one_message(towns: Towns) -> None:
    found = reconcile(towns)
    assert (found.ours, found.theirs, counts(found)) == (PEOPLE, PEOPLE, {})
    assert (found.messages, found.sent + found.received < 500) == (1, True)


@pytest.mark.parametrize(
    "change",
    [
        {"total_income": Item("999", None)},
        {"total_income": Item(None, "NotAcceptable")},
        {"gross_income": Item("10", None), "total_income": Item("01", None)},
        {"taxing_municipality": Item(None, "NotConvered")},
        "auto_reply_prohibited = NOT auto_reply_prohibited",
        "contents = (SELECT o.contents FROM intermediary_replica o WHERE o.integrated_number <> r.integrated_number LIMIT 1)",
        "contents = set_byte(contents, 20, get_byte(contents, 20) # 1)",
        "edition = edition + 1",
    ],
)
def test_one_altered_replica_is_found_and_named(towns: Towns, change: str | dict[str, Item]) -> None:
    """By somebody with the municipality's key, or by a hand in the database."""
    if isinstance(change, str):
        alter(f"UPDATE intermediary_replica r SET {change} WHERE integrated_number = %s", person(7))
    else:
        copies.alter(masters.INTERMEDIARY, person(7), **change)
    found = reconcile(towns)
    assert counts(found) == {"different": 1}
    row = ReplicaDifference.objects.using("linkage").get()
    assert (row.integrated_number, row.fiscal_year, row.kind, row.state) == (
        person(7),
        2021,
        "different",
        "open",
    )


def test_missing_surplus_and_moved_years_are_told_apart(towns: Towns) -> None:
    alter("DELETE FROM intermediary_replica WHERE integrated_number = %s", person(1))
    alter("UPDATE intermediary_replica SET fiscal_year = 2020 WHERE integrated_number = %s", person(2))
    found = reconcile(towns)
    assert counts(found) == {"missing": 2, "surplus": 1}


def test_exactly_the_differing_ones_are_registered_anew(towns: Towns, tmp_path: Path) -> None:
    copies.alter(masters.INTERMEDIARY, person(1), total_income=Item("1", None))
    alter("UPDATE intermediary_replica SET fiscal_year = 2020 WHERE integrated_number = %s", person(2))
    before = dict(
        towns.rows(masters.INTERMEDIARY, "SELECT integrated_number, edition FROM intermediary_replica")
    )
    found = reconcile(towns)
    assert repair_replicas(reconciliation=found.pk, file=everybody(tmp_path), by=operator()) == 3
    road.pump(by=operator())
    masters.dispatcher(towns.transport).drain(10)
    after = dict(
        towns.rows(masters.INTERMEDIARY, "SELECT integrated_number, edition FROM intermediary_replica")
    )
    assert {number for number in before if before[number] != after.get(number)} == {person(1), person(2)}
    assert masters.stored(towns) == PEOPLE
    again = reconcile(towns)
    assert counts(again) == {}
    states = ReplicaDifference.objects.using("linkage").values_list("state", "state_by")
    assert set(states) == {("settled", city.OPERATOR)}
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        repair_replicas(reconciliation=found.pk, file=everybody(tmp_path), by=operator())


def test_what_is_under_way_is_stale_and_not_lost(towns: Towns, tmp_path: Path) -> None:
    receive_masters(file=everybody(tmp_path, gross_income="5"), by=operator())
    road.pump(by=operator())  # in the outbox, not delivered
    assert counts(reconcile(towns)) == {"stale": PEOPLE}
    masters.dispatcher(towns.transport).drain(10)
    assert counts(reconcile(towns)) == {}
    assert set(ReplicaDifference.objects.using("linkage").values_list("state", flat=True)) == {"settled"}


def test_a_difference_that_stays_is_carried_over(towns: Towns) -> None:
    alter("DELETE FROM intermediary_replica WHERE integrated_number = %s", person(3))
    reconcile(towns)
    reconcile(towns)
    states = ReplicaDifference.objects.using("linkage").order_by("pk").values_list("state", flat=True)
    assert list(states) == ["carried", "open"]


def test_the_city_keeps_no_item_and_the_platform_no_key(towns: Towns) -> None:
    reconcile(towns)
    key = codecs.digest_key(first=False)
    with connections[masters.INTERMEDIARY].cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(string_agg(coalesce(answer, ''::bytea), ''::bytea), ''::bytea) FROM exchange_inbox"
        )
        assert key not in bytes(cursor.fetchone()[0])
    with connections["linkage"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM exchange_outbox WHERE contract <> 'intermediary.replicas.v2'")
        assert cursor.fetchone() == (0,)


def test_both_forms_of_the_digest_are_one(towns: Towns) -> None:
    """The SQL that the city runs, and what the intermediary computes: HMAC-SHA256 as the standard library has it."""
    key = b"\x01" * 32
    rows = [[str(copy[name]).lower() if name == "auto_reply_prohibited" else copy[name]
             for name in replica_digests.COLUMNS] for copy in copies.opened(masters.INTERMEDIARY)]  # fmt: skip
    assert len(rows) == PEOPLE
    columns = ", ".join(f"%({name})s::text AS {name}" for name in replica_digests.COLUMNS)
    with connections["linkage"].cursor() as cursor:
        for row in rows:
            values = [None if value is None else str(value) for value in row]
            said = dict(zip(replica_digests.COLUMNS, values, strict=True))
            cursor.execute(
                f"SELECT {replica_digests.digest_sql('r')} FROM (SELECT {columns}) r",
                {**said, **replica_digests.pads(key)},
            )
            assert bytes(cursor.fetchone()[0]) == replica_digests.digest(key, values)


@given(st.lists(st.one_of(st.none(), st.text(min_size=1, max_size=6)), min_size=2, max_size=4), st.data())
def test_two_rows_that_differ_never_share_a_form(values: list[str | None], data: st.DataObject) -> None:
    other = data.draw(st.lists(st.one_of(st.none(), st.text(min_size=1, max_size=6)), min_size=2, max_size=4))
    key = b"k" * 32
    same = replica_digests.digest(key, values) == replica_digests.digest(key, other)
    assert same == (values == other)


@given(st.lists(st.sampled_from("0123456789abcdef"), unique=True, max_size=16), st.integers(16, 300))
def test_groups_cover_every_prefix_once_and_fit_into_a_message(prefixes: list[str], limit: int) -> None:
    found = list(descent.groups(prefixes, 2, limit))
    assert [prefix for group in found for prefix in group] == prefixes
    assert all(len(group) * 16 <= max(limit, 16) for group in found)
