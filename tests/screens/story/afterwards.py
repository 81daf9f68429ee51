"""Last chapter: a caller asks when the money comes; an auditor reads who looked; an administrator sees how all stands."""

from __future__ import annotations

import time

from tests.screens import decided_office
from tests.screens.keys import Keys
from tests.screens.office import Person
from tests.screens.story.cast import BY_MAIL, ON_LINE, Story
from todoke.access.permissions import Role
from todoke.identifiers import case_number
from todoke.oplog.models import Operation
from todoke.systems.benefits.models import CallNote

SECONDS = 10


def a_caller_is_answered(story: Story) -> None:
    """Arrived? When is it paid? Within ten seconds, without a name or an amount; then who the caller is, item by item."""
    operator = story.enter("call1", Role.CALL_OPERATOR)
    page = operator.open("home")
    assert [link.inner_text() for link in page.locator(".menu a").all()] == ["ホーム", "電話の応対"]
    Keys(page).press("電話の応対").see("相手の言うとおりに")
    number = decided_office.case(ON_LINE).case_number
    page.keyboard.type(number[:-1] + str((int(number[-1]) + 1) % 10))  # the first field has the focus
    Keys(page).press("調べる").see("検査数字が合いません")
    story.check(page, "benefits-calls", thorough=True)
    begun = time.monotonic()
    Keys(page).fill("#id_number", number).fill("#id_born", "S45.5.5").press("調べる")
    Keys(page).see("に振り込む手続きをしました")
    assert time.monotonic() - begun < SECONDS
    main = page.inner_text("main")
    assert "令和4年3月1日" in main
    assert "届　●●" in main
    assert not any(secret in main for secret in ("花子", "みなとみらい", "0138", "100,000", "昭和45年"))
    story.check(page, "benefits-call", thorough=True)
    keys = Keys(page).choose("#id_item", "address").fill("#id_answer", "西区みなとみらい2")
    keys.press("確かめる").see("一致しません")
    keys = Keys(page).choose("#id_item", "name").fill("#id_answer", "とどけ はなこ")
    keys.press("確かめる").see("一致しました").see("100,000円")
    Keys(page).press("応対を記録する").fill("#id_text", "支払日を伝えた").press("記録する")
    Keys(page).see("応対を記録しました")
    verbs = Operation.objects.using("benefits").filter(actor=operator.staff_id).values_list("verb", flat=True)
    assert set(verbs) >= {f"benefits:call:{word}" for word in ("answer", "check", "read", "note")}
    operator.open("benefits-household", 1, query="?purpose=x", status=403)
    _called_back(story, operator)


def _called_back(story: Story, operator: Person) -> None:
    """A number that nobody has is answered like any that does not fit; the section calls back."""
    asked = case_number.mint(1, 99_999)
    page = operator.open("benefits-calls")
    Keys(page).fill("#id_number", asked).press("調べる").see("折り返しご連絡します")
    story.check(page, "benefits-call-nobody")
    Keys(page).press("応対を記録する").fill("#id_text", "支払日の問い合わせ")
    Keys(page).to("#id_call_back").page.keyboard.press("Space")
    Keys(page).press("記録する").see("折り返しの電話番号を入力")
    story.check(page, "benefits-call-note", thorough=True)
    Keys(page).fill("#id_phone", "045-671-2121").press("記録する").see("応対を記録しました")
    clerk = story.enter("call2", Role.CLERK)
    page = clerk.open("home")
    Keys(page).see("折り返しを待つ人").press("折り返し").see("0456712121").see(asked)
    story.check(page, "benefits-callbacks", thorough=True)
    Keys(page).press("折り返しを記録する").fill("#id_text", "本人に伝えた").press("記録する")
    Keys(page).see("折り返しを待つ人はいません")
    note = CallNote.objects.using("benefits").latest("pk").pk
    story.check(clerk.open("benefits-callback", note), "benefits-callback")


def an_auditor_reads_who_looked(story: Story) -> None:
    """Everybody who handled the household by mail stands there, with the purpose that they named."""
    page = story.enter("audit1", Role.AUDITOR).open("home")
    Keys(page).press("操作の記録").fill("#purpose", "開示請求 第12号").press("記入して進む").see("操作の記録")
    Keys(page).press("一人の住民を見た人を調べる").see("索引とともに記録")
    number = decided_office.case(BY_MAIL).case_number
    Keys(page).choose("#id_kind", "case_number").fill("#id_number", number).press("調べる")
    Keys(page).see("この住民の情報を扱った人")
    story.check(page, "log-person-found")
    assert number not in page.url
    seen = page.inner_text("main")
    for staff_id in ("mail1", "entry2", "entry3", "entry4", "exam1", "exam2", "exam3", "again1", "audit1"):
        assert staff_id in seen, staff_id
    assert "call1" not in seen, "who asked for another household"


def an_administrator_sees_how_it_stands(story: Story) -> None:
    """Every step of the round has ended; who is signed in is listed; no household can be opened."""
    administrator = story.enter("admin1", Role.ADMINISTRATOR)
    page = administrator.open("home")
    steps = Keys(page).see("処理の状況").page.locator("#steps").inner_text()
    assert "終了" in steps
    assert "失敗" not in steps
    Keys(page).press("サインイン中").see("audit1").see("money3")
    administrator.open("benefits-case", decided_office.case(BY_MAIL).pk, status=403)
