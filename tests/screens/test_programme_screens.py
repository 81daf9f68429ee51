"""事業と判定ルール, by keyboard alone from the home page: a rule is switched off on a form, tried, approved by a second person, judged again."""

from __future__ import annotations

import pytest

from tests.browser import Examiner
from tests.screens.keys import Keys
from tests.screens.office import Office
from tests.systems import city
from tests.systems.world import World
from todoke.access.permissions import Role
from todoke.systems.benefits import jobs
from todoke.systems.benefits.models import DecisionRun, EditionTrial, ProgrammeEdition
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.rules.programme import Standing
from todoke.systems.benefits.rules.programmes import R3_NONTAXABLE

CODE = R3_NONTAXABLE.code


@pytest.fixture(autouse=True)
def decided(sample_city: World) -> None:
    clerk = city.actor(city.CLERK)
    jobs.load(city.files() / "tax.csv", city.files() / "assistance.csv", by=clerk)
    jobs.decide(CODE, "first", by=clerk)
    jobs.number_cases(CODE, by=clerk)


def test_what_a_rule_change_does_before_and_after_a_second_person_approves(
    office: Office, examiner: Examiner
) -> None:
    proposer = office.person(Role.CLERK, staff_id="m001")
    page = proposer.open("home")
    Keys(page).press("事業と判定ルール").see("承認します")
    examiner.check(page, "benefits-programmes")
    Keys(page).press(R3_NONTAXABLE.name).see("最初に当てはまったルール").see("Article3DependantsOnly")
    examiner.check(page, "benefits-programme", thorough=True)
    Keys(page).press("改定を提案する").see("別の職員が承認するまで")
    examiner.check(page, "benefits-edition-new", thorough=True)
    # wrong first: the deadline before the letters
    Keys(page).fill("#id_deadline", "令和4年1月31日").fill("#id_grounds", "告示第200号").press("提案する")
    Keys(page).see("この順でなければなりません")
    Keys(page).fill("#id_deadline", "令和4年9月30日").to("input[value=Article3DependantsOnly]")
    page.keyboard.press("Space")
    Keys(page).press("提案する").see("提案しました")
    row = ProgrammeEdition.objects.using("benefits").get()
    Keys(page).press("承認待ちの改定を見る").see("まだ試算していません").see("適用しない")
    Keys(page).press("試算する").see("判定や案件は変わりません")
    examiner.check(page, "benefits-edition-try")
    Keys(page).press("試算する").see("試算を始めました").see("判定が変わる世帯を数える")
    examiner.check(page, "benefits-edition-working")
    Keys(page).worked().see("対象外（課税されている人の扶養親族等だけの世帯）").see("支給対象")
    examiner.check(page, "benefits-edition", thorough=True)
    trial = EditionTrial.objects.using("benefits").get()
    assert trial.differing > 0
    Keys(page).press("判定が変わる世帯の一覧を見る").see(f"{trial.differing}世帯")
    examiner.check(page, "benefits-edition-households")
    proposer.open("benefits-edition-approve", row.pk, status=403)

    approver = office.person(Role.SUPERVISOR, staff_id="m002")
    page = approver.open("home")
    Keys(page).see("事業の改定の承認待ち").press("事業と判定ルール").see("承認待ち")
    Keys(page).press(R3_NONTAXABLE.name).press("承認待ちの改定を見る").see("判定の変わり方")
    Keys(page).press("承認する").see(f"{trial.differing} 世帯の判定が変わります")
    examiner.check(page, "benefits-edition-approve")
    Keys(page).press("承認する").see("承認しました")

    proposer.sit_down()
    page = proposer.open("home")
    Keys(page).press("事業と判定ルール").see("承認します").press(R3_NONTAXABLE.name).see("この市で行った改定")
    Keys(page).press(row.edition).see("この版で判定し直す").press("この版で判定し直す").see(
        "すべての世帯を判定し直します"
    )
    examiner.check(page, "benefits-edition-judge")
    Keys(page).press("判定し直す").see("判定のやり直しを始めました")
    Keys(page).worked().see("判定し直した結果")
    assert DecisionRun.objects.using("benefits").last().edition == row.edition
    Keys(page).press("判定が変わる世帯の一覧を見る").see("前の判定")


