"""Third chapter: a form comes by mail, is keyed by two, settled by a third, examined and approved; others come on-line."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Page, expect

from tests.screens import decided_office
from tests.screens.decided_office import PROGRAMME
from tests.screens.keys import Keys
from tests.screens.story.cast import BY_MAIL, DEFICIENT, DIES, ON_LINE, Story
from tests.screens.story.letters import scanned
from tests.systems import city
from todoke.access.permissions import Role
from todoke.systems.benefits import jobs
from todoke.systems.benefits.models import Application, Case, FormEntry
from todoke.systems.benefits.rules.programmes import R3_NONTAXABLE

ACCOUNT, MISREAD = f"{BY_MAIL:07d}", "0000062"
KEYS = ["1", "1", "1", "0", "2", "2", "2", "0138", "200", "1", ACCOUNT, "とどけ　はなこ"]
"""What stands on the form, key after key: by mail, no decline, nobody's dependant, no proxy, papers enclosed, an account."""


def the_mail_room_scans_the_form(story: Story) -> None:
    """Into a numbered box, by the code on the paper."""
    page = story.enter("mail1", Role.CLERK).open("home")
    Keys(page).press("連続スキャン受付").see("箱の置き場所").fill("#id_box", "A-1").fill(
        "#id_place", "本庁3階"
    )
    Keys(page).fill("#id_received_on", "令和4年3月1日").press("読み取りを始める").see("A-1")
    scanned(page, _case().case_number).see("受け付けました").see("いま 1 枚")


def two_key_it_and_a_third_settles_their_difference(story: Story) -> None:
    """With the ten-key alone, each Enter moves on; nobody sees what another one keyed before."""
    page = story.enter("entry1", Role.CLERK).open("benefits-entries")
    story.check(page, "benefits-entries")
    Keys(page).press("1 枚の入力を始める").see("画像はありません").see("箱 A-1")
    story.check(page, "benefits-entry")
    Keys(page).press("登録して次の様式へ").see("口座変更：1、2 のどれかを押してください")
    story.check(page, "benefits-entry-refused", thorough=True)
    Keys(page).press("この様式の画像を登録する").see("登録済みの画像")
    story.check(page, "benefits-entry-picture-new")
    page.locator("#id_picture").set_input_files(files=[_picture()])
    Keys(page).press("登録する").see("画像を登録しました")
    assert page.locator(".sheet img").count() == 1
    first = story.enter("entry2", Role.CLERK).with_script(story.chromium, "/benefits/entries/next")
    _asked_of_some(first)
    first.reload()
    expect(first.locator("#id_route")).to_be_focused()
    typed(first, *KEYS[:10], MISREAD, KEYS[11])
    expect(first.locator("button.main")).to_be_focused()
    first.keyboard.press("Enter")
    Keys(first).see("別の職員の2回目を待ちます").see("自分が入力できる様式は、いまありません")
    second = story.enter("entry3", Role.CLERK).with_script(story.chromium, "/benefits/entries/next")
    assert MISREAD not in second.content(), "the first keying is not shown to the second"
    typed(second, *KEYS)
    second.keyboard.press("Enter")
    Keys(second).see("1回目の入力と違います（口座番号）")
    _settled(story)


def _asked_of_some(page: Page) -> None:
    """Enter comes to the papers of a proxy only when there is one, and at ゆうちょ to 記号 and 番号 instead of the branch."""
    for name, text, following in (
        ("proxy", "0", "identity_attached"), ("proxy", "2", "proxy_identity_attached"), ("bank_code", "0138", "branch_code"),
        ("bank_code", "９９００", "symbol"), ("symbol", "10190", "yucho_number"), ("yucho_number", "12345671", "holder_kana"),
    ):  # fmt: skip
        page.locator(f"#id_{name}").fill(text)
        page.keyboard.press("Enter")
        expect(page.locator(f"#id_{following}")).to_be_focused()


def _settled(story: Story) -> None:
    person = story.enter("entry4", Role.CLERK)
    page = person.with_script(story.chromium, "/benefits/entries/next")
    Keys(page).see("食い違った項目").see(MISREAD).see(ACCOUNT)
    story.check(page, "benefits-entry-third", thorough=True)
    assert page.locator("#id_account_number").input_value() == ""
    expect(page.locator("#id_account_number")).to_be_focused()
    typed(page, ACCOUNT, "")
    page.keyboard.press("Enter")
    Keys(page).see("入力がそろいました")
    form = Application.objects.using("benefits").get(case=_case())
    assert (form.account_number, form.entry.number, form.received_by) == (ACCOUNT, 3, person.staff_id)
    assert FormEntry.objects.using("benefits").filter(paper__case=_case()).count() == 3


