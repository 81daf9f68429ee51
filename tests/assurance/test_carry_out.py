"""訂正・利用停止: what was decided reaches the replica, counts only then, and two people are two people in the database, too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError
from django.test import override_settings

from tests import hiring
from tests.hiring import Right
from tests.systems import city, masters, three_towns
from tests.systems.three_towns import Towns
from todoke.access.permissions import Actor, Role
from todoke.assurance.disclosure import papers, queries
from todoke.assurance.disclosure.actions import decide, hand_over, identify, receive_request
from todoke.assurance.disclosure.actions.carry_out import carry_out
from todoke.assurance.disclosure.actions.hand_over import Handing
from todoke.assurance.disclosure.actions.receive_request import Asked
from todoke.assurance.disclosure.models import MeasureKind, Pause, Request
from todoke.assurance.disclosure.rules.identity import Capacity, Document, Route
from todoke.assurance.disclosure.rules.kinds import Kind, Outcome
from todoke.contracts import registry
from todoke.contracts.holding import Holders, Numbers
from todoke.contracts.information import TAX_ITEMS, Item
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.monitoring import metrics
from todoke.systems.linkage import jobs
from todoke.systems.linkage.actions.corrections.decide_correction import confirm_correction
from todoke.systems.linkage.actions.replicas.propose_correction import propose_correction
from todoke.systems.linkage.jobs import replicas as road
from todoke.systems.linkage.models import LocalNumber, ReplicaFile
from todoke.systems.linkage.serves import LinkageHolder

D = city.DIRECTORY
CLERK, MANAGER, WARD_CLERK = "d001", "d002", "d003"
ITEMS = {name: Item(None, "NotAcceptable") for name in TAX_ITEMS} | {"total_income": Item("777001", None)}


@pytest.fixture
def towns(city_site: object, tmp_path: Path) -> Iterator[Towns]:
    with override_settings(TODOKE_INSTANCE_NAME="towns"):
        jobs.load(city.files() / "individual_numbers.csv", by=city.actor(city.OPERATOR))
        registry.serve(Numbers, LinkageHolder())
        registry.serve(Holders, Holders({}))
        hire()
        yield three_towns.build(tmp_path, "towns")


def hire() -> None:
    ward = Right(role=Role.DISCLOSURE_CLERK, ward="14101")
    hiring.hire(D, {CLERK: [Role.DISCLOSURE_CLERK], MANAGER: [Role.DISCLOSURE_MANAGER], WARD_CLERK: [ward]})
    for staff_id in (CLERK, MANAGER, WARD_CLERK):
        hiring.sit_down(D, staff_id)


def by(staff_id: str) -> Actor:
    return city.actor(staff_id)


def asked(local: str, kind: Kind, based_on: int | None = None, **changes: object) -> Asked:
    person = LocalNumber.objects.using("linkage").get(local_number=local).person
    given = {
        "kind": kind, "office": "14100", "route": Route.COUNTER, "received_on": clock.today(), "name": person.name_kanji,
        "birth_date": person.birth_date, "address": "横浜市", "capacity": Capacity.OWN, "representative": "",
        "documents": [Document.PHOTO], "wanted": "所得の誤り", "based_on": based_on,
    }  # fmt: skip
    return Asked(**{**given, **changes})


def disclosed(local: str, outcome: Outcome = Outcome.FULL) -> int:
    """A disclosure that was handed over, or refused and ended."""
    number = receive_request.receive_request(asked=asked(local, Kind.DISCLOSURE), by=by(CLERK))
    identify.identify(number=number, resident_code=local, by=by(CLERK))
    decide.decide(number=number, outcome=outcome, reason="例", by=by(MANAGER))
    if outcome is Outcome.FULL:
        handing = Handing(handed_to="本人", documents=[Document.PHOTO], fee_exempt=True)
        hand_over.hand_over(number=number, handing=handing, by=by(CLERK))
    else:
        hand_over.close(number=number, by=by(CLERK))
    return number


def test_only_what_was_disclosed_to_this_person_is_corrected(towns: Towns) -> None:
    """90条1項: neither what was refused, nor what another person of the same name and birth date was told."""
    local, other = masters.local_numbers(2)
    refused = disclosed(local, Outcome.EXISTENCE)
    with pytest.raises(TodokeError, match="この人が開示を受けた請求ではありません"):
        receive_request.receive_request(asked=asked(local, Kind.CORRECTION, refused), by=by(CLERK))
    basis = disclosed(local)
    namesake = LocalNumber.objects.using("linkage").get(local_number=other).person
    mine = LocalNumber.objects.using("linkage").get(local_number=local).person
    type(mine).objects.using("linkage").filter(pk=namesake.pk).update(birth_date=mine.birth_date)
    number = receive_request.receive_request(asked=asked(local, Kind.CORRECTION, basis), by=by(CLERK))
    with pytest.raises(TodokeError, match="もとの開示を受けた人ではありません"):
        identify.identify(number=number, resident_code=other, by=by(CLERK))
    identify.identify(number=number, resident_code=local, by=by(CLERK))


def test_a_correction_reaches_the_replica_and_counts_only_then(towns: Towns, tmp_path: Path) -> None:
    (local,) = masters.local_numbers(1)
    path = masters.write(tmp_path / "a.csv", [masters.row(local)])
    dispatcher = masters.dispatcher(towns.transport)
    road.register(path, by=city.actor(city.OPERATOR), dispatcher=dispatcher)
    basis = disclosed(local)
    number = receive_request.receive_request(asked=asked(local, Kind.SUSPENSION, basis), by=by(CLERK))
    identify.identify(number=number, resident_code=local, by=by(CLERK))
    decide.decide(number=number, outcome=Outcome.FULL, reason="", by=by(MANAGER))
    with pytest.raises(TodokeError, match="措置が記録されていません"):
        hand_over.close(number=number, by=by(CLERK))

    person = LocalNumber.objects.using("linkage").get(local_number=local).person
    correction = propose_correction(
        integrated_number=person.pk, birth_date=person.birth_date, fiscal_year=2021, items=ITEMS,
        auto_reply_prohibited=True, reason=f"利用停止請求 第{number}号", by=city.actor(city.CLERK),
    )  # fmt: skip

    def record(kind: MeasureKind = MeasureKind.REPLICA, reference: str = str(correction)) -> None:
        carry_out(
            number=number,
            kind=kind,
            system="統合番号連携システム",
            reference=reference,
            note="",
            by=by(CLERK),
        )

    with pytest.raises(TodokeError, match="二人目の確認"):
        record()
    confirm_correction(number=correction, by=city.actor(city.SUPERVISOR))
    with pytest.raises(TodokeError, match="届いていません"):
        record()
    file = ReplicaFile.objects.using("linkage").get(kind="screen")
    road.deliver(file, by=city.actor(city.OPERATOR), dispatcher=dispatcher)
    record()
    assert masters.stored(towns, "total_income") == "777001"
    assert masters.stored(towns, "auto_reply_prohibited") is True
    with pytest.raises(TodokeError, match="その番号のものはありません"):
        record(reference="999999")
    hand_over.close(number=number, by=by(CLERK))
    assert queries.locked(number).state == "executed"


def test_the_register_its_deadlines_and_who_may(towns: Towns) -> None:
    (local,) = masters.local_numbers(1)
    today = clock.today()
    late = receive_request.receive_request(
        asked=asked(local, Kind.DISCLOSURE, received_on=today - timedelta(days=31), documents=[]),
        by=by(CLERK),
    )
    paused = receive_request.receive_request(
        asked=asked(local, Kind.DISCLOSURE, received_on=today - timedelta(days=31), documents=[]),
        by=by(CLERK),
    )
    day = today - timedelta(days=20)
    receive_request.ask_completion(number=paused, missing="本人確認書類", on=day, by=by(CLERK))
    ward = receive_request.receive_request(
        asked=asked(local, Kind.DISCLOSURE, office="14101"), by=by(WARD_CLERK)
    )
    assert queries.days_left() == -1
    measured = metrics.measured()
    assert "disclosure" in {one.alarm.name for one in metrics.readings(measured) if one.rings}
    lines = {line.request.pk: line for line in queries.register(by=by(CLERK))}
    assert (lines[late].overdue, lines[paused].overdue) == (True, False)
    assert lines[paused].due_on == today - timedelta(days=1) + timedelta(days=20)
    assert [line.request.pk for line in queries.register(by=by(CLERK), overdue=True)] == [late]
    assert [line.request.pk for line in queries.register(by=by(WARD_CLERK))] == [ward]

    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        receive_request.withdraw(number=late, by=by(WARD_CLERK))
    with pytest.raises(TodokeError, match="書類が足りません"):
        identify.identify(number=late, resident_code=local, by=by(CLERK))
    with pytest.raises(TodokeError, match="期限を過ぎている"):
        decide.extend(number=late, because="件数が多い", by=by(MANAGER))
    receive_request.complete(number=paused, documents=[Document.PHOTO], on=today, by=by(CLERK))
    identify.identify(number=paused, resident_code=local, by=by(CLERK))
    decide.extend(number=paused, because="件数が多い", by=by(MANAGER))
    with pytest.raises(TodokeError, match="一度だけ"):
        decide.extend(number=paused, because="もう一度", by=by(MANAGER))
    found = queries.locked(paused)
    assert queries.line(found).due_on == today + timedelta(days=49)
    assert papers.extension(found, due_on=queries.line(found).due_on).startswith(b"%PDF")


def test_the_database_knows_two_people_and_keeps_what_was_asked(towns: Towns) -> None:
    (local,) = masters.local_numbers(1)
    number = receive_request.receive_request(asked=asked(local, Kind.DISCLOSURE), by=by(CLERK))
    identify.identify(number=number, resident_code=local, by=by(CLERK))
    rows = Request.objects.using(D).filter(pk=number)
    decided = {"state": "decided", "outcome": "full", "decided_at": clock.now()}
    for change in (
        {**decided, "decided_by": CLERK},
        {"wanted": "別のこと"},
        {"received_on": clock.today() - timedelta(days=1)},
        {"state": "executed"},
        {"resident_code": ""},
    ):
        with pytest.raises(IntegrityError):
            rows.update(**change)
    with pytest.raises(IntegrityError):
        rows.delete()
    with pytest.raises(IntegrityError):
        Pause.objects.using(D).create(request_id=number, missing="", since=clock.today(), asked_by=CLERK)
    with pytest.raises(TodokeError) as refused:
        receive_request.receive_request(asked=asked(local, Kind.CORRECTION, number), by=by(CLERK))
    assert refused.value.code is ErrorCode.RECORD_INVALID
