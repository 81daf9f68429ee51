"""保護評価 by keyboard: the board, what people confirmed and audited, an accident; sheets, clauses, media, and editions by two."""

from __future__ import annotations

import shutil
from datetime import timedelta
from importlib import resources
from pathlib import Path

from django.urls import reverse
from playwright.sync_api import Page

from tests.screens.keys import Keys
from tests.screens.office import Office, Person
from todoke.access import parties
from todoke.access.models import Contract
from todoke.access.permissions import Role
from todoke.assurance import backups
from todoke.assurance.checks import State
from todoke.assurance.models import CheckRun, Confirmation, Incident, KeptEdition, Medium, Sheet, SheetItem
from todoke.kernel import clock
from todoke.sites.realms import Realm

D = "directory_city"
ADMINISTRATOR, AUDITOR, CLERK, MANAGER, RECEIVER = "m001", "m002", "m003", "m004", "m005"
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


def test_sheets_contracts_media_and_editions(office: Office, examiner) -> None:
    administrator, auditor = staff(office)
    office.hire(Realm.CITY, {MANAGER: [Role.SECTION_MANAGER], RECEIVER: [Role.ADMINISTRATOR]})
    inspected(administrator, auditor, examiner)
    contracted(administrator, examiner)
    carried((administrator, office.seat(Realm.CITY, RECEIVER), auditor), examiner)
    published(administrator, office.seat(Realm.CITY, MANAGER), office.sites.instance.path, examiner)


def inspected(administrator: Person, auditor: Person, examiner) -> None:
    administrator.sit_down()
    page = administrator.open("assurance-sheets")
    at = Keys(page).see("票はありません").press("票を作る").see("票の種類")
    examiner.check(page, "assurance-sheet-new")
    at.choose("select[name=kind]", "self").fill("input[name=title]", "令和8年度 上期").press("作る").see(
        "作りました"
    )
    at.press("令和8年度 上期").see("作った日の状態")
    at.press("問1").see("問1に答えます")
    examiner.check(page, "assurance-sheet-item")
    at.to("input[name=answer]").page.keyboard.press("Space")
    at.fill("textarea[name=note]", "入退室の記録を見た").press("答えを残す").see("問2に答えます")
    at.to("input[name=answer]").page.keyboard.press("ArrowDown")
    at.fill("textarea[name=note]", "錠が壊れていた").press("答えを残す").see("改善策と期限を書いてください")
    at.fill("textarea[name=remedy]", "錠を替える")
    at.fill("input[name=due_on]", clock.wareki(clock.today() + timedelta(days=7))).press("答えを残す").see(
        "問3"
    )
    sheet = Sheet.objects.using(D).get()
    items = SheetItem.objects.using(D).filter(sheet=sheet)
    items.filter(number__gt=2).update(answer="yes", answered_by=ADMINISTRATOR, answered_at=clock.now())
    page = administrator.open("assurance-sheet", sheet.pk)
    examiner.check(page, "assurance-sheet", thorough=True)
    assert not page.locator("main a", has_text="完了にする").count()
    page = auditor_at(auditor, "assurance-sheet", sheet.pk)
    at = Keys(page).press("完了にする").see("答えのない問")
    examiner.check(page, "assurance-sheet-close")
    at.press("完了にする").see("完了にした人").see("改善中")
    page = auditor.open("assurance-sheets")
    Keys(page).see("錠を替える")
    examiner.check(page, "assurance-sheets")
    page = auditor.open("assurance-promise", items.get(number=2).promise)
    Keys(page).see("錠が壊れていた 改善策: 錠を替える").see("自己点検「令和8年度 上期」問2")


def contracted(administrator: Person, examiner) -> None:
    day = clock.today()
    Contract.objects.using(D).create(
        number="R8/税照会-1", contractor="見本電算株式会社", subcontracting_permitted=True, head_count=5, valid_from=day,
        valid_until=day + timedelta(days=90), registered_by=ADMINISTRATOR, registered_at=clock.now(),
    )  # fmt: skip
    administrator.sit_down()
    page = administrator.open("assurance-clauses")
    at = Keys(page).see("見当たらない条項 10 件")
    examiner.check(page, "assurance-clauses")
    at.press("R8/税照会-1").press("条項を確かめて記録する").see("目的外利用の原則禁止")
    examiner.check(page, "assurance-contract-note")
    at.fill("input[name=purpose]", "第4条").press("確かめたと記録する").see("記録しました").see(
        "見当たらない条項 9 件"
    )
    at.see("第4条")
    examiner.check(page, "assurance-contract")


