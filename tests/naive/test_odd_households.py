"""Engine and naive evaluator agree on households that no sample city would have: every mixture of every fact."""

import tempfile
from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.naive import evaluator
from tests.systems.benefits.little_city import LittleCity, code, key
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

_LEVIES = st.sampled_from(["0", "0", "1", "4400"])
_FLAG = st.sampled_from(["0", "0", "0", "1"])
_DAYS = ["2020-12-31", "2021-01-01", "2021-01-02", "2021-12-10"]
_TAX = st.none() | st.fixed_dictionaries(
    {
        "tax_year": st.sampled_from(["2021", "2021", "2021", "2020"]),
        "declared": st.sampled_from(["1", "1", "0"]),
        "income_levy": _LEVIES,
        "per_capita_levy": _LEVIES,
        "levy_waived": _FLAG,
        "treaty_exempt": _FLAG,
        "supporter": st.sampled_from(["", "OUTSIDE", code(1)]),
        "supporter_taxed": st.sampled_from(["", "0", "1"]),
    }
)
_AID = st.none() | st.tuples(
    st.sampled_from(["生活保護", "障害"]), st.sampled_from(_DAYS), st.sampled_from(["", *_DAYS])
)
_NOW = st.sampled_from(
    [
        {},
        {},
        {"is_head": "1"},
        {"protected": "1"},
        {"left_on": "2022-01-15", "left_reason": "死亡"},
        {"left_on": "2022-01-15", "left_reason": "転出"},
    ]
)
_PERSON = st.fixed_dictionaries(
    {
        "tax": _TAX,
        "aid": _AID,
        "now": _NOW,
        "answer": st.none() | st.sampled_from([status.value for status in TaxStatus]),
        "moved_in_on": st.sampled_from(["", "2000-01-01", *_DAYS]),
        "birth_date": st.sampled_from(["1940-02-29", "1980-01-01", "2003-01-02", "2003-01-03", "2015-06-01"]),
        "is_head": _FLAG,
        "protected": _FLAG,
    }
)
_HOUSEHOLDS = st.lists(st.lists(_PERSON, min_size=1, max_size=4), min_size=1, max_size=25)
_PAID = st.sets(st.tuples(st.integers(1, 25), st.sampled_from(["", "-1"])), max_size=6)
_APPLIED = st.dictionaries(
    st.tuples(st.integers(1, 25), st.sampled_from(["", "-1"])),
    st.sampled_from(["2022-01-14", "2022-01-15", "2022-01-16"]),
    max_size=10,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(households=_HOUSEHOLDS, paid=_PAID, applied=_APPLIED)
def test_every_odd_household(households: list, paid: set, applied: dict) -> None:
    little = LittleCity(
        paid=sorted(key(number) + part for number, part in paid),
        applied={key(number) + part: day for (number, part), day in applied.items()},
    )
    person = 0
    for number, members in enumerate(households, start=1):
        for member in members:
            person += 1
            little.person(person, number, **member)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        little.judge(folder)
        _agree(folder, little)


def _agree(folder: Path, little: LittleCity) -> None:
    rows = pq.read_table(folder / "households.parquet").to_pylist()
    naive = evaluator.evaluate(folder, little.answers, little.paid, little.applied)
    assert {row["household_key"]: (row["outcome"], row["reasons"]) for row in rows} == naive
    assert {row["household_key"]: row["payee_resident_code"] for row in rows} == evaluator.payees(folder)
    declaring = {row["household_key"] for row in rows if row["needs_declaration"]}
    assert declaring == evaluator.must_declare(folder)
    assert sum(row["members"] for row in rows) == len(little.base)
