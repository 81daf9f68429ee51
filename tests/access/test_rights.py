"""A right is asked for, set and confirmed by three people; it counts within its dates, its place and its conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connections
from django.test import override_settings

from tests import hiring
from tests.hiring import ASKER, CONFIRMER, SETTER, TERMINAL, Right
from todoke.access import cli_actor, parties, standing
from todoke.access.actions.allow_take_over import allow_take_over
from todoke.access.actions.confirm_grant import confirm_grant
from todoke.access.actions.end_session import end_session
from todoke.access.actions.expire_unconfirmed import expire_unconfirmed
from todoke.access.actions.record_training import record_training
from todoke.access.actions.register_contract import Terms, register_contract
from todoke.access.actions.request_grant import request_grant
from todoke.access.actions.revoke_grant import revoke_grant
from todoke.access.actions.set_grant import set_grant
from todoke.access.duties import CONTRACTORS, MUNICIPAL, Duty
from todoke.access.grants import UNCONFIRMED_LIFE
from todoke.access.models import Grant, Staff, Training
from todoke.access.permissions import SYSTEM_ROLES, Actor, Permission, Role, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation

D = "directory_city"


@pytest.fixture(autouse=True)
def staff(databases: object) -> None:
    hiring.hire(
        D, {"c001": [], "c002": [Role.SECTION_MANAGER], "c003": [Role.ADMINISTRATOR], "c004": [Role.CLERK]}
    )
    for staff_id in (ASKER, SETTER, CONFIRMER, "c002", "c003"):
        hiring.sit_down(D, staff_id)


def by(staff_id: str) -> Actor:
    return cli_actor.actor(staff_id)


def ask(staff_id: str = "c001", *, who: str = ASKER, **more) -> int:
    today = clock.today()
    wanted = {
        "role": Role.CLERK,
        "duty": Duty.BENEFIT,
        "valid_from": today,
        "valid_until": today + timedelta(days=30),
    }
    return request_grant(staff_id=staff_id, by=by(who), **{**wanted, **more})


def refusal(work: Callable[[], object]) -> ErrorCode:
    with pytest.raises(TodokeError) as refused:
        work()
    return refused.value.code


def sql(statement: str) -> None:
    with connections[D].cursor() as cursor:
        cursor.execute(statement)


def test_three_people_make_a_right_and_the_log_names_each() -> None:
    token = hiring.session(D, "c001")
    number = ask()
    assert not standing.actor_for(token, terminal=TERMINAL).may(Permission.BENEFITS_EXAMINE)
    set_grant(grant_ids=[number], by=by(SETTER))
    assert not standing.actor_for(token, terminal=TERMINAL).may(Permission.BENEFITS_EXAMINE)
    confirm_grant(grant_ids=[number], by=by(CONFIRMER))
    assert standing.actor_for(token, terminal=TERMINAL).may(Permission.BENEFITS_EXAMINE)
    steps = Operation.objects.using(D).filter(subject__startswith=f"grant:{number}:").order_by("at")
    assert list(steps.values_list("verb", "actor")) == [
        ("access:grant:request", ASKER),
        ("access:grant:set", SETTER),
        ("access:grant:confirm", CONFIRMER),
    ]


def test_no_step_is_made_twice_by_one_person_or_by_the_holder() -> None:
    assert refusal(lambda: ask("c002", who="c002")) is ErrorCode.SAME_PERSON
    number = ask("c003", role=Role.AUDITOR, duty=Duty.AUDIT)
    assert refusal(lambda: set_grant(grant_ids=[number], by=by("c003"))) is ErrorCode.SAME_PERSON
    set_grant(grant_ids=[number], by=by(SETTER))
    assert refusal(lambda: confirm_grant(grant_ids=[number], by=by(ASKER))) is ErrorCode.SAME_PERSON
    assert refusal(lambda: confirm_grant(grant_ids=[number], by=by(SETTER))) is ErrorCode.PERMISSION_DENIED


def test_no_step_is_skipped() -> None:
    number = ask()
    assert refusal(lambda: confirm_grant(grant_ids=[number], by=by(CONFIRMER))) is ErrorCode.STATE_CONFLICT
    assert refusal(lambda: set_grant(grant_ids=[number, 10**6], by=by(SETTER))) is ErrorCode.STATE_CONFLICT
    assert Grant.objects.using(D).get(pk=number).state == "requested"
    assert refusal(ask) is ErrorCode.ALREADY_DONE


@pytest.mark.parametrize(
    "nonsense",
    [
        {"role": Role.TREASURER},
        {"role": Role.CITY_SYSTEM},
        {"role": Role.PLATFORM_OPERATOR, "duty": Duty.PLATFORM},
        {"valid_until": date(2020, 1, 1)},
    ],
)
def test_a_right_that_cannot_exist_here_is_refused(nonsense) -> None:
    assert refusal(lambda: ask(**nonsense)) is ErrorCode.RECORD_INVALID


def test_an_unconfirmed_change_expires_and_never_counts(monkeypatch) -> None:
    asked, waiting = ask(), ask("c003", role=Role.AUDITOR, duty=Duty.AUDIT)
    set_grant(grant_ids=[waiting], by=by(SETTER))
    assert expire_unconfirmed(by=parties.housekeeper()) == 0
    later = clock.now() + UNCONFIRMED_LIFE
    confirmer = replace(by(CONFIRMER), verified_at=later)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert refusal(lambda: confirm_grant(grant_ids=[waiting], by=confirmer)) is ErrorCode.STATE_CONFLICT
    assert expire_unconfirmed(by=parties.housekeeper()) == 2
    assert set(Grant.objects.using(D).filter(pk__in=[asked, waiting]).values_list("state", flat=True)) == {
        "expired"
    }


def test_a_revoked_right_fails_at_the_next_request() -> None:
    token = hiring.session(D, "c004")
    number = Grant.objects.using(D).get(staff="c004").pk
    require(standing.actor_for(token, terminal=TERMINAL), Permission.BENEFITS_EXAMINE)
    revoke_grant(grant_ids=[number], reason="担当替え", by=by("c002"))
    denied = standing.actor_for(token, terminal=TERMINAL)
    assert refusal(lambda: require(denied, Permission.BENEFITS_EXAMINE)) is ErrorCode.PERMISSION_DENIED
    assert (
        refusal(lambda: revoke_grant(grant_ids=[number], reason="再", by=by("c002")))
        is ErrorCode.STATE_CONFLICT
    )


@pytest.mark.parametrize(("days", "counts"), [(-1, False), (0, True), (30, True), (31, False)])
def test_a_right_counts_within_its_dates(monkeypatch, days: int, counts: bool) -> None:
    number = ask()
    set_grant(grant_ids=[number], by=by(SETTER))
    confirm_grant(grant_ids=[number], by=by(CONFIRMER))
    moment = clock.now() + timedelta(days=days)
    monkeypatch.setattr(clock, "now", lambda: moment)
    token = hiring.session(D, "c001")
    assert standing.actor_for(token, terminal=TERMINAL).may(Permission.BENEFITS_EXAMINE) is counts


def test_a_bound_right_reaches_its_place_only() -> None:
    hiring.hire(D, {"p001": [Right(role=Role.PROVIDER_OFFICER, municipality="13112")]})
    officer = hiring.actor(D, "p001")
    release = Permission.INTERMEDIARY_RELEASE
    require(officer, release, municipality="13112")
    assert refusal(lambda: require(officer, release, municipality="13104")) is ErrorCode.PERMISSION_DENIED
    assert refusal(lambda: require(officer, release)) is ErrorCode.PERMISSION_DENIED
    assert officer.may_somewhere(release)
    assert officer.at(municipality="13112").may(release)
    assert not officer.at(municipality="13104").may_somewhere(release)


def test_a_session_is_in_one_duty_when_asked_for_one() -> None:
    hiring.hire(D, {"c009": [Role.CLERK, Role.AUDITOR]})
    token = hiring.session(D, "c009")
    both = standing.actor_for(token, terminal=TERMINAL)
    assert both.may(Permission.BENEFITS_EXAMINE)
    assert both.may(Permission.OPLOG_READ)
    one = standing.actor_for(token, terminal=TERMINAL, duty="audit")
    assert not one.may(Permission.BENEFITS_EXAMINE)
    chosen = standing.actor_for(token, terminal=TERMINAL, permission=Permission.OPLOG_READ)
    assert chosen.duty == "audit"
    assert not chosen.may(Permission.BENEFITS_EXAMINE)


@pytest.mark.parametrize(("realm", "days", "counts"), [
    ("city", 365, True), ("city", 366, False), ("platform", 183, True), ("platform", 184, False),
])  # fmt: skip
def test_rights_pause_when_training_is_overdue(realm: str, days: int, counts: bool) -> None:
    """Yearly in the city, twice a year on the platform (PIA III.3 リスク3)."""
    directory = f"directory_{realm}"
    with override_settings(TODOKE_DIRECTORY=directory):
        hiring.hire(directory, {"c020": [Role.AUDITOR]}, trained_days_ago=days)
        token = hiring.session(directory, "c020")
        actor = standing.actor_for(token, terminal=TERMINAL)
        assert actor.may(Permission.OPLOG_VERIFY) is counts
        if not counts:
            assert refusal(lambda: require(actor, Permission.OPLOG_VERIFY)) is ErrorCode.TRAINING_OVERDUE
            Training.objects.using(directory).create(
                staff_id="c020", kind=standing.TRAINING, held_on=clock.today(), recorded_by=ASKER,
                recorded_at=clock.now(),
            )  # fmt: skip
            require(standing.actor_for(token, terminal=TERMINAL), Permission.OPLOG_VERIFY)


def test_a_training_is_recorded_once_and_never_ahead() -> None:
    today = clock.today()
    assert record_training(staff_ids=["c001", "c004"], held_on=today, by=by(ASKER)) == 2
    assert record_training(staff_ids=["c001", "c004"], held_on=today, by=by(ASKER)) == 0
    ahead = today + timedelta(days=1)
    assert (
        refusal(lambda: record_training(staff_ids=["c001"], held_on=ahead, by=by(ASKER)))
        is ErrorCode.RECORD_INVALID
    )
    assert (
        refusal(lambda: record_training(staff_ids=["zz9"], held_on=today, by=by(ASKER)))
        is ErrorCode.NOT_FOUND
    )


def contract(number: str, **more) -> Terms:
    today = clock.today()
    terms = {"contractor": "みなと計算", "valid_from": hiring.LONG_AGO, "valid_until": today, "head_count": 2}
    return Terms(number=number, **{**terms, **more})


def test_an_account_of_a_contractor_rests_on_its_contract(monkeypatch) -> None:
    register_contract(terms=contract("K1"), by=by("c003"))
    hiring.hire(D, {"k001": [Role.OPERATOR], "k002": [Role.OPERATOR]}, contract="K1")
    with pytest.raises(IntegrityError, match="head-count exceeded"):
        hiring.hire(D, {"k003": [Role.OPERATOR]}, contract="K1")
    require(hiring.actor(D, "k001"), Permission.LINKAGE_OPERATE)
    fewer = contract("K1", head_count=1)
    assert refusal(lambda: register_contract(terms=fewer, by=by("c003"))) is ErrorCode.RECORD_INVALID
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    over = standing.actor_for(hiring.session(D, "k002"), terminal=TERMINAL)
    assert refusal(lambda: require(over, Permission.LINKAGE_OPERATE)) is ErrorCode.CONTRACT_OVER


def test_staff_of_a_contractor_get_no_role_that_shows_persons() -> None:
    register_contract(terms=contract("K1", head_count=99), by=by("c003"))
    for number, role in enumerate(role for role in Role if role not in SYSTEM_ROLES):
        people = {f"k{number:03}": [Right(role=role, municipality="13112" if role in MUNICIPAL else "")]}
        if role in CONTRACTORS:
            hiring.hire(D, people, contract="K1")
        else:
            with pytest.raises(IntegrityError, match="a contractor holds no such role"):
                hiring.hire(D, people, contract="K1")
    clerk = {"role": Role.CLERK, "duty": Duty.BENEFIT}
    assert (
        refusal(lambda: ask(Staff.objects.using(D).filter(contract="K1")[0].pk, **clerk))
        is ErrorCode.RECORD_INVALID
    )


def test_a_subcontract_needs_leave_and_lies_within_its_prime() -> None:
    register_contract(terms=contract("P1"), by=by("c003"))
    register_contract(terms=contract("P2", subcontracting_permitted=True), by=by("c003"))
    late = clock.today() + timedelta(days=1)
    for bad in (contract("S1", prime="P1"), contract("S2", prime="P2", valid_until=late)):
        assert (
            refusal(lambda bad=bad: register_contract(terms=bad, by=by("c003"))) is ErrorCode.RECORD_INVALID
        )
    unknown = contract("S3", prime="none")
    assert refusal(lambda: register_contract(terms=unknown, by=by("c003"))) is ErrorCode.NOT_FOUND
    register_contract(terms=contract("S4", prime="P2"), by=by("c003"))


def test_a_supervisor_lets_somebody_take_over_and_the_old_terminal_is_told() -> None:
    from todoke.access import sessions

    old = hiring.session(D, "c004")
    assert refusal(lambda: allow_take_over(staff_id="c002", by=by("c002"))) is ErrorCode.SAME_PERSON
    allow_take_over(staff_id="c004", by=by("c002"))
    new = sessions.sign_in(
        staff_id="c004", password=hiring.PASSWORD, terminal=hiring.OTHER_TERMINAL, proof=hiring.there
    )
    assert standing.actor_for(new.token, terminal=hiring.OTHER_TERMINAL).staff_id == "c004"
    with pytest.raises(TodokeError, match="引き継がれ"):
        standing.actor_for(old, terminal=TERMINAL)
    end_session(staff_id="c004", by=by("c003"))
    with pytest.raises(TodokeError, match="管理者により"):
        standing.actor_for(new.token, terminal=hiring.OTHER_TERMINAL)


BREAKING = {
    "confirm without being set": "UPDATE access_grant SET state = 'confirmed', set_by = 'x002', set_at = now(),"
    " confirmed_by = 'x003', confirmed_at = now() WHERE state = 'requested'",
    "set by who asked": "UPDATE access_grant SET state = 'set', set_by = requested_by, set_at = now()"
    " WHERE state = 'requested'",
    "set by no administrator": "UPDATE access_grant SET state = 'set', set_by = 'x003', set_at = now()"
    " WHERE state = 'requested'",
    "ask as nobody": "INSERT INTO access_grant (staff_id, role, duty, municipality, ward, valid_from, valid_until, origin,"
    " state, reason, requested_by, requested_at, set_by, confirmed_by, ended_by) VALUES ('c001', 'clerk', 'benefit', '', '',"
    " '2020-01-01', '2099-01-01', 'request', 'requested', '', 'c004', now(), '', '', '')",
    "begin as confirmed": "INSERT INTO access_grant (staff_id, role, duty, municipality, ward, valid_from, valid_until, origin,"
    " state, reason, requested_by, requested_at, set_by, set_at, confirmed_by, confirmed_at, ended_by) VALUES ('c001',"
    " 'treasurer', 'treasury', '', '', '2020-01-01', '2099-01-01', 'request', 'confirmed', '', 'x001', now(), 'x002', now(),"
    " 'x003', now(), '')",
    "bootstrap again": "INSERT INTO access_grant (staff_id, role, duty, municipality, ward, valid_from, valid_until, origin,"
    " state, reason, requested_by, requested_at, set_by, set_at, confirmed_by, confirmed_at, ended_by) VALUES ('c001',"
    " 'administrator', 'administration', '', '', '2020-01-01', '2099-01-01', 'bootstrap', 'confirmed', '', 'b', now(), 'b',"
    " now(), 'b', now(), '')",
    "another role": "UPDATE access_grant SET role = 'treasurer' WHERE staff_id = 'c004'",
    "a longer right": "UPDATE access_grant SET valid_until = '2100-01-01' WHERE staff_id = 'c004'",
    "another confirmer": "UPDATE access_grant SET confirmed_by = 'c002' WHERE staff_id = 'c004'",
    "revive": "UPDATE access_grant SET state = 'requested', set_by = '', set_at = NULL, confirmed_by = '',"
    " confirmed_at = NULL WHERE staff_id = 'c004'",
    "remove": "DELETE FROM access_grant",
    "two live sessions": "INSERT INTO access_session (token_hash, staff_id, terminal_id, begun_at, seen_at, factor, factor_at,"
    " take_over_by, ended_by, end_reason) SELECT md5(random()::text) || md5(random()::text), staff_id, terminal_id, now(),"
    " now(), '', now(), '', '', '' FROM access_session",
    "move a session": "UPDATE access_session SET staff_id = 'c004' WHERE staff_id = 'x001'",
    "take over from oneself": "UPDATE access_session SET take_over_by = staff_id, take_over_until = now()",
    "forget a session": "DELETE FROM access_session",
    "forget a training": "DELETE FROM access_training",
    "a training of long ago": "UPDATE access_training SET held_on = '2026-01-01'",
    "forget a person": "DELETE FROM access_staff WHERE staff_id = 'c001'",
    "another employer": "UPDATE access_staff SET employer = 'contractor', contract_id = 'none' WHERE staff_id = 'c001'",
    "silence an alarm": "DELETE FROM access_alarm",
    "empty a table": "TRUNCATE access_session CASCADE",
}  # fmt: skip


@pytest.mark.parametrize("statement", BREAKING.values(), ids=BREAKING.keys())
def test_bulk_sql_by_the_app_role_breaks_nothing(statement: str) -> None:
    from django.db import DatabaseError

    ask()
    from todoke.access import alarms

    alarms.ring(D, alarms.TWO_TERMINALS, by=by(ASKER), detail="x")
    with pytest.raises(DatabaseError) as refused:
        sql(statement)
    assert refused.value.__cause__.sqlstate in {"23514", "23505", "23503", "42501"}  # type: ignore[union-attr]


def test_an_ended_session_never_lives_again() -> None:
    hiring.session(D, "c004")
    end_session(staff_id="c004", by=by("c003"))
    with pytest.raises(IntegrityError, match="never changes"):
        sql(
            "UPDATE access_session SET ended_at = NULL, ended_by = '', end_reason = '' WHERE staff_id = 'c004'"
        )
    assert Staff.objects.using(D).filter(pk="c004").exists()
