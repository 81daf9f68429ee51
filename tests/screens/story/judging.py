"""First chapter: what the other departments know comes in, and a second person approves a change of the programme."""

from __future__ import annotations

from tests.screens.importing import forward, send, until_done
from tests.screens.keys import Keys
from tests.screens.story.cast import Story
from todoke.access.permissions import Role
from todoke.systems.benefits import queries
from todoke.systems.benefits.models import DecisionRun, ProgrammeEdition
from todoke.systems.benefits.rules.programmes import R3_NONTAXABLE

NAME = R3_NONTAXABLE.name


def an_officer_imports_the_tax_file(story: Story) -> None:
    """In five steps, with the count of the slip; then looks at who has no answer."""
    page = story.enter("import1", Role.CLERK).open("home")
    Keys(page).press("ファイルの取込")
    rows = (story.folder / "tax.csv").read_text(encoding="utf-8").splitlines()[1:]
    keys = send(page, story.folder / "tax.csv", count=len(rows)).see("確認待ち")
    forward(keys).see("最初の版になります").press("取り込む")
    until_done(keys, "検査中", "確認待ち", "二人目の確認待ち", "取込中").see("取込済")
    assert queries.newest_source("tax").rows == len(rows)


def the_programme_is_changed_by_two(story: Story) -> None:
    """Proposed and tried by the one who runs the programme, approved by another, judged again."""
    proposer = story.enter("programme1", Role.CLERK)
    page = proposer.open("home")
    Keys(page).press("事業と判定ルール").press(NAME).press("改定を提案する").see("別の職員が承認するまで")
    Keys(page).fill("#id_deadline", "令和4年10月14日").fill("#id_grounds", "告示第200号").press("提案する")
    Keys(page).see("提案しました").press("承認待ちの改定を見る").see("まだ試算していません")
    Keys(page).press("試算する").see("判定や案件は変わりません").press("試算する").see("試算を始めました")
    Keys(page).worked().see("判定の変わり方")
    (edition,) = ProgrammeEdition.objects.using("benefits").all()

    page = story.enter("programme2", Role.SUPERVISOR).open("home")
    Keys(page).see("事業の改定の承認待ち").press("事業と判定ルール").press(NAME).press("承認待ちの改定を見る")
    Keys(page).press("承認する").see("0 世帯の判定が変わります").press("承認する").see("承認しました")

    proposer.sit_down()
    page = proposer.open("benefits-edition", edition.pk)
    Keys(page).press("この版で判定し直す").see("すべての世帯を判定し直します").press("判定し直す")
    Keys(page).see("判定のやり直しを始めました").worked().see("判定し直した結果")
    assert DecisionRun.objects.using("benefits").last().edition == edition.edition
