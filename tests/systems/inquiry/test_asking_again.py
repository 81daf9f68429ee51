"""再照会 and 期限切れ: only what failed is asked again, with a fresh record id, and a late answer is an answer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connections

from tests.systems import city
from tests.systems.inquiry.town import HELD, NO_RECORD, ORDER, Town, elsewhere
from tests.systems.linkage import realms as far
from todoke.contracts.information import Outcome
from todoke.contracts.stand_ins import Reply
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.records.layouts import inquiry_request_v2021
from todoke.sites import housekeeping
from todoke.systems.inquiry import jobs, queries
from todoke.systems.inquiry.actions.expire_queries import expire_queries
from todoke.systems.inquiry.actions.reask import preview
from todoke.systems.inquiry.models import Query, RequestFile
from todoke.systems.inquiry.rules.asking_again import Failed, Scope, judge
from todoke.systems.inquiry.rules.failures import FAILURES, failure, may_be_asked_again
from todoke.systems.inquiry.rules.record_ids import MOST_ATTEMPTS, record_id

NO_CODE: Reply = (Outcome.REFUSED, "no_link_code", ())
REFUSED: Reply = (Outcome.REFUSED, "not_on_list", ())
ASKED: Reply = (Outcome.ASKED, "", ())


def failed(attempt: int, error: str) -> Failed:
    return Failed("x", 1, 1, "13112", 1, attempt, error)


@pytest.mark.parametrize(
    ("error", "again"),
    [("expired", True), ("no_link_code", True), ("unavailable", True), ("not_on_list", False),
     ("unknown_number", False), ("release_refused", False), ("answer_malformed", False), ("never_heard_of", False)],
)  # fmt: skip
def test_what_would_fail_again_unchanged_is_left_out_until_somebody_saw_to_it(
    error: str, again: bool
) -> None:
    assert may_be_asked_again(error) is again
    assert bool(failure(error).first) is not again
    asked, left_out = judge([failed(1, error)], set())
    assert (len(asked), left_out) == ((1, {}) if again else (0, {error: 1}))
    assert len(judge([failed(1, error)], {error})[0]) == 1


def test_a_question_without_record_ids_left_is_not_asked_again() -> None:
    assert judge([failed(MOST_ATTEMPTS, "expired")], {"expired"}) == ([], {"attempts_exhausted": 1})
    assert "attempts_exhausted" in FAILURES


def test_record_ids_of_attempts_are_all_different_and_twenty_long() -> None:
    ids = {
        record_id("r3", round_=round_, position=position, attempt=attempt)
        for round_ in (1, 2)
        for position in (1, 10, 9_999_999)
        for attempt in range(1, MOST_ATTEMPTS + 1)
    }
    assert len(ids) == 6 * MOST_ATTEMPTS
    assert {len(found) for found in ids} == {20}
    assert record_id("r3", round_=1, position=7).endswith("100000007")


@pytest.fixture
def town(city_site: object, tmp_path: Path) -> Town:
    """1 answered, 2 failed for want of a 符号, 3 not on the list, 4 never answered, 5 held, 6 no record."""
    town = Town({1: "13112", 2: "13112", 3: "13112", 4: "14130", 5: "14130", 6: "14130"}, tmp_path)
    town.replies = {
        (2, "13112"): NO_CODE,
        (3, "13112"): REFUSED,
        (4, "14130"): ASKED,
        (5, "14130"): HELD,
        (6, "14130"): NO_RECORD,
    }
    town.road()
    town.asked.clear()
    return town


def reask(town: Town, scope: Scope | None = None, **more: object) -> list[int]:
    """Ask again; whom the new files ask about, by place."""
    files = RequestFile.objects.using("inquiry")
    before = set(files.values_list("number", flat=True))
    jobs.reask(ORDER, town.out, scope or Scope(), by=city.actor(city.OPERATOR), **more)  # type: ignore[arg-type]
    new = files.exclude(number__in=before)
    assert all(new.values_list("again", flat=True))
    return sorted(
        int(row["record_id"][-7:])
        for file in new
        for row in inquiry_request_v2021.decode(Path(str(file.path)).read_bytes())[1].to_pylist()
    )


def expire(days: int = 0, held_days: int = 0, reason: str = "提供者から連絡がない") -> int:
    by = city.actor(city.OPERATOR)
    return expire_queries(order_id=ORDER, answer_days=days, held_days=held_days, reason=reason, by=by)


def test_exactly_the_failed_ones_are_in_the_new_file(town: Town) -> None:
    assert reask(town) == [2]
    town.replies.clear()
    town.linkage.exchange(jobs.batches(ORDER))
    town.collect()
    assert {place for place, _ in town.asked} >= {2}
    assert 1 not in {place for place, _ in town.asked}
    assert town.answers()[2]["inquiry_kind"] == "01"
    assert jobs.completeness(ORDER) == "照会 6 = 回答 5 + エラー 1 + 待ち 0"


def test_history_stays_and_every_attempt_has_a_record_id_of_its_own(town: Town) -> None:
    reask(town)
    rows = Query.objects.using("inquiry").filter(subject__position=2).order_by("attempt")
    assert list(rows.values_list("attempt", "state", "error", "current")) == [
        (1, "refused", "no_link_code", False),
        (2, "asked", "", True),
    ]
    assert len({row.record_id for row in rows}) == 2
    entry = Operation.objects.using("inquiry").get(verb="inquiry:query:reask")
    assert (entry.actor, entry.persons) == (city.OPERATOR, 1)


def test_asking_again_twice_asks_nobody_twice(town: Town) -> None:
    assert reask(town) == [2]
    assert reask(town) == []


def test_a_cause_that_was_seen_to_is_asked_again_too(town: Town) -> None:
    assert reask(town, remedied={"not_on_list"}) == [2, 3]


@pytest.mark.parametrize(
    ("scope", "places"),
    [
        (Scope(provider="14130"), [4, 5]),
        (Scope(provider="13112"), [2]),
        (Scope(error="expired"), [4, 5]),
        (Scope(provider="13112", error="expired"), []),
        (Scope(), [2, 4, 5]),
    ],
)
def test_it_may_be_one_municipality_or_one_error_only(town: Town, scope: Scope, places: list[int]) -> None:
    assert expire() == 2
    assert reask(town, scope) == places


def test_the_number_that_was_seen_must_be_the_number_that_is_asked(town: Town) -> None:
    by = city.actor(city.OPERATOR)
    shown = preview(order_id=ORDER, scope=Scope(), by=by)
    assert (shown.asked, shown.left_out) == (1, {"not_on_list": 1})
    expire()
    with pytest.raises(TodokeError) as conflict:
        reask(town, expected=shown.asked)
    assert conflict.value.code is ErrorCode.STATE_CONFLICT
    assert Query.objects.using("inquiry").filter(attempt=2).count() == 0


@pytest.mark.parametrize("act", [lambda town, by: jobs.reask(ORDER, town.out, Scope(), by=by),
                                 lambda town, by: expire_queries(order_id=ORDER, answer_days=0, held_days=0, reason="x", by=by)])  # fmt: skip
def test_the_benefits_section_does_neither(town: Town, act) -> None:
    with pytest.raises(TodokeError) as denied:
        act(town, city.actor(city.CLERK))
    assert denied.value.code is ErrorCode.PERMISSION_DENIED


def test_only_what_is_overdue_expires_and_it_says_why(town: Town) -> None:
    assert expire(days=14, held_days=60) == 0
    Query.objects.using("inquiry").update(state_at=clock.now() - timedelta(days=15))
    assert expire(days=14, held_days=60) == 1
    row = Query.objects.using("inquiry").get(state="expired")
    assert (row.subject.position, row.error, row.reason, row.state_by) == (
        4, "expired", "提供者から連絡がない", city.OPERATOR,
    )  # fmt: skip
    town.collect()
    assert (town.answers()[4]["inquiry_kind"], town.answers()[4]["error_reason"]) == ("04", "expired")


def test_the_clock_expires_what_is_overdue_in_every_order(town: Town) -> None:
    town.order("two", [1])
    town.request("two")
    Query.objects.using("inquiry").update(state_at=clock.now() - timedelta(days=15))
    assert [housekeeping.tidy()["期限切れの照会"] for _ in range(2)] == [2, 0]
    expired = Query.objects.using("inquiry").filter(state="expired")
    assert {row.subject.order_id for row in expired} == {ORDER, "two"}
    assert {(row.reason, row.state_by) for row in expired} == {("期限までに回答がない", "system")}


def test_nothing_expires_without_a_reason(town: Town) -> None:
    with pytest.raises(TodokeError, match="理由"):
        expire(reason=" ")


def test_a_late_answer_is_stored_and_counts(town: Town) -> None:
    expire()
    town.replies.clear()
    town.linkage.exchange(jobs.batches(ORDER) or queries.batches(ORDER))
    town.collect()
    row = Query.objects.using("inquiry").get(subject__position=4)
    assert (row.state, row.error, row.reason) == ("answered", "", "提供者から連絡がない")
    assert town.answers()[4]["inquiry_kind"] == "01"
    assert reask(town) == [2]


def test_a_late_answer_counts_instead_of_the_attempt_that_followed(town: Town) -> None:
    expire()
    first = queries.batches(ORDER)
    assert reask(town, Scope(provider="14130")) == [4, 5]
    town.replies = {(4, "14130"): far.answered(income_levy="100", per_capita_levy="3500")}
    town.linkage.exchange(first)
    town.collect(exchange=False)
    rows = Query.objects.using("inquiry").filter(subject__position=4).order_by("attempt")
    assert list(rows.values_list("state", "current")) == [("answered", True), ("asked", False)]
    assert town.answers()[4]["income_levy"] == 100
    town.replies = {(4, "14130"): far.answered(income_levy="999", per_capita_levy="3500")}
    town.linkage.exchange(queries.batches(ORDER))
    town.collect(exchange=False)
    assert list(rows.values_list("state", "current")) == [("answered", True), ("answered", False)]
    assert town.answers()[4]["income_levy"] == 100  # what benefits may have decided by stays


def test_a_question_of_the_second_round_is_asked_again_there(city_site: object, tmp_path: Path) -> None:
    town = Town({1: "13112"}, tmp_path)
    town.replies = {(1, "13112"): elsewhere("27127"), (1, "27100"): NO_CODE}
    town.road()
    assert town.answers()[1]["error_reason"] == "no_link_code"
    town.replies[1, "27100"] = far.answered(income_levy="700", per_capita_levy="3500")
    assert reask(town) == [1]
    town.linkage.exchange(jobs.batches(ORDER))
    town.collect()
    assert town.answers()[1]["income_levy"] == 700
    assert list(RequestFile.objects.using("inquiry").order_by("number").values_list("round", "again")) == [
        (1, False), (2, False), (2, True),
    ]  # fmt: skip


def test_a_run_that_died_after_drafting_goes_on_with_the_same_questions(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "write_request", dies)
    with pytest.raises(KeyboardInterrupt):
        reask(town)
    monkeypatch.undo()
    reask(town)
    (file,) = RequestFile.objects.using("inquiry").filter(again=True)
    assert (file.records, file.submitted_at is not None) == (1, True)
    assert Query.objects.using("inquiry").filter(attempt=2).count() == 1


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            "INSERT INTO inquiry_query (record_id, subject_id, round, attempt, current, provider, state, drafted_at,"
            " drafted_by, state_at, state_by) SELECT 'x', subject_id, round, 2, false, provider, 'drafted', now(), '', now(), ''"
            " FROM inquiry_query WHERE state = 'held'",
            "query_one_open_per_provider",
        ),
        ("UPDATE inquiry_query SET state = 'expired', error = 'expired' WHERE state = 'held'", "query_expiry_says_why"),
        ("UPDATE inquiry_query SET state = 'asked' WHERE state = 'refused'", "may not follow"),
        ("UPDATE inquiry_query SET attempt = 37", "query_attempt_has_a_record_id"),
    ],
)  # fmt: skip
def test_the_database_itself_refuses(town: Town, statement: str, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), connections["inquiry"].cursor() as cursor:
        cursor.execute(statement)


def test_two_attempts_never_count_at_once(town: Town) -> None:
    reask(town)
    with (
        pytest.raises(IntegrityError, match="query_one_attempt_counts"),
        connections["inquiry"].cursor() as cursor,
    ):
        cursor.execute("UPDATE inquiry_query SET current = true")
