"""保護評価 by keyboard: the board and the look at the running site, what a person confirmed and another audited."""

from __future__ import annotations

from datetime import timedelta

from tests.screens.keys import Keys
from tests.screens.office import Office, Person
from todoke.access.permissions import Role
from todoke.assurance.checks import State
from todoke.assurance.models import CheckRun, Confirmation
from todoke.kernel import clock
from todoke.sites.realms import Realm

D = "directory_city"
ADMINISTRATOR, AUDITOR, CLERK = "m001", "m002", "m003"
BY_PEOPLE, BY_CHECKS = "II-A.6-保管-02", "III-A.9-教育-01"


def staff(office: Office) -> tuple[Person, Person]:
    people = {ADMINISTRATOR: [Role.ADMINISTRATOR], AUDITOR: [Role.AUDITOR], CLERK: [Role.CLERK]}
    office.hire(Realm.CITY, people)
    return office.seat(Realm.CITY, ADMINISTRATOR), office.seat(Realm.CITY, AUDITOR)


def test_the_board_its_promises_and_who_confirms_them(office: Office, examiner) -> None:
    administrator, auditor = staff(office)
    looked_at(administrator, examiner)
    confirmed(administrator, examiner)
    audited(auditor, examiner)
    office.seat(Realm.CITY, CLERK).open("assurance-board", status=403)


def looked_at(administrator: Person, examiner) -> None:
    administrator.sit_down()
    page = administrator.open("home")
    at = Keys(page).press("措置の状況").see("まだ確かめていません")
    at.press("今のサイトを確かめる").see("今のサイトを確かめます")
    examiner.check(page, "assurance-check")
    at.press("確かめる").see("確かめました")
    run = CheckRun.objects.using(D).get()
    assert all((run.held, run.broken, run.not_shown))
    at.see(f"{run.held:,} 件")
    examiner.check(page, "assurance-board", thorough=True)
    page = administrator.open("assurance-board", query="?state=broken&section=III-A.9&file=BENEFIT&system=")
    assert page.locator("main table").first.locator("tbody tr").count() <= 2


def confirmed(administrator: Person, examiner) -> None:
    page = administrator.open("assurance-promise", BY_CHECKS)
    at = Keys(page).see("研修を期間内に受けている").see("todoke.access")
    examiner.check(page, "assurance-promise-checked")
    at.press("証拠の画面を開く").see("研修")
    page = administrator.open("assurance-promise", BY_PEOPLE)
    at = Keys(page).see("人による確認がまだありません").press("確認を記録する").see("確認の期限")
    examiner.check(page, "assurance-confirm")
    at.to("input[name=finding]").page.keyboard.press("Space")
    at.fill("textarea[name=note]", "入退室の記録を見た").fill("input[name=document]", "棚3")
    at.fill("input[name=valid_until]", clock.wareki(clock.today() - timedelta(days=1)))
    at.press("確認を残す").see("期限は今日から1年以内の日にしてください")
    at.fill("input[name=valid_until]", clock.wareki(clock.today() + timedelta(days=90)))
    at.press("確認を残す").see("確認を残しました").see("入退室の記録を見た")
    assert page.locator("h1").inner_text().endswith(State.HELD.label)
    assert not page.locator("a", has_text="確かめ直す").count()
    own = Confirmation.objects.using(D).get()
    page = administrator.open("assurance-audit", BY_PEOPLE, own.pk)
    at = Keys(page)
    at.to("input[name=finding]").page.keyboard.press("Space")
    at.fill("textarea[name=note]", "同じ人").fill("input[name=valid_until]", clock.wareki(clock.today()))
    at.press("確認を残す").see("SAME_PERSON")


def audited(auditor: Person, examiner) -> None:
    auditor.sit_down()
    page = auditor.open("assurance-promise", BY_PEOPLE)
    examiner.check(page, "assurance-promise")
    at = Keys(page).press("確かめ直す").see("入退室の記録を見た")
    examiner.check(page, "assurance-audit")
    at.to("input[name=finding]").page.keyboard.press("ArrowDown")
    at.fill("textarea[name=note]", "記録が2日分なかった")
    at.fill("input[name=valid_until]", clock.wareki(clock.today() + timedelta(days=30)))
    at.press("確認を残す").see("守られていない").see("記録が2日分なかった")
    auditor.open("assurance-audit", BY_PEOPLE, 9999, status=404)
