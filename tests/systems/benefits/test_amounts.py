"""支給額 of its own for every household: what was decided is what is approved, paid and in the bank's file."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.systems.benefits.asking_city import rows
from tests.systems.benefits.children_city import CHILD, CODE, NEWBORN, OLDER, ChildrenCity, transfers
from tests.systems.benefits.little_city import key
from tests.systems.benefits.test_money_guards import copy_row, refused
from tests.systems.benefits.world import CLERK, SUPERVISOR, TREASURER
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import jobs, queries
from todoke.systems.benefits.rules.deciding import amount_sql, tariff
from todoke.systems.benefits.rules.programmes import every

FAMILIES = {
    1: (),
    2: (CHILD,),
    3: (CHILD, CHILD, CHILD),
    4: (OLDER,),
    5: (CHILD, NEWBORN),
    6: (CHILD,),
    7: (CHILD, CHILD),
}


@pytest.fixture
def city(databases: object, tmp_path: Path) -> ChildrenCity:
    """Household 6 is taxed, household 7 declines."""
    return ChildrenCity(tmp_path, FAMILIES, frozenset({6}), {7: {"declines": "1"}}).serve()


def examined(city: ChildrenCity) -> None:
    jobs.decide(CODE, "first", by=CLERK)
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, city.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)


def test_a_programme_with_child_supplements_pays_to_the_yen(city: ChildrenCity, tmp_path: Path) -> None:
    jobs.decide(CODE, "first", by=CLERK)
    jobs.number_cases(CODE, by=CLERK)
    owed = city.owed()
    assert sorted(owed.values()) == [30_000, 30_000, 50_000, 70_000, 70_000, 90_000]
    assert dict(rows("SELECT household_key, amount_yen FROM benefits_case")) == owed

    jobs.print_letters(CODE, tmp_path, by=CLERK)
    pages = [
        "".join(page.extract_text().split())
        for page in PdfReader(tmp_path / "letters/letters-00001.pdf").pages
    ]
    shown = [
        page.split("あなたの世帯の支給額")[1].split("円")[0]
        for page in pages
        if "あなたの世帯の支給額" in page
    ]
    assert sorted(shown) == ["30,000", "30,000", "50,000", "70,000", "70,000", "90,000"]
    assert sum("基本30,000円＋こども加算20,000円×2人" in page for page in pages) == 2

    jobs.receive(CODE, city.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    del owed[key(7)]
    with pytest.raises(TodokeError) as other:
        jobs.approve(CODE, by=SUPERVISOR, expected=5, expected_yen=5 * 30_000)
    assert other.value.code is ErrorCode.STATE_CONFLICT
    assert "270,000 円" in str(other.value)
    (report,) = jobs.approve(CODE, by=SUPERVISOR, expected=5, expected_yen=sum(owed.values()))
    assert report.counts.totals == {"approved_yen": 270_000}

    (report,) = jobs.prepare_payment(CODE, by=SUPERVISOR)
    assert report.counts.totals == {"batches": 1, "prepared_yen": 270_000}
    assert queries.batch_amounts(CODE) == {1: [(30_000, 2), (50_000, 1), (70_000, 1), (90_000, 1)]}
    jobs.release_payment(CODE, by=TREASURER, expected_yen=sum(owed.values()))
    jobs.write_bank_files(CODE, tmp_path, by=TREASURER)
    lines, trailer = transfers(tmp_path / "payments/transfer-0001.txt")
    assert {key(int(account)): yen for account, yen in lines} == owed
    assert trailer == (len(owed), sum(owed.values()))


def test_a_newborn_sends_an_approved_case_back_and_is_paid_for(city: ChildrenCity, tmp_path: Path) -> None:
    examined(city)
    jobs.approve(CODE, by=SUPERVISOR)
    ChildrenCity(tmp_path, FAMILIES | {1: (NEWBORN,)}, frozenset({6})).serve()
    jobs.decide(CODE, "second", by=CLERK)
    changed = "SELECT household_key, state, children, amount_yen FROM benefits_case WHERE state <> 'approved' ORDER BY 1"
    assert rows(changed) == [(key(1), "received", 1, 50_000), (key(7), "declined", 2, 70_000)]
    (report,) = jobs.prepare_payment(CODE, by=SUPERVISOR)
    assert report.counts.totals["prepared_yen"] == 240_000
    jobs.examine(CODE, by=CLERK)
    jobs.approve(CODE, by=SUPERVISOR, expected=1, expected_yen=50_000)
    jobs.prepare_payment(CODE, by=SUPERVISOR)
    assert rows("SELECT payments, total_yen FROM benefits_payment_batch ORDER BY number") == [
        (4, 240_000),
        (1, 50_000),
    ]
    approved = "SELECT a.amount_yen FROM benefits_approval a JOIN benefits_case c ON c.id = a.case_id WHERE c.lineage = %s"
    assert sorted(rows(approved, key(1))) == [(30_000,), (50_000,)]


def test_what_is_in_a_batch_keeps_its_amount(city: ChildrenCity, tmp_path: Path) -> None:
    examined(city)
    jobs.approve(CODE, by=SUPERVISOR)
    jobs.prepare_payment(CODE, by=SUPERVISOR)
    ChildrenCity(tmp_path, FAMILIES | {1: (NEWBORN,)}, frozenset({6})).serve()
    jobs.decide(CODE, "second", by=CLERK)
    assert rows("SELECT amount_yen FROM benefits_case WHERE lineage = %s", key(1)) == [(30_000,)]


@pytest.mark.usefixtures("city")
def test_no_amount_of_a_case_is_made_up() -> None:
    jobs.decide(CODE, "first", by=CLERK)
    jobs.number_cases(CODE, by=CLERK)
    assert "only the state" in refused("UPDATE benefits_case SET amount_yen = 1, base_yen = 1, children = 0")
    assert "only the state" in refused("UPDATE benefits_case SET child_yen = 1, base_yen = base_yen + 1")
    newer = copy_row("benefits_decisionrun", round="'second'")
    rows(newer)
    run = "(SELECT max(id) FROM benefits_decisionrun)"
    rows(copy_row("benefits_decision", run_id=run, amount_yen="50000"))
    first = "WHERE household_key = (SELECT household_key FROM benefits_decision ORDER BY id LIMIT 1)"
    for amount in (
        "children = 2, amount_yen = 70000",
        "base_yen = 50000, amount_yen = 50000",
        "children = 0",
    ):
        follow = f"UPDATE benefits_case SET decision_run_id = {run}, {amount} {first}"
        assert refused(follow) == "case_awarded"
    uneven = f"UPDATE benefits_case SET decision_run_id = {run}, amount_yen = 50000 {first}"
    assert refused(uneven) == "case_amount_is_sum_of_parts"
    rows(f"UPDATE benefits_case SET decision_run_id = {run}, children = 1, amount_yen = 50000 {first}")
    assert "only the state" in refused(
        f"UPDATE benefits_case SET decision_run_id = decision_run_id - 1 {first}"
    )
    twin = {"case_number": "'1079999999990'", "serial": "99", "lineage": "'x'"}
    assert refused(copy_row("benefits_case", household_key="'x'", **twin)) == "case_awarded"
    assert refused(copy_row("benefits_case", children="0", amount_yen="30000", **twin)) == "case_awarded"


def test_no_other_amount_is_approved_or_paid(city: ChildrenCity) -> None:
    examined(city)
    approval = (
        "WITH a AS (INSERT INTO benefits_approval (examination_id, case_id, outcome, examined_by, amount_yen, limit_yen, approved_at,"
        " approved_by) SELECT e.id, e.case_id, 'passed', e.examined_by, {amount}, 300000, '2025-03-01', 's001'"
        " FROM benefits_examination e JOIN benefits_case c ON c.id = e.case_id WHERE e.outcome = 'passed')"
        " SELECT count(*) FROM benefits_case"
    )
    move = "UPDATE benefits_case SET state = 'approved', state_at = '2025-03-01', state_by = 's001' WHERE state = 'passed'"
    rows(approval.format(amount="c.amount_yen + 1"))
    assert refused(move) == "benefits_case_approved_proved"
    payment = (
        "INSERT INTO benefits_payment (programme, lineage, case_id, approval_id, amount_yen, examined_by, approved_by,"
        " reserved_at, reserved_by) SELECT c.programme, c.lineage, c.id, a.id, {amount}, a.examined_by, a.approved_by,"
        " now(), 'x' FROM benefits_case c JOIN benefits_approval a ON a.case_id = c.id"
    )
    assert refused(payment.format(amount="a.amount_yen")) == "payment_amount_of_case"
    assert refused(payment.format(amount="c.amount_yen")) == "payment_approved"


def test_a_batch_holds_the_sum_of_its_amounts(city: ChildrenCity) -> None:
    examined(city)
    jobs.approve(CODE, by=SUPERVISOR)
    jobs.prepare_payment(CODE, by=SUPERVISOR)
    rows(copy_row("benefits_payment_batch", number="2", total_yen="total_yen + 1"))
    release = (
        "INSERT INTO benefits_batch_release (batch_id, prepared_by, released_at, released_by)"
        " SELECT id, prepared_by, now(), 't001' FROM benefits_payment_batch WHERE number = 2"
    )
    assert refused(release) == "batch_adds_up"


@pytest.mark.usefixtures("databases")
def test_the_parts_add_up_whatever_the_amounts() -> None:
    chance = random.Random(20241213)
    for own in (False, True):
        for _ in range(200):
            base, child, children = (
                chance.randint(1, 200_000),
                chance.choice([0, 20_000, 50_000]),
                chance.randint(0, 9),
            )
            child, children = (0, 0) if own else (child, children if child else 0)
            amount = base + child * children
            found = rows(
                f"SELECT {amount_sql.VALUES} FROM (SELECT %s::bigint AS amount_yen) d,"
                " (SELECT %s::boolean AS own_amounts, %s::bigint AS amount_yen, %s::bigint AS child_yen) p",
                amount, own, 7 if own else base, child,
            )  # fmt: skip
            assert found == [(base, children, child)]


def test_only_programmes_with_parts_have_amounts_that_differ() -> None:
    varied = {one.code for one in every() if tariff.of(one).varies}
    assert varied == {"r5-per-capita-100k", "r6-30k", "r6-shortfall"}
    assert tariff.parts(base_yen=30_000, children=0, child_yen=20_000) == ""
    assert (
        tariff.parts(base_yen=30_000, children=2, child_yen=20_000)
        == "基本 30,000円 ＋ こども加算 20,000円 × 2人"
    )
