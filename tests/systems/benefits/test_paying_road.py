"""From the 給付管理番号 to the bank file, on a real database: totals to the yen, nothing twice."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from tests.systems.benefits.world import (
    CLERK,
    CODE,
    PROGRAMME,
    SUPERVISOR,
    TREASURER,
    World,
    decide,
    household,
    rows,
    walk,
)
from todoke.identifiers import case_number
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import jobs, queries
from todoke.systems.benefits.actions.deciding.number_cases import number_cases
from todoke.systems.benefits.actions.payments.write_bank_file import write_bank_file
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY


@pytest.fixture
def world(databases: object, tmp_path: Path) -> World:
    return World(tmp_path, size=7).serve()


def test_the_road_pays_each_eligible_household_once(world: World, tmp_path: Path) -> None:
    decide(
        {
            0: "eligible",
            1: "eligible",
            2: "ineligible",
            3: "undecided",
            4: "eligible",
            5: "eligible",
            6: "eligible",
        }
    )
    world.forms[1]["declines"] = "1"
    world.forms[6]["household_code"] = household(0)  # the same household by another route
    totals = walk(world, tmp_path)
    assert totals["benefits.number"] == {"in": 5, "ok": 5, "cases": 5}
    assert totals["benefits.letters"] == {"in": 5, "ok": 5, "files": 1, "confirmation": 5}
    assert totals["benefits.receive"] == {"in": 7, "ok": 4, "duplicate": 1, "no_case": 2}
    assert totals["benefits.examine"] == {"in": 4, "ok": 3, "passed": 3, "declined": 1, "DECLINED": 1}
    assert totals["benefits.approve"] == {"in": 3, "ok": 3, "approved_yen": 300_000}
    assert totals["benefits.pay"] == {"in": 3, "ok": 3, "batches": 1, "prepared_yen": 300_000}
    assert totals["benefits.release"] == {"in": 3, "ok": 3, "released_batches": 1, "released_yen": 300_000}
    assert totals["benefits.bank_file"] == {
        "in": 3, "ok": 3, "bank_files": 1, "paid_count": 3, "paid_yen": 300_000,
    }  # fmt: skip
    lines = (tmp_path / "payments/transfer-0001.txt").read_bytes().decode("cp932").split("\r\n")
    assert lines[-3][:19] == "8" + "000003" + "000000300000"
    assert [line[91:111] for line in lines if line[:1] == "2"] == [
        case_number.mint(101, serial).zfill(20) for serial in (1, 3, 4)
    ]
    assert walk(world, tmp_path) == totals


def test_numbers_run_on_in_the_order_of_households_and_stay(world: World) -> None:
    decide({5: "eligible", 3: "eligible"})
    jobs.number_cases(CODE, by=CLERK)
    decide({5: "eligible", 3: "eligible", 1: "eligible", 4: "ineligible"})
    jobs.number_cases(CODE, by=CLERK)
    assert rows("SELECT lineage, case_number FROM benefits_case ORDER BY serial") == [
        (household(3), case_number.mint(101, 1)),
        (household(5), case_number.mint(101, 2)),
        (household(1), case_number.mint(101, 3)),
    ]


def test_every_number_has_the_check_digit_of_the_identifier(world: World) -> None:
    decide(dict.fromkeys(range(1200), "eligible"))
    assert number_cases(programme=PROGRAMME, by=CLERK) == 1200
    assert rows("SELECT case_number FROM benefits_case ORDER BY serial") == [
        (case_number.mint(101, serial),) for serial in range(1, 1201)
    ]


def test_a_second_output_of_a_batch_is_refused(world: World, tmp_path: Path) -> None:
    decide({0: "eligible"})
    walk(world, tmp_path)
    for out in (tmp_path / "payments", tmp_path / "elsewhere"):
        with pytest.raises(TodokeError) as refused:
            write_bank_file(programme=PROGRAMME, office=SAMPLE_CITY, number=1, out=out, by=TREASURER)
        assert refused.value.code is ErrorCode.ALREADY_DONE
    assert not (tmp_path / "elsewhere").exists()
    assert rows("SELECT sha256 FROM benefits_bank_file") == [
        (sha256((tmp_path / "payments/transfer-0001.txt").read_bytes()).hexdigest(),)
    ]


def test_a_paid_household_is_never_in_a_second_batch(world: World, tmp_path: Path) -> None:
    decide({0: "eligible"})
    walk(world, tmp_path)
    decide({0: "eligible", 1: "eligible"})
    totals = walk(world, tmp_path)
    assert totals["benefits.pay"]["prepared_yen"] == 100_000  # household 1 has not been received again
    assert len(queries.batches(PROGRAMME.code)) == 1


def test_a_limit_of_lines_makes_several_batches_with_a_file_each(world: World, tmp_path: Path) -> None:
    decide(dict.fromkeys(range(5), "eligible"))
    office = replace(SAMPLE_CITY, lines_per_file=2)
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    jobs.approve(CODE, by=SUPERVISOR)
    jobs.prepare_payment(CODE, by=SUPERVISOR, office=office)
    jobs.release_payment(CODE, by=TREASURER)
    (report,) = jobs.write_bank_files(CODE, tmp_path, by=TREASURER, office=office)
    assert report.counts.totals == {"bank_files": 3, "paid_count": 5, "paid_yen": 500_000}
    assert [(line.number, line.payments, line.bank_file) for line in queries.batches(CODE)] == [
        (1, 2, "transfer-0001.txt"), (2, 2, "transfer-0002.txt"), (3, 1, "transfer-0003.txt"),
    ]  # fmt: skip
    numbers = [
        line[98:111]
        for file in sorted((tmp_path / "payments").iterdir())
        for line in file.read_text(encoding="cp932").split("\n")
        if line[:1] == "2"
    ]
    assert numbers == [case_number.mint(101, serial) for serial in range(1, 6)]


def test_a_batch_that_is_not_released_has_no_file(world: World, tmp_path: Path) -> None:
    decide({0: "eligible"})
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    jobs.approve(CODE, by=SUPERVISOR)
    jobs.prepare_payment(CODE, by=SUPERVISOR)
    with pytest.raises(TodokeError) as refused:
        write_bank_file(programme=PROGRAMME, office=SAMPLE_CITY, number=1, out=tmp_path, by=TREASURER)
    assert refused.value.code is ErrorCode.STATE_CONFLICT
    (report,) = jobs.write_bank_files(CODE, tmp_path, by=TREASURER)
    assert report.counts.taken == 0
    assert not list(tmp_path.glob("**/transfer*"))
