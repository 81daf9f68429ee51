"""課税証明書 of movers-in: keyed alike by two people, read by the next decision, named with place and day where it says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.systems.benefits.asking_city import MOVED, PROGRAMME, AskingCity, answered, ended
from tests.systems.benefits.deciding_city import decision
from tests.systems.benefits.little_city import code
from tests.systems.benefits.world import CLERK
from todoke.access.permissions import Actor, Role
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.benefits import jobs, queries
from todoke.systems.benefits.actions.households.enter_certificate import enter_certificate
from todoke.systems.benefits.models import Resident, TaxCertificate
from todoke.systems.benefits.queries.deciding import certificates
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.rules.tax import certificate as tax_certificate
from todoke.systems.benefits.rules.tax.certificate import Certificate
from todoke.systems.benefits.rules.why import compare as why_compare
from todoke.systems.benefits.rules.why.explained import Household, explain
from todoke.systems.benefits.rules.why.rules import LOOKS

SECOND, THIRD = (Actor(staff_id=staff, roles=frozenset({Role.CLERK})) for staff in ("c002", "c003"))
NOTHING_DUE = Certificate(
    tax_year=2021, municipality="14130", issued_on=date(2022, 3, 1), income_levy=0, per_capita_levy=0
)
DUE = replace(NOTHING_DUE, income_levy=12_000, per_capita_levy=5_300)
EXEMPT, TAXED, ANSWERED, BORN_HERE = 1, 2, 3, 4


def key(number: int, paper: Certificate, *people: Actor) -> TaxCertificate:
    person = Resident.objects.using("benefits").get(resident_code=code(number)).pk
    for by in people:
        kept = enter_certificate(person=person, certificate=paper, by=by)
    return kept


def judged(number: int, round_name: str) -> Household:
    with queries.reader() as files:
        return queries.seen_household(decision(number, round_name), editions.find(PROGRAMME), files)


def fresh() -> str:
    """What the figures warn of."""
    (row,) = [row for row in queries.freshness(PROGRAMME) if row.title == "課税証明書"]
    return row.warning


@pytest.fixture
def town(databases: object, tmp_path: Path) -> None:
    """Two of whom their city has no record, one whose city answered, and one who has always lived here."""
    found = AskingCity(tmp_path).movers([ended("02"), ended("02"), answered()])
    found.little.person(BORN_HERE, BORN_HERE, is_head="1", moved_in_on="2001-04-01")
    found.serve().first()
    jobs.import_answers(PROGRAMME, "first", by=CLERK)
    jobs.take_registers(by=CLERK)


def test_two_keyings_are_judged_by_the_engine_and_named_with_place_and_day(town: None) -> None:
    key(EXEMPT, NOTHING_DUE, CLERK, SECOND)
    key(TAXED, DUE, CLERK, SECOND)
    key(ANSWERED, DUE, CLERK, SECOND)  # the other city's answer goes before
    assert "次の判定で反映します" in fresh()
    jobs.decide(PROGRAMME, "second", by=CLERK)
    assert fresh() == ""
    outcomes = {number: decision(number).outcome for number in (EXEMPT, TAXED, ANSWERED)}
    assert outcomes == {EXEMPT: "eligible", TAXED: "ineligible", ANSWERED: "eligible"}
    before, now = judged(TAXED, "first"), judged(TAXED, "second")
    explained = explain(now, editions.find(PROGRAMME), LOOKS)
    assert explained.agrees
    (decisive,) = [check for check in explained.checks if check.decisive]
    said = {value.item: (value.shown, value.origin) for value in decisive.values}
    assert said["発行した市区町村"][0] == "神奈川県川崎市（14130）"
    shown, origin = said["所得割額（証明書）"]
    assert (shown, origin.name, origin.as_of) == ("12,000円", "課税証明書（二人の入力）", date(2022, 3, 1))
    assert origin.arrived is not None
    changed = {
        one.item.partition("：")[2]: one.now for one in why_compare.differences(before, now) if one.changed
    }
    assert changed["課税の状態の根拠"] == "前住所の市町村の課税証明書（二人の入力）"


def test_it_counts_when_two_keyed_the_same_and_not_before(town: None) -> None:
    assert key(EXEMPT, DUE, CLERK).first_keyed_by is None
    with pytest.raises(TodokeError) as again:
        key(EXEMPT, DUE, CLERK)
    assert again.value.code is ErrorCode.STATE_CONFLICT
    assert key(EXEMPT, NOTHING_DUE, SECOND).first_keyed_by is None
    assert certificates.of_year(2021).num_rows == 0
    assert [one.keyed_by for one in certificates.waiting([code(EXEMPT)])] == ["c002", "c001"]
    assert key(EXEMPT, NOTHING_DUE, THIRD).first_keyed_by == "c002"
    assert certificates.of_year(2021).to_pylist() == [{"resident_code": code(EXEMPT), "certified": "非課税"}]
    assert certificates.of_year(2022).num_rows == 0
    assert not certificates.waiting([code(EXEMPT)])  # what was keyed before is done with
    key(EXEMPT, DUE, SECOND, CLERK)  # a corrected certificate comes later
    assert certificates.of_year(2021)["certified"].to_pylist() == ["所得割課税"]
    log = Operation.objects.using("benefits").filter(verb="benefits:certificate:enter", persons=1)
    assert log.exclude(object_type="resident_code").count() == 0 < log.count()


def test_the_database_counts_nothing_that_two_did_not_key(town: None) -> None:
    key(EXEMPT, NOTHING_DUE, CLERK)
    row: dict[str, Any] = {
        **vars(NOTHING_DUE), "resident_code": code(EXEMPT), "keyed_at": clock.now(), "keyed_by": "c002", "first_keyed_by": "c001",
    }  # fmt: skip
    wrong = ({"keyed_by": "c001"}, {"income_levy": 1, "per_capita_levy": 1}, {"first_keyed_by": "c003"}, {"resident_code": code(TAXED)})  # fmt: skip
    for change in wrong:
        with pytest.raises(IntegrityError), transaction.atomic(using="benefits"):
            TaxCertificate.objects.using("benefits").create(**row | change)
    TaxCertificate.objects.using("benefits").create(**row)
    with pytest.raises(IntegrityError), transaction.atomic(using="benefits"):
        TaxCertificate.objects.using("benefits").update(income_levy=0)


@pytest.mark.parametrize(
    ("changes", "moved", "item"),
    [
        ({}, "2021-01-01", "tax_year"),
        ({"tax_year": 2022, "issued_on": date(2022, 6, 2)}, "2021-03-01", "tax_year"),
        ({"municipality": "14104"}, "2021-03-01", "municipality"),
        ({"municipality": "99999"}, "2021-03-01", "municipality"),
        ({"municipality": "00000"}, "2021-03-01", "municipality"),
        ({"issued_on": date(2020, 12, 31)}, "2021-03-01", "issued_on"),
        ({"issued_on": date(2022, 6, 3)}, "2021-03-01", "issued_on"),
        ({"income_levy": 1}, "2021-03-01", "per_capita_levy"),
        ({"per_capita_levy": -1}, "2021-03-01", "per_capita_levy"),
    ],
)
def test_what_cannot_be(changes: dict[str, Any], moved: str, item: str) -> None:
    paper = replace(NOTHING_DUE, **changes)
    found = tax_certificate.faults(
        paper, ours="14100", moved_in_on=date.fromisoformat(moved), today=date(2022, 6, 2)
    )
    assert list(found) == [item]


def test_whoever_lived_here_brings_none(town: None) -> None:
    with pytest.raises(TodokeError) as refused:
        key(BORN_HERE, NOTHING_DUE, CLERK)
    assert refused.value.code is ErrorCode.RECORD_INVALID
    assert MOVED["moved_in_on"] > "2021-01-01"
