"""What may have changed while a request was held is looked at again before anything leaves (自動応答不可)."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import override_settings

from tests.systems.three_towns import (
    EAST,
    HOME,
    OFFICER,
    SECOND_OFFICER,
    Towns,
    alias,
    contact,
    inquiry,
    items,
    own_number,
)
from todoke.access import directory, parties, standing
from todoke.access.models import Alarm, Grant, GrantState, Staff
from todoke.contracts import renewals
from todoke.contracts.information import Outcome
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.oplog.models import Operation
from todoke.systems.intermediary import housekeeping, queries
from todoke.systems.intermediary.actions.expire_held import expire_held
from todoke.systems.intermediary.actions.read_held import open_held
from todoke.systems.intermediary.actions.release_held import confirm_release, propose_release
from todoke.systems.intermediary.actions.renew_permit import renew_permit
from todoke.systems.intermediary.flows import Decision
from todoke.systems.intermediary.models import HeldContact, ProvisionCase
from todoke.systems.intermediary.queries import holding

WHERE = alias(EAST)
Later = Callable[[timedelta], None]


@pytest.fixture
def held(towns: Towns) -> Towns:
    """HOME has asked EAST about the protected persons 1 and 2; person 1 has copies of two years."""
    towns.open_for_business(3)
    towns.register(EAST, [1], held=[1], year=2020)
    towns.register(EAST, [1, 2, 3], held=[2])
    towns.inquire([inquiry("r1", 1, EAST), inquiry("r2", 2, EAST)])
    towns.deliver()
    assert {r.outcome for r in towns.results().values()} == {Outcome.HELD}
    return towns


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Lets time pass."""
    real = clock.now

    def wait(span: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: real() + span)

    return wait


def permit(record_id: str = "r1") -> str:
    return next(entry.permit_id for entry in queries.held(WHERE) if entry.record_id == record_id)


def propose(record_id: str = "r1", decision: Decision = Decision.RELEASE) -> None:
    propose_release(
        alias=WHERE, permit_ids=[permit(record_id)], decision=decision, reason="電話で確認", by=OFFICER
    )


def confirm(record_id: str = "r1", decision: Decision = Decision.RELEASE) -> None:
    confirm_release(alias=WHERE, permit_ids=[permit(record_id)], decision=decision, by=SECOND_OFFICER)


def ready() -> None:
    """Asked back and proposed."""
    contact(permit())
    propose()


def still_held(towns: Towns) -> bool:
    towns.deliver()
    return towns.results()["r1"].outcome is Outcome.HELD and not any(
        towns.rows(alias(HOME), "SELECT 1 FROM intermediary_answer")
    )


# the inquirer is asked first


