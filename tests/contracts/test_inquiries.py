"""What every implementation of `Inquiries` does: the system and its stand-in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.systems import city
from tests.systems.inquiry.town import HELD, Town, code
from todoke.contracts.inquiry import Inquiries, InquiryKind, OrderReceipt
from todoke.contracts.stand_ins import InquiriesStandIn
from todoke.engine import snapshots
from todoke.identifiers import integrated_number
from todoke.records.layouts import inquiry_answer_v2021
from todoke.systems.inquiry import jobs
from todoke.systems.inquiry.serves import InquiryService

ORIGINS = {1: "13112", 2: "14130", 3: "99999", 4: "", 5: "27100"}


@dataclass
class Case:
    """An implementation, and what operators do with an order until its answers are there."""

    inquiries: Inquiries
    operate: Callable[[str], object]


@pytest.fixture(params=["system", "stand-in"])
def case(request: pytest.FixtureRequest, city_site: object, tmp_path: Path) -> Case:
    if request.param == "stand-in":

        def answer(resident_code: str) -> dict[str, object]:
            place = int(resident_code)
            kind = InquiryKind.HELD if place == 2 else InquiryKind.ANSWERED
            found = {"tax_year": "2021", "income_levy": 0, "per_capita_levy": 0} if place != 2 else {}
            number = integrated_number.mint(place)
            return {"integrated_number": number, "ward_code": "14104", "inquiry_kind": kind.value, **found}

        stand_in = InquiriesStandIn(tmp_path, {code(p): origin for p, origin in ORIGINS.items()}, answer)
        return Case(stand_in, lambda order_id: None)
    town = Town(ORIGINS, tmp_path, replies={(2, "14130"): HELD})

    def operate(order_id: str) -> None:
        town.request(order_id)
        town.linkage.exchange(jobs.batches(order_id))
        town.collect(order_id)

    return Case(InquiryService(), operate)


def order(case: Case, order_id: str = "one", places: tuple[int, ...] = (5, 1, 2, 3, 4, 1)) -> OrderReceipt:
    codes = [code(place) for place in places]
    return case.inquiries.order(order_id=order_id, resident_codes=codes, by=city.CLERK)


def test_a_receipt_counts_every_person_once(case: Case) -> None:
    assert order(case) == OrderReceipt(order_id="one", asked=3, abroad=1, unreachable=1)


def test_the_same_order_id_hears_its_first_receipt(case: Case) -> None:
    first = order(case)
    assert order(case, places=(1,)) == first
    assert order(case, "two", (1,)) == OrderReceipt(order_id="two", asked=1, abroad=0, unreachable=0)


def test_answer_files_hold_everybody_but_those_from_abroad(case: Case) -> None:
    order(case)
    case.operate("one")
    (file,) = case.inquiries.answer_files("one")
    data = snapshots.check(Path(file.path), file.sha256).read_bytes()
    rows = inquiry_answer_v2021.decode(data).to_pylist()
    assert file.records == len(rows)
    assert {row["resident_code"]: row["inquiry_kind"] for row in rows} == {
        code(1): InquiryKind.ANSWERED.value,
        code(2): InquiryKind.HELD.value,
        code(4): InquiryKind.ERROR.value,
        code(5): InquiryKind.ANSWERED.value,
    }
    by_code = {row["resident_code"]: row for row in rows}
    assert by_code[code(4)]["error_reason"] == "no_origin"
    assert by_code[code(1)]["income_levy"] == 0
    assert by_code[code(2)]["income_levy"] is None


def test_an_order_that_nobody_gave_has_no_files(case: Case) -> None:
    assert case.inquiries.answer_files("nobody") == []
