"""How an answer is read, as a table (issue 2 §4 step 6): the record → the status, and why it cannot be used."""

import duckdb
import pyarrow as pa
import pytest

from tests.systems.benefits.asking_city import answered, ended
from todoke.contracts.information import TAX_ITEMS
from todoke.records.layouts.inquiry_answer_v2021 import ANSWER
from todoke.systems.benefits.rules.tax import answer_status
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

TABLE = [
    ("どちらも0円", answered(), "非課税", ""),
    ("均等割だけ", answered(per_capita_levy=3500), "均等割のみ課税", ""),
    ("所得割も", answered(income_levy=1, per_capita_levy=3500), "所得割課税", ""),
    ("所得割があって均等割が0円", answered(income_levy=1), "回答エラー", "levies_inconsistent"),
    # absent is not zero
    ("所得割が空", answered(income_levy=None), "回答エラー", "income_levy_absent"),
    ("均等割が空", answered(per_capita_levy=None), "回答エラー", "per_capita_levy_absent"),
    ("どちらも空", answered(income_levy=None, per_capita_levy=None), "回答エラー", "income_levy_absent"),
    ("均等割があって所得割が空", answered(income_levy=None, per_capita_levy=3500), "回答エラー", "income_levy_absent"),
    ("値も理由もない", {"inquiry_kind": "01"}, "回答エラー", "tax_year_absent"),
    # the year asked about
    ("前の年度", answered(tax_year="2020"), "回答エラー", "other_tax_year"),
    ("年度が空", answered(tax_year=None), "回答エラー", "tax_year_absent"),
    # taxed elsewhere
    ("住登外課税", answered(taxed_elsewhere="1"), "他市町村課税", ""),
    ("住登外課税かどうか分からない0円", answered(taxed_elsewhere=None), "回答エラー", "taxed_elsewhere_unknown"),
    ("分からなくても課税は課税", answered(taxed_elsewhere=None, per_capita_levy=1), "均等割のみ課税", ""),
    ("課税地の回答がない", ended("07", "second_held"), "他市町村課税", ""),
    # no answer: also when amounts stand there that should not
    ("該当なし", ended("02"), "回答なし", ""),
    ("提供者確認中", ended("03"), "提供者確認中", ""),
    ("照会エラー", ended("04", "no_origin"), "回答エラー", "inquiry_error"),
    ("照会中", ended("05"), "照会中", ""),
    ("提供不許可", ended("06"), "回答エラー", "release_refused"),
    ("知らない区分", ended("99"), "回答エラー", "inquiry_error"),
    ("提供者確認中に0円", {**answered(), "inquiry_kind": "03"}, "提供者確認中", ""),
    ("照会エラーに0円", {**answered(), "inquiry_kind": "04"}, "回答エラー", "inquiry_error"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("record", "status", "finding"), [pytest.param(*row[1:], id=row[0]) for row in TABLE]
)
def test_reading(record: dict, status: str, finding: str) -> None:
    assert _read(record, matched=True) == (status, finding)


@pytest.mark.parametrize("matched", [False, None])
def test_an_answer_about_somebody_else_is_an_error_whatever_it_says(matched: bool | None) -> None:
    assert _read(answered(), matched=matched) == ("回答エラー", "attributes_differ")
    assert _read(answered(per_capita_levy=3500), matched=matched) == ("回答エラー", "attributes_differ")


def test_exactly_one_reading_says_exempt_and_it_needs_two_zeros() -> None:
    """Whatever item is taken away from the one answer that means 非課税, it no longer does."""
    exempt = [reading for reading in answer_status.READINGS if reading.status is TaxStatus.EXEMPT]
    assert [reading.when for reading in exempt] == ["income_levy = 0 AND per_capita_levy = 0"]
    whole = answered()
    for name in ("inquiry_kind", "tax_year", "income_levy", "per_capita_levy", "taxed_elsewhere"):
        record = {column: value for column, value in whole.items() if column != name}
        assert _read(record, matched=True)[0] == "回答エラー", name


@pytest.mark.parametrize("before", [None, 0, 98_700, 999_999_999])
@pytest.mark.parametrize("record", [row[1] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_is_before_the_transfer_decides_nothing(record: dict, before: int | None) -> None:
    """税源移譲前 (items 39, 41, 43) is never read for the present amount, whatever it says."""
    names = [name for name in TAX_ITEMS if name.endswith("_before_transfer")]
    assert len(names) == 3
    reasons = {f"{name}_reason": None if before is not None else "NotAcceptable" for name in names}
    assert _read({**record, **dict.fromkeys(names, before), **reasons}, matched=True) == _read(
        record, matched=True
    )


def _read(record: dict, *, matched: bool | None) -> tuple[str, str]:
    answer = pa.Table.from_pylist([record], schema=ANSWER.schema)
    answer = answer.append_column("matched", pa.array([matched], pa.bool_()))
    with duckdb.connect() as connection:
        connection.register("answer", answer)
        found = connection.execute(f"SELECT {answer_status.columns(2021)} FROM answer").fetchone()
    assert found is not None
    return found
