"""符号管理 in the city: wanted by itself, asked for in messages, acquired or failed, asked again; never the 符号."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connections, transaction

from tests.clocks import Clock
from tests.systems import city
from tests.systems.linkage import realms as far
from tests.systems.linkage.test_exchange import BATCH, FILE, persons, query, submit
from todoke.access import parties as actors
from todoke.access.permissions import Actor, Role
from todoke.contracts.intermediary import ServiceState
from todoke.exchange import circuit
from todoke.exchange.models import OutboxMessage
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.linkage import jobs
from todoke.systems.linkage.actions.codes import want_codes as choosing
from todoke.systems.linkage.actions.codes.ask_again import ask_again
from todoke.systems.linkage.actions.codes.want_codes import want_codes
from todoke.systems.linkage.actions.queries.begin_sending import begin_sending
from todoke.systems.linkage.actions.queries.check_intermediary import check_intermediary
from todoke.systems.linkage.flows import CodeRequestState, QueryState
from todoke.systems.linkage.models import CodeRequest, IntermediaryStatus, Person
from todoke.systems.linkage.models.intermediary_status import Seen
from todoke.systems.linkage.queries import codes, state_counts
from todoke.systems.linkage.queries.codes import CodeFilter
from todoke.systems.linkage.serves import LinkageService

A = "linkage"
S = CodeRequestState
SYSTEM = actors.actor("city:14100")
EVERYONE = CodeFilter()


@pytest.fixture
def realms(city_site: object, tmp_path: Path) -> far.Realms:
    jobs.load(city.files() / FILE, by=city.actor(city.OPERATOR))
    return far.make(tmp_path)


def operator() -> Actor:
    return city.actor(city.OPERATOR)


def by_state() -> dict[str, int]:
    return {state.value: count for state, count in codes.counts().by_state.items() if count}


def everybody() -> int:
    return Person.objects.using(A).count()


def bulk(realms: far.Realms) -> int:
    return jobs.acquire(batch_ids=None, by=operator(), transport=realms).counts.accepted


def number(place: int) -> str:
    rows = sorted(city.rows(FILE), key=lambda row: row["resident_code"])
    return rows[place]["individual_number"]


def requests(count: int) -> list[int]:
    rows = CodeRequest.objects.using(A).filter(person_id__in=persons(count))
    return list(rows.values_list("pk", flat=True))


def test_whoever_is_registered_is_wanted_by_itself(realms: far.Realms) -> None:
    assert by_state() == {"wanted": everybody()}
    with transaction.atomic(using=A):
        Person.objects.using(A).create(
            integrated_number="999999999999999", name_kanji="新", sex="1", birth_date="2026-01-01",
            address="横浜市", auto_reply_prohibited=False,
        )  # fmt: skip
    assert CodeRequest.objects.using(A).get(person_id="999999999999999").state == S.WANTED


def test_all_are_asked_for_in_messages_of_limited_size_and_counted(
    realms: far.Realms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "RECORD_LIMIT", 100)
    total = everybody()
    assert bulk(realms) == total
    sizes = [size for what, size in realms.messages if what == "acquisitions"]
    assert (max(sizes), sum(sizes), len(sizes)) == (100, total, -(-total // 100))
    assert by_state() == {"requested": total}
    (run,) = codes.runs()
    assert (run.chosen, run.done, run.finished) == (total, total, True)
    assert bulk(realms) == 0


def test_a_bulk_request_that_was_cut_short_goes_on_without_a_person(
    realms: far.Realms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "RECORD_LIMIT", 100)
    total, sent = everybody(), 0
    post = far.Realms.post

    def dying(self: far.Realms, receiver: str, wire: bytes, sender: str) -> bytes:
        nonlocal sent
        sent += 1
        if sent == 4:  # between the 取得番号 and the register network
            raise TodokeError(ErrorCode.UNAVAILABLE, what=receiver)
        return post(self, receiver, wire, sender)

    monkeypatch.setattr(far.Realms, "post", dying)
    with pytest.raises(TodokeError, match="UNAVAILABLE"):
        bulk(realms)
    (run,) = codes.runs()
    assert (run.chosen, run.done) == (total, 100)
    jobs.carry_on(by=SYSTEM, transport=realms)
    assert by_state() == {"present": total}
    assert len(realms.seen_numbers) == len(set(realms.seen_numbers)) == total


def test_who_was_served_since_the_first_try_is_no_conflict(realms: far.Realms) -> None:
    """Killed after both messages, before it was noted: meanwhile one 符号 has arrived and another has not."""
    want_codes(batch_ids=None, by=operator())
    jobs.carry_on(by=SYSTEM, transport=realms)
    some = persons(3)
    CodeRequest.objects.using(A).all().delete()
    CodeRequest.objects.using(A).bulk_create(
        CodeRequest(person_id=person, state=S.WANTED, message_key="codes again 0", changed_at=clock.now())
        for person in some
    )
    del realms.acquired[some[0]]
    jobs.carry_on(by=SYSTEM, transport=realms)
    assert by_state() == {"present": 3}


def test_the_city_learns_that_a_code_came_or_failed_and_why(realms: far.Realms) -> None:
    first, second, third = persons(3)
    realms.refused_numbers = {number(2)}
    realms.late = True
    bulk(realms)
    jobs.stand(by=SYSTEM, transport=realms)
    total = everybody()
    assert by_state() == {"requested": total - 1, "refused": 1}
    realms.late, realms.failed = False, {first: "duplicate_person", second: "Wörter<x>"}
    assert jobs.stand(by=SYSTEM, transport=realms) == total - 1
    assert dict(CodeRequest.objects.using(A).filter(state=S.REFUSED).values_list("person_id", "refusal")) == {
        first: "duplicate_person", second: "unspecified", third: "unknown_number",
    }  # fmt: skip
    assert codes.counts().by_reason == {"duplicate_person": 1, "unspecified": 1, "unknown_number": 1}


def test_the_failed_are_asked_again_by_an_act_with_the_count_that_was_told(realms: far.Realms) -> None:
    realms.refused_numbers = {number(0), number(1)}
    bulk(realms)
    chosen = CodeFilter(state="refused", reason="unknown_number")
    assert codes.askable(chosen) == 2
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        ask_again(requests=None, chosen=chosen, expected=3, by=operator())
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        ask_again(requests=None, chosen=chosen, expected=2, by=city.actor(city.CLERK))
    assert ask_again(requests=requests(1), chosen=EVERYONE, expected=1, by=operator()) == 1
    assert by_state()["again"] == 1
    realms.refused_numbers = set()
    assert bulk(realms) == 1
    row = CodeRequest.objects.using(A).get(person_id=persons(1)[0])
    assert (row.state, row.attempts, row.refusal) == (S.REQUESTED, 2, "")
    assert Operation.objects.using(A).get(verb="linkage:code:again").persons == 1


def test_a_stuck_request_raises_an_alarm_and_can_be_asked_again(realms: far.Realms, moved: Clock) -> None:
    realms.late, by = True, operator()
    bulk(realms)
    assert (codes.counts().stuck, codes.askable(EVERYONE)) == (0, 0)
    moved.ahead = codes.STUCK_AFTER + timedelta(minutes=1)
    total = everybody()
    assert (codes.counts().stuck, codes.askable(EVERYONE)) == (total, total)
    assert ask_again(requests=None, chosen=EVERYONE, expected=total, by=by) == total
    assert by_state() == {"again": total}
    realms.late = False
    jobs.acquire(batch_ids=None, by=by, transport=realms)
    assert by_state() == {"present": total}


def test_who_is_present_is_never_asked_again(realms: far.Realms) -> None:
    bulk(realms)
    jobs.stand(by=SYSTEM, transport=realms)
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        ask_again(requests=requests(1), chosen=EVERYONE, expected=1, by=operator())
    with pytest.raises(IntegrityError, match="may not follow"), connections[A].cursor() as cursor:
        cursor.execute("UPDATE linkage_coderequest SET state = 'again'")


@pytest.mark.parametrize("trouble", ["down", "closed"])
def test_sending_stops_and_resumes_without_a_person(realms: far.Realms, moved: Clock, trouble: str) -> None:
    """Submitted while the intermediary is away: 受付済（未送信）; when it is back everything goes by itself, once."""
    bulk(realms)
    jobs.stand(by=SYSTEM, transport=realms)
    if trouble == "down":
        realms.unreachable = True
        for _ in range(circuit.AFTER):
            assert jobs.carry_on(by=SYSTEM, transport=realms) is Seen.SILENT
    else:
        realms.state, realms.opens_at = ServiceState.PLANNED_PAUSE, clock.now() + timedelta(hours=2)
        assert jobs.carry_on(by=SYSTEM, transport=realms) is Seen.PLANNED_PAUSE
    assert circuit.is_paused(A, far.CITY, far.PLATFORM)
    submit()
    dispatcher = far.dispatcher(realms)
    with pytest.raises(TodokeError, match="UNAVAILABLE"):
        jobs.exchange([BATCH], by=operator(), transport=realms, dispatcher=dispatcher)
    assert state_counts([BATCH]) == {QueryState.ACCEPTED: 5}
    assert not OutboxMessage.objects.using(A).exists()
    assert realms.inquiries == []
    moved.ahead = timedelta(hours=3)
    realms.unreachable, realms.state = False, ServiceState.RUNNING
    jobs.carry_on(by=SYSTEM, transport=realms)
    assert not circuit.is_paused(A, far.CITY, far.PLATFORM)
    dispatcher.drain(5)
    jobs.carry_on(by=SYSTEM, transport=realms)
    dispatcher.drain(5)
    assert state_counts([BATCH]) == {QueryState.ASKED: 5}
    assert len(realms.inquiries) == 5
    states = list(IntermediaryStatus.objects.using(A).order_by("id").values_list("state", flat=True))
    assert states == [("silent" if trouble == "down" else "planned_pause"), "running"]


def test_a_batch_that_nobody_began_to_send_stays(realms: far.Realms) -> None:
    bulk(realms)
    jobs.stand(by=SYSTEM, transport=realms)
    submit()
    jobs.carry_on(by=SYSTEM, transport=realms)
    assert state_counts([BATCH]) == {QueryState.ACCEPTED: 5}
    assert begin_sending(batch_ids=[BATCH], by=operator()) == 1
    jobs.carry_on(by=SYSTEM, transport=realms)
    assert state_counts([BATCH]) == {QueryState.SENT: 5}


def test_only_persons_whose_code_is_there_are_asked_about_by_itself(realms: far.Realms) -> None:
    realms.failed = {persons(1)[0]: "expired"}
    bulk(realms)
    jobs.stand(by=SYSTEM, transport=realms)
    queries = [query(person, place) for place, person in enumerate(persons(3))]
    LinkageService().submit(batch_id=BATCH, queries=queries, by=city.OPERATOR)
    begin_sending(batch_ids=[BATCH], by=operator())
    jobs.carry_on(by=SYSTEM, transport=realms)
    assert state_counts([BATCH]) == {QueryState.SENT: 2, QueryState.REFUSED: 1}


def test_a_look_keeps_one_row_per_state_and_the_newest_backlog(realms: far.Realms, moved: Clock) -> None:
    for minutes in range(3):
        moved.ahead = timedelta(minutes=minutes)
        assert check_intermediary(transport=realms, by=operator()) is Seen.RUNNING
    realms.unreachable = True
    check_intermediary(transport=realms, by=operator())
    first, second = IntermediaryStatus.objects.using(A).order_by("id")
    assert (first.state, first.checks) == ("running", 3)
    assert first.checked_at - first.since > timedelta(minutes=1.9)
    assert [(row.name, row.waiting) for row in first.backlogs.all()] == [("inquiries", 3)]
    assert (second.state, second.error) == ("silent", "UNAVAILABLE")
    assert Operation.objects.using(A).filter(verb="linkage:intermediary:watch").count() == 2


def test_a_look_needs_the_permission(realms: far.Realms) -> None:
    nobody = Actor(staff_id="x", roles=frozenset({Role.CLERK}))
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        check_intermediary(transport=realms, by=nobody)


def test_a_paused_receiver_is_tried_by_the_look_whatever_the_circuit_says(realms: far.Realms) -> None:
    circuit.not_accepting(A, far.CITY, far.PLATFORM, until=clock.now() + timedelta(days=1))
    check_intermediary(transport=realms, by=operator())
    assert not circuit.is_paused(A, far.CITY, far.PLATFORM)
