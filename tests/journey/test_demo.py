"""The main job end to end: what a newcomer sees, and what no stop may change (issue 2 §6)."""

import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.journey import demo
from todoke.sample.city import CANARY_INDIVIDUAL_NUMBER

RESIDENTS, SEED = 3000, 7


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    demo.finish(folder, residents=RESIDENTS, seed=SEED)
    return folder


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
        if file.is_file() and "postgres/data" not in str(file)
    ]
    assert len(searched) > 20
    forms = (canary, CANARY_INDIVIDUAL_NUMBER.encode("cp037"))
    assert not [file for file in searched if any(form in file.read_bytes() for form in forms)]


def test_two_runs_with_one_seed_give_identical_files(undisturbed: Path, tmp_path: Path) -> None:
    again = demo.finish(tmp_path, residents=RESIDENTS, seed=SEED)
    assert demo.totals(again) == demo.totals(demo.summary(undisturbed))
    assert demo.results(tmp_path) == demo.results(undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["city", "platform", "national", "postgres", "demo"])
@pytest.mark.parametrize("moment", [0.15, 0.4, 0.6, 0.8])
def test_killed_and_run_again(undisturbed: Path, tmp_path: Path, victim: str, moment: float) -> None:
    """kill -9 one process in the middle of the road; the same command again ends with the same totals."""
    steps = demo.summary(undisturbed)["steps"]
    total = sum(step["seconds"] for step in steps)
    process = demo.start(tmp_path, residents=RESIDENTS, seed=SEED)
    _await_road(process.pid)
    time.sleep(total * moment)
    _kill(process.pid, victim)
    process.communicate(timeout=300)
    again = demo.finish(tmp_path, residents=RESIDENTS, seed=SEED)
    assert demo.totals(again) == demo.totals(demo.summary(undisturbed))
    assert demo.results(tmp_path) == demo.results(undisturbed)


def _await_road(parent: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if _find(parent, "city") is not None:
            return
        time.sleep(0.02)
    raise AssertionError("the city's process never started")


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
    try:
        children = psutil.Process(parent).children()
    except psutil.NoSuchProcess:
        return None
    for child in children:
        if marks[victim] in " ".join(child.cmdline()) + " ":
            return child.pid
    return None
