"""A decision is sealed with all that it was made from, and can be made again from that alone, or is refused by name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.db import Error, connections, transaction
from django.test import override_settings

from tests.engine.clusters import cluster, need_pyspark
from tests.systems.benefits.asking_city import CLERK, PROGRAMME, AskingCity, answered
from tests.systems.benefits.asking_city import rows as found
from todoke.access.permissions import Actor, Role
from todoke.engine import rows
from todoke.engine.code import code_version
from todoke.engine.duck import DuckEngine
from todoke.engine.spark import SparkEngine
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import queries
from todoke.systems.benefits.actions.deciding import decide as deciding
from todoke.systems.benefits.actions.deciding.repeat_decision import repeat_decision
from todoke.systems.benefits.models import DecisionInput, DecisionRun
from todoke.systems.benefits.rules import programmes

pytestmark = pytest.mark.usefixtures("databases")


@pytest.fixture
def run(tmp_path: Path) -> DecisionRun:
    """The second decision of a little city."""
    there = AskingCity(tmp_path).movers([answered(), answered(per_capita_levy=3500)])
    there.little.person(3, 3, tax={}).person(4, 4)
    there.serve().first().second((there.file("answers.dat", (1, 2)),))
    return queries.decision_run(PROGRAMME, "second")


def test_everything_a_decision_was_made_from_is_sealed(run: DecisionRun) -> None:
    assert (run.engine, run.engine_version, run.code_version) == (
        "duckdb",
        duckdb.__version__,
        code_version(),
    )
    assert run.outcome_sha256 == rows.digest(Path(run.result_path))
    assert run.trace_sha256 == rows.digest(Path(run.persons_path))
    rules = json.loads(Path(run.rules_path).read_text())
    assert "FROM status GROUP BY household_key" in rules["steps"][2]["query"]
    inputs = DecisionInput.objects.using("benefits").filter(run=run)
    assert {one.relation for one in inputs} == {
        "base", "latest", "tax", "assistance", "answers", "paid", "applications",
    }  # fmt: skip
    assert {one.relation for one in inputs if one.own_path} == {"answers", "paid", "applications"}
    ((subject,),) = found(
        "SELECT subject FROM oplog_operation WHERE verb = 'benefits:decision:decide' ORDER BY id DESC LIMIT 1"
    )
    assert subject == f"decision {PROGRAMME} second {run.outcome_sha256}"


def test_a_sealed_run_is_repeated_with_the_same_result_and_nothing_is_left(run: DecisionRun) -> None:
    folder = Path(run.result_path).parent
    before, runs = sorted(folder.iterdir()), DecisionRun.objects.using("benefits").count()
    assert repeat_decision(run_id=run.pk, by=CLERK)
    assert sorted(folder.iterdir()) == before
    assert DecisionRun.objects.using("benefits").count() == runs
    ((subject,),) = found("SELECT subject FROM oplog_operation WHERE verb = 'benefits:decision:repeat'")
    assert subject == f"decision {PROGRAMME} second equal {run.outcome_sha256}"


def test_it_is_the_sealed_rules_that_are_run_not_those_of_today(
    run: DecisionRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Years later the programme may say something else, or be gone."""
    monkeypatch.setattr(programmes, "find", lambda _: pytest.fail("asked the rules of today"))
    assert repeat_decision(run_id=run.pk, by=CLERK)


def test_files_are_found_again_where_the_instance_stands_now(run: DecisionRun, tmp_path: Path) -> None:
    shutil.copytree(settings.TODOKE_DATA_FOLDER, tmp_path / "moved")
    sealed = DecisionInput.objects.using("benefits").filter(run=run, own_path__gt="")
    kept = {Path(one.path): Path(one.path).read_bytes() for one in sealed}
    for path in kept:
        path.unlink()
    try:
        with override_settings(TODOKE_DATA_FOLDER=tmp_path / "moved"):
            assert repeat_decision(run_id=run.pk, by=CLERK)
    finally:
        for path, content in kept.items():
            path.write_bytes(content)


def _missing(path: Path) -> None:
    path.unlink()


