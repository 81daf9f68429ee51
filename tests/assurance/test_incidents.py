"""事故の記録 and 契約の条項: who may, in which state, and that another person closes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import Error, transaction

from tests import hiring
from tests.systems import city
from todoke.access.models import Contract
from todoke.access.permissions import Actor, Held, Role
from todoke.assurance.actions.close_incident import close_incident
from todoke.assurance.actions.note_clauses import note_clauses
from todoke.assurance.actions.note_incident import do_step, write_prevention
from todoke.assurance.actions.register_incident import register_incident
from todoke.assurance.models import Clause, ContractClause, Incident, IncidentKind, IncidentStep
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError

D = city.DIRECTORY
PROMISE = "別紙-01-02"


def person(staff_id: str, role: Role) -> Actor:
    return Actor(staff_id=staff_id, held=(Held(role=role, duty="administration"),), verified_at=clock.now())


def administrator() -> Actor:
    return person("m001", Role.ADMINISTRATOR)


def auditor(staff_id: str = "u001") -> Actor:
    return person(staff_id, Role.AUDITOR)


def registered(**changes: object) -> int:
    given = {
        "by": administrator(), "kind": IncidentKind.OTHER, "title": "誤送付", "content": "2通", "persons": 2,
        "detected_at": clock.now() - timedelta(hours=1),
    }  # fmt: skip
    return register_incident(**{**given, **changes})


def prevented(number: int) -> None:
    write_prevention(
        by=administrator(), incident_id=number, prevention="照合", answered_by=[PROMISE], announced_on=None
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"by": auditor()}, "PERMISSION_DENIED"),
        ({"title": " "}, "RECORD_INVALID"),
        ({"content": ""}, "RECORD_INVALID"),
        ({"detected_at": clock.now() + timedelta(days=2)}, "RECORD_INVALID"),
    ],
)
def test_what_is_not_registered(city_site: object, changes: dict[str, object], code: str) -> None:
    with pytest.raises(TodokeError, match=code):
        registered(**changes)
    assert not Incident.objects.using(D).exists()


def test_a_step_is_done_once_and_is_one_of_its_kind(city_site: object) -> None:
    number = registered()
    told = {"by": administrator(), "incident_id": number, "note": "回収した"}
    do_step(step="contain", **told)
    for changes, code in (
        ({"step": "contain"}, "STATE_CONFLICT"),
        ({"step": "first_report"}, "NOT_FOUND"),  # not reported to the commission
        ({"step": "announce", "note": " "}, "RECORD_INVALID"),
        ({"step": "announce", "by": auditor()}, "PERMISSION_DENIED"),
        ({"step": "announce", "incident_id": 9999}, "NOT_FOUND"),
    ):
        with pytest.raises(TodokeError, match=code):
            do_step(**{**told, **changes})
    assert IncidentStep.objects.using(D).get().done_by == "m001"


def test_an_incident_is_closed_with_its_prevention_by_another_person(city_site: object) -> None:
    number = registered()
    with pytest.raises(TodokeError, match="再発防止策"):
        close_incident(by=auditor(), incident_id=number)
    with pytest.raises(TodokeError, match="RECORD_INVALID"):
        write_prevention(
            by=administrator(),
            incident_id=number,
            prevention="照合",
            answered_by=["別紙-99"],
            announced_on=None,
        )
    prevented(number)
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        close_incident(by=administrator(), incident_id=number)
    with pytest.raises(TodokeError, match="SAME_PERSON"):
        close_incident(by=auditor("m001"), incident_id=number)
    close_incident(by=auditor(), incident_id=number)
    assert Incident.objects.using(D).get().closed_by == "u001"
    for late in (
        lambda: close_incident(by=auditor(), incident_id=number),
        lambda: prevented(number),
        lambda: do_step(by=administrator(), incident_id=number, step="announce", note="公表"),
    ):
        with pytest.raises(TodokeError, match="STATE_CONFLICT"):
            late()


def test_the_database_refuses_to_close_without_prevention_or_by_the_same_person(city_site: object) -> None:
    number = registered()
    now = clock.now()
    closed = {"state": "closed", "state_at": now, "state_by": "u001", "closed_by": "u001", "closed_at": now}
    found = Incident.objects.using(D).filter(pk=number)
    for changes in (
        closed,
        {**closed, "closed_by": "m001", "prevention": "x", "answered_by_promises": ["x"]},
    ):
        with pytest.raises(Error), transaction.atomic(using=D):
            found.update(**changes)
    assert found.get().state == "open"


def test_clauses_are_noted_once_and_only_of_a_known_contract(city_site: object) -> None:
    Contract.objects.using(D).create(
        number="R3-001", contractor="架空情報株式会社", subcontracting_permitted=False, valid_from=hiring.LONG_AGO,
        valid_until=hiring.FAR, head_count=10, registered_by=hiring.SETTER, registered_at=clock.now(),
    )  # fmt: skip
    told = {Clause.PURPOSE: "第3条", Clause.COPYING: " "}
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        note_clauses(by=auditor(), contract="R3-001", articles=told)
    with pytest.raises(TodokeError, match="NOT_FOUND"):
        note_clauses(by=administrator(), contract="R3-009", articles=told)
    assert note_clauses(by=administrator(), contract="R3-001", articles=told) == 1
    with pytest.raises(TodokeError, match="RECORD_INVALID"):
        note_clauses(by=administrator(), contract="R3-001", articles={Clause.PURPOSE: "第4条"})
    assert ContractClause.objects.using(D).get().article == "第3条"
