"""Engine and naive evaluator agree on odd households in every round: earlier rounds, special persons, declared income."""

import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.naive import rounds
from tests.naive.test_odd_households import _PERSON
from tests.systems.benefits.little_city import LittleCity, code, key
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.articles.forming import SpecialKind

_FIGURES = {
    "month": st.sampled_from([202112, 202201, 202207, 202210]),
    "salary": st.sampled_from([0, 50_000, 83_333, 83_334, 130_000, 171_428, 171_429, 400_000]),
    "business": st.sampled_from([0, 10_000, 37_500]),
    "property": st.sampled_from([0, 0, 33_333]),
    "pension": st.sampled_from([0, 0, 87_500, 129_167]),
    "business_cost": st.sampled_from([0, 5_000, 40_000]),
    "dependants": st.sampled_from([0, 0, 1, 2, 3]),
    "special": st.sampled_from([0, 0, 1]),
    "income_tax": st.sampled_from([0, 29_999, 30_000, 120_000]),
    "income_levy_before": st.sampled_from([0, 9_999, 40_000]),
}
_ALL = st.fixed_dictionaries(_FIGURES)
_SOME = st.fixed_dictionaries({}, optional=_FIGURES)
_MORE = st.fixed_dictionaries(
    {
        "special": st.none() | st.sampled_from([kind.value for kind in SpecialKind]),
        "figures": st.just({}) | _ALL | _ALL | _SOME,
        "abroad": st.none() | st.sampled_from(["2021-12-10", "2021-12-11", "2022-02-01"]),
        "born": st.none()
        | st.sampled_from(["2021-12-20", "2024-03-01", "2005-04-02", "2005-04-01", "2006-04-02"]),
        "head_of": st.none()
        | st.tuples(
            st.sampled_from(["r3-nontaxable", "r3-hardship", "another"]),
            st.sampled_from(sorted(rounds.EVERYBODY)),
        ),
        "missing": st.sampled_from(["", "", "", "", "base"]),
        "came_again": st.booleans(),
        "certified": st.sampled_from([None, None, "非課税", "均等割のみ課税", "所得割課税"]),
    }
)
_HOUSEHOLDS = st.lists(st.lists(st.tuples(_PERSON, _MORE), min_size=1, max_size=3), min_size=1, max_size=20)
_PAID = st.sets(st.tuples(st.integers(1, 20), st.sampled_from(["", "-1"])), max_size=5)
_DAYS = st.sampled_from(["2022-01-14", "2022-01-15", "2022-01-16"])
_APPLIED = st.dictionaries(st.tuples(st.integers(1, 20), st.sampled_from(["", "", "-1"])), _DAYS, max_size=20)
_EARLIER = st.sets(
    st.tuples(st.sampled_from(["r3-nontaxable", "r3-hardship"]), st.integers(1, 20), st.sampled_from(sorted(rounds.EVERYBODY))),
    max_size=5,
)  # fmt: skip


@pytest.mark.parametrize("name", [programme.code for programme in programmes.every()])
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(households=_HOUSEHOLDS, paid=_PAID, applied=_APPLIED, earlier=_EARLIER)
def test_every_odd_household(name: str, households: list, paid: set, applied: dict, earlier: set) -> None:
    little = _city(name, households)
    if name == "r6-shortfall":
        little.paid = sorted(code(number) for number, _ in paid)
        little.applied = {code(number): day for (number, _), day in applied.items()}
    else:
        little.paid = sorted(key(number) + part for number, part in paid)
        little.applied = {key(number) + part: day for (number, part), day in applied.items()}
    little.earlier += [
        (round_, key(number), code(999_999), standing) for round_, number, standing in sorted(earlier)
    ]
    with tempfile.TemporaryDirectory() as folder:
        _agree(name, little, Path(folder))


def _city(name: str, households: list) -> LittleCity:
    little, programme = LittleCity(programme=programmes.find(name)), programmes.find(name)
    number = 0
    for household, members in enumerate(households, start=1):
        for person, more in members:
            number += 1
            columns = dict(person)
            if columns["tax"] is not None:
                moved = {"2021": str(programme.tax_year), "2020": "2019"}
                columns["tax"] = columns["tax"] | {"tax_year": moved[columns["tax"]["tax_year"]]}
            if more["born"]:
                columns["birth_date"] = more["born"]
            if more["abroad"]:
                columns |= {"moved_in_on": more["abroad"], "previous_municipality": "99999"}
            if more["came_again"] and more["special"] == SpecialKind.RE_REGISTERED:
                columns["moved_in_on"] = programme.deadline.isoformat()
            little.person(number, household, **columns)
            if more["missing"] == "base":
                little.base.pop()
            _more(little, number, more)
    return little


def _more(little: LittleCity, number: int, more: dict) -> None:
    if more["special"]:
        little.special.append((code(number), more["special"]))
    if more["head_of"]:
        little.earlier.append((more["head_of"][0], key(500_000 + number), code(number), more["head_of"][1]))
    if more["certified"]:
        little.certificates.append((code(number), more["certified"]))
    little.figures += [(code(number), item, value) for item, value in more["figures"].items()]


def _agree(name: str, little: LittleCity, folder: Path) -> None:
    little.judge(folder)
    rows = pq.read_table(folder / "households.parquet").to_pylist()
    city = rounds.read(
        folder, answers=little.answers, paid=little.paid, applied=little.applied, special=little.special,
        earlier=little.earlier, figures=little.figures, certified=dict(little.certificates),
    )  # fmt: skip
    if name == "r6-shortfall":
        found = {
            row["household_key"]: (row["outcome"], row["reason_code"], row["amount_yen"]) for row in rows
        }
        assert found == rounds.per_person(city)
    else:
        found = {row["household_key"]: (row["outcome"], row["reasons"], row["amount_yen"]) for row in rows}
        assert found == rounds.evaluate(rounds.ROUNDS[name], city)