@pytest.mark.parametrize("missing", ["law", "need", "handling"])
def test_a_release_needs_a_contact_that_confirmed_everything(held: Towns, missing: str) -> None:
    with pytest.raises(TodokeError, match="確かめた記録がありません"):
        propose()
    contact(permit(), **{missing: False})
    contact(permit("r2"))  # of another request
    with pytest.raises(TodokeError, match="確かめた記録がありません"):
        propose()
    with (
        pytest.raises(IntegrityError, match="only after the inquirer was asked"),
        connections[WHERE].cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO intermediary_held_decision (permit_id, state, decision, reason, replica_editions, proposed_by,"
            " proposed_at) VALUES (%s, 'proposed', 'release', 'x', '', 'p002', now())",
            [permit()],
        )
    propose(decision=Decision.REFUSE)  # a refusal needs none
    contact(permit())
    propose()


def test_a_contact_stays_and_names_no_person(held: Towns) -> None:
    with pytest.raises(TodokeError, match="先の日時"):
        contact(permit(), contacted_at=clock.now() + timedelta(hours=1))
    for changes in (
        {"official": " "},
        {"office": ""},
        {"note": own_number(EAST, 1)},
        {"note": "1234 5678 9012"},
    ):
        with pytest.raises(TodokeError, match="RECORD_INVALID"):
            contact(permit(), **changes)
    contact(permit(), note="電話 03-1234-5678 へかけ直した")
    for statement in (
        "UPDATE intermediary_held_contact SET note = ''",
        "DELETE FROM intermediary_held_contact",
    ):
        with pytest.raises(IntegrityError), connections[WHERE].cursor() as cursor:
            cursor.execute(statement)
    assert HeldContact.objects.using(WHERE).count() == 1


def test_releases_go_one_by_one_and_refusals_may_go_together(held: Towns) -> None:
    both = [permit("r1"), permit("r2")]
    for record_id in ("r1", "r2"):
        contact(permit(record_id))
    with pytest.raises(TodokeError, match="一件ずつ"):
        propose_release(alias=WHERE, permit_ids=both, decision=Decision.RELEASE, reason="x", by=OFFICER)
    propose("r1")
    propose("r2")
    with pytest.raises(TodokeError, match="一件ずつ"):
        confirm_release(alias=WHERE, permit_ids=both, decision=Decision.RELEASE, by=SECOND_OFFICER)
    propose_release(alias=WHERE, permit_ids=both, decision=Decision.REFUSE, reason="根拠なし", by=OFFICER)
    confirm_release(alias=WHERE, permit_ids=both, decision=Decision.REFUSE, by=SECOND_OFFICER)
    held.deliver()
    assert {r.outcome for r in held.results().values()} == {Outcome.RELEASE_REFUSED}


def test_opening_a_request_is_logged_as_about_its_person(held: Towns) -> None:
    found = open_held(alias=WHERE, permit_id=permit(), by=OFFICER)
    assert found.case.integrated_number == own_number(EAST, 1)
    entry = Operation.objects.using(WHERE).get(verb="intermediary:held:open")
    assert (entry.persons, entry.permit_id, bool(entry.object_index)) == (1, permit(), True)
    assert entry.purpose
    with pytest.raises(TodokeError, match="NOT_FOUND"):
        open_held(alias=WHERE, permit_id="none", by=OFFICER)


# copies and flag


def test_a_flag_that_was_cleared_still_needs_both_officers_and_a_new_look(held: Towns) -> None:
    ready()
    held.register(EAST, [1], year=2020)  # cleared: in an older 年度 than the one that answers
    with pytest.raises(TodokeError, match="副本が変わりました"):
        confirm()
    assert still_held(held)
    propose()
    confirm()
    held.deliver()
    assert held.results()["r1"].items == items(1)


def test_a_flag_that_was_set_again_needs_a_new_look(held: Towns) -> None:
    held.register(EAST, [1], year=2020)
    ready()
    held.register(EAST, [1], held=[1], year=2020)
    with pytest.raises(TodokeError, match="副本が変わりました"):
        confirm()
    assert still_held(held)


def test_a_copy_that_is_gone_answers_no_record_after_a_new_look(held: Towns) -> None:
    ready()
    with connections[WHERE].cursor() as cursor:
        cursor.execute("DELETE FROM intermediary_replica WHERE integrated_number = %s", [own_number(EAST, 1)])
    with pytest.raises(TodokeError, match="副本"):
        confirm()
    propose()
    confirm()
    held.deliver()
    assert held.results()["r1"].outcome is Outcome.NO_RECORD


# the list


def test_a_list_that_no_longer_allows_it_holds_it_back(held: Towns) -> None:
    ready()
    with connections[WHERE].cursor() as cursor:
        cursor.execute(
            "INSERT INTO intermediary_list_copy (edition, issued_at, valid_until, fetched_at, fetched_by, body, signature)"
            " VALUES (99, now(), now() + interval '9 days', now(), 'x', '', '')"
        )  # a newer edition without any row
    with pytest.raises(TodokeError, match="リストの写しで許可されていません"):
        confirm()
    assert still_held(held)
    propose(decision=Decision.REFUSE)
    confirm(decision=Decision.REFUSE)


# the permit


def test_a_permit_is_dead_at_its_very_moment_and_lives_on_only_by_renewal(
    held: Towns, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready()
    end = ProvisionCase.objects.using(WHERE).get(pk=permit()).expires_at
    monkeypatch.setattr(clock, "now", lambda: end)
    with pytest.raises(TodokeError, match="更新を求めて"):
        confirm()
    assert holding.queue(WHERE).expired == 2
    assert renew_permit(alias=WHERE, permit_id=permit(), by=OFFICER) == ""
    renewed = ProvisionCase.objects.using(WHERE).get(pk=permit())
    assert renewed.expires_at == end + timedelta(hours=24)
    monkeypatch.setattr(clock, "now", lambda: renewed.expires_at - timedelta(microseconds=1))
    confirm()
    held.deliver()
    assert held.results()["r1"].outcome is Outcome.ANSWERED
    records = held.records()
    assert records["inquirer"] == records["provider"] == records["network"]


def test_the_database_lets_no_answer_leave_under_a_dead_permit(held: Towns, later: Later) -> None:
    ready()
    for statement in (
        "UPDATE intermediary_provision_case SET expires_at = expires_at + interval '1 day'",
        "UPDATE intermediary_provision_case SET outcome = 'refused', error = 'permit_expired', provided_at = now()",
        "UPDATE intermediary_provision_case SET outcome = 'refused', error = 'x', provided_at = expires_at",
        "UPDATE intermediary_provision_case SET outcome = 'answered', provided_at = expires_at",
    ):
        with pytest.raises(IntegrityError), connections[WHERE].cursor() as cursor:
            cursor.execute(statement)
    with connections[WHERE].cursor() as cursor:  # even a confirmed release is bound to the permit's life
        cursor.execute(
            "UPDATE intermediary_held_decision SET state = 'confirmed', confirmed_by = 'p003', confirmed_at = now()"
        )
        with pytest.raises(IntegrityError, match="case_answer_under_live_permit"):
            cursor.execute(
                "UPDATE intermediary_provision_case SET outcome = 'answered', provided_at = expires_at WHERE record_id = 'r1'"
            )


def test_a_renewal_that_the_network_did_not_sign_for_this_permit_counts_nothing(
    held: Towns, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.systems.three_towns import organisation
    from todoke.systems.intermediary import needs

    real = needs.renew
    other = real(WHERE, organisation(EAST), permit("r2"))
    forged = renewals.Renewed(
        renewal=other.renewal.replace(b"r", b"R"), signature=other.signature, refusal=""
    )
    for answer in (other, forged):
        monkeypatch.setattr(needs, "renew", lambda *_, answer=answer: answer)
        with pytest.raises(TodokeError, match="SENDER_REFUSED"):
            renew_permit(alias=WHERE, permit_id=permit(), by=OFFICER)
    assert not held.rows(WHERE, "SELECT 1 FROM intermediary_permit_extension")


def test_the_network_renews_for_the_provider_only_and_only_what_is_held(held: Towns) -> None:
    from tests.systems.three_towns import WEST, organisation

    wanted = renewals.RenewalWanted(provider=organisation(WEST), permit_id=permit())
    assert held.ask(f"platform:{WEST}", "network", renewals.RENEWALS, wanted).refusal == "not_held"
    with pytest.raises(TodokeError):
        held.ask(f"platform:{EAST}", "network", renewals.RENEWALS, wanted)
    ready()
    ids = permit()
    confirm()
    held.deliver()
    wanted = renewals.RenewalWanted(provider=organisation(EAST), permit_id=ids)
    assert held.ask(f"platform:{EAST}", "network", renewals.RENEWALS, wanted).refusal == "not_held"


def test_what_is_held_too_long_ends_and_the_inquirer_is_told_to_ask_again(held: Towns, later: Later) -> None:
    ready()
    later(timedelta(days=29))
    assert expire_held(alias=WHERE, by=parties.housekeeper()) == 0
    with override_settings(TODOKE_HOLD_LIMIT=timedelta(days=29)):
        with pytest.raises(TodokeError, match="保留の期限"):
            confirm()
        assert expire_held(alias=WHERE, by=parties.housekeeper()) == 2
    held.deliver()
    result = held.results()["r1"]
    assert (result.outcome, result.error, result.items) == (Outcome.REFUSED, "permit_expired", ())
    records = held.records()
    assert records["inquirer"] == records["provider"] == records["network"]
    assert held.inquire([inquiry("r1b", 1, EAST)]) == [""]  # they may ask again


def test_a_permit_that_the_network_will_not_renew_ends_the_request(held: Towns, later: Later) -> None:
    later(timedelta(hours=25))
    with override_settings(TODOKE_HOLD_LIMIT=timedelta(hours=24)):
        assert renew_permit(alias=WHERE, permit_id=permit(), by=OFFICER) == "held_too_long"
    held.deliver()
    assert held.results()["r1"].error == "permit_expired"


# the officers


def test_an_officer_who_lost_the_right_meanwhile_counts_no_more(held: Towns) -> None:
    ready()
    own = Grant.objects.using(directory.alias()).filter(staff_id=OFFICER.staff_id)
    grants = list(own.filter(municipality=EAST).values_list("pk", flat=True))
    own.filter(pk__in=grants).update(
        state=GrantState.REVOKED, ended_by="x002", ended_at=clock.now(), **_end_reason()
    )
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        confirm()
    assert still_held(held)


def _end_reason() -> dict[str, str]:
    names = {field.name for field in Grant._meta.get_fields()}
    return {"end_reason": "異動"} if "end_reason" in names else {}


@pytest.mark.parametrize("who", [OFFICER.staff_id, SECOND_OFFICER.staff_id])
def test_an_officer_who_left_counts_no_more(held: Towns, who: str) -> None:
    ready()
    Staff.objects.using(directory.alias()).filter(pk=who).update(left_on=clock.today())
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        confirm()
    assert still_held(held)


def test_officers_whose_training_ran_out_count_no_more(held: Towns, monkeypatch: pytest.MonkeyPatch) -> None:
    ready()
    monkeypatch.setitem(standing.TRAINING_LIFE, directory.realm(), timedelta(days=29))  # type: ignore[arg-type]
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        confirm()
    assert still_held(held)


# death


@pytest.mark.parametrize("after_commit", [False, True])
def test_kill_9_between_confirmation_and_sending_gives_exactly_one_answer(
    held: Towns, after_commit: bool
) -> None:
    ready()
    waiting = permit()
    status = _confirm_in_a_child(after_commit)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert (permit_ids := [entry.permit_id for entry in queries.held(WHERE)]) == (
        [permit("r2")] if after_commit else permit_ids
    )
    if after_commit:
        with pytest.raises(TodokeError, match="STATE_CONFLICT"):
            confirm_release(alias=WHERE, permit_ids=[waiting], decision=Decision.RELEASE, by=SECOND_OFFICER)
    else:
        assert waiting in permit_ids
        confirm()
    held.deliver()
    assert held.results()["r1"].items == items(1)
    sent = held.rows(
        WHERE, "SELECT count(*) FROM exchange_outbox WHERE contract = 'intermediary.provisions.v1'"
    )
    assert sent == [(2,)]  # "held" of both, and the answer once
    records = held.records()
    assert records["inquirer"] == records["provider"] == records["network"]


def _confirm_in_a_child(after_commit: bool) -> int:
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            commit = DatabaseWrapper._commit

            def dying(self: DatabaseWrapper) -> None:
                if after_commit:
                    commit(self)
                os.kill(os.getpid(), signal.SIGKILL)

            DatabaseWrapper._commit = dying  # type: ignore[method-assign]
            confirm()
        except BaseException:
            os._exit(3)
        os._exit(0)
    return os.waitpid(child, 0)[1]


# the alarm


def test_an_overdue_request_rings_once_a_day_and_is_measured(held: Towns, later: Later) -> None:
    by = parties.housekeeper()
    chore = next(chore for chore in housekeeping.CHORES if "警報" in chore.title)
    assert chore.run(WHERE, by) == 0
    later(timedelta(days=4))
    assert [chore.run(WHERE, by), chore.run(WHERE, by), chore.run(alias(HOME), by)] == [2, 2, 0]
    alarm = Alarm.objects.using(directory.alias()).get(kind="held_overdue")
    assert (alarm.staff_id, alarm.detail) == (f"platform:{EAST}", "2 件")
    with override_settings(TODOKE_HOLD_ALARM_DAYS=5):
        assert holding.queue(WHERE).overdue == 0
    values = {gauge.name: gauge.values for gauge in holding.gauges([WHERE])}
    here = (("municipality", EAST),)
    assert values["todoke_held"][here] == values["todoke_held_overdue"][here] == 2
    assert values["todoke_held_oldest_seconds"][here] >= 4 * 86_400
