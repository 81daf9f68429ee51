"""Nobody but the right party can ask, answer or register."""

from __future__ import annotations

import pytest

from tests.systems.three_towns import EAST, HOME, WEST, Towns, alias, inquiry, items, organisation, own_number
from todoke.contracts import intermediary, network
from todoke.contracts.information import LOCAL_TAX, Outcome
from todoke.exchange.refusals import RefusedError
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (intermediary.ACQUISITIONS, intermediary.CodeWanted(integrated_numbers=[])),
        (
            intermediary.REPLICAS,
            intermediary.Replicas(information_code=LOCAL_TAX, fiscal_year=2021, records=[]),
        ),
        (intermediary.INQUIRIES, intermediary.Inquiries(records=[])),
        (intermediary.RESULTS, intermediary.ResultsWanted(after=0, limit=1)),
        (intermediary.LINK_CODES, intermediary.LinkCodes(records=[])),
        (intermediary.PROVISION_REQUESTS, intermediary.ProvisionRequests(records=[])),
        (intermediary.PROVISIONS, intermediary.Provisions(provider=organisation(EAST), records=[])),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_another_citys_messages_are_refused(towns: Towns, kind: object, body: object) -> None:
    with pytest.raises(RefusedError) as caught:
        towns.ask(f"city:{EAST}", f"platform:{HOME}", kind, body)  # type: ignore[arg-type]
    assert caught.value.code is ErrorCode.PERMISSION_DENIED


def provision(permit_id: str, **changes: object) -> intermediary.Provision:
    fields: dict[str, object] = {
        "permit_id": permit_id,
        "record_id": "r1",
        "outcome": Outcome.ANSWERED,
        "error": "",
        "items": items(7),
        "provided_at": clock.now(),
    }
    return intermediary.Provision(**{**fields, **changes})  # type: ignore[arg-type]


def bring(towns: Towns, sender: str, record: intermediary.Provision, *, provider: str = "") -> int:
    body = intermediary.Provisions(provider=organisation(provider or sender), records=[record])
    count: int = towns.ask(f"platform:{sender}", f"platform:{HOME}", intermediary.PROVISIONS, body).count
    return count


@pytest.fixture
def asked(towns: Towns) -> Towns:
    """HOME has asked EAST about person 1 (r1); nothing was delivered yet."""
    towns.open_for_business(2)
    towns.register(EAST, [1, 2])
    towns.inquire([inquiry("r1", 1, EAST)])
    return towns


def test_a_platform_that_was_not_asked_cannot_answer(asked: Towns) -> None:
    assert bring(asked, WEST, provision("p1")) == 0
    with pytest.raises(RefusedError) as caught:
        bring(asked, WEST, provision("p1"), provider=EAST)
    assert caught.value.code is ErrorCode.PERMISSION_DENIED
    asked.deliver()
    assert asked.results()["r1"].items == items(1)


@pytest.mark.parametrize("early", [True, False], ids=["before the permit", "after the permit"])
def test_an_answer_under_an_invented_permit_changes_nothing(asked: Towns, early: bool) -> None:
    if not early:
        asked.deliver()
    bring(asked, EAST, provision("invented"))
    asked.deliver()
    assert asked.results()["r1"].items == items(1)
    assert asked.rows(alias(HOME), "SELECT count(*) FROM intermediary_arrived_provision") == [(0,)]


def test_an_answer_is_not_changed_by_a_second_one(asked: Towns) -> None:
    asked.deliver()
    before = asked.results()
    permit_id = asked.rows(alias(HOME), "SELECT permit_id FROM intermediary_inquiry")[0][0]
    bring(asked, EAST, provision(permit_id))
    bring(asked, EAST, provision(permit_id, outcome=Outcome.HELD, items=()))
    assert asked.results() == before


@pytest.mark.parametrize(
    "changes", [{"items": ()}, {"outcome": Outcome.HELD}, {"outcome": Outcome.ASKED, "items": ()}]
)
def test_items_and_outcome_must_agree(asked: Towns, changes: dict[str, object]) -> None:
    with pytest.raises(RefusedError) as caught:
        bring(asked, EAST, provision("p1", **changes))
    assert caught.value.code is ErrorCode.RECORD_INVALID


def test_another_provider_cannot_report_on_a_permit(asked: Towns) -> None:
    asked.deliver()
    permit_id = asked.rows("network", "SELECT permit_id FROM network_exchange_record")[0][0]
    report = network.ProvisionReport(permit_id, Outcome.HELD, clock.now())
    body = network.ProvisionReports(records=[report])
    assert asked.ask(f"platform:{WEST}", "network", network.REPORTS, body).count == 0
    assert asked.ask(f"platform:{EAST}", "network", network.REPORTS, body).count == 0  # and not backwards
    assert asked.records()["network"][0][7] == "answered"


def test_the_same_person_under_two_numbers_does_not_take_the_first_ones_code(towns: Towns) -> None:
    towns.open_for_business(2)
    stranger = own_number(HOME, 77)
    wanted = intermediary.CodeWanted(integrated_numbers=[stranger])
    states = towns.ask(f"city:{HOME}", f"platform:{HOME}", intermediary.ACQUISITIONS, wanted)
    from tests.systems.three_towns import number_of

    record = network.JukiAcquisition(states.acquisition_numbers[0], number_of(1))
    body = network.JukiAcquisitions(organisation=organisation(HOME), records=[record])
    towns.ask(f"city:{HOME}", "network", network.ACQUIRE, body)
    towns.deliver()
    query = "SELECT state, acquisition_number FROM intermediary_link_code WHERE integrated_number = %s"
    assert towns.rows(alias(HOME), query, [stranger]) == [("failed", None)]
    assert towns.inquire([inquiry("r1", 77, EAST), inquiry("r2", 1, EAST)]) == ["no_link_code", ""]
