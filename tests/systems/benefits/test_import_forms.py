"""Returned forms and the list of 給付支援サービス through the five steps; a real kill -9; the verbs of the command."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import connections

from tests.systems import city
from tests.systems.benefits.little_city import LittleCity
from tests.systems.benefits.world import CLERK, CODE, SUPERVISOR, World, decide, household, rows
from todoke.contracts import registry
from todoke.contracts.residents import Residents
from todoke.contracts.stand_ins import ResidentsStandIn
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.records.encodings import Encoding
from todoke.records.layouts.support_service_v2026 import APPLICATIONS
from todoke.sites.instance import ENVIRONMENT, Instance
from todoke.systems.benefits import jobs, queries
from todoke.systems.benefits.actions.imports.confirm_file import confirm_file
from todoke.systems.benefits.actions.imports.propose_file import propose_file
from todoke.systems.benefits.actions.imports.receive_file import Said, receive_file
from todoke.systems.benefits.commands import group
from todoke.systems.benefits.jobs import importing
from todoke.systems.benefits.models import FileImport
from todoke.systems.benefits.queries.imports import standing as imports
from todoke.systems.benefits.rules.imports.kinds import ImportKind
from todoke.systems.benefits.web.imports import differing

SIZE = 40
DAY = date(2022, 3, 1)


@pytest.fixture
def world(databases: object, tmp_path: Path) -> World:
    shutil.rmtree(settings.TODOKE_DATA_FOLDER, ignore_errors=True)
    decide(dict.fromkeys(range(SIZE), "eligible"))
    world = World(tmp_path, size=SIZE).serve()
    jobs.number_cases(CODE, by=CLERK)
    return world


def begin(file: Path, kind: ImportKind, count: int | None = None) -> FileImport:
    said = Said(kind=kind, encoding=Encoding.UTF8, as_of=DAY, programme=CODE, expected_rows=count)
    return importing.carry_on(receive_file(file=file, said=said, by=CLERK).pk, by=CLERK)


def applications(path: Path, households: list[int], **columns: str) -> Path:
    """給付支援サービスの申請一覧 of these households."""
    lines = [",".join(APPLICATIONS.names)]
    for serial, number in enumerate(households, 1):
        row = {
            "受付番号": f"{serial:012}", "世帯コード": household(number), "申請日": "2022-02-20", "辞退": "0",
            "扶養者課税の申出": "", "口座の種類": "公金受取口座", "銀行コード": "0138", "支店コード": "001", "預金種目": "1",
            "口座番号": "0000123", "口座名義カナ": "ﾖｼﾀﾞ ﾀｶｻﾞｷ", **columns,
        }  # fmt: skip
        lines.append(",".join(row[name] for name in APPLICATIONS.names))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_forms_are_added_and_the_same_bundle_is_not_taken_twice(world: World) -> None:
    file = world.write_forms()
    row = begin(file, ImportKind.FORMS, SIZE)
    assert (row.added, row.same, row.unmatched, row.needs_second) == (SIZE, 0, 0, False)
    assert rows("SELECT count(*) FROM benefits_application") == [(0,)]
    propose_file(import_id=row.pk, by=CLERK)
    assert importing.carry_on(row.pk, by=CLERK).state == "taken"
    assert rows("SELECT count(*) FROM benefits_application WHERE refusal = ''") == [(SIZE,)]
    assert rows("SELECT count(*) FROM benefits_case WHERE state = 'received'") == [(SIZE,)]
    with pytest.raises(TodokeError) as caught:
        begin(file, ImportKind.FORMS)
    assert caught.value.code is ErrorCode.ALREADY_DONE


def test_a_list_of_the_service_of_known_and_unknown_households_waits_for_a_second_person(
    world: World, tmp_path: Path
) -> None:
    for number in range(5, SIZE):
        del world.forms[number]
    first = begin(world.write_forms(), ImportKind.FORMS)
    propose_file(import_id=first.pk, by=CLERK)
    importing.carry_on(first.pk, by=CLERK)
    file = applications(tmp_path / "service.csv", [3, 4, 5, 6, 7, SIZE + 1])
    row = begin(file, ImportKind.SERVICE_APPLICATIONS, 6)
    assert (row.added, row.same, row.unmatched, row.needs_second) == (3, 2, 1, True)
    page = imports.difference_page(row, change="", column="", code="", offset=0, limit=50)
    assert [(line["source_row"], line["change"]) for line in sorted(page.rows, key=lambda one: one["source_row"])] == [
        (2, "duplicate"), (3, "duplicate"), (4, "added"), (5, "added"), (6, "added"), (7, "no_case"),
    ]  # fmt: skip
    propose_file(import_id=row.pk, by=CLERK)
    assert importing.carry_on(row.pk, by=CLERK).state == "proposed"
    confirm_file(import_id=row.pk, by=SUPERVISOR)
    assert importing.carry_on(row.pk, by=SUPERVISOR).state == "taken"
    assert rows("SELECT refusal, count(*) FROM benefits_application GROUP BY 1 ORDER BY 1") == [
        ("", 8), ("duplicate", 2), ("no_case", 1),
    ]  # fmt: skip
    assert rows("SELECT DISTINCT route FROM benefits_application WHERE starts_with(route, '給付支援')") == [
        ("給付支援サービス（公金受取口座）",)
    ]


def test_a_bad_list_of_the_service_names_rows_and_columns(world: World, tmp_path: Path) -> None:
    file = applications(tmp_path / "service.csv", [1, 2], 口座番号="")
    row = begin(file, ImportKind.SERVICE_APPLICATIONS)
    assert row.state == "refused"
    _, faults = imports.faults(row)
    assert {bad["row"] for bad in faults} == {2, 3}
    assert all("口座番号" in bad["column"] for bad in faults)


def test_what_cannot_be_so_is_refused_at_the_counter(world: World, tmp_path: Path) -> None:
    file = world.write_forms()
    for said in (
        Said(kind=ImportKind.FORMS, encoding=Encoding.UTF8, as_of=DAY),
        Said(kind=ImportKind.TAX, encoding=Encoding.UTF8, as_of=DAY, programme=CODE),
        Said(kind=ImportKind.TAX, encoding=Encoding.UTF8, as_of=date(2099, 1, 1)),
        Said(kind=ImportKind.TAX, encoding=Encoding.UTF8, as_of=DAY, tax_year="R3"),
        Said(kind=ImportKind.ASSISTANCE, encoding=Encoding.UTF8, as_of=DAY, tax_year="2021"),
    ):
        with pytest.raises(TodokeError) as caught:
            receive_file(file=file, said=said, by=CLERK)
        assert caught.value.code is ErrorCode.RECORD_INVALID
    assert list(imports.folder().iterdir()) == []


def test_what_a_killed_process_left_is_swept_after_a_day(world: World, tmp_path: Path) -> None:
    left, fresh = (imports.folder() / name for name in ("left.csv", "fresh.csv"))
    for path in (left, fresh):
        path.write_text("x")
    os.utime(left, (0, 0))
    begin(world.write_forms(), ImportKind.FORMS)
    assert (left.exists(), fresh.exists()) == (False, True)


def test_kill_9_in_the_middle_leaves_nothing_half_done(databases: Instance, tmp_path: Path) -> None:
    """A real process, killed while it checks; the same import is carried on by another."""
    shutil.rmtree(settings.TODOKE_DATA_FOLDER, ignore_errors=True)
    registry.serve(Residents, ResidentsStandIn())  # type: ignore[type-abstract]
    little = LittleCity()
    for number in range(1, 20_001):
        little.person(number, number, tax={})
    little.write(tmp_path)
    said = Said(kind=ImportKind.TAX, encoding=Encoding.UTF8, as_of=DAY, expected_rows=20_000)
    row = receive_file(file=tmp_path / "tax.csv", said=said, by=CLERK)
    connections["benefits"].close()
    environment = {**os.environ, ENVIRONMENT: str(databases.path), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "tests.systems.benefits.importing_process", str(row.pk)]
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    while imports.one(row.pk).stage < 1:
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert imports.one(row.pk).state == "received"
    assert rows("SELECT count(*) FROM benefits_source") == [(0,)]
    until = time.monotonic() + 30
    while rows("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") != [(0,)]:
        assert time.monotonic() < until  # the server frees the dead process's lock by itself
        time.sleep(0.05)
    assert importing.carry_on(row.pk, by=CLERK).state == "checked"
    propose_file(import_id=row.pk, by=CLERK)
    assert importing.carry_on(row.pk, by=CLERK).rows == 20_000
    assert pq.read_metadata(queries.newest_source("tax").path).num_rows == 20_000
    assert sorted(path.suffix for path in imports.folder().iterdir()) == [
        ".parquet"
    ]  # the list of differences


def test_of_a_protected_person_only_the_names_of_columns_are_shown() -> None:
    row = {
        "resident_code": "1",
        "columns": ["address"],
        "old": {"address": "旧住所"},
        "new": {"address": "新住所"},
    }
    labels = {"address": "住所"}
    assert "旧住所" in differing._before_after(row, labels, hidden=differing._hidden(row, frozenset()))
    shielded = differing._before_after(row, labels, hidden=differing._hidden(row, frozenset({"1"})))
    assert "住所" in shielded
    assert "旧住所" not in shielded and "新住所" not in shielded  # noqa: PT018
    row["old"]["protected"] = True  # type: ignore[index]
    assert differing._hidden(row, frozenset())


def run(*words: str) -> str:
    result = CliRunner().invoke(group, ["import", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_the_verbs(city_site: Instance, tmp_path: Path) -> None:
    registry.serve(Residents, ResidentsStandIn())  # type: ignore[type-abstract]
    file, clerk = city.files() / "tax.csv", ("--by", city.CLERK)
    said = ("--kind", "tax", "--as-of", "2022-02-01", "--tax-year", "2021", *clerk)
    count = str(len(file.read_text(encoding="utf-8").splitlines()) - 1)
    with pytest.raises(InputRefused) as caught:
        run("file", str(file), "--encoding", "utf-16", "--rows", count, *said)
    assert "文字コードを選び直して" in caught.value.rows[0].rule
    shown = run("file", str(file), "--encoding", "utf-8", "--rows", count, *said)
    assert "確認待ち" in shown
    number = str(FileImport.objects.using("benefits").latest("id").pk)
    assert f"次: todoke benefits import propose {number}" in shown
    assert "取込済" in run("propose", number, *clerk)
    assert "取込済" in run("show", number, *clerk)
    assert "受付不可" in run("list", *clerk)
    assert "tax: 7% 課税情報" in run(
        "limit", "--kind", "tax", "--percent", "7", "--reason", "当初課税", "--by", city.SUPERVISOR
    )
    assert "まだ取り込まれていません" in run("lacking", *clerk)
    lines = file.read_text(encoding="utf-8").splitlines()
    changed = tmp_path / "tax.csv"
    changed.write_text("\n".join(lines[:-100]) + "\n", encoding="utf-8")
    assert "二人目の確認が要ります" in run("file", str(changed), "--encoding", "utf-8", *said)
    second = str(FileImport.objects.using("benefits").latest("id").pk)
    assert "二人目の確認待ち" in run("propose", second, *clerk)
    with pytest.raises(TodokeError) as refused:
        run("confirm", second, *clerk)
    assert refused.value.code is ErrorCode.PERMISSION_DENIED
    assert "取りやめ" in run("cancel", second, "--reason", "別の年度でした", *clerk)