def _changed(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


@pytest.mark.parametrize(
    ("damage", "error"), [(_missing, ErrorCode.INPUT_MISSING), (_changed, ErrorCode.INPUT_CHANGED)]
)
@pytest.mark.parametrize("relation", ["base", "tax", "answers", "rules"])
def test_a_missing_or_changed_file_is_refused_by_name(
    run: DecisionRun, relation: str, damage: Callable[[Path], None], error: ErrorCode
) -> None:
    sealed = DecisionInput.objects.using("benefits").filter(run=run, relation=relation).first()
    path = Path(sealed.path if sealed else run.rules_path)
    before = path.read_bytes()
    damage(path)
    try:
        with pytest.raises(TodokeError, match=path.name) as caught:
            repeat_decision(run_id=run.pk, by=CLERK)
        assert caught.value.code is error
    finally:
        path.write_bytes(before)


def test_another_result_is_said_and_has_an_exit_code(
    run: DecisionRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if an engine of another year counted differently."""
    monkeypatch.setattr(rows, "digest", lambda path: "0" * 64)
    assert not repeat_decision(run_id=run.pk, by=CLERK)
    assert ErrorCode.DECISION_DIFFERS.family.exit_code == 4
    ((subject,),) = found("SELECT subject FROM oplog_operation WHERE verb = 'benefits:decision:repeat'")
    assert "differs" in subject


def test_who_may_not_decide_may_not_repeat(run: DecisionRun) -> None:
    with pytest.raises(TodokeError) as caught:
        repeat_decision(run_id=run.pk, by=Actor(staff_id="t001", roles=frozenset({Role.TREASURER})))
    assert caught.value.code is ErrorCode.PERMISSION_DENIED


def test_a_run_that_is_not_there_is_not_found() -> None:
    with pytest.raises(TodokeError) as caught:
        repeat_decision(run_id=10**9, by=CLERK)
    assert caught.value.code is ErrorCode.NOT_FOUND


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE benefits_decisioninput SET sha256 = repeat('0', 64)",
        "DELETE FROM benefits_decisioninput",
        "UPDATE benefits_decisionrun SET outcome_sha256 = repeat('0', 64)",
        "INSERT INTO benefits_decisioninput (run_id, relation, path, own_path, sha256) SELECT id, 'more', '', '', '' FROM benefits_decisionrun",
    ],
)
def test_seals_are_kept_by_the_database(run: DecisionRun, statement: str) -> None:
    with (
        pytest.raises(Error),
        transaction.atomic(using="benefits"),
        connections["benefits"].cursor() as cursor,
    ):
        cursor.execute(statement)


def test_half_a_seal_is_refused(run: DecisionRun) -> None:
    run.pk, run.round, run.outcome_sha256 = None, "third", ""
    with pytest.raises(Error, match="decision_sealed_whole"):
        run.save(using="benefits", force_insert=True)


def test_the_verb_without_spark_says_what_to_do(run: DecisionRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("todoke.engine.spark.find_spec", lambda _: None)
    with pytest.raises(TodokeError, match=r"todoke\[spark\]") as caught:
        deciding.decide(
            programme=programmes.find(PROGRAMME),
            round_name="third",
            by=CLERK,
            engine=SparkEngine(master="local[1]"),
        )
    assert caught.value.code is ErrorCode.SETUP_MISSING


@pytest.mark.slow
def test_decided_here_and_repeated_on_a_cluster_and_the_other_way_round(
    run: DecisionRun, tmp_path: Path
) -> None:
    need_pyspark()
    folder = tmp_path / "cluster"
    folder.mkdir()
    with cluster(folder) as master:
        spark = SparkEngine(master=master)
        assert repeat_decision(run_id=run.pk, by=CLERK, engine=spark)
        there = deciding.decide(
            programme=programmes.find(PROGRAMME), round_name="third", by=CLERK, engine=spark
        )
    assert (there.engine, there.outcome_sha256) == ("spark", run.outcome_sha256)
    assert pq.read_table(there.result_path).to_pylist() == pq.read_table(run.result_path).to_pylist()
    assert repeat_decision(run_id=there.pk, by=CLERK, engine=DuckEngine())
