"""電話の応対 by keyboard alone: number and birth date, one Enter, the sentence; a stranger, a guess, a call back."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.browser import Examiner
from tests.screens import decided_office
from tests.screens.keys import Keys
from tests.screens.office import Office
from todoke.access.permissions import Role
from todoke.identifiers import case_number
from todoke.oplog.models import Operation
from todoke.systems.benefits.models import CallNote


@pytest.fixture
def decided(office: Office, tmp_path: Path) -> Office:
    decided_office.open_office(tmp_path)
    return office


def test_a_call_is_answered_within_seconds(decided: Office, examiner: Examiner) -> None:
    operator = decided.person(Role.CALL_OPERATOR, staff_id="k001")
    page = operator.open("home")
    assert [link.inner_text() for link in page.locator(".menu a").all()] == ["ホーム", "電話の応対"]
    Keys(page).press("電話の応対").see("相手の言うとおりに")
    number = decided_office.case(decided_office.PAID).case_number
    page.keyboard.type(number[:-1] + str((int(number[-1]) + 1) % 10))  # the first field has the focus
    Keys(page).press("調べる").see("検査数字が合いません")
    examiner.check(page, "benefits-calls", thorough=True)
    begun = time.monotonic()
    Keys(page).fill("#id_number", number).fill("#id_born", "S45.5.5").press("調べる").see(
        "に振り込む手続きをしました"
    )
    assert time.monotonic() - begun < 10
    main = page.inner_text("main")
    assert "令和4年3月1日" in main
    assert "届　●●" in main
    assert not any(secret in main for secret in ("花子", "みなとみらい", "0138", "100,000", "昭和45年"))
    examiner.check(page, "benefits-call", thorough=True)
    Keys(page).choose("#id_item", "address").fill("#id_answer", "西区みなとみらい2").press("確かめる").see(
        "一致しません"
    )
    Keys(page).choose("#id_item", "name").fill("#id_answer", "とどけ はなこ").press("確かめる").see(
        "一致しました"
    ).see("100,000円")
    Keys(page).press("応対を記録する").fill("#id_text", "支払日を伝えた").press("記録する").see(
        "応対を記録しました"
    )
    verbs = set(Operation.objects.using("benefits").filter(actor="k001").values_list("verb", flat=True))
    assert {
        "benefits:call:answer",
        "benefits:call:check",
        "benefits:call:read",
        "benefits:call:note",
    } <= verbs
    operator.open("benefits-household", 1, query="?purpose=x", status=403)

    asked = case_number.mint(1, 99_999)
    page = operator.open("benefits-calls")
    Keys(page).fill("#id_number", asked).press("調べる").see("折り返しご連絡します")
    examiner.check(page, "benefits-call-nobody")
    Keys(page).press("応対を記録する").fill("#id_text", "支払日の問い合わせ").to(
        "#id_call_back"
    ).page.keyboard.press("Space")
    Keys(page).press("記録する").see("折り返しの電話番号を入力")
    examiner.check(page, "benefits-call-note", thorough=True)
    Keys(page).fill("#id_phone", "045-671-2121").press("記録する").see("応対を記録しました")

    clerk = decided.person(Role.CLERK, staff_id="m001")
    page = clerk.open("home")
    Keys(page).see("折り返しを待つ人").press("折り返し").see("0456712121").see(asked)
    examiner.check(page, "benefits-callbacks", thorough=True)
    Keys(page).press("折り返しを記録する").fill("#id_text", "本人に伝えた").press("記録する").see(
        "折り返しを待つ人はいません"
    )
    examiner.check(
        clerk.open("benefits-callback", CallNote.objects.using("benefits").latest("pk").pk),
        "benefits-callback",
    )
