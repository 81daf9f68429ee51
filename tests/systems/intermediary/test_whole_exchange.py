"""A few hundred persons, three municipalities: everybody gets their own answer, and three records agree."""

from __future__ import annotations

from tests.systems.three_towns import EAST, HOME, WEST, Towns, alias, inquiry, items, own_number
from todoke.contracts.exchange_records import Side
from todoke.contracts.information import TAX_ITEMS, Item, Outcome
from todoke.systems.intermediary.queries import export_records
from todoke.systems.network import queries as network_queries

PERSONS = 300


def test_everybody_gets_their_own_answer_and_three_records_agree(towns: Towns) -> None:
    towns.open_for_business(PERSONS)
    in_east, in_west, nowhere = range(1, 151), range(151, 281), range(281, PERSONS + 1)
    towns.register(EAST, in_east, held=[5, 6])
    towns.register(WEST, in_west, missing=["income_levy_before_transfer", "taxing_municipality"])
    asked = [inquiry(f"r{p:05d}", p, EAST if p in in_east else WEST) for p in towns.persons]
    assert towns.inquire(asked) == [""] * PERSONS
    towns.deliver()
    found = towns.results()
    assert len(found) == PERSONS
    for person in towns.persons:
        result = found[f"r{person:05d}"]
        if person in (5, 6):
            assert (result.outcome, result.items) == (Outcome.HELD, ())
        elif person in nowhere:
            assert (result.outcome, result.items) == (Outcome.NO_RECORD, ())
        elif person in in_east:
            assert (result.outcome, result.items) == (Outcome.ANSWERED, items(person))
        else:
            expected = items(person, missing=["income_levy_before_transfer", "taxing_municipality"])
            assert (result.outcome, result.items) == (Outcome.ANSWERED, expected)
    records = towns.records()
    assert len(records["network"]) == PERSONS
    assert records["inquirer"] == records["provider"] == records["network"]


def test_an_empty_amount_keeps_its_reason_and_a_zero_stays_a_zero(towns: Towns) -> None:
    towns.open_for_business(2)
    towns.register(EAST, [1, 2], missing=["income_levy", "per_capita_levy"])
    towns.inquire([inquiry("r1", 1, EAST)])
    towns.deliver()
    by_name = dict(zip(TAX_ITEMS, towns.results()["r1"].items, strict=True))
    assert by_name["income_levy"] == by_name["per_capita_levy"] == Item(None, "NotAcceptable")
    assert by_name["tax_year"] == Item("100", None)


def test_results_are_numbered_in_the_order_in_which_they_become_visible(towns: Towns) -> None:
    towns.open_for_business(30)
    towns.register(EAST, range(1, 31))
    towns.inquire([inquiry(f"a{p}", p, EAST) for p in range(1, 11)])
    towns.deliver()
    first = towns.results()
    last = max(result.sequence for result in first.values())
    towns.inquire([inquiry(f"b{p}", p, EAST) for p in range(11, 31)])
    towns.deliver()
    later = towns.results(after=last)
    assert {r.record_id for r in later.values()} == {f"b{p}" for p in range(11, 31)}
    assert min(r.sequence for r in later.values()) > last


def test_a_person_without_a_code_and_a_used_record_id_are_refused_at_once(towns: Towns) -> None:
    towns.open_for_business(3)
    towns.register(EAST, [1, 2, 3])
    assert towns.inquire([inquiry("r1", 1, EAST), inquiry("r1", 2, EAST), inquiry("r9", 99, EAST)]) == [
        "",
        "duplicate_record",
        "no_link_code",
    ]
    assert towns.inquire([inquiry("r1", 3, EAST)]) == ["duplicate_record"]


def test_the_exported_records_of_the_three_parties_are_the_same_bytes(towns: Towns) -> None:
    towns.open_for_business(20)
    towns.register(EAST, range(1, 11), held=[3])
    towns.inquire([inquiry(f"r{p}", p, EAST if p % 2 else WEST) for p in range(1, 21)])
    towns.deliver()
    aliases = [alias(town) for town in (EAST, HOME, WEST)]
    files = {side: towns.folder / f"{side.value}.csv" for side in Side}
    assert {export_records(aliases, side, file) for side, file in files.items()} == {20}
    assert network_queries.export_records(towns.folder / "network.csv") == 20
    whole = (towns.folder / "network.csv").read_bytes()
    assert {file.read_bytes() for file in files.values()} == {whole}
    assert whole.count(b"\n") == 21


def test_no_individual_number_and_no_foreign_code_reaches_an_intermediary(towns: Towns) -> None:
    towns.open_for_business(5)
    towns.register(EAST, range(1, 6))
    towns.inquire([inquiry("r1", 1, EAST)])
    towns.deliver()
    codes = {
        town: dict(towns.rows(alias(town), "SELECT integrated_number, link_code FROM intermediary_link_code"))
        for town in (HOME, EAST)
    }
    assert codes[HOME][own_number(HOME, 1)] != codes[EAST][own_number(EAST, 1)]
    assert not set(codes[HOME].values()) & set(codes[EAST].values())
