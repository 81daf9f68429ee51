"""Decision, refusal, deficiency and reminder letters: who gets one, once, and what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.systems.benefits.test_mailings import counted
from tests.systems.benefits.world import CLERK, CODE, SUPERVISOR, World, decide, resident, rows
from todoke.kernel import clock
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.mailings.confirm_dispatch import confirm_dispatch
from todoke.systems.benefits.actions.mailings.count_sheets import count_sheets
from todoke.systems.benefits.actions.mailings.hand_over import hand_over
from todoke.systems.benefits.actions.mailings.match_register import match_register
from todoke.systems.benefits.rules.examination.findings import FINDINGS, ExaminationOutcome
from todoke.systems.benefits.rules.letters import deficiency, remedy
from todoke.systems.benefits.rules.letters.kind import LetterKind
from todoke.systems.benefits.rules.letters.remedy import LegalNature
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY

ROW = {
    "case_number": "1010000000016", "postal_code": "2200012", "address": "神奈川県横浜市西区みなとみらい1番1号",
    "name_kanji": "届　花子", "route": "確認書",
}  # fmt: skip


def words(path: Path) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(path).pages]


def printed(kind: LetterKind, out: Path) -> int:
    (report,) = jobs.print_kind(CODE, kind, out, by=CLERK)
    return report.counts.accepted


@pytest.fixture
def examined(databases: object, tmp_path: Path) -> World:
    """0 passed and approved; 1 lacks the account and the declaration; 2 is supported by a taxpayer; 3 has not answered."""
    world = World(tmp_path, size=4)
    decide(dict.fromkeys(range(4), "eligible"))
    world.serve()
    jobs.number_cases(CODE, by=CLERK)
    jobs.print_letters(CODE, tmp_path, by=CLERK)
    del world.forms[3]
    world.forms[1] |= {
        "bank_code": "",
        "branch_code": "",
        "account_type": "",
        "account_number": "",
        "declared_supporter_taxed": "",
    }
    world.forms[1]["account_holder_kana"] = ""
    world.forms[2]["declared_supporter_taxed"] = "1"
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    jobs.approve(CODE, by=SUPERVISOR)
    return world


def test_each_case_gets_the_letter_of_its_state_once(examined: World, tmp_path: Path) -> None:
    out = tmp_path / "letters"
    assert [
        printed(kind, tmp_path) for kind in (LetterKind.DECISION, LetterKind.REFUSAL, LetterKind.DEFICIENCY)
    ] == [1, 1, 1]
    (decision,), (refusal,), (lacking,) = (words(out / f"letters-{number:05d}.pdf") for number in (2, 3, 4))
    for text in (
        "支給決定通知書",
        "100,000円",
        "口座番号の末尾001",
        "審査請求の対象になりません",
        "𠮷田髙﨑0",
    ):
        assert text in decision
    for text in (
        "不支給決定通知書",
        "親族等の扶養を受けていると申し出があったため",
        "見本市が要綱に基づいて",
    ):
        assert text in refusal
    until = clock.wareki(clock.today() + timedelta(days=30))
    for text in (
        "不備のお知らせ",
        f"{until}必着",
        "口座の記入がありません",
        "扶養についての記入がありません",
        "この手紙も一緒に",
    ):
        assert text in lacking
    assert "号0000001" not in decision, "the account is named by its end alone"
    assert [
        printed(kind, tmp_path) for kind in (LetterKind.DECISION, LetterKind.REFUSAL, LetterKind.DEFICIENCY)
    ] == [0, 0, 0]
    assert rows("SELECT kind, route, cases, sheets_each FROM benefits_letter_file ORDER BY number") == [
        ("forms", "確認書", 4, 2), ("decision", "", 1, 1), ("refusal", "", 1, 1), ("deficiency", "", 1, 1),
    ]  # fmt: skip
    assert rows("SELECT number, answer_until FROM benefits_letter WHERE answer_until IS NOT NULL") == [
        (2, clock.today() + timedelta(days=30)),
    ]  # fmt: skip


def test_nobody_dead_or_protected_is_written_to(examined: World, tmp_path: Path) -> None:
    """Yokosuka 2024 and Hino 2023 hold for every kind of letter."""
    examined.people[0] |= {"left_on": date(2022, 3, 1), "left_reason": "死亡"}
    examined.people[1]["protected"] = True
    examined.serve()
    assert printed(LetterKind.DECISION, tmp_path) == 0
    assert printed(LetterKind.DEFICIENCY, tmp_path) == 0
    assert printed(LetterKind.REFUSAL, tmp_path) == 1


def test_who_got_the_form_and_is_silent_is_reminded_once(
    examined: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = replace(SAMPLE_CITY, remind_after_days=0)

    def remind(office: object = at_once) -> int:
        (report,) = jobs.print_kind(CODE, LetterKind.REMINDER, tmp_path, by=CLERK, office=office)
        return int(report.counts.accepted)

    assert remind() == 0, "nothing was posted yet"
    mailing = hand_over(programme=CODE, by=CLERK)
    assert count_sheets(mailing_id=mailing.pk, counts=counted(printed=8, enclosed=4), by=CLERK) == []
    out = match_register(mailing_id=mailing.pk, office=SAMPLE_CITY, by=CLERK)
    assert out == 3, "the others have answered"
    confirm_dispatch(mailing_id=mailing.pk, taken_out=3, posted=1, office=SAMPLE_CITY, by=SUPERVISOR)
    assert remind(SAMPLE_CITY) == 0, "thirty days are not over"
    assert remind() == 1
    (text,) = words(tmp_path / "letters/letters-00002.pdf")
    assert "まだ返送が届いていません" in text
    assert "令和4年9月30日必着" in text
    assert remind() == 0
    case = "SELECT c.payee_resident_code FROM benefits_letter l JOIN benefits_case c ON c.id = l.case_id WHERE l.number = 2"
    assert rows(case) == [(resident(3),)]


def test_every_finding_of_a_deficient_form_is_asked_for_or_is_the_offices_own() -> None:
    codes = {finding.code for finding in FINDINGS if finding.outcome is ExaminationOutcome.DEFICIENT}
    assert codes <= set(deficiency.LETTERS) | deficiency.OURS
    assert not set(deficiency.LETTERS) & deficiency.OURS
    assert len(deficiency.asked(["ACCOUNT_MISSING", "UNDECIDED", "ACCOUNT_MISSING"])) == 1


def test_a_disposition_says_by_when_and_to_whom_one_may_appeal_and_a_gift_does_not() -> None:
    disposed, given = (
        "".join(remedy.instruction(nature, "見本市"))
        for nature in (LegalNature.DISPOSITION, LegalNature.GIFT)
    )
    for text in ("3か月以内に、見本市長に審査請求", "6か月以内に、見本市を被告として", "1年を過ぎると"):
        assert text in disposed
        assert text not in given
    assert "審査請求の対象になりません" in given
    assert "もう一度確かめて" in given
