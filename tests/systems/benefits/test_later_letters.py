"""Letters after the payment: 返還 with its slip, 督促, 振込不能, 不服の申出; who gets one, once, and their codes read back from the file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
import typst
import zxingcpp

from tests.systems.benefits.test_appeals import ANSWERER, DRAFTER, said
from tests.systems.benefits.test_bank_results import case
from tests.systems.benefits.test_bank_results import world as ordered
from tests.systems.benefits.test_letters import measured, picture
from tests.systems.benefits.test_notices import printed, words
from tests.systems.benefits.test_refunds import claimed, receive, results, row
from tests.systems.benefits.world import CLERK, CODE, World, rows
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.appeals.hear_appeal import answer_appeal, draft_answer, receive_appeal
from todoke.systems.benefits.actions.refunds.receive_refund import plan_refund, remind_refund
from todoke.systems.benefits.rules.aftermath import appeals
from todoke.systems.benefits.rules.aftermath.appeals import AppealOutcome
from todoke.systems.benefits.rules.letters import remedy
from todoke.systems.benefits.rules.letters.kind import SHEETS, LetterKind
from todoke.systems.benefits.rules.letters.remedy import LegalNature

world = ordered
SOON = clock.today() + timedelta(days=30)


@pytest.fixture
def paid(world: World, tmp_path: Path) -> World:
    """0 and 1 are paid; of 2 the bank found no account of the payee's name."""
    results(tmp_path / "r.csv", row(0), row(1), row(2, "2", "2"))
    return world


def letters(out: Path) -> Path:
    """The newest file."""
    return sorted((out / "letters").glob("*.pdf"))[-1]


def pages(file: Path) -> list[np.ndarray]:
    """The upper sixth of every page of a printed file, as a scanner sees it."""
    count = len(words(file))
    source = "".join(f'#page(image("{file.name}", page: {page + 1}, width: 210mm))' for page in range(count))
    reader = file.with_suffix(".typ")
    reader.write_text(f'#set page(paper: "a4", margin: 0mm)\n{source}', encoding="utf-8")
    made = typst.compile(str(reader), format="png", ppi=200)
    return [picture(page) for page in (made if isinstance(made, list) else [made])]


def codes(file: Path) -> list[set[str]]:
    """What each page says it is about, by OpenCV (QR) and ZXing (QR, Code 128)."""
    found = []
    for top in pages(file):
        read = {code.text for code in zxingcpp.read_barcodes(top)}
        found.append(read | {cv2.QRCodeDetector().detectAndDecode(top)[0]})
    return found


def test_a_claim_comes_with_its_slip_and_again_when_another_plan_is_agreed(
    paid: World, tmp_path: Path
) -> None:
    assert printed(LetterKind.REFUND, tmp_path) == 0, "nothing is claimed"
    refund = claimed()
    assert printed(LetterKind.REFUND, tmp_path) == 1
    letter, slip = words(letters(tmp_path))
    for text in (
        "返還のお願い",
        "100,000円",
        "課税の状況が改められた",
        "不当利得",
        "審査請求の対象になりません",
        "分けて納める相談",
    ):
        assert text in letter
    number = case(0).case_number
    for text in (
        "納付書",
        f"{number}-{refund}-01",
        "100,000円",
        clock.wareki(SOON),
        "会計管理者",
        "領収日付印",
    ):
        assert text in slip
    assert "更正令和4年度" not in letter, "the clerk's own note stays inside"
    assert codes(letters(tmp_path)) == [{number}] * 2 == [{number}] * SHEETS[LetterKind.REFUND]
    assert measured(pages(letters(tmp_path))[0]), "the post's barcode"
    assert printed(LetterKind.REFUND, tmp_path) == 0
    plan_refund(refund_id=refund, count=3, first=SOON, by=CLERK)
    assert printed(LetterKind.REFUND, tmp_path) == 1
    letter, slip = words(letters(tmp_path))
    assert "から3回" in letter
    assert [yen in slip for yen in ("33,334円", "33,333円", "100,000円")] == [True, True, False]


