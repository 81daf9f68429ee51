"""schemathesis attacks our served doors along their OpenAPI documents (slow).

Never HTTP 500, never a code outside the closed list, always a defined error body.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sites.conformance import served
from todoke.exchange import envelope, kinds, parties
from todoke.exchange.refusals import RefusalBody
from todoke.kernel.errors import ErrorCode, Family
from todoke.sites.conformance.kit import Kit
from todoke.sites.conformance.trial import OTHER, TOWN, Role
from todoke.sites.documents import openapi
from todoke.sites.realms import Realm

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("databases")]

REALM = {Role.INTERMEDIARY: Realm.PLATFORM, Role.NETWORK: Realm.NATIONAL}
KIND_EXAMPLES, WIRE_EXAMPLES = 15, 60
SENDERS = {
    Role.INTERMEDIARY: [parties.city(TOWN), parties.NETWORK, parties.platform(OTHER)],
    Role.NETWORK: [parties.city(TOWN), parties.platform(TOWN)],
}
LISTED = {code.name for code in ErrorCode if code.family is not Family.FAULT}


def schema_of(document: dict[str, Any]) -> Any:
    return schemathesis.openapi.from_dict(document)


def by_kind(document: dict[str, Any]) -> dict[str, Any]:
    """The same document with one operation a kind, so that schemathesis makes bodies of every kind."""
    post = {
        f"/kinds/{kind['name']}": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": kind["request"]}},
                },
                "responses": {"200": {"description": "answer"}},
            }
        }
        for kind in document["x-message-kinds"]
    }
    return {**document, "paths": post, "security": []}


def attack(strategy: Any, look: Any, examples: int) -> None:
    """Hypothesis, outside of its own decorators, since the server lives in a with block."""

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=strategy)
    def each(case: Any) -> None:
        look(case)

    each()


def check(status: int, signed: bool, body: bytes) -> None:
    told = msgspec.json.decode(body, type=RefusalBody)
    assert status != 500
    assert status in openapi.statuses()
    assert told.error in LISTED
    assert told.sentence
    if signed:
        assert ErrorCode[told.error].family.http_status == status


@pytest.mark.parametrize("role", Role)
def test_generated_bodies_of_every_kind_and_any_wire(tmp_path: Path, role: Role) -> None:
    document = openapi.document(REALM[role])
    schema = schema_of(by_kind(document))
    with served.site_of(tmp_path, role) as (trial, _port):
        kit = Kit(trial, renew_list=lambda: None)
        for kind in document["x-message-kinds"]:
            bodies = schema[f"/kinds/{kind['name']}"]["POST"].as_strategy()
            senders = st.sampled_from(SENDERS[role])
            attack(
                st.tuples(bodies, senders),
                lambda drawn, name=kind["name"]: _send(kit, name, *drawn),
                KIND_EXAMPLES,
            )
        operation = schema_of(document)["/exchange/{party}"]["POST"]
        attack(operation.as_strategy(), lambda case: _post(kit, case), WIRE_EXAMPLES)
        kit.close()


def _send(kit: Kit, name: str, case: Any, sender: str) -> None:
    """A generated body, well signed."""
    header, wire = kit.seal(kit.header(sender, name), json.dumps(case.body, default=str).encode())
    reply = kit.knock(header, wire)
    assert reply.answer is not None, reply
    if reply.code:
        check(reply.status, True, reply.answer.body)
    else:
        kinds_served = {kind.name: kind for kind in openapi.served(REALM[kit.trial.role])}
        kinds.decode(kinds_served[name].answer, reply.answer.body)


def _post(kit: Kit, case: Any) -> None:
    """A generated request of HTTP: any bytes to any party."""
    content = case.body if isinstance(case.body, bytes) else str(case.body).encode()
    client: httpx.Client = kit._client(SENDERS[kit.trial.role][0])
    came = client.post(f"{kit.url}/exchange/{case.path_parameters['party']}", content=content)
    signed = came.headers["content-type"] == "application/octet-stream"
    check(came.status_code, signed, envelope._split(came.content)[3] if signed else came.content)
