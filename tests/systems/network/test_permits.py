"""What the network refuses, record by record, and what it never forgets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections

from tests.systems.lists import publish_list
from tests.systems.three_towns import EAST, HOME, NETWORK_STAFF, WEST, Towns, alias, organisation, own_number
from todoke.contracts import network
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE, Outcome
from todoke.contracts.permits import DOMAIN, decode
from todoke.exchange.refusals import RefusedError
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.network import needs


@pytest.fixture
def town(towns: Towns) -> Towns:
    towns.open_for_business(5)
    return towns


def code(towns: Towns, town: str, person: int) -> str:
    query = "SELECT link_code FROM intermediary_link_code WHERE integrated_number = %s"
    return str(towns.rows(alias(town), query, [own_number(town, person)])[0][0])


def wanted(towns: Towns, record_id: str, person: int = 1, **changes: str) -> network.PermitRequest:
    fields: dict[str, Any] = {
        "record_id": record_id,
        "link_code": code(towns, HOME, person),
        "provider": organisation(EAST),
        "duty": DUTY,
        "procedure": PROCEDURE,
        "information_code": LOCAL_TAX,
        "nondisclosure": "1",
        "requested_at": clock.now(),
    }
    return network.PermitRequest(**{**fields, **changes})


def ask(towns: Towns, *records: network.PermitRequest, inquirer: str = HOME) -> list[str]:
    body = network.PermitRequests(inquirer=organisation(inquirer), records=list(records))
    answer = towns.ask(f"platform:{HOME}", "network", network.PERMITS, body)
    assert [row.record_id for row in answer.records] == [row.record_id for row in records]
    assert all(bool(row.permit_id) != bool(row.refusal) for row in answer.records)
    return [row.refusal for row in answer.records]


def test_each_record_is_judged_by_itself(town: Towns) -> None:
    refusals = ask(
        town,
        wanted(town, "good"),
        wanted(town, "good", 2),
        wanted(town, "duty", duty="JM01000000999000"),
        wanted(town, "procedure", procedure="JT0"),
        wanted(town, "information", information_code="TM1"),
        wanted(town, "nowhere", provider=organisation("01100")),
        wanted(town, "nonsense", provider="13112"),
        wanted(town, "itself", provider=organisation(HOME)),
        wanted(town, "code", link_code=code(town, EAST, 1)),
        wanted(town, "invented", link_code="0" * 32),
    )
    assert refusals == [
        "", "duplicate_record", "not_on_list", "not_on_list", "not_on_list", "unknown_provider",
        "unknown_provider", "unknown_provider", "unknown_code", "unknown_code",
    ]  # fmt: skip
    assert ask(town, wanted(town, "good"), wanted(town, "code")) == ["duplicate_record", ""]


def test_nobody_asks_in_anothers_name(town: Towns) -> None:
    with pytest.raises(RefusedError) as caught:
        ask(town, wanted(town, "r1"), inquirer=WEST)
    assert caught.value.code is ErrorCode.PERMISSION_DENIED
    assert town.rows("network", "SELECT count(*) FROM network_exchange_record") == [(0,)]


def test_the_permit_binds_everything_and_is_signed(town: Towns, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = {}
    monkeypatch.setattr(
        needs, "ask_provision", lambda provider, requests, key: sent.update({provider: requests})
    )
    ask(town, wanted(town, "r1"), wanted(town, "r2", 2, provider=organisation(WEST)))
    assert sorted(sent) == sorted([organisation(EAST), organisation(WEST)])
    (request,) = sent[organisation(EAST)]
    permit = decode(request.permit)
    assert town.ring.directory.entry("network").signed(DOMAIN + request.permit, request.signature)
    assert request.link_code == code(town, EAST, 1)
    assert (permit.inquirer, permit.provider, permit.route) == (
        organisation(HOME),
        organisation(EAST),
        f"platform:{HOME}",
    )
    assert (permit.record_id, permit.instance, permit.list_edition) == ("r1", "towns", 1)
    assert permit.expires_at - permit.issued_at == timedelta(hours=24)
    assert permit.encode() == request.permit
    (other,) = sent[organisation(WEST)]
    assert decode(other.permit).nonce != permit.nonce


def test_without_a_list_in_force_nothing_is_permitted_and_the_sender_tries_again(
    town: Towns, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=31))
    with pytest.raises(TodokeError, match="UNAVAILABLE"):
        ask(town, wanted(town, "r1"))
    publish_list(by=NETWORK_STAFF)
    assert ask(town, wanted(town, "r1")) == [""]


def test_editions_only_grow(town: Towns) -> None:
    assert publish_list(by=NETWORK_STAFF).edition == 2
    with pytest.raises(IntegrityError), connections["network"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO network_list_edition (edition, issued_at, issued_by, approved_by, valid_until, body, signature)"
            " SELECT 1, issued_at, issued_by, approved_by, valid_until, body, signature"
            " FROM network_list_edition WHERE edition = 2"
        )


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM network_exchange_record",
        "UPDATE network_exchange_record SET outcome = 'asked', provided_at = NULL",
        "UPDATE network_exchange_record SET outcome = 'held'",
        "UPDATE network_exchange_record SET provider = 'x'",
        "UPDATE network_list_edition SET valid_until = valid_until + interval '1 year'",
        "DELETE FROM network_list_entry",
    ],
)
def test_the_database_refuses_to_rewrite_records(town: Towns, statement: str) -> None:
    ask(town, wanted(town, "r1"))
    (permit_id,) = town.rows("network", "SELECT permit_id FROM network_exchange_record")[0]
    report = network.ProvisionReport(permit_id, Outcome.ANSWERED, clock.now())
    body = network.ProvisionReports(records=[report])
    assert town.ask(f"platform:{EAST}", "network", network.REPORTS, body).count == 1
    with pytest.raises(IntegrityError), connections["network"].cursor() as cursor:
        cursor.execute(statement)
