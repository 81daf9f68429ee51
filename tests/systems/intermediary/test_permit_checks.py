"""What a provider does with permits that are forged, stale, used, foreign, or not on its own list."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from tests.systems.lists import publish_list
from tests.systems.three_towns import (
    EAST,
    HOME,
    NETWORK_STAFF,
    PLATFORM_STAFF,
    WEST,
    Towns,
    alias,
    inquiry,
    organisation,
    own_number,
)
from todoke.contracts import intermediary
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE, Outcome
from todoke.contracts.network import ListEntry
from todoke.contracts.permits import DOMAIN, ProvisionPermit
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.systems.intermediary.actions.fetch_list import fetch_list
from todoke.systems.network.rules.permission_list import ENTRIES


def permit(**changes: object) -> ProvisionPermit:
    now = clock.now()
    fields: dict[str, object] = {
        "permit_id": str(uuid4()),
        "instance": "towns",
        "inquirer": organisation(HOME),
        "provider": organisation(EAST),
        "duty": DUTY,
        "procedure": PROCEDURE,
        "information_code": LOCAL_TAX,
        "link_code_sha256": "",
        "record_id": "r1",
        "route": f"platform:{HOME}",
        "nonce": "n",
        "list_edition": 1,
        "requested_at": now,
        "issued_at": now,
        "expires_at": now + timedelta(hours=1),
    }
    return ProvisionPermit(**{**fields, **changes})  # type: ignore[arg-type]


def east_code(towns: Towns, person: int = 1) -> str:
    query = "SELECT link_code FROM intermediary_link_code WHERE integrated_number = %s"
    return str(towns.rows(alias(EAST), query, [own_number(EAST, person)])[0][0])


def request(
    towns: Towns, body: ProvisionPermit, *, signer: str = "network", code: str = ""
) -> intermediary.ProvisionRequest:
    code = code or east_code(towns)
    if not body.link_code_sha256:
        body = permit(**{**_fields(body), "link_code_sha256": hashlib.sha256(code.encode()).hexdigest()})
    encoded = body.encode()
    return intermediary.ProvisionRequest(encoded, towns.ring.signing_key(signer).sign(DOMAIN + encoded), code)


def _fields(body: ProvisionPermit) -> dict[str, object]:
    return {name: getattr(body, name) for name in body.__struct_fields__}


def bring(towns: Towns, *requests: intermediary.ProvisionRequest, to: str = EAST) -> int:
    body = intermediary.ProvisionRequests(records=list(requests))
    count: int = towns.ask("network", f"platform:{to}", intermediary.PROVISION_REQUESTS, body).count
    return count


def cases(towns: Towns, town: str = EAST) -> list[tuple[str, str]]:
    return towns.rows(
        alias(town), "SELECT outcome, error FROM intermediary_provision_case ORDER BY received_at"
    )


def sent(towns: Towns, town: str = EAST) -> list[str]:
    query = "SELECT receiver || ' ' || contract FROM exchange_outbox WHERE state = 'waiting' ORDER BY 1"
    return [row[0] for row in towns.rows(alias(town), query)]


@pytest.fixture
def town(towns: Towns) -> Towns:
    towns.open_for_business(3)
    towns.register(EAST, [1, 2, 3], held=[3])
    return towns


ANSWERED = [f"platform:{HOME} {intermediary.PROVISIONS.name}"]
"""The network is told when they have left."""


def test_a_good_permit_is_answered_along_its_route_and_reported(town: Towns) -> None:
    assert bring(town, request(town, permit())) == 1
    assert cases(town) == [("answered", "")]
    assert sent(town) == ANSWERED


@pytest.mark.parametrize(
    "changes",
    [
        {"instance": "another"},
        {"provider": organisation(WEST)},
        {"route": f"platform:{WEST}"},
        {"inquirer": "not an organisation"},
        {"inquirer": organisation(EAST), "route": f"platform:{EAST}"},
    ],
    ids=["other instance", "other provider", "other route", "no organisation", "to itself"],
)
def test_a_permit_that_is_not_for_us_is_dropped_without_an_answer(
    town: Towns, changes: dict[str, object]
) -> None:
    assert bring(town, request(town, permit(**changes))) == 0
    assert (cases(town), sent(town)) == ([], [])


def test_a_forged_permit_is_dropped_without_an_answer(town: Towns) -> None:
    good = request(town, permit())
    changed = intermediary.ProvisionRequest(
        good.permit.replace(b'"r1"', b'"r2"'), good.signature, good.link_code
    )
    assert bring(town, request(town, permit(), signer=f"platform:{HOME}"), changed) == 0
    assert (cases(town), sent(town)) == ([], [])


def test_a_permit_is_used_once_even_when_it_comes_twice_in_one_message_or_in_another(town: Towns) -> None:
    once = request(town, permit())
    assert bring(town, once, once) == 1
    town.deliver()
    assert bring(town, once) == 0
    assert sent(town) == []
    log = town.rows(alias(EAST), "SELECT subject FROM oplog_operation WHERE subject LIKE 'used:%%'")
    assert log == [("used:1",), ("used:1",)]


def test_an_expired_permit_is_refused_with_the_reason(town: Towns) -> None:
    old = clock.now() - timedelta(days=2)
    assert bring(town, request(town, permit(issued_at=old, expires_at=old + timedelta(days=1)))) == 1
    assert cases(town) == [("refused", "permit_expired")]
    assert sent(town) == ANSWERED


def test_a_code_that_the_permit_does_not_bind_is_refused(town: Towns) -> None:
    bound = request(town, permit(), code=east_code(town, 1))
    swapped = intermediary.ProvisionRequest(bound.permit, bound.signature, east_code(town, 2))
    bring(town, swapped)
    assert cases(town) == [("refused", "code_not_bound")]


def test_a_genuine_permit_that_the_own_list_does_not_allow_is_refused(town: Towns) -> None:
    for changes in ({"duty": "JM01000000999000"}, {"procedure": "JT0"}, {"information_code": "TM1"}):
        bring(town, request(town, permit(**changes)))
    assert cases(town) == [("refused", "not_on_list")] * 3


def test_the_own_copy_counts_although_the_network_has_moved_on(town: Towns) -> None:
    """The newer list names only WEST; EAST has fetched it, so HOME's permit under edition 1 is not served."""
    only_west = ListEntry(organisation(WEST), "*", DUTY, PROCEDURE, LOCAL_TAX, ENTRIES[0].valid_from, None)
    publish_list(by=NETWORK_STAFF, entries=[only_west])
    bring(town, request(town, permit()))
    assert cases(town) == [("answered", "")]
    assert fetch_list(alias=alias(EAST), by=PLATFORM_STAFF).edition == 2
    bring(town, request(town, permit()))
    assert cases(town)[1:] == [("refused", "not_on_list")]