def test_each_reminder_is_one_letter_until_the_money_came(
    paid: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund, other = claimed(), claimed(1)
    late = clock.today() + timedelta(days=40)
    monkeypatch.setattr(clock, "today", lambda: late)
    assert printed(LetterKind.DEMAND, tmp_path) == 0, "nobody was reminded"
    remind_refund(refund_id=refund, by=CLERK)
    assert printed(LetterKind.DEMAND, tmp_path) == 1
    letter, slip = words(letters(tmp_path))
    until = clock.wareki(late + timedelta(days=14))
    for text in ("返還金の督促状", "100,000円", "第1回", until, "行き違い"):
        assert text in letter
    assert until in slip
    assert codes(letters(tmp_path)) == [{case(0).case_number}] * 2
    assert printed(LetterKind.DEMAND, tmp_path) == 0
    remind_refund(refund_id=other, by=CLERK)
    receive(other, 100_000, "2023-9")
    assert printed(LetterKind.DEMAND, tmp_path) == 0, "it has come"


def test_whom_the_bank_could_not_pay_is_asked_for_an_account_with_a_form(paid: World, tmp_path: Path) -> None:
    assert printed(LetterKind.FAILED, tmp_path) == 1
    letter, form = words(letters(tmp_path))
    until = clock.wareki(clock.today() + timedelta(days=30))
    for text in ("口座の名義が違いました", "通帳の見開きの写し", f"{until}必着", "100,000円"):
        assert text in letter
    assert "0000003" not in (letter + form).replace(case(2).case_number, ""), (
        "the account that failed is not named"
    )
    for text in ("振込先口座の届", "口座番号", "口座名義", "署名"):
        assert text in form
    assert codes(letters(tmp_path)) == [{case(2).case_number}] * 2
    assert printed(LetterKind.FAILED, tmp_path) == 0
    assert rows("SELECT answer_until FROM benefits_letter WHERE answer_until IS NOT NULL") == [
        (clock.today() + timedelta(days=30),)
    ]


def test_an_appeal_is_acknowledged_and_answered_in_writing(paid: World, tmp_path: Path) -> None:
    made = receive_appeal(programme=CODE, number=case(0).case_number, said=said(), by=DRAFTER)
    assert printed(LetterKind.APPEAL_RECEIPT, tmp_path) == 1
    (letter,) = words(letters(tmp_path))
    for text in ("受付のお知らせ", f"受付番号{made.pk}", clock.wareki(made.answer_by)):
        assert text in letter
    assert printed(LetterKind.APPEAL_RECEIPT, tmp_path) == 0
    draft_answer(
        appeal_id=made.pk,
        outcome=AppealOutcome.DISMISSED,
        answer="扶養されていました。\n資料1による。",
        by=DRAFTER,
    )
    assert printed(LetterKind.APPEAL_ANSWER, tmp_path) == 0, "a draft is no answer"
    answer_appeal(appeal_id=made.pk, by=ANSWERER)
    assert printed(LetterKind.APPEAL_ANSWER, tmp_path) == 1
    letter, reasons = words(letters(tmp_path))
    assert "不服の申出への回答" in letter
    assert "棄却" in letter
    assert "扶養されていました。資料1による。" in reasons
    assert codes(letters(tmp_path)) == [{case(0).case_number}] * 2
    assert printed(LetterKind.APPEAL_ANSWER, tmp_path) == 0


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        ("あ" * 1_000, True),
        ("あ" * 1_001, False),
        ("\n".join("あ" * 24), True),
        ("\n".join("あ" * 25), False),
    ],
)
def test_reasons_stand_on_the_sheet_that_carries_the_number(answer: str, fits: bool) -> None:
    assert appeals.fits(answer) is fits


def test_an_answer_that_fills_no_sheet_is_not_drafted(paid: World) -> None:
    made = receive_appeal(programme=CODE, number=case(0).case_number, said=said(), by=DRAFTER)
    with pytest.raises(TodokeError) as found:
        draft_answer(appeal_id=made.pk, outcome=AppealOutcome.UPHELD, answer="あ" * 1_001, by=DRAFTER)
    assert found.value.code is ErrorCode.RECORD_INVALID


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        (remedy.of_claim(LegalNature.GIFT, "見本市"), "不当利得"),
        (remedy.of_claim(LegalNature.DISPOSITION, "見本市"), "3か月以内に、見本市長に審査請求"),
        (remedy.of_ruling("見本市"), "6か月以内に、見本市を被告として"),
    ],
)
def test_what_may_be_done_about_it(texts: list[str], named: str) -> None:
    assert named in "".join(texts)


def test_nobody_protected_is_claimed_from_by_the_mass_job(paid: World, tmp_path: Path) -> None:
    claimed()
    paid.people[0]["protected"] = True
    paid.serve()
    (report,) = jobs.print_kind(CODE, LetterKind.REFUND, tmp_path, by=CLERK)
    assert (report.counts.accepted, report.counts.totals["excluded_protected"]) == (0, 1)