def an_examiner_concludes(story: Story) -> None:
    """Sees picture, form, findings and register on one page, checks every item, and concludes by one digit."""
    person = story.enter("exam1", Role.CLERK)
    page = person.open("benefits-examinations")
    story.check(page, "benefits-examinations")
    page = person.with_script(story.chromium, f"/benefits/examinations/{PROGRAMME}/next")
    Keys(page).see(_case().case_number).see("点検のどれにも当たりません").see(ACCOUNT).see("トドケ")
    expect(page.locator("input[name=checks]").first).to_be_focused()
    story.check(page, "benefits-examination", thorough=True)
    typed(page, "", "", "", "1", "")
    page.keyboard.press("Enter")
    Keys(page).see("確かめる項目のすべてに印が必要です")
    story.check(page, "benefits-examination-refused")
    _all_checked(page).to("#id_outcome")
    typed(page, "1", "")
    page.keyboard.press("Enter")
    Keys(page).see("「支給相当」として登録しました")
    assert (_case().state, _case().state_by) == ("passed", person.staff_id)


def others_apply_on_line(story: Story) -> None:
    """Their forms come as a file and are examined by rule; one names a bank that does not exist."""
    banks = {ON_LINE: "0138", DIES: "0138", DEFICIENT: "9999"}
    jobs.receive(PROGRAMME, decided_office.forms(story.folder, banks), by=city.actor(city.CLERK))
    jobs.examine(PROGRAMME, by=city.actor(city.CLERK))
    states = [decided_office.case(each).state for each in banks]
    assert states == ["passed", "passed", "deficient"]


def an_approver_sends_one_back(story: Story) -> None:
    """All of it on one page, a reason with words; the next examiner reads them."""
    page = story.enter("chief1", Role.SUPERVISOR).open("benefits-approvals")
    story.check(page, "benefits-approvals")
    Keys(page).press(R3_NONTAXABLE.name).see("承認できる件数").see("3件").see("300,000円")
    Keys(page).see("係長（1世帯 300,000円まで）")
    story.check(page, "benefits-approval", thorough=True)
    Keys(page).press(_case().case_number).see("審査：支給相当").see("審査の後に変わったことはありません")
    Keys(page).see("様式の内容").see(ACCOUNT).see("住民記録と判定")
    story.check(page, "benefits-approval-case", thorough=True)
    picture = page.locator(".sheet img").get_attribute("src")
    shown = page.context.request.get(page.url.partition("/benefits")[0] + picture)
    assert (shown.status, shown.headers["content-type"]) == (200, "image/png")
    Keys(page).fill("#id_reason", "9").press("差し戻す").see("説明を書いてください")
    Keys(page).fill("#id_reason", "3").fill("#id_note", "通帳の写しが薄い").press("差し戻す")
    Keys(page).see("審査に差し戻しました")
    examined_again(story, "exam2", "承認者から差し戻されました", "通帳の写しが薄い")


def examined_again(story: Story, staff_id: str, *seen: str) -> None:
    """Another examiner looks at the household by mail once more."""
    page = story.enter(staff_id, Role.CLERK).open("benefits-examination", _case().pk)
    for words in seen:
        Keys(page).see(words)
    _all_checked(page).fill("#id_outcome", "1").press("登録して次の世帯へ").see(
        "「支給相当」として登録しました"
    )


def an_approver_approves_in_bulk(story: Story, staff_id: str, count: str, yen: str) -> None:
    """All that may be approved, with their count typed; a wrong count stops it; where nothing is left, it says so."""
    chief = story.enter(staff_id, Role.SUPERVISOR)
    page = chief.open("benefits-approval", PROGRAMME)
    Keys(page).fill("#id_count", "7").press("承認する").see(f"承認できるのは {count} 件、{yen} 円です")
    Keys(page).fill("#id_count", count).press("承認する").see(f"{count} 件、{yen} 円を承認しました")
    Keys(chief.open("benefits-approval", PROGRAMME)).see("自分が承認できる世帯は、いまありません")
    assert (_case().state, _case().state_by) == ("approved", staff_id)


def typed(page: Page, *texts: str) -> None:
    """Key after key at the ten-key, each with Enter: no Tab and no mouse."""
    for text in texts:
        if text:
            page.keyboard.insert_text(text)
        page.keyboard.press("Enter")


def _all_checked(page: Page) -> Keys:
    """Every item of the list gets its mark; the same keys go on."""
    keys = Keys(page)
    for _ in range(3):
        keys.to("input[name=checks]:not(:checked)").page.keyboard.press("Space")
    return keys


def _case() -> Case:
    return decided_office.case(BY_MAIL)


def _picture() -> FilePayload:
    """A scanned form: its number and empty lines."""
    form, file = Image.new("L", (600, 850), color=250), BytesIO()
    pen = ImageDraw.Draw(form)
    pen.text((60, 55), _case().case_number, fill=30, font_size=30)
    for line in range(9):
        pen.rectangle((40, 110 + 80 * line, 560, 190 + 80 * line), outline=90, width=2)
    form.save(file, "PNG")
    return {"name": "form.png", "mimeType": "image/png", "buffer": file.getvalue()}
