"""The main job end to end: what a newcomer sees, and what no stop may change (issue 2 §6)."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.journey import demo
from todoke.sample.city import CANARY_INDIVIDUAL_NUMBER
from todoke.sites.database.postgres import running_server
from todoke.sites.instance import Instance

RESIDENTS, SEED = 3000, 7


@pytest.fixture(scope="module")
def undisturbed() -> Iterator[Path]:
    """One run that nothing stopped, with which the others are compared."""
    with demo.workplace() as folder:
        demo.finish(folder, residents=RESIDENTS, seed=SEED)
        yield folder


@pytest.fixture
def workplace() -> Iterator[Path]:
    with demo.workplace() as folder:
        yield folder


def test_the_demo_pays_and_everything_adds_up(undisturbed: Path) -> None:
    found = demo.summary(undisturbed)
    assert found["residents"] == RESIDENTS
    assert found["households"] == found["eligible"] + found["ineligible"] + found["undecided"]
    assert found["queried"] == found["answered"] + found["held"] + found["failed"]
    assert found["held"] > 0
    assert found["paid_count"] > 0
    assert found["paid_yen"] == found["paid_count"] * 100_000
    bank_file = (undisturbed / "out/output/payments/transfer-0001.txt").read_bytes()
    trailer = next(line for line in bank_file.decode("ascii", "replace").splitlines() if line[0] == "8")
    assert int(trailer[1:7]) == found["paid_count"]
    assert int(trailer[7:19]) == found["paid_yen"]


def test_the_three_parties_recorded_the_same_exchanges(undisturbed: Path) -> None:
    records = demo.summary(undisturbed)["exchange_records"]
    assert records["inquirer"] == records["provider"] == records["network"] > 0
    assert records["differences"] == 0


def test_individual_numbers_appear_in_no_output_and_no_log(undisturbed: Path) -> None:
    canary = CANARY_INDIVIDUAL_NUMBER.encode()
    input_files = [f for f in (undisturbed / "out/input").rglob("*.csv") if canary in f.read_bytes()]
    assert input_files, "the canary must be in the input, else this test proves nothing"
    searched = [
        file
        for folder in (undisturbed / "out/output", undisturbed / "var")
        for file in folder.rglob("*")
        if file.is_file()
    ]
    assert len(searched) > 20
    forms = (canary, CANARY_INDIVIDUAL_NUMBER.encode("cp037"))
    assert not [file for file in searched if any(form in file.read_bytes() for form in forms)]


def test_individual_numbers_appear_in_no_database_in_plain(undisturbed: Path) -> None:
    """Not only outside linkage and the 住基ネット part: there, too, a number is only a keyed index and a ciphertext."""
    (home,) = undisturbed.glob("var/demo_*")
    instance = Instance.load(home)
    searched = 0
    with running_server(instance) as server:
        for wall in instance.walls():
            database = instance.account(*wall).dbname
            with psycopg.connect(make_conninfo(server.admin_url, dbname=database)) as connection:
                for (table,) in connection.execute(_TABLES).fetchall():
                    query = sql.SQL("SELECT count(*) FROM {} t WHERE t::text LIKE %s OR t::text LIKE %s")
                    row = connection.execute(query.format(sql.Identifier(table)), _CANARY_FORMS).fetchone()
                    assert row == (0,), f"{database}.{table}"
                    searched += 1
    assert searched > 100


_TABLES = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
_CANARY_FORMS = [f"%{CANARY_INDIVIDUAL_NUMBER}%", f"%{CANARY_INDIVIDUAL_NUMBER.encode().hex()}%"]


@pytest.mark.slow
def test_two_runs_with_one_seed_give_identical_files(undisturbed: Path, workplace: Path) -> None:
    again = demo.finish(workplace, residents=RESIDENTS, seed=SEED)
    assert demo.totals(again) == demo.totals(demo.summary(undisturbed))
    assert demo.results(workplace) == demo.results(undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["city", "platform", "national", "postgres", "demo"])
@pytest.mark.parametrize(
    "moment", ["照会対象者の抽出", "照会送付ファイル", "情報照会", "給付管理番号の付番", "承認"]
)
def test_killed_and_run_again(undisturbed: Path, workplace: Path, victim: str, moment: str) -> None:
    """kill -9 one process while the step after `moment` runs; the same command again ends with the same totals."""
    process = demo.start(workplace, residents=RESIDENTS, seed=SEED)
    _await_step(process, workplace, moment)
    time.sleep(0.1)
    _kill(process.pid, victim)
    process.communicate(timeout=300)
    assert process.returncode != 0
    again = demo.finish(workplace, residents=RESIDENTS, seed=SEED)
    assert demo.totals(again) == demo.totals(demo.summary(undisturbed))
    assert demo.results(workplace) == demo.results(undisturbed)


def _await_step(process: subprocess.Popen[str], folder: Path, step: str) -> None:
    """Wait until the city has finished `step`."""
    while process.poll() is None:
        if any(step in log.read_text(encoding="utf-8") for log in folder.glob("var/demo_*/log/city.log")):
            return
        time.sleep(0.01)
    raise AssertionError(f"ended before {step}: {process.communicate()[0]}")


def _kill(parent: int, victim: str) -> None:
    target = parent if victim == "demo" else _find(parent, victim)
    assert target is not None, f"{victim} was not running"
    os.kill(target, signal.SIGKILL)


def _find(parent: int, victim: str) -> int | None:
    marks = {
        "city": " road ",
        "platform": "serve platform",
        "national": "serve national",
        "postgres": "/postgres ",
    }
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(parent).children():
            with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                if marks[victim] in " ".join(child.cmdline()) + " ":
                    return child.pid
    return None
