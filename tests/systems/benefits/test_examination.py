"""Examination: every finding at least once, and never a pass when something is missing."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
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
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.systems.benefits import jobs
from todoke.systems.benefits.rules.accounts import account_name
from todoke.systems.benefits.rules.examination.findings import FINDINGS
from todoke.systems.benefits.rules.payments import bank_days
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY

CASES = {
    "DECLINED": {"declines": "1"},
    "SUPPORTER_TAXED": {"declared_supporter_taxed": "1"},
    "DECLARATION_MISSING": {"declared_supporter_taxed": ""},
    "TOO_EARLY": {"received_on": "2022-02-13"},
    "LATE": {"received_on": "2022-10-01"},
    "ACCOUNT_MISSING": dict.fromkeys(
        ("bank_code", "branch_code", "account_type", "account_number", "account_holder_kana"), ""
    ),
    "BANK_UNKNOWN": {"bank_code": "9999"},
    "BRANCH_UNKNOWN": {"branch_code": "999"},
    "ACCOUNT_INVALID": {"account_type": "9"},
    "NAME_DIFFERS": {"account_holder_kana": "ﾖｼﾀﾞ ﾊﾅｺ"},
    "PAYEE_DIED": {"left_on": date(2022, 2, 1), "left_reason": "死亡"},
    "PAYEE_UNKNOWN": None,
    "PROTECTED_BY_HAND": {"protected": True},
    "NOT_ELIGIBLE": "ineligible",
    "UNDECIDED": "undecided",
}


@pytest.fixture
def world(databases: object, tmp_path: Path) -> World:
    return World(tmp_path, size=len(CASES) + 2)


def test_each_finding_stops_payment(world: World) -> None:
    decide(dict.fromkeys(range(world.size), "eligible"))
    jobs.number_cases(CODE, by=CLERK)
    later = dict.fromkeys(range(world.size), "eligible")
    for number, change in enumerate(CASES.values()):
        if change is None:
            del world.people[number]
        elif isinstance(change, str):
            later[number] = change
        elif "left_on" in change or "protected" in change:
            world.people[number] |= change
        else:
            world.forms[number] |= change
    del later[len(CASES)]  # the household is not in the newest decision at all
    decide(later)
    world.serve()
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    (report,) = jobs.examine(CODE, by=CLERK)
    found = dict(
        rows(
            "SELECT c.lineage, array_to_string(codes, ' ') FROM benefits_examination e"
            " JOIN benefits_case c ON c.id = e.case_id"
        )
    )
    expected = {household(number): code for number, code in enumerate(CASES)}
    expected[household(list(CASES).index("PAYEE_UNKNOWN"))] = "NAME_DIFFERS PAYEE_UNKNOWN"
    del expected[household(list(CASES).index("PROTECTED_BY_HAND"))]  # waits for a 責任職: test_evacuees
    assert found == expected | {household(len(CASES)): "UNDECIDED", household(len(CASES) + 1): ""}
    assert (report.counts.taken, report.counts.accepted) == (world.size - 1, 1)
    # BRANCH_CLOSED needs a dated list: test_bank_lists; what was not enclosed is keyed by hand: test_hand_examination
    elsewhere = {
        "NAME_UNUSABLE", "BRANCH_CLOSED", "IDENTITY_MISSING", "ACCOUNT_PROOF_MISSING", "PROXY_IDENTITY_MISSING",
        "PROXY_AUTHORITY_MISSING", "PAYEE_PAID",
    }  # fmt: skip
    assert set(CASES) | elsewhere == {finding.code for finding in FINDINGS}
    assert rows("SELECT count(*) FROM benefits_case WHERE state = 'passed'") == [(1,)]


def test_a_name_that_the_bank_file_cannot_hold_is_a_deficiency(world: World) -> None:
    decide({0: "eligible", 1: "eligible"})
    for number, kana in ((0, "ヨシダ＠タカザキ"), (1, "ア" * 31)):
        world.people[number]["name_kana"] = world.forms[number]["account_holder_kana"] = kana
    world.serve()
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    (report,) = jobs.examine(CODE, by=CLERK)
    assert report.counts.totals == {"deficient": 2, "NAME_UNUSABLE": 2}


def test_a_later_decision_takes_back_what_was_passed_or_approved(world: World) -> None:
    world.serve()
    decide({0: "eligible", 1: "eligible"})
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    jobs.approve(CODE, by=SUPERVISOR)
    decide({0: "ineligible", 1: "eligible"})
    (prepared,) = jobs.prepare_payment(CODE, by=SUPERVISOR)
    assert (prepared.counts.accepted, prepared.counts.refused) == (1, 1)
    (report,) = jobs.examine(CODE, by=CLERK)
    assert report.counts.totals == {"ineligible": 1, "passed": 1, "NOT_ELIGIBLE": 1}
    assert rows("SELECT round, outcome FROM benefits_examination ORDER BY id") == [
        (1, "passed"), (1, "passed"), (2, "ineligible"),
    ]  # fmt: skip


def test_who_dies_or_becomes_protected_after_approval_is_not_paid_by_machine(world: World) -> None:
    world.serve()
    decide({0: "eligible", 1: "eligible", 2: "eligible"})
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    jobs.approve(CODE, by=SUPERVISOR)
    world.people[0] |= {"left_on": date(2022, 3, 1), "left_reason": "死亡"}
    world.people[1]["protected"] = True
    world.serve()
    (prepared,) = jobs.prepare_payment(CODE, by=SUPERVISOR)
    assert (prepared.counts.accepted, prepared.counts.refused) == (1, 2)
    assert rows("SELECT lineage FROM benefits_payment") == [(household(2),)]


def test_a_stated_count_that_differs_stops_the_approval(world: World) -> None:
    world.serve()
    decide({0: "eligible"})
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    with pytest.raises(TodokeError) as refused:
        jobs.approve(CODE, by=SUPERVISOR, expected=2)
    assert refused.value.code is ErrorCode.STATE_CONFLICT
    assert jobs.approve(CODE, by=SUPERVISOR, expected=1)[0].counts.accepted == 1


def test_a_total_or_day_that_cannot_be_right_stops_the_payment(world: World) -> None:
    world.serve()
    decide({0: "eligible"})
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    jobs.approve(CODE, by=SUPERVISOR)
    first = SAMPLE_CITY.earliest(clock.now())
    closed = next(day for day in (first + timedelta(days=n) for n in range(7)) if bank_days.is_closed(day))
    late = bank_days.before(first, 1)
    for day, reason in (
        (closed, "休業日"),
        (late, "締切"),
        (PROGRAMME.transfer_on, "締切"),
        (date(2030, 1, 3), "休業日"),
    ):
        with pytest.raises(TodokeError) as refused:
            jobs.prepare_payment(CODE, by=SUPERVISOR, transfer_on=day)
        assert refused.value.code is ErrorCode.STATE_CONFLICT
        assert reason in refused.value.sentence
    jobs.prepare_payment(CODE, by=SUPERVISOR)
    ((day,),) = rows("SELECT transfer_on FROM benefits_payment_batch")
    assert day >= first  # the programme's own day is long over
    with pytest.raises(TodokeError) as refused:
        jobs.release_payment(CODE, by=TREASURER, expected_yen=200_000)
    assert refused.value.code is ErrorCode.STATE_CONFLICT
    assert rows("SELECT count(*) FROM benefits_batch_release") == [(0,)]
    (released,) = jobs.release_payment(CODE, by=TREASURER, expected_yen=100_000)
    assert released.counts.totals == {"released_batches": 1, "released_yen": 100_000}


def test_only_roles_that_may(world: World, tmp_path: Path) -> None:
    world.serve()
    decide({0: "eligible"})
    for forbidden in (
        lambda: jobs.number_cases(CODE, by=SUPERVISOR),
        lambda: jobs.print_letters(CODE, tmp_path, by=TREASURER),
        lambda: jobs.receive(CODE, world.write_forms(), by=SUPERVISOR),
        lambda: jobs.examine(CODE, by=SUPERVISOR),
        lambda: jobs.approve(CODE, by=CLERK),
        lambda: jobs.prepare_payment(CODE, by=TREASURER),
    ):
        with pytest.raises(TodokeError) as refused:
            forbidden()
        assert refused.value.code is ErrorCode.PERMISSION_DENIED
    walk(world, tmp_path)


def test_a_bad_row_refuses_the_whole_file(world: World) -> None:
    world.serve()
    decide({0: "eligible"})
    jobs.number_cases(CODE, by=CLERK)
    world.forms[3]["received_on"] = "2022-02-30"
    world.forms[4]["account_number"] = "12"
    with pytest.raises(InputRefused) as refused:
        jobs.receive(CODE, world.write_forms(), by=CLERK)
    assert [(bad.row, bad.column) for bad in refused.value.rows] == [
        (5, "received_on"),
        (6, "account_number"),
    ]
    assert rows("SELECT count(*) FROM benefits_application") == [(0,)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ヨシダ　タカザキ", "ﾖｼﾀﾞﾀｶｻﾞｷ", True),
        ("ジョージ", "ｼﾞﾖ-ｼﾞ", True),
        ("ﾔﾏﾀﾞ", "ﾔﾏﾀ", False),
        ("ｻﾄｳ ﾊﾅｺ", "ｻﾄｳ ﾊﾅｴ", False),
        (None, "ｻﾄｳ", False),
    ],
)
def test_kana_names_compare_by_sound_and_nothing_else(one: str | None, other: str, same: bool) -> None:
    first, second = account_name.comparable(pa.array([one, other], pa.string())).to_pylist()
    assert (first == second) is same