def test_a_proposal_is_withdrawn_or_refused(office: Office, examiner: Examiner) -> None:
    proposer = office.person(Role.CLERK, staff_id="m001")
    for word, last in (("取り下げる", "取り下げました"), ("承認しない", "承認しませんでした")):
        page = proposer.open("benefits-edition-new", CODE)
        Keys(page).fill("#id_deadline", "令和4年10月14日").fill("#id_grounds", "告示第201号")
        Keys(page).press("提案する").see("提案しました").press("承認待ちの改定を見る").see(
            "まだ試算していません"
        )
        if word == "承認しない":
            row = ProgrammeEdition.objects.using("benefits").last()
            page = office.person(Role.SUPERVISOR, staff_id="m002").open("benefits-edition", row.pk)
        Keys(page).press(word).see("いまの版のまま変わりません")
        examiner.check(page, f"benefits-edition-{'withdraw' if word == '取り下げる' else 'refuse'}")
        Keys(page).press(word).see(last)
    assert {row.state for row in ProgrammeEdition.objects.using("benefits").all()} == {"withdrawn", "refused"}


@pytest.mark.parametrize("code", ["r3-hardship", "r5-per-capita-100k", "r4-extension", "r6-shortfall"])
def test_every_kind_of_programme_has_its_page_and_form(office: Office, examiner: Examiner, code: str) -> None:
    clerk = office.person(Role.CLERK, staff_id="m001")
    page = clerk.open("benefits-programme", code)
    examiner.check(page, f"benefits-programme-{code}")
    page = clerk.open("benefits-edition-new", code)
    examiner.check(page, f"benefits-edition-new-{code}")


def test_which_standings_of_an_earlier_round_count(office: Office) -> None:
    """Proposed, tried and approved: households that never applied for the first round may apply for its extension."""
    proposer = office.person(Role.CLERK, staff_id="m001")
    page = proposer.open("benefits-edition-new", "r4-extension")
    for unwanted in ("未申請", "辞退"):
        Keys(page).to(f"input[name=earlier__0__standings][value={unwanted}]")
        page.keyboard.press("Space")
    Keys(page).to("input[name=earlier__0__standings][value=支給済み]")
    page.keyboard.press("Space")
    Keys(page).fill("#id_grounds", "告示第202号").press("提案する").see("世帯の状況を、1つ以上選んでください")
    Keys(page).to("input[name=earlier__0__standings][value=支給済み]")
    page.keyboard.press("Space")
    Keys(page).press("提案する").see("提案しました").press("承認待ちの改定を見る")
    Keys(page).see("支給済み・未申請・辞退").see("除外する世帯の状況")
    Keys(page).press("試算する").see("試算します").press("試算する").see("試算を始めました")
    Keys(page).worked().see("先行する給付").see("判定が変わる世帯の一覧を見る")
    trial = EditionTrial.objects.using("benefits").get()
    assert trial.differing > 0
    approver = office.person(Role.SUPERVISOR, staff_id="m002")
    page = approver.open("benefits-edition", trial.edition_id)
    Keys(page).press("承認する").see(f"{trial.differing} 世帯の判定が変わります").press("承認する")
    Keys(page).see("承認しました")
    (first, _) = editions.find("r4-extension").earlier
    assert first.standings == {Standing.PAID}


def test_months_and_method_of_hardship_are_changed_and_checked(office: Office) -> None:
    page = office.person(Role.CLERK, staff_id="m001").open("benefits-edition-new", "r3-hardship")
    Keys(page).fill("#id_hardship__months__0", "令和4年10月").fill("#id_grounds", "告示第203号").press(
        "提案する"
    )
    Keys(page).see("対象となる最初の月が、最後の月より後です")
    Keys(page).fill("#id_hardship__months__0", "今年の春").press("提案する").see("月として読み取れません")
    Keys(page).fill("#id_hardship__months__0", "R4.4").fill("#id_hardship__months__1", "2022-12").press(
        "提案する"
    )
    Keys(page).see("まだ来ていない月の収入では申請できません")
    Keys(page).fill("#id_hardship__months__1", "令和4年9月").choose("#id_hardship__salary", "別表第五")
    Keys(page).press("提案する").see("提案しました").press("承認待ちの改定を見る")
    Keys(page).see("令和4年1月").see("令和4年4月").see("速算式").see("別表第五")
