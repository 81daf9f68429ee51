"""The engine and the naive evaluator give the same outcome and reasons for every household (issue 2 §6)."""

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.naive.evaluator import evaluate
from todoke.sample import city
from todoke.systems.benefits import codecs
from todoke.systems.benefits.rules.judging import Inputs, judge
from todoke.systems.benefits.rules.programmes import R3_NONTAXABLE
from todoke.systems.benefits.rules.tax_status import TaxStatus
from todoke.systems.residents.codecs import read_register


@pytest.mark.parametrize(("residents", "seed"), [(1000, 1), (1000, 2), (20_000, 3)])
def test_every_household_without_answers(tmp_path: Path, residents: int, seed: int) -> None:
    city.write(residents, seed, tmp_path)
    assert _engine(tmp_path, {}) == evaluate(tmp_path)


@pytest.mark.parametrize(("residents", "seed"), [(1000, 4), (20_000, 5)])
def test_every_household_with_answers_of_every_kind(tmp_path: Path, residents: int, seed: int) -> None:
    city.write(residents, seed, tmp_path)
    draw = random.Random(seed)
    people = pq.read_table(_persons(tmp_path, {})).to_pylist()
    asked = [person["resident_code"] for person in people if person["status"] == TaxStatus.NOT_ASKED.value]
    answers = {code: draw.choice(list(TaxStatus)).value for code in asked if draw.random() < 0.9}
    assert len(answers) > 20
    assert _engine(tmp_path, answers) == evaluate(tmp_path, answers)


def test_the_sample_has_every_outcome(tmp_path: Path) -> None:
    """Else agreement would prove little."""
    city.write(20_000, 6, tmp_path)
    reasons = {reasons.partition(":")[0] for _, reasons in evaluate(tmp_path).values()}
    assert reasons == {"TAXED", "TREATY", "UNKNOWN", "DEPENDANTS_ONLY", "DIED", "EXEMPT"}


def _engine(folder: Path, answers: dict[str, str]) -> dict[str, tuple[str, str]]:
    _persons(folder, answers)
    rows = pq.read_table(folder / "households.parquet").to_pylist()
    return {row["household_key"]: (row["outcome"], row["reasons"]) for row in rows}


def _persons(folder: Path, answers: dict[str, str]) -> Path:
    tables = {
        "base": read_register(folder / "residents_base.csv"),
        "latest": read_register(folder / "residents_latest.csv"),
        "tax": codecs.read_tax(folder / "tax.csv"),
        "assistance": codecs.read_assistance(folder / "assistance.csv"),
        "answers": pa.table(
            {"resident_code": list(answers), "status": list(answers.values())}, schema=_ANSWERS
        ),
    }
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
    inputs = Inputs(**{name: folder / f"{name}.parquet" for name in tables})
    judge(R3_NONTAXABLE, inputs, households=folder / "households.parquet", persons=folder / "persons.parquet")
    return folder / "persons.parquet"


_ANSWERS = pa.schema([("resident_code", pa.string()), ("status", pa.string())])
