"""The engine and the naive evaluator give the same outcome and reasons for every household (issue 2 §6)."""

import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.naive import evaluator
from tests.systems.benefits.little_city import run
from todoke.sample import city
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus


@pytest.mark.parametrize(("residents", "seed"), [(1000, 1), (1000, 2), (20_000, 3)])
def test_every_household_without_answers(tmp_path: Path, residents: int, seed: int) -> None:
    city.write(residents, seed, tmp_path)
    assert _engine(tmp_path) == evaluator.evaluate(tmp_path)
    rows = pq.read_table(tmp_path / "households.parquet").to_pylist()
    assert {row["household_key"]: row["payee_resident_code"] for row in rows} == evaluator.payees(tmp_path)
    assert {row["household_key"] for row in rows if row["needs_declaration"]} == evaluator.must_declare(
        tmp_path
    )


@pytest.mark.parametrize(("residents", "seed"), [(1000, 4), (20_000, 5)])
def test_every_household_with_answers_payments_and_forms_of_every_kind(
    tmp_path: Path, residents: int, seed: int
) -> None:
    city.write(residents, seed, tmp_path)
    draw = random.Random(seed)
    households = sorted(_engine(tmp_path))
    people = pq.read_table(tmp_path / "persons.parquet").to_pylist()
    asked = [person["resident_code"] for person in people if person["status"] == TaxStatus.NOT_ASKED.value]
    answers = {code: draw.choice(list(TaxStatus)).value for code in asked if draw.random() < 0.9}
    paid = [code for code in households if draw.random() < 0.1]
    applied = {code: f"2022-01-{draw.randint(1, 31):02}" for code in households if draw.random() < 0.5}
    assert len(answers) > 20
    found = _engine(tmp_path, answers, paid, applied)
    assert found == evaluator.evaluate(tmp_path, answers, paid, applied)


def test_the_sample_has_every_outcome(tmp_path: Path) -> None:
    """Else agreement would prove little."""
    city.write(20_000, 6, tmp_path)
    verdicts = evaluator.evaluate(tmp_path).values()
    reasons = {reasons.partition(":")[0] for _, reasons in verdicts}
    assert reasons == {"TAXED", "TREATY", "UNKNOWN", "DEPENDANTS_ONLY", "DIED", "EXEMPT"}


def _engine(
    folder: Path,
    answers: dict[str, str] | None = None,
    paid: list[str] | None = None,
    applied: dict[str, str] | None = None,
) -> dict[str, evaluator.Verdict]:
    run(folder, answers or {}, paid, applied)
    rows = pq.read_table(folder / "households.parquet").to_pylist()
    return {row["household_key"]: (row["outcome"], row["reasons"]) for row in rows}
