"""集計: every number equals the list behind it, wards and reasons add up, and nothing protected shows its place."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.systems.benefits import deciding_city, world
from tests.systems.benefits.asking_city import CLERK, PROGRAMME
from tests.systems.benefits.world import World
from todoke.kernel import clock
from todoke.systems.benefits import jobs, queries
from todoke.systems.benefits.models import Case, Decision, JudgedCount, JudgedHousehold, MissingStatus
from todoke.systems.benefits.queries.figures import lists
from todoke.systems.benefits.queries.figures.lists import CasesWanted, HouseholdsWanted, MissingWanted
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.cases.forecast import forecast
from todoke.systems.benefits.rules.cases.stages import AGES, STATES, Stage
from todoke.systems.benefits.rules.deciding.outcome import Outcome, Reason
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

_S = CaseState


@pytest.fixture
def decided(city_site: object, tmp_path: Path) -> deciding_city.AskingCity:
    return deciding_city.decided_twice(tmp_path)


def test_what_was_judged_adds_up_and_equals_its_lists(decided) -> None:
    run = queries.laid_out_run(PROGRAMME)
    assert run is not None
    assert run.round == "second"
    counts = queries.judged_counts(run)
    assert sum(row.households for row in counts) == run.households
    assert sum(row.persons for row in counts) == run.residents
    for row in counts:
        wanted = HouseholdsWanted(run=run, outcome=row.outcome, reason=row.reason, ward=row.ward)
        assert len(lists.households(wanted)) == row.households
        assert len(lists.households(wanted)[:]) == row.households
    whole = lists.households(HouseholdsWanted(run=run))
    assert len(whole) == run.households
    pages = [row.decision_id for first in range(0, len(whole), 7) for row in whole[first : first + 7]]
    assert len(set(pages)) == run.households
    assert whole[run.households :] == []
    keys = [row.household_key for row in whole[:]]
    assert [
        row.household_key for first in range(0, len(whole), 7) for row in whole[first : first + 7]
    ] == keys
    assert keys == sorted(keys)
    nothing = HouseholdsWanted(run=run, outcome=Outcome.ELIGIBLE, reason=Reason.TAXED)
    assert len(lists.households(nothing)) == 0


def test_missing_statuses_are_counted_by_whom_was_asked(decided) -> None:
    run = queries.laid_out_run(PROGRAMME)
    assert run is not None
    counts = queries.missing_counts(run)
    undecided = Decision.objects.using("benefits").filter(run=run, outcome="undecided").count()
    assert sum(row.households for row in counts) == undecided
    asked = {(row.asked, row.status): row.persons for row in counts}
    assert asked["13112", TaxStatus.HELD] == 1
    assert asked["13112", TaxStatus.ASKED] == 1
    assert asked["", TaxStatus.UNDECLARED] == 1
    assert asked["", TaxStatus.NOT_ASKED] == 1  # from abroad: the person must apply
    assert asked["", TaxStatus.HELD] == 1  # protected: where they came from is not shown
    for row in counts:
        found = lists.missing(MissingWanted(run=run, asked=row.asked, status=row.status))
        assert len(found) == len(found[:]) == row.persons
        assert min(one.since for one in found[:]) == row.oldest
    assert len(lists.missing(MissingWanted(run=run))) == sum(row.persons for row in counts)


def test_a_protected_household_has_no_ward_anywhere(decided) -> None:
    hidden = f"1{deciding_city.HIDDEN:09d}-1"
    for model in (JudgedHousehold, MissingStatus):
        rows = model.objects.using("benefits").filter(household_key=hidden)
        assert {row.ward_code for row in rows} == {""}
    shown = JudgedHousehold.objects.using("benefits").exclude(household_key=hidden)
    assert {row.ward_code for row in shown} == {"14103"}


def test_cases_take_their_ward_from_the_overview(decided) -> None:
    assert {case.ward_code for case in Case.objects.using("benefits").all()} == {"14103"}
    counts = queries.case_counts(PROGRAMME)
    eligible = Decision.objects.using("benefits").filter(run__round="second", outcome="eligible").count()
    assert counts.stage(Stage.NUMBERED, "14103") == counts.of([_S.NUMBERED], age="0") == eligible


def test_laying_out_again_changes_nothing_and_only_the_newest_run_is_kept(decided) -> None:
    before = list(JudgedHousehold.objects.using("benefits").values_list("id", flat=True).order_by("id"))
    jobs.overview(PROGRAMME, by=CLERK)
    after = list(JudgedHousehold.objects.using("benefits").values_list("id", flat=True).order_by("id"))
    assert before == after
    assert len({row.run_id for row in JudgedCount.objects.using("benefits").all()}) == 1


def test_freshness_says_what_the_decision_has_not_seen(decided) -> None:
    rows = {row.title: row for row in queries.freshness(PROGRAMME)}
    assert rows["住民記録（最新）"].as_of is not None
    assert rows["課税情報"].arrived is not None
    assert not rows["課税情報"].warning
    assert not rows["最新の判定"].warning
    jobs.decide(PROGRAMME, "third", by=CLERK)
    rows = {row.title: row for row in queries.freshness(PROGRAMME)}
    assert rows["最新の判定"].warning == "この判定の集計はまだ作成していません"
    assert {row.warning for row in queries.freshness("r4-extension")} >= {"まだ判定していません"}


def test_every_stage_age_and_ward_equals_its_list(databases: object, tmp_path: Path) -> None:
    city = World(tmp_path, size=12).serve()
    for number in (9, 10, 11):
        city.forms.pop(number)
    city.forms[0]["declines"] = "1"
    city.forms[1]["bank_code"] = "9999"
    world.decide(dict.fromkeys(range(12), "eligible"))
    world.walk(city, tmp_path / "out")
    counts = queries.case_counts(world.CODE)
    assert [counts.stage(stage) for stage in Stage] == [12, 12, 9, 7, 7]
    for stage in Stage:
        found = lists.cases(CasesWanted(programme=world.CODE, states=sorted(STATES[stage])))
        assert len(found) == len(found[:]) == counts.stage(stage)
    for state in CaseState:
        for step in AGES:
            for oldest_first in (False, True):
                wanted = CasesWanted(
                    programme=world.CODE, states=[state], ward="", age=step, oldest_first=oldest_first
                )
                assert len(lists.cases(wanted)) == counts.of([state], ward="", age=step.key)
    assert (
        Counter(row.state for row in lists.cases(CasesWanted(programme=world.CODE))[:]) == counts.by_state()
    )


@pytest.mark.parametrize(
    ("days", "key"),
    [(0, "0"), (6, "0"), (7, "7"), (13, "7"), (14, "14"), (28, "28"), (55, "28"), (56, "56"), (400, "56")],
)
def test_the_steps_of_waiting_have_no_gap(days: int, key: str) -> None:
    (found,) = [
        step.key for step in AGES if step.since <= days and (step.until is None or days <= step.until)
    ]
    assert found == key


def test_the_forecast_carries_the_rates_on() -> None:
    counts = {
        _S.PRINTED: 100,
        _S.RECEIVED: 50,
        _S.PASSED: 10,
        _S.APPROVED: 20,
        _S.ORDERED: 60,
        _S.DECLINED: 10,
    }
    found = forecast(counts, amount=100_000, approved_lately=28, today=date(2022, 3, 1))
    by_title = {line.title: line.expected for line in found.lines}
    assert by_title["受付済み・審査待ち"] == 45  # 90 of 100 passed
    assert by_title["確認書発送済み・返送待ち"] == 54  # 150 of 250 came back, 90 of 100 passed
    assert found.expected == 60 + 20 + 10 + 45 + 54
    assert found.yen == found.expected * 100_000
    assert found.caught_up_on == date(2022, 3, 1) + timedelta(days=30)  # 60 at 2 a day
    nothing = forecast({}, amount=100_000, approved_lately=0, today=clock.today())
    assert (nothing.expected, nothing.caught_up_on) == (0, None)
