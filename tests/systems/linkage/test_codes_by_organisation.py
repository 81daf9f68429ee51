"""符号 are asked for, and inquiries are sent, by the organisation of the city that carries the duty."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, connections, transaction

from tests.systems import city
from tests.systems.linkage import realms as far
from tests.systems.linkage.test_exchange import BATCH, FILE, persons, submit
from todoke.contracts.information import DUTY
from todoke.identifiers.municipality import MAIN_KIND, organisation_code
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.systems.linkage import jobs
from todoke.systems.linkage.actions.codes import want_codes as choosing
from todoke.systems.linkage.actions.codes.want_codes import want_codes
from todoke.systems.linkage.models import CodeRequest, Person, Query
from todoke.systems.linkage.queries import codes, state_counts
from todoke.systems.linkage.rules import duties

A = "linkage"
BOARD = organisation_code("14100", "01800")
MAIN = organisation_code("14100")


@pytest.fixture
def realms(city_site: object, tmp_path: Path) -> far.Realms:
    jobs.load(city.files() / FILE, by=city.actor(city.OPERATOR))
    return far.make(tmp_path)


@pytest.fixture
def boards_duty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one duty of these tests is the board of education's."""
    grants = tuple(
        duties.DutyGrant(**{**{n: getattr(g, n) for n in g.__dataclass_fields__}, "kind": "01800"})
        for g in duties.GRANTS
    )
    monkeypatch.setattr(duties, "GRANTS", grants)


def exchange(realms: far.Realms) -> None:
    by, dispatcher = city.actor(city.OPERATOR), far.dispatcher(realms)
    jobs.exchange([BATCH], by=by, transport=realms, dispatcher=dispatcher, patience=5, timeout=5)
    jobs.stand(by=by, transport=realms)


def requested() -> list[tuple[str, str, str]]:
    rows = CodeRequest.objects.using(A).filter(attempts__gt=0)
    return sorted(rows.values_list("organisation", "person_id", "state"))


def test_a_duty_of_the_main_organisation_asks_for_its_codes_only(realms: far.Realms) -> None:
    assert duties.organisation_of(DUTY, city="14100") == ""
    assert duties.organisation_of("JM99999999999999", city="14100") == ""
    submit(1)
    exchange(realms)
    assert (set(realms.acquirers), set(realms.inquirers)) == ({MAIN}, {""})
    assert requested() == [("", persons(1)[0], "present")]


@pytest.mark.usefixtures("boards_duty")
def test_a_duty_of_another_organisation_asks_for_that_ones_codes_and_in_its_name(realms: far.Realms) -> None:
    first, second = persons(2)
    submit(2)
    exchange(realms)
    assert (set(realms.acquirers), set(realms.inquirers)) == ({BOARD}, {BOARD})
    assert requested() == [(BOARD, first, "present"), (BOARD, second, "present")]
    assert state_counts([BATCH]) == {"answered": 2}
    assert set(Query.objects.using(A).values_list("organisation", flat=True)) == {BOARD}
    # the main organisation's are still wanted: one organisation's 符号 is not another's
    assert codes.counts().by_state["wanted"] == Person.objects.using(A).count()


@pytest.mark.usefixtures("boards_duty")
def test_a_code_of_the_main_organisation_is_no_code_of_another(realms: far.Realms) -> None:
    by = city.actor(city.OPERATOR)
    jobs.acquire(batch_ids=None, by=by, transport=realms)
    jobs.stand(by=by, transport=realms)
    person = persons(1)[0]
    submit(1)
    realms.refused_numbers = set(realms.seen_numbers)
    exchange(realms)
    assert CodeRequest.objects.using(A).get(person_id=person, organisation="").state == "present"
    assert CodeRequest.objects.using(A).get(person_id=person, organisation=BOARD).state == "refused"
    assert Query.objects.using(A).get().error == "no_link_code"
    assert realms.inquiries == []


def test_everybody_at_another_organisation_in_messages_of_one_organisation_each(
    realms: far.Realms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "RECORD_LIMIT", 100)
    by, total = city.actor(city.OPERATOR), Person.objects.using(A).count()
    report = jobs.acquire(batch_ids=None, by=by, transport=realms, organisation=BOARD)
    assert (report.counts.accepted, set(realms.acquirers)) == (total, {BOARD})
    assert max(size for what, size in realms.messages if what == "acquire") == 100
    assert jobs.acquire(batch_ids=None, by=by, transport=realms).counts.accepted == total
    assert set(realms.acquirers) == {BOARD, MAIN}
    realms.failed = {far.at(BOARD, persons(1)[0]): "duplicate_person"}
    assert jobs.stand(by=by, transport=realms) == 2 * total
    failed = CodeRequest.objects.using(A).filter(state="refused")
    assert list(failed.values_list("person_id", "organisation")) == [(persons(1)[0], BOARD)]
    assert want_codes(batch_ids=None, by=by, organisation=BOARD) == 0


@pytest.mark.parametrize(
    "organisation", [organisation_code("13112", "01800"), organisation_code("14100", MAIN_KIND), "教育委員会"]
)
def test_only_another_organisation_of_the_own_city_can_be_named(
    realms: far.Realms, organisation: str
) -> None:
    with pytest.raises(TodokeError, match="NUMBER_INVALID"):
        want_codes(batch_ids=None, by=city.actor(city.OPERATOR), organisation=organisation)


def test_the_database_keeps_one_request_an_organisation(realms: far.Realms) -> None:
    person = persons(1)[0]
    with pytest.raises(IntegrityError, match="once_an_organisation"), transaction.atomic(using=A):
        CodeRequest.objects.using(A).create(
            person_id=person, state="wanted", message_key="", changed_at=clock.now()
        )
    with connections[A].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM linkage_coderequest WHERE person_id = %s", [person])
        assert cursor.fetchone() == (1,)
