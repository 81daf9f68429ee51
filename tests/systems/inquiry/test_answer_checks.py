"""Checks of answers for sense, as a table; each line is an answer and what is found in it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from todoke.contracts.information import TAX_ITEMS
from todoke.engine import duck
from todoke.systems.inquiry.codecs.arrivals import ARRIVED
from todoke.systems.inquiry.rules import answer_statuses
from todoke.systems.inquiry.rules.answer_checks import BY_CODE, CHECK, CHECKS, REFUSE, find
from todoke.systems.inquiry.rules.failures import FAILURES

YOKOHAMA_LIKE, ORDINARY = "14130", "13112"
_QUESTION = {
    "record_id": "R",
    "asked_number": "000000000000018",
    "asked_provider": ORDINARY,
    "asked_year": 2021,
    "designated": False,
}
_SCHEMA = pa.schema(
    [
        ("record_id", pa.string()),
        ("asked_number", pa.string()),
        ("asked_provider", pa.string()),
        ("asked_year", pa.int32()),
        ("designated", pa.bool_()),
    ]
)


def answer(**changes: str | None) -> dict[str, str | None]:
    """Nobody is taxed, nothing is owed; `changes` by column. None makes an item absent with a reason."""
    cells: dict[str, str | None] = dict.fromkeys(ARRIVED.names)
    cells |= {"record_id": "R", "state": "answered", "error": "", "echo_number": "000000000000018"}
    cells |= dict.fromkeys(TAX_ITEMS, "0")
    cells |= {"tax_year": "2021", "gross_income": "400000", "total_income": "400000"}
    for name in TAX_ITEMS:
        if name.endswith("_before_transfer") or name == "taxing_municipality":
            cells |= {name: None, f"{name}_reason": "NotAcceptable"}
    for name, value in changes.items():
        cells[name] = value
        if name in TAX_ITEMS:
            cells.setdefault(f"{name}_reason", None)
            if f"{name}_reason" not in changes:
                cells[f"{name}_reason"] = None if value is not None else "NotAcceptable"
    return cells


def found(cells: dict[str, str | None], **question: Any) -> list[str]:
    asked = pa.Table.from_pylist([_QUESTION | question], schema=_SCHEMA)
    arrived = pa.Table.from_pylist([cells], schema=ARRIVED)
    with duck.connect() as connection:
        table = find(connection, arrived=arrived, questions=asked, today=date(2022, 3, 1))
    return [str(code) for code in table["code"].to_pylist()]


CITY: dict[str, Any] = {"asked_provider": YOKOHAMA_LIKE, "designated": True}


def taxed(levy: str, before: str | None = None, **more: str | None) -> dict[str, str | None]:
    income = {"gross_income": "9000000", "total_income": "9000000", "per_capita_levy": "3500"}
    return answer(**(income | {"income_levy": levy, "income_levy_before_transfer": before} | more))


TABLE: list[tuple[str, dict[str, str | None], dict[str, Any], list[str]]] = [
    ("非課税", answer(), {}, []),
    ("均等割のみ", answer(per_capita_levy="3500"), {}, []),
    ("課税", taxed("98700"), {}, []),
    ("指定都市の課税、8対6", taxed("131600", "98700"), CITY, []),
    ("前ゼロは同じ額", answer(per_capita_levy="000000003500", income_levy="00"), {}, []),
    ("金額の欠けに理由がある", answer(income_levy=None, per_capita_levy=None), {}, []),
    ("別の人", answer(echo_number="000000000000026"), {}, ["other_person"]),
    ("別の団体", answer(echo_provider="13113"), {}, ["other_municipality"]),
    ("同じ団体", answer(echo_provider=ORDINARY), {}, []),
    ("フラグに金額", answer(taxed_elsewhere="3500"), {}, ["flag_amount"]),
    ("フラグが2", answer(taxed_elsewhere="2"), {}, ["flag_amount"]),
    ("負の額", answer(income_levy="-1"), {}, ["answer_malformed"]),
    ("全角", answer(income_levy="０"), {}, ["answer_malformed"]),
    ("ハイフン", answer(per_capita_levy="-"), {}, ["answer_malformed"]),
    ("空白の文字", answer(per_capita_levy=" "), {}, ["answer_malformed"]),
    ("桁あふれ", answer(gross_income="1" * 13), {}, ["answer_malformed"]),
    ("扶養が3桁", answer(dependants_general="100"), {}, ["answer_malformed", "amount_very_large"]),
    ("理由が文", answer(income_levy=None, income_levy_reason="値なし"), {}, ["answer_malformed"]),
    ("値と理由の両方", answer(income_levy="0", income_levy_reason="NotAcceptable"), {}, ["value_and_reason"]),
    (
        "値も理由もない",
        answer(per_capita_levy=None, per_capita_levy_reason=None),
        {},
        ["decisive_item_missing"],
    ),
    ("使わない項目が空", answer(housing_credit=None, housing_credit_reason=None), {}, ["item_missing"]),
    ("未来の年度", answer(tax_year="2023"), {}, ["tax_year_impossible", "other_tax_year"]),
    ("昭和24年度", answer(tax_year="1949"), {"asked_year": None}, ["tax_year_impossible"]),
    ("前の年度", answer(tax_year="2020"), {}, ["other_tax_year"]),
    ("年度を問わない照会", answer(tax_year="2020"), {"asked_year": None}, []),
    ("所得割だけ", taxed("98700", per_capita_levy="0"), {}, ["levies_inconsistent"]),
    ("所得割があり均等割が欠け", taxed("98700", per_capita_levy=None), {}, []),
    ("均等割に所得割の額", answer(per_capita_levy="98700"), {}, ["per_capita_impossible"]),
    ("2019年の事故: 指定都市の県民税", taxed("32900", "98700"), CITY, [
        "prefecture_income_levy", "before_exceeds_present", "before_ratio",
    ]),
    ("2019年の事故: 県民税均等割", answer(per_capita_levy="1500"), {}, ["prefecture_per_capita"]),
    ("税源移譲前と取り違え", taxed("98700", "131600"), CITY, ["before_exceeds_present", "before_ratio"]),
    ("8対6から外れる", taxed("300000", "98700"), CITY, ["before_ratio"]),
    ("少額は比べない", taxed("1000", "900"), CITY, []),
    ("指定都市で税源移譲前がない", taxed("131600"), CITY, ["before_missing"]),
    ("一般の市に税源移譲前がある", taxed("98700", "98700"), {}, ["before_unexpected"]),
    (
        "移譲前の控除が大きい",
        answer(donation_credit="100", donation_credit_before_transfer="200"),
        CITY,
        ["credit_before_exceeds"],
    ),
    ("他市町村課税に所得割", taxed("98700", taxed_elsewhere="1", taxing_municipality="27100"), {}, [
        "elsewhere_with_levy", "elsewhere_per_capita",
    ]),
    ("他市町村課税で課税地がない", answer(taxed_elsewhere="1"), {}, ["elsewhere_place"]),
    ("課税地だけある", answer(taxing_municipality="27100"), {}, ["elsewhere_place"]),
    (
        "あり得ない課税地",
        answer(taxed_elsewhere="1", taxing_municipality="48100"),
        {},
        ["taxing_place_impossible"],
    ),
    ("国外課税", answer(taxed_elsewhere="1", taxing_municipality="99999"), {}, []),
    ("所得より大きい所得割", taxed("98700", gross_income="500000"), {}, ["levy_exceeds_income"]),
    ("高い所得で非課税", answer(gross_income="5000000", total_income="5000000"), {}, ["exempt_with_income"]),
    ("障害者等の非課税", answer(gross_income="1350000", total_income="1350000"), {}, []),
    (
        "繰越控除後が大きい",
        answer(gross_income="500000", total_income="400000"),
        {},
        ["gross_exceeds_total"],
    ),
    ("100億円", taxed("98700", gross_income="1" * 11, total_income="1" * 11), {}, ["amount_very_large"]),
    ("実在しない日時", answer(echo_asked_at="20220230000000000"), {}, ["echo_time_strange"]),
    ("未来の日時", answer(echo_asked_at="20300101000000000"), {}, ["echo_time_strange"]),
    ("過去の日時", answer(echo_asked_at="20220228235959000"), {}, []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "question", "codes"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE]
)
def test_what_is_found(cells: dict[str, str | None], question: dict[str, Any], codes: list[str]) -> None:
    assert found(cells, **question) == codes


def test_every_check_has_a_line_that_finds_it() -> None:
    assert {code for *_, codes in TABLE for code in codes} == set(BY_CODE)


def test_what_is_no_answer_is_not_checked() -> None:
    assert found(answer(state="held", income_levy="-1")) == []


def test_codes_fit_into_the_answer_record_and_every_refusal_is_explained() -> None:
    assert all(len(check.code) <= 24 and check.severity in (REFUSE, CHECK) for check in CHECKS)
    assert {check.code for check in CHECKS if check.severity == REFUSE} <= set(FAILURES)
    weights = [check.severity for check in CHECKS]
    assert weights == sorted(weights, reverse=True), "what refuses stands before what is only shown"


def test_an_unknown_code_is_shown_as_unknown() -> None:
    assert answer_statuses.detail_words("09") == "09（正常終了）"
    assert answer_statuses.detail_words("17") == "17（不明なコード）"
    assert answer_statuses.information_words("09") == "09（不明なコード）"
    assert answer_statuses.information_words(None) == "（届いていない）"
