"""お知らせ・確認書・申請書: the push table decides which letter a household gets, and what must happen before it is paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.clocks import Clock, moved
from tests.systems.benefits.asking_city import rows, take_in_anew
from tests.systems.benefits.bank import answer
from tests.systems.benefits.children_city import CHILD, CODE, ChildrenCity, transfers
from tests.systems.benefits.little_city import key
from tests.systems.benefits.test_money_guards import copy_row, refused
from tests.systems.benefits.world import CLERK, SUPERVISOR, TREASURER, World, decide, household
from tests.systems.benefits.world import CODE as FIRST
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.systems.benefits import jobs, queries
from todoke.systems.benefits.actions.examination.correct_account import correct_account
from todoke.systems.benefits.actions.mailings.close_notices import close_notices
from todoke.systems.benefits.actions.returns.note_return import note_return
from todoke.systems.benefits.actions.returns.undo_return import undo_return
from todoke.systems.benefits.rules.accounts.bank_account import BankAccount
from todoke.systems.benefits.rules.deciding import push
from todoke.systems.benefits.rules.deciding.push import Route
from todoke.systems.benefits.rules.letters.returns import ReturnAnswer, ReturnReason
from todoke.systems.benefits.rules.payments.failures import AccountSource
from todoke.systems.benefits.rules.programmes import find

__all__ = ["moved"]
BEFORE = "r5-70k"
FAMILIES = {1: (), 2: (CHILD,), 3: (), 4: (), 6: (), 7: ()}
"""Not asking (1, 2), renamed since (3), never paid (4), declining (6), naming another account (7)."""


@pytest.fixture
def city(databases: object, moved: Clock, tmp_path: Path) -> ChildrenCity:
    """Everybody but household 4 was paid in the round before, as the bank confirmed."""
    on(moved, 2024, 3, 1)
    paid_before(ChildrenCity(tmp_path, FAMILIES).serve())
    forms = {3: {"account_holder_kana": "ﾍﾞﾂ ﾊﾅｺ"}, 6: {"declines": "1"}, 7: {"account_number": "7777777"}}
    return ChildrenCity(tmp_path, FAMILIES, forms=forms, renamed=frozenset({3})).serve()


def paid_before(city: ChildrenCity, households: Sequence[int] = (1, 2, 3, 6, 7)) -> None:
    jobs.decide(BEFORE, "before", by=CLERK)
    jobs.number_cases(BEFORE, by=CLERK)
    jobs.receive(BEFORE, city.write_forms(households, received_on="2024-02-01"), by=CLERK)
    jobs.examine(BEFORE, by=CLERK)
    jobs.approve(BEFORE, by=SUPERVISOR)
    jobs.prepare_payment(BEFORE, by=SUPERVISOR)
    jobs.release_payment(BEFORE, by=TREASURER)
    jobs.write_bank_files(BEFORE, city.folder / "before", by=TREASURER)
    answer(city.folder / "results.csv", find(BEFORE), 1)


def on(moved: Clock, year: int, month: int, day: int) -> None:
    moved.ahead += datetime(year, month, day, 3, tzinfo=UTC) - clock.now()


def test_a_push_table_decides_letters_and_steps(city: ChildrenCity, moved: Clock, tmp_path: Path) -> None:
    on(moved, 2025, 2, 15)
    jobs.decide(CODE, "first", by=CLERK)
    jobs.number_cases(CODE, by=CLERK)
    earlier = "paid_before own_account in_time same_name"
    assert rows("SELECT household_key, route, route_reason FROM benefits_case WHERE programme = %s ORDER BY 1", CODE) == [
        (key(1), "お知らせ", earlier), (key(2), "お知らせ", earlier), (key(3), "確認書", ""), (key(4), "確認書", ""),
        (key(6), "お知らせ", earlier), (key(7), "お知らせ", earlier),
    ]  # fmt: skip
    take_in_anew()
    (report,) = jobs.print_letters(CODE, tmp_path, by=CLERK)
    assert report.counts.totals == {"files": 2, "notice": 4, "confirmation": 2}
    form, notice = (text(tmp_path / f"letters/letters-{number:05d}.pdf") for number in (1, 2))
    assert "まだ手続きは終わっていません" in form
    assert "手続きは必要ありません" not in form
    assert notice.count("手続きは必要ありません") == 4
    assert "令和7年3月1日必着" in notice
    assert "口座番号の末尾002" in notice
    assert "50,000円" in notice
    no_window_yet()

    jobs.receive(CODE, city.write_forms([3, 6, 7]), by=CLERK)
    on(moved, 2025, 3, 1)
    assert close_notices(programme=find(CODE), by=CLERK) == 0
    on(moved, 2025, 3, 2)
    with pytest.raises(TodokeError, match="今は 2 件"):
        close_notices(programme=find(CODE), by=CLERK, expected=3)
    silence_after_a_return_is_no_consent()
    (report,) = jobs.close_notices(CODE, by=CLERK)
    assert report.counts.totals == {"notices": 2}
    assert close_notices(programme=find(CODE), by=CLERK) == 0
    jobs.examine(CODE, by=CLERK)
    no_form_no_approval()
    jobs.approve(CODE, by=SUPERVISOR, expected=4, expected_yen=30_000 + 50_000 + 30_000 + 30_000)
    jobs.prepare_payment(CODE, by=SUPERVISOR)
    jobs.release_payment(CODE, by=TREASURER)
    jobs.write_bank_files(CODE, tmp_path, by=TREASURER)
    lines, trailer = transfers(tmp_path / "payments/transfer-0001.txt")
    assert sorted(lines) == [
        ("0000001", 30_000),
        ("0000002", 50_000),
        ("0000003", 30_000),
        ("7777777", 30_000),
    ]
    assert trailer == (4, 140_000)
    states = dict(rows("SELECT household_key, state FROM benefits_case WHERE programme = %s", CODE))
    assert (states[key(4)], states[key(6)]) == ("printed", "declined")


def silence_after_a_return_is_no_consent() -> None:
    """A letter that came back told nobody of the last day; undone, because the wrong envelope was scanned, it did."""
    ((number,),) = rows(
        "SELECT case_number FROM benefits_case WHERE programme = %s AND household_key = %s", CODE, key(1)
    )
    assert note_return(number=number, reason=ReturnReason.MOVED, by=CLERK).answer is ReturnAnswer.NOTED
    assert close_notices(programme=find(CODE), by=CLERK) == 1
    assert undo_return(by=CLERK) == number


def test_the_known_account_is_the_one_the_bank_paid_and_not_the_one_that_failed_before(
    databases: object, moved: Clock, tmp_path: Path
) -> None:
    """Paid by the second attempt, on an earlier day than the first was meant for; a third failed attempt cannot follow."""
    on(moved, 2024, 3, 1)
    city = ChildrenCity(tmp_path, {1: ()}).serve()
    failing_first(city)
    on(moved, 2025, 2, 15)
    jobs.decide(CODE, "first", by=CLERK)
    jobs.number_cases(CODE, by=CLERK)
    ((account, failed),) = rows(
        "SELECT t.account_number, (SELECT id FROM benefits_transfer WHERE attempt = 1) FROM benefits_case c"
        " JOIN benefits_transfer t ON t.id = c.known_transfer_id WHERE c.programme = %s", CODE,
    )  # fmt: skip
    assert account == "7654321"
    again = copy_row(
        "benefits_case",
        known_transfer_id=str(failed),
        lineage="'x'",
        serial="99",
        case_number="'1079999999990'",
    )
    of_new = again.replace("ORDER BY id LIMIT 1", f"WHERE programme = '{CODE}'")
    assert refused(of_new) == "case_known_account"


def failing_first(city: ChildrenCity) -> None:
    """Round before: the first attempt, on 31 May, fails; the second, on 10 May, is paid into another account."""
    jobs.decide(BEFORE, "before", by=CLERK)
    jobs.number_cases(BEFORE, by=CLERK)
    jobs.receive(BEFORE, city.write_forms(received_on="2024-02-01"), by=CLERK)
    jobs.examine(BEFORE, by=CLERK)
    ((case, number),) = rows("SELECT id, case_number FROM benefits_case")
    for attempt, day in ((1, date(2024, 5, 31)), (2, date(2024, 5, 10))):
        jobs.approve(BEFORE, by=SUPERVISOR)
        jobs.prepare_payment(BEFORE, by=SUPERVISOR, transfer_on=day)
        jobs.release_payment(BEFORE, by=TREASURER)
        jobs.write_bank_files(BEFORE, city.folder / "before", by=TREASURER)
        failed = {number: "3"} if attempt == 1 else {}
        answer(city.folder / f"results-{attempt}.csv", find(BEFORE), attempt, failed=failed)
        if failed:
            other = BankAccount(
                bank_code="0138", branch_code="200", account_type="1", account_number="7654321", holder_kana="ﾄﾄﾞｹ ﾊﾅｺ"
            )  # fmt: skip
            correct_account(
                case_id=case, account=other, source=AccountSource.FORM, source_on=date(2024, 4, 1), by=CLERK
            )
            jobs.examine(BEFORE, by=CLERK)


def no_window_yet() -> None:
    """Bulk SQL, a day too early, for another account, or for a case that must send a form."""
    silent = (
        "WITH arrived AS (INSERT INTO benefits_arrival (programme, case_id, channel, source, received_on, before_state,"
        " arrived_at, arrived_by) SELECT programme, id, 'notice', 'x', '2025-02-15', 'printed', now(), 'x'"
        " FROM benefits_case WHERE state = 'printed') INSERT INTO benefits_application (programme, case_id, household_key, received_on, route, declines, bank_code,"
        " branch_code, account_type, account_number, account_holder_kana, refusal, letter_id, source_sha256, source_row,"
        " received_at, received_by) SELECT c.programme, c.id, c.household_key, {day}, c.route, false, t.bank_code,"
        " t.branch_code, t.account_type, {account}, t.account_holder_kana, '', l.id, 'x', l.id, {now}, 'x'"
        " FROM benefits_case c JOIN benefits_letter l ON l.case_id = c.id {to} JOIN benefits_transfer t ON {known}"
    )
    known = {"to": "", "known": "t.id = c.known_transfer_id"}
    early = {"day": "l.opt_out_until", "account": "t.account_number", "now": "now()", **known}
    late = early | {"day": "l.opt_out_until + 1"}
    assert refused(silent.format(**early)) == "application_of_silence"
    assert refused(silent.format(**late | {"now": "'2025-02-15'"})) == "application_of_silence"
    assert refused(silent.format(**late | {"account": "'9999999'"})) == "application_of_silence"
    form = late | {
        "day": "'2025-12-01'",
        "to": "AND c.route = '確認書'",
        "known": "t.id = (SELECT min(id) FROM benefits_transfer)",
    }
    assert refused(silent.format(**form)) == "application_of_silence"
    assert "only the state" in refused(
        "UPDATE benefits_case SET route = '確認書', known_transfer_id = NULL WHERE route = 'お知らせ'"
    )
    other = copy_row(
        "benefits_letter",
        case_id="(SELECT max(id) FROM benefits_case WHERE household_key LIKE '%%4')",
        position="9",
    )
    assert refused(other).startswith(("letter_number_once", "letter_of_route"))
    account = {"household_key": "'x'", "lineage": "'x'", "case_number": "'1079999999990'", "serial": "99"}
    assert refused(copy_row("benefits_case", route="'お知らせ'", **account)) == "case_notice_has_account"


def no_form_no_approval() -> None:
    examination = copy_row("benefits_examination", case_id="(SELECT id FROM benefits_case WHERE state = 'printed' LIMIT 1)", round="9")  # fmt: skip
    assert refused(examination) == "examination_of_case"
    move = "UPDATE benefits_case SET state = 'approved' WHERE state = 'printed'"
    assert "may not follow" in refused(move)


def test_those_who_moved_in_are_asked_to_apply(databases: object, tmp_path: Path) -> None:
    decide({0: "eligible", 1: "eligible", 2: "eligible"}, moved_in=frozenset({1}))
    World(tmp_path, size=3).serve()
    jobs.number_cases(FIRST, by=CLERK)
    (report,) = jobs.print_letters(FIRST, tmp_path, by=CLERK)
    assert report.counts.totals == {"files": 2, "confirmation": 2, "application": 1}
    assert queries.letters_by_route(FIRST) == {Route.CONFIRMATION: 2, Route.APPLICATION: 1}
    application = text(tmp_path / "letters/letters-00002.pdf")
    assert "受け取るには申請が必要です" in application
    assert "令和3年1月1日の住所地の非課税証明書" in application
    query = "SELECT route, route_reason FROM benefits_case WHERE lineage = %s"
    assert rows(query, household(1)) == [("申請書", "moved_in")]
    move_letter = copy_row(
        "benefits_letter", position="9", number="9", file_id="(SELECT max(id) FROM benefits_letter_file)",
        case_id="(SELECT min(id) FROM benefits_case)",
    )  # fmt: skip
    assert refused(move_letter) == "letter_of_route"


def test_what_was_asked_is_said_in_words() -> None:
    assert push.words("moved_in") == "転入者がいる"
    assert push.words("paid_before -protected") == "この市が前回支給、かつ支援措置の対象でない"
    assert push.words("") == "ほかの条件にあてはまらない"
    for row in push.LATER_PUSH:
        assert push.words(" ".join(row.yes))


def text(file: Path) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(file).pages)