def test_an_entry_counts_on_its_days_only(town: Towns) -> None:
    over = ListEntry(
        "*", "*", DUTY, PROCEDURE, LOCAL_TAX, ENTRIES[0].valid_from, clock.today() - timedelta(days=1)
    )
    publish_list(by=NETWORK_STAFF, entries=[over])
    fetch_list(alias=alias(EAST), by=PLATFORM_STAFF)
    bring(town, request(town, permit()))
    assert cases(town) == [("refused", "not_on_list")]


def test_without_a_valid_copy_everything_is_refused(town: Towns, later: Callable[[timedelta], None]) -> None:
    later(timedelta(days=40))
    bring(town, request(town, permit()), request(town, permit()))
    assert cases(town) == [("refused", "no_valid_list")] * 2


def test_an_older_list_and_a_wrongly_signed_list_are_not_taken(
    town: Towns, monkeypatch: pytest.MonkeyPatch
) -> None:
    from todoke.systems.intermediary import needs

    first = needs.fetch_list(alias(WEST), 0)
    publish_list(by=NETWORK_STAFF)
    fetch_list(alias=alias(WEST), by=PLATFORM_STAFF)
    monkeypatch.setattr(needs, "fetch_list", lambda *_: first)
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        fetch_list(alias=alias(WEST), by=PLATFORM_STAFF)
    forged = type(first)(body=first.body.replace(b'"edition":1', b'"edition":9'), signature=first.signature)
    monkeypatch.setattr(needs, "fetch_list", lambda *_: forged)
    with pytest.raises(TodokeError, match="SENDER_REFUSED"):
        fetch_list(alias=alias(WEST), by=PLATFORM_STAFF)


def test_held_and_unknown_persons_are_never_answered_automatically(town: Towns) -> None:
    unknown = "0" * 32
    bring(town, request(town, permit(), code=east_code(town, 3)), request(town, permit(), code=unknown))
    assert sorted(cases(town)) == [("held", ""), ("no_record", "")]
    town.deliver()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    real: Callable[[], datetime] = clock.now

    def move(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: real() + by)

    return move


def test_the_inquirer_hears_of_a_refusal(town: Towns) -> None:
    over = ListEntry(
        "*", "*", DUTY, PROCEDURE, LOCAL_TAX, ENTRIES[0].valid_from, clock.today() - timedelta(days=1)
    )
    publish_list(by=NETWORK_STAFF, entries=[over])
    fetch_list(alias=alias(EAST), by=PLATFORM_STAFF)
    publish_list(by=NETWORK_STAFF)  # the network allows it again, EAST's own copy does not
    town.inquire([inquiry("r1", 1, EAST)])
    town.deliver()
    result = town.results()["r1"]
    assert (result.outcome, result.error, result.items) == (Outcome.REFUSED, "not_on_list", ())
    records = town.records()
    assert records["inquirer"] == records["provider"] == records["network"]
    assert records["network"][0][7] == "refused"
