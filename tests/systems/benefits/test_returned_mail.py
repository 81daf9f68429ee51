"""返戻: noted at the letter that was posted, sent again after a check and to the newest address, never a third time by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.systems.benefits.test_mailings import code_of
from tests.systems.benefits.test_money_guards import refused
from tests.systems.benefits.world import CLERK, CODE, SUPERVISOR, World, decide, rows
from todoke.identifiers import case_number
from todoke.kernel.errors import ErrorCode
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.mailings.confirm_dispatch import confirm_dispatch
from todoke.systems.benefits.actions.mailings.count_sheets import count_sheets
from todoke.systems.benefits.actions.mailings.hand_over import hand_over
from todoke.systems.benefits.actions.mailings.match_register import match_register
from todoke.systems.benefits.actions.returns.note_return import note_return
from todoke.systems.benefits.actions.returns.order_resend import order_resend
from todoke.systems.benefits.actions.returns.undo_return import undo_return
from todoke.systems.benefits.queries.letters import mailings, returns
from todoke.systems.benefits.rules.letters.kind import LetterKind
from todoke.systems.benefits.rules.letters.mailing_state import SheetCount
from todoke.systems.benefits.rules.letters.returns import ReturnAnswer, ReturnReason
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY

NUMBERS = [case_number.mint(101, serial) for serial in range(1, 4)]
NEW = "神奈川県横浜市中区本町6丁目50番地の10"


@pytest.fixture
def world(databases: object, tmp_path: Path) -> World:
    world = World(tmp_path, size=3).serve()
    decide(dict.fromkeys(range(3), "eligible"))
    jobs.number_cases(CODE, by=CLERK)
    return world


def posted(kind: LetterKind, out: Path) -> int:
    """Print what waits and send it off; how many letters."""
    if kind is LetterKind.FORMS:
        jobs.print_letters(CODE, out, by=CLERK)
    else:
        jobs.print_kind(CODE, kind, out, by=CLERK)
    mailing = hand_over(programme=CODE, by=CLERK)
    counts = [
        SheetCount(kind=one.kind, route=one.route, printed=one.sheets, spoiled=0, reprinted=0, enclosed=one.letters)
        for one in mailings.held(mailing.pk)
    ]  # fmt: skip
    assert count_sheets(mailing_id=mailing.pk, counts=counts, by=CLERK) == []
    pulled = match_register(mailing_id=mailing.pk, office=SAMPLE_CITY, by=CLERK)
    sent = mailing.letters - pulled
    confirm_dispatch(mailing_id=mailing.pk, taken_out=pulled, posted=sent, office=SAMPLE_CITY, by=SUPERVISOR)
    return int(sent)


def noted(number: str, reason: ReturnReason = ReturnReason.UNKNOWN) -> ReturnAnswer:
    return note_return(number=number, reason=reason, by=CLERK).answer


def test_a_letter_goes_again_to_the_newest_address_and_never_a_third_time(
    world: World, tmp_path: Path
) -> None:
    assert noted(NUMBERS[0]) is ReturnAnswer.NOT_SENT
    assert posted(LetterKind.FORMS, tmp_path) == 3
    assert noted(NUMBERS[0]) is ReturnAnswer.NOTED
    assert noted(NUMBERS[0]) is ReturnAnswer.TWICE
    assert noted("1010000000011") is ReturnAnswer.MISREAD
    assert noted(case_number.mint(101, 99)) is ReturnAnswer.UNKNOWN
    (back,) = returns.open_returns()
    assert (back.case_number, back.times, back.standing, back.ordered) == (NUMBERS[0], 1, "", False)
    world.people[0]["address"] = NEW
    world.serve()
    assert returns.one(back.returned_id).standing == "changed"
    assert (
        code_of(lambda: order_resend(returned_id=back.returned_id, checked=" ", by=CLERK))
        is ErrorCode.RECORD_INVALID
    )
    order_resend(returned_id=back.returned_id, checked="住民記録の新しい住所", by=CLERK)
    assert (
        code_of(lambda: order_resend(returned_id=back.returned_id, checked="電話", by=CLERK))
        is ErrorCode.ALREADY_DONE
    )
    assert posted(LetterKind.AGAIN, tmp_path) == 1
    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "letters/letters-00002.pdf").pages)
    assert "本町" in text
    assert "みなとみらい" not in text
    assert returns.open_returns() == []
    assert noted(NUMBERS[0], ReturnReason.MOVED) is ReturnAnswer.AGAIN
    (back,) = returns.open_returns()
    assert (back.times, back.why) == (2, "2")
    assert (
        code_of(lambda: order_resend(returned_id=back.returned_id, checked="電話", by=CLERK))
        is ErrorCode.STATE_CONFLICT
    )
    by_hand = (
        "INSERT INTO benefits_resend_order (letter_id, checked, ordered_at, ordered_by)"
        " SELECT letter_id, 'x', now(), 'x' FROM benefits_returned_mail WHERE id = %s"
    )
    assert refused(by_hand, back.returned_id) == "resend_of_first_return"
    (report,) = jobs.print_kind(CODE, LetterKind.AGAIN, tmp_path, by=CLERK)
    assert report.counts.accepted == 0


def test_a_wrong_envelope_is_taken_back_until_the_letter_goes_again(world: World, tmp_path: Path) -> None:
    posted(LetterKind.FORMS, tmp_path)
    assert code_of(lambda: undo_return(by=CLERK)) is ErrorCode.NOT_FOUND
    noted(NUMBERS[1])
    noted(NUMBERS[2])
    assert undo_return(by=CLERK) == NUMBERS[2]
    assert noted(NUMBERS[2], ReturnReason.DIED) is ReturnAnswer.NOTED
    (first, _) = returns.open_returns()
    order_resend(returned_id=first.returned_id, checked="電話で確かめた", by=CLERK)
    assert (
        refused("UPDATE benefits_returned_mail SET undone_at = now() WHERE id = %s", first.returned_id)
        == "returned_undone_once"
    )
    assert refused("DELETE FROM benefits_returned_mail") == "returned_undone_once"


def test_a_letter_taken_out_for_its_address_is_printed_again_by_itself(world: World, tmp_path: Path) -> None:
    """Yokohama 2019: the 410 would have been these."""
    jobs.print_letters(CODE, tmp_path, by=CLERK)
    again = (
        "WITH f AS (INSERT INTO benefits_letter_file (programme, number, kind, route, name, sha256, cases, register_snapshot,"
        " printed_at, printed_by) VALUES (%s, 9, 'again', '確認書', 'x', 'x', 1, 'x', now(), 'x') RETURNING id)"
        " INSERT INTO benefits_letter (case_id, number, file_id, position)"
        " SELECT c.id, 2, f.id, 1 FROM benefits_case c, f WHERE c.case_number = %s"
    )
    assert refused(again, CODE, NUMBERS[0]) == "letter_again_ordered"
    world.people[0]["address"] = NEW
    world.serve()
    mailing = hand_over(programme=CODE, by=CLERK)
    count = SheetCount(kind="forms", route="確認書", printed=6, spoiled=0, reprinted=0, enclosed=3)
    assert count_sheets(mailing_id=mailing.pk, counts=[count], by=CLERK) == []
    assert match_register(mailing_id=mailing.pk, office=SAMPLE_CITY, by=CLERK) == 1
    confirm_dispatch(mailing_id=mailing.pk, taken_out=1, posted=2, office=SAMPLE_CITY, by=SUPERVISOR)
    assert noted(NUMBERS[0]) is ReturnAnswer.NOT_SENT
    assert posted(LetterKind.AGAIN, tmp_path) == 1
    assert rows("SELECT kind, cases FROM benefits_letter_file ORDER BY number") == [
        ("forms", 3),
        ("again", 1),
    ]
