"""課税情報と付帯状況の取込: typed, sealed, absent never zero; a bad file is refused whole with every bad cell."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.systems.benefits.asking_city import CLERK, answered, rows
from tests.systems.benefits.little_city import LittleCity, code
from todoke.access.permissions import Actor, Role
from todoke.contracts import registry
from todoke.contracts.residents import Residents
from todoke.contracts.stand_ins import ResidentsStandIn
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.systems.benefits import codecs, jobs, queries
from todoke.systems.benefits.actions.imports.confirm_file import confirm_file
from todoke.systems.benefits.queries.imports import standing as imports

SUPERVISOR = Actor(staff_id="c002", roles=frozenset({Role.SUPERVISOR}))
AMOUNTS = ("total_income", "gross_income", "income_levy", "per_capita_levy")


@pytest.fixture(autouse=True)
def _no_register_yet() -> None:
    registry.serve(Residents, ResidentsStandIn())  # type: ignore[type-abstract]


def load_confirmed(*files: Path) -> None:
    """The clerk's load, and the second person's confirmation of what changes too much."""
    with pytest.raises(TodokeError) as caught:
        jobs.load(*files, by=CLERK)
    assert caught.value.code is ErrorCode.STATE_CONFLICT
    assert "二人目の確認" in caught.value.sentence
    for row in imports.every().filter(state="proposed"):
        confirm_file(import_id=row.pk, by=SUPERVISOR)
    assert not jobs.load(*files, by=CLERK)[0].resumed


def test_an_absent_amount_of_an_undeclared_row_is_null_and_not_zero(tmp_path: Path) -> None:
    """At the codec: empty cells become null, whatever the row."""
    LittleCity().person(1, tax={"declared": "0", **dict.fromkeys(AMOUNTS, "")}).write(tmp_path)
    (row,) = codecs.read_tax(tmp_path / "tax.csv").to_pylist()
    assert {name: row[name] for name in (*AMOUNTS, "supporter", "supporter_taxed")} == dict.fromkeys(
        (*AMOUNTS, "supporter", "supporter_taxed")
    )
    assert row["declared"] is False


def test_absent_values_of_an_answer_file_are_null_and_not_zero(tmp_path: Path) -> None:
    from tests.systems.benefits.asking_city import AskingCity

    city = AskingCity(tmp_path, answers={1: answered(income_levy=None), 2: {"inquiry_kind": "03"}})
    first, second = codecs.read_answers([city.file("answers.dat", [1, 2])]).to_pylist()
    assert (first["income_levy"], first["income_levy_reason"], first["per_capita_levy"]) == (
        None,
        "NotConvered",
        0,
    )
    assert (second["income_levy"], second["per_capita_levy"], second["taxed_elsewhere"]) == (None, None, None)
    assert (second["file"], second["row"]) == ("answers.dat", 2)


@pytest.mark.usefixtures("databases")
def test_a_declared_row_without_an_amount_and_every_other_bad_cell_is_listed(tmp_path: Path) -> None:
    little = LittleCity().person(1, tax={"income_levy": ""}).person(2, tax={"per_capita_levy": "-1"})
    little.person(3, tax={"income_levy": "1,000"}).person(4, tax={"declared": "2"}).person(5, tax={})
    little.write(tmp_path)
    with pytest.raises(InputRefused) as caught:
        jobs.load(tmp_path / "tax.csv", tmp_path / "assistance.csv", by=CLERK)
    assert [(row.row, row.column) for row in caught.value.rows[1:]] == [
        (3, "per_capita_levy"), (4, "income_levy"), (5, "declared"),
    ]  # fmt: skip
    assert caught.value.rows[0].row == 2
    assert "income_levy" in caught.value.rows[0].column
    assert code(2) not in "".join(map(str, caught.value.rows))
    assert rows("SELECT count(*) FROM benefits_source") == [(0,)]


@pytest.mark.usefixtures("databases")
def test_neither_file_is_taken_when_one_is_bad(tmp_path: Path) -> None:
    LittleCity().person(1, tax={}, aid=("生活保護", "2021-02-30", "")).write(tmp_path)
    with pytest.raises(InputRefused):
        jobs.load(tmp_path / "tax.csv", tmp_path / "assistance.csv", by=CLERK)
    assert rows("SELECT count(*) FROM benefits_source") == [(0,)]
    with pytest.raises(TodokeError) as caught:
        jobs.load(tmp_path / "no.csv", tmp_path / "assistance.csv", by=CLERK)
    assert caught.value.code is ErrorCode.INPUT_MISSING


@pytest.mark.usefixtures("databases")
def test_a_source_is_sealed_typed_and_the_newest_counts(tmp_path: Path) -> None:
    LittleCity().person(1, tax={"income_levy": "7"}, aid=("生活保護", "2020-01-01", "")).write(tmp_path)
    files = tmp_path / "tax.csv", tmp_path / "assistance.csv"
    assert jobs.load(*files, by=CLERK)[0].counts.totals == {"tax": 1, "assistance": 1}
    assert jobs.load(*files, by=CLERK)[0].resumed
    sealed = pq.read_table(queries.newest_source("tax").path).to_pylist()
    assert (sealed[0]["income_levy"], sealed[0]["declared"], sealed[0]["tax_year"]) == (7, True, "2021")
    LittleCity().person(1, tax={"income_levy": "8"}).write(tmp_path)
    load_confirmed(*files)
    assert pq.read_table(queries.newest_source("tax").path)["income_levy"].to_pylist() == [8]
    assert rows("SELECT kind, count(*) FROM benefits_source GROUP BY 1 ORDER BY 1") == [
        ("assistance", 2),
        ("tax", 2),
    ]


@pytest.mark.usefixtures("databases")
def test_an_older_file_does_not_come_back_silently(tmp_path: Path) -> None:
    """Loaded, replaced, loaded again: the newer one counts, and the clerk is told so."""
    files = tmp_path / "tax.csv", tmp_path / "assistance.csv"
    old, new = LittleCity().person(1, tax={}), LittleCity().person(1, tax={"income_levy": "8"})
    old.write(tmp_path)
    jobs.load(*files, by=CLERK)
    new.write(tmp_path)
    load_confirmed(*files)
    old.write(tmp_path)
    with pytest.raises(TodokeError) as caught:
        jobs.load(*files, by=CLERK)
    assert caught.value.code is ErrorCode.STATE_CONFLICT
