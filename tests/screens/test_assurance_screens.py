"""保護評価 by keyboard: the board and the look at the running site, what a person confirmed and another audited; an accident and its steps."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page

from tests.screens.keys import Keys
from tests.screens.office import Office, Person
from todoke.access.permissions import Role
from todoke.assurance.checks import State
from todoke.assurance.models import CheckRun, Confirmation, Incident
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
    happened((administrator, auditor), examiner)
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


def happened(seated: tuple[Person, Person], examiner) -> None:
    administrator, auditor = seated
    administrator.sit_down()
    page = administrator.open("assurance-incidents")
    at = Keys(page).see("事故の記録はありません").press("事故を登録する").see("事故の種類")
    examiner.check(page, "assurance-incident-new")
    at.choose("select[name=kind]", "numbers").fill("input[name=title]", "通知書の誤送付")
    at.fill("textarea[name=content]", "通知書2通を別の世帯に送った").fill("input[name=persons]", "2")
    at.fill("input[name=detected_on]", clock.wareki(clock.today() - timedelta(days=8)))
    at.fill("input[name=detected_time]", "25:00").press("登録する").see("時刻は 14:30 のように")
    at.fill("input[name=detected_time]", "14:30").press("登録する").see("登録しました")
    at.see("期限を過ぎた手順 3 件")
    examiner.check(page, "assurance-incidents")
    at.press("通知書の誤送付").see("個人情報保護委員会への速報")
    examiner.check(page, "assurance-incident", thorough=True)
    at.press("「被害の拡大の防止」を済ませた").see("流出した情報の回収")
    examiner.check(page, "assurance-incident-step")
    at.fill("textarea[name=note]", "2通を回収した").press("済ませたと記録する").see("済み（期限の後）")
    number = Incident.objects.using(D).get().pk
    page = auditor_at(auditor, "assurance-incident-close", number)
    Keys(page).press("終結する").see("再発防止策と、それに当たる措置を書いてから")
    administrator.sit_down()
    page = administrator.open("assurance-incident", number)
    assert not page.locator("main a", has_text="終結する").count()
    at = Keys(page).press("再発防止策を書く").see("それに当たる評価書の措置")
    examiner.check(page, "assurance-incident-prevention")
    at.fill("textarea[name=prevention]", "封入の後に二人で照合する").choose(
        "select[name=answered_by]", "別紙-01-02"
    )
    at.press("書き残す").see("書き残しました").see("別紙-01-02")
    page = auditor_at(auditor, "assurance-incident", number)
    at = Keys(page).press("終結する").see("封入の後に二人で照合する")
    examiner.check(page, "assurance-incident-close")
    at.press("終結する").see("終結した人").press("速報の下書き").see("2通を回収した").see("調査中")
    examiner.check(page, "assurance-incident-report")
    page = auditor.open("assurance-accidents")
    Keys(page).see("別紙 10").see("別紙-10-02")
    examiner.check(page, "assurance-accidents")


def auditor_at(auditor: Person, route: str, number: int) -> Page:
    auditor.sit_down()
    return auditor.open(route, number)
