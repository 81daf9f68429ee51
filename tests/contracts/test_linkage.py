"""What every implementation of `Linkage` does: the system and its stand-in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec
import pytest

from tests.systems import city
from tests.systems.linkage import office
from tests.systems.linkage import realms as far
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE, Outcome
from todoke.contracts.linkage import ConversionRequest, Linkage, Query, RegistrationAsked
from todoke.contracts.people import BasicAttributes
from todoke.contracts.stand_ins import LinkageStandIn
from todoke.identifiers import integrated_number
from todoke.identifiers.municipality import organisation_code
from todoke.systems.linkage import jobs
from todoke.systems.linkage.serves import LinkageService


@dataclass
class Case:
    """An implementation, the persons it knows (by resident code), and what makes results arrive."""

    linkage: Linkage
    persons: dict[str, tuple[str, BasicAttributes]]
    exchange: Callable[[Sequence[str]], object]

    @property
    def numbers(self) -> list[str]:
        return [number for number, _ in self.persons.values()]


def reply(query: object) -> far.Answer:
    """By the last digit of the record id."""
    return [far.answered(), (Outcome.NO_RECORD, "", ()), (Outcome.HELD, "", ())][
        int(query.record_id[-1]) % 3  # type: ignore[attr-defined]
    ]


@pytest.fixture(params=["system", "stand-in"])
def case(request: pytest.FixtureRequest, city_site: object, tmp_path: Path) -> Case:
    office.systems()
    rows = sorted(city.rows("individual_numbers.csv"), key=lambda row: row["resident_code"])[:20]
    persons = {
        row["resident_code"]: (
            integrated_number.mint(serial),
            BasicAttributes(
                name_kanji=row["name_kanji"],
                sex=row["sex"],
                birth_date=date.fromisoformat(row["birth_date"]),
                address=row["address"],
            ),
        )
        for serial, row in enumerate(rows)
    }
    if request.param == "stand-in":
        stand_in = LinkageStandIn(persons, reply)
        return Case(stand_in, persons, stand_in.exchange)
    operator = city.actor(city.OPERATOR)
    jobs.load(city.write_rows(tmp_path / "individual_numbers.csv", rows), by=operator)
    realms = far.make(tmp_path / "realms")
    realms.reply = reply
    dispatcher = far.dispatcher(realms)
    return Case(
        LinkageService(),
        persons,
        lambda batches: jobs.exchange(
            batches, by=operator, transport=realms, dispatcher=dispatcher, patience=5, timeout=5
        ),
    )


def query(number: str, place: int, **changes: str) -> Query:
    values = {
        "record_id": f"R{place:019d}",
        "integrated_number": number,
        "provider": organisation_code("13112"),
        "duty": DUTY,
        "procedure": PROCEDURE,
        "information_code": LOCAL_TAX,
        "nondisclosure": "1",
    }
    return Query(**values | changes)


def submit(case: Case, queries: list[Query], batch: str = "b/0001") -> list[str | None]:
    receipts = case.linkage.submit(batch_id=batch, queries=queries, by=city.OPERATOR)
    assert [receipt.record_id for receipt in receipts] == [query.record_id for query in queries]
    return [receipt.refusal for receipt in receipts]


def test_conversion_keeps_the_order_and_says_why_not(case: Case) -> None:
    (one, (first, mine)), (two, (_, hers)) = list(case.persons.items())[:2]
    stranger = msgspec.structs.replace(hers, birth_date=date(1901, 1, 1))
    requests = [
        ConversionRequest(resident_code=two, attributes=stranger),
        ConversionRequest(resident_code="0000000000", attributes=mine),
        ConversionRequest(resident_code=one, attributes=mine),
    ]
    found = case.linkage.convert(requests, by=city.CLERK)
    assert [answer.resident_code for answer in found] == [two, "0000000000", one]
    assert [answer.integrated_number for answer in found] == [None, None, first]
    assert [answer.refusal for answer in found] == ["attributes_differ", "unknown", None]


def test_attributes_of_known_numbers_in_order(case: Case) -> None:
    asked = [*case.numbers[5:2:-1], integrated_number.mint(10**12)]
    found = case.linkage.attributes(asked)
    by_number = dict(case.persons.values())
    assert [(person.integrated_number, person.attributes) for person in found] == [
        (number, by_number[number]) for number in sorted(case.numbers[3:6])
    ]


def test_receipts_say_why_not(case: Case) -> None:
    one, two, three = case.numbers[:3]
    refusals = submit(
        case,
        [
            query(one, 0),
            query(two, 0),
            query(three[:-1] + str((int(three[-1]) + 1) % 10), 2),
            query(integrated_number.mint(10**12), 3),
            query(three, 4, duty="JM01000000999000"),
        ],
    )
    assert refusals == [None, "duplicate_record", "check_digit", "unknown_number", "duty_not_allowed"]


def test_a_record_id_is_never_used_twice_and_a_batch_is_taken_once(case: Case) -> None:
    queries = [query(number, place) for place, number in enumerate(case.numbers[:3])]
    assert submit(case, queries) == [None, None, None]
    assert submit(case, queries) == [None, None, None]
    assert submit(case, queries[:1], "b/0002") == ["duplicate_record"]
    assert len(case.linkage.results("b/0001")) == 3
    assert case.linkage.results("b/0002") == []


def test_results_are_ordered_and_open_until_they_arrive(case: Case) -> None:
    queries = [query(number, place) for place, number in enumerate(case.numbers[:3])]
    submit(case, queries[::-1])
    before = case.linkage.results("b/0001")
    assert [result.outcome for result in before] == [Outcome.ASKED] * 3
    assert [result.record_id for result in before] == [query.record_id for query in queries]
    case.exchange(["b/0001"])
    after = case.linkage.results("b/0001")
    assert [result.outcome for result in after] == [Outcome.ANSWERED, Outcome.NO_RECORD, Outcome.HELD]
    assert [result.items for result in after] == [far.nontaxed(), (), ()]
    assert [result.integrated_number for result in after] == case.numbers[:3]


def test_items_go_when_they_are_handed_over(case: Case) -> None:
    submit(case, [query(case.numbers[0], 0), query(case.numbers[1], 3)])
    case.exchange(["b/0001"])
    first, second = case.linkage.results("b/0001")
    case.linkage.hand_over(record_ids=[first.record_id], by=city.OPERATOR)
    assert case.linkage.results("b/0001") == [msgspec.structs.replace(first, items=()), second]


def test_a_registration_is_asked_for_once_and_stands_until_people_decide(case: Case) -> None:
    stranger = BasicAttributes(
        name_kanji="架空　太郎",
        sex="1",
        birth_date=date(1956, 3, 3),
        address="神奈川県川崎市川崎区宮本町1番地",
    )
    asked = RegistrationAsked(
        system="benefits", local_number="B1", duty="benefit", purpose="給付金の審査", attributes=stranger
    )
    other = msgspec.structs.replace(asked, local_number="B2")
    differs = msgspec.structs.replace(
        asked, attributes=msgspec.structs.replace(stranger, birth_date=date(1957, 3, 3))
    )
    first, second, again, refused = case.linkage.register([asked, other, asked, differs], by=city.CLERK)
    assert (first.refusal, again, refused.refusal) == (None, first, "open_request_differs")
    assert case.linkage.register([asked], by=city.CLERK) == [first]
    ids = [second.request_id, first.request_id, "unknown"]
    found = case.linkage.registrations(ids)
    assert [(one.request_id, one.state, one.integrated_number) for one in found] == [
        (request_id, "requested", None) for request_id in sorted(ids[:2])
    ]