def carried(seated: tuple[Person, Person, Person], examiner) -> None:
    administrator, receiver, auditor = seated
    now, name = clock.now(), "city-20261126T023000Z-abcdef"
    backups.note_made(D, by=parties.housekeeper(), name=name, began_at=now, ended_at=now, rows=1, size=1)
    administrator.sit_down()
    page = administrator.open("assurance-media")
    at = Keys(page).press("媒体を登録する").see("同じ媒体に入れません")
    examiner.check(page, "assurance-medium-new")
    at.fill("input[name=label]", "T-001").fill("input[name=kind]", "LTO-9")
    at.to("input[name=content]").page.keyboard.press("Space")
    at.choose("select[name=backup]", name).press("登録する").see("登録しました")
    at.press("T-001").press("封印して発送する").see("封印の番号")
    examiner.check(page, "assurance-medium-hand")
    at.fill("input[name=seal]", "F-17").fill("input[name=origin]", "庁舎").fill(
        "input[name=destination]", "遠隔地保管庫"
    )
    at.fill("input[name=carried_by]", "x101").fill("input[name=accompanied_by]", "x102").press(
        "発送する"
    ).see("搬送中")
    receiver.sit_down()
    page = receiver.open("assurance-medium", Medium.objects.using(D).get().pk)
    at = Keys(page).press("受け取る").see("搬送した二人とは別の人")
    examiner.check(page, "assurance-medium-receive")
    at.fill("input[name=seal]", "F-18").press("受け取る").see("封印の番号が発送の時と違います")
    at.fill("input[name=seal]", "F-17").press("受け取る").see("保管中")
    at.press("廃棄・返却を記録する").see("廃棄か返却か")
    examiner.check(page, "assurance-medium-end")
    at.to("input[name=how]").page.keyboard.press("Space")
    at.fill("input[name=method]", "細断した").press("記録する").see("廃棄の確認待ち")
    assert not page.locator("main a", has_text="見届けた").count()
    page = auditor_at(auditor, "assurance-medium", Medium.objects.using(D).get().pk)
    at = Keys(page).press("廃棄・返却を見届けた").see("細断した")
    examiner.check(page, "assurance-medium-confirm")
    at.press("見届けたと記録する").see("廃棄済み")
    examiner.check(page, "assurance-medium")
    assert "<time" not in page.inner_text("main")
    page = auditor.open("assurance-media")
    examiner.check(page, "assurance-media")


def published(administrator: Person, manager: Person, instance: Path, examiner) -> None:
    texts = instance / "city" / "data" / "assessment" / "r3-nontaxable" / "texts"
    texts.mkdir(parents=True, exist_ok=True)
    for file in (resources.files("todoke.sample") / "assessment").iterdir():
        (texts / file.name).write_bytes(file.read_bytes())
    administrator.sit_down()
    page = administrator.open("assurance-editions")
    at = Keys(page).see("版はありません").press("下書きを作る").see("事業")
    examiner.check(page, "assurance-edition-new")
    at.press("下書きを作る").see("別の人が見て公表します")
    at.press("r3-nontaxable 第1版").press("取りやめる").see("下書きを取りやめます")
    examiner.check(page, "assurance-edition-drop")
    at.press("取りやめる").see("取りやめました")
    draft(administrator)
    first = KeptEdition.objects.using(D).get(state="draft")
    assert not administrator.open("assurance-edition", first.pk).locator("a", has_text="公表する").count()
    manager.sit_down()
    page = manager.open("assurance-edition", first.pk)
    at = Keys(page).see("前に公表した版がありません").press("公表する").see(first.sha256)
    examiner.check(page, "assurance-edition-publish")
    at.press("公表する").see("公表しました")
    offices = texts / "offices.toml"
    offices.write_text(offices.read_text("utf-8").replace("045-671-4754", "045-671-0000"), "utf-8")
    administrator.sit_down()
    draft(administrator)
    second = KeptEdition.objects.using(D).get(state="draft")
    page = administrator.open("assurance-edition", second.pk)
    Keys(page).see("r3-nontaxable 第2版 との違い").see("045-671-0000")
    examiner.check(page, "assurance-edition", thorough=True)
    assert "<time" not in page.inner_text("main")
    page = administrator.open("assurance-editions")
    examiner.check(page, "assurance-editions")
    answer = page.request.get(
        f"{administrator.address}{reverse('assurance-edition-file', args=[first.pk, 'html'])}"
    )
    assert answer.ok
    assert "特定個人情報保護評価書" in answer.text()
    shutil.rmtree(texts.parent)


def draft(administrator: Person) -> None:
    Keys(administrator.open("assurance-edition-new")).press("下書きを作る").see("別の人が見て公表します")


def auditor_at(auditor: Person, route: str, number: int) -> Page:
    auditor.sit_down()
    return auditor.open(route, number)
