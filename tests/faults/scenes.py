"""What the fault tests do to the three towns: stop a message half-way, change it, move a clock, run without a guard."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.systems.three_towns import (
    EAST,
    HOME,
    OFFICER,
    SECOND_OFFICER,
    WEST,
    Towns,
    alias,
    contact,
    inquiry,
    own_number,
)
from todoke.contracts import intermediary, network, permits
from todoke.contracts.intermediary import ProvisionRequest, ProvisionRequests
from todoke.exchange import bodies, kinds
from todoke.exchange.dispatch import Dispatcher
from todoke.kernel import clock
from todoke.systems.intermediary import queries
from todoke.systems.intermediary.actions.release_held import confirm_release, propose_release
from todoke.systems.intermediary.flows import Decision

_BODY = "SELECT body FROM exchange_outbox WHERE state = 'waiting' AND contract = %s ORDER BY id DESC LIMIT 1"


def ready(towns: Towns, *, held: Sequence[int] = ()) -> Towns:
    """Four persons with copies in EAST and WEST; nothing asked yet."""
    towns.open_for_business(4)
    towns.register(EAST, [1, 2, 3, 4], held=held)
    towns.register(WEST, [1, 2, 3, 4])
    return towns


def ask(towns: Towns, record_id: str = "r1", person: int = 1, provider: str = EAST) -> None:
    assert towns.inquire([inquiry(record_id, person, provider)]) == [""]


def deliver_from(towns: Towns, *parties: str, seconds: float = 5) -> None:
    """Only these parties' messages; `platform:…` or `network`. What they cause at others stays in those outboxes."""
    Dispatcher(towns.transport, {party: towns.parties[party] for party in parties}).drain(seconds)


def permitted(towns: Towns, record_id: str = "r1", person: int = 1, provider: str = EAST) -> ProvisionRequest:
    """HOME has asked and been permitted; the permit lies in the network's outbox, and is handed to us, too."""
    ask(towns, record_id, person, provider)
    deliver_from(towns, f"platform:{HOME}")
    row = bodies.fetch("network", _BODY, (intermediary.PROVISION_REQUESTS.name,))
    assert row is not None
    return kinds.decode(ProvisionRequests, row[0]).records[-1]


def bring(towns: Towns, *requests: ProvisionRequest, to: str = EAST) -> int:
    """The network's door keeper is fooled, or the network itself is: these requests arrive at a provider."""
    body = ProvisionRequests(records=list(requests))
    count: int = towns.ask("network", f"platform:{to}", intermediary.PROVISION_REQUESTS, body).count
    return count


def resigned(
    towns: Towns, request: ProvisionRequest, *, signer: str = "network", **changes: object
) -> ProvisionRequest:
    """The permit with changes, signed anew."""
    encoded = msgspec.structs.replace(permits.decode(request.permit), **changes).encode()
    signature = towns.ring.signing_key(signer).sign(permits.DOMAIN + encoded)
    return ProvisionRequest(encoded, signature, request.link_code)


def code_of(towns: Towns, person: int, town: str = EAST) -> str:
    """The town's 符号 of a person."""
    query = "SELECT link_code FROM intermediary_link_code WHERE integrated_number = %s"
    return str(towns.rows(alias(town), query, [own_number(town, person)])[0][0])


def digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def cases(towns: Towns, town: str = EAST) -> list[tuple[Any, ...]]:
    """How the provider decided: (outcome, error)."""
    return towns.rows(
        alias(town), "SELECT outcome, error FROM intermediary_provision_case ORDER BY received_at"
    )


def release(*, first: object = OFFICER, second: object = SECOND_OFFICER) -> None:
    """Two officers of EAST release whatever is held."""
    ids = [entry.permit_id for entry in queries.held(alias(EAST))]
    for permit_id in ids:
        contact(permit_id, by=first)  # type: ignore[arg-type]
        propose_release(
            alias=alias(EAST),
            permit_ids=[permit_id],
            decision=Decision.RELEASE,
            reason="電話で確認",
            by=first,
        )  # type: ignore[arg-type]
        confirm_release(alias=alias(EAST), permit_ids=[permit_id], decision=Decision.RELEASE, by=second)  # type: ignore[arg-type]


@contextmanager
def moved_clock(by: timedelta) -> Iterator[None]:
    """Everybody's clock, for a while; database times move with it as far as the code sets them."""
    real: Callable[[], Any] = clock.now
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: real() + by)
        yield


def reports_of(permit_id: str, outcome: Any) -> network.ProvisionReports:
    return network.ProvisionReports(records=[network.ProvisionReport(permit_id, outcome, clock.now())])
