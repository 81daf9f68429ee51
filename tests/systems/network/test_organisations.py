"""機関 apart from 団体: who may take part, 符号 per organisation, and what a second organisation of a city may do."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connections
from msgspec import structs

from tests.systems.lists import FIRST, SECOND, publish_list, register_organisations
from tests.systems.three_towns import (
    EAST,
    HOME,
    PLATFORM_STAFF,
    WEST,
    Towns,
    alias,
    inquiry,
    number_of,
    organisation,
    own_number,
)
from todoke.contracts import intermediary, network
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE, Outcome
from todoke.contracts.network import ListEntry
from todoke.exchange.refusals import RefusedError
from todoke.identifiers import municipality
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.intermediary.actions.fetch_list import fetch_list
from todoke.systems.network import needs
from todoke.systems.network.actions.confirm_organisations import confirm_organisations, refuse_organisation
from todoke.systems.network.actions.propose_organisations import Wanted, propose_organisations
from todoke.systems.network.actions.suspend_organisation import suspend_organisation
from todoke.systems.network.rules.link_codes import LinkCodes
from todoke.systems.network.rules.organisations import BOARD_OF_EDUCATION
from todoke.systems.network.rules.permission_list import ENTRIES

SCHOOLS = {town: municipality.organisation_code(town, BOARD_OF_EDUCATION) for town in (HOME, EAST, WEST)}
FROM = ENTRIES[0].valid_from


@pytest.fixture
def open_towns(towns: Towns) -> Towns:
    towns.open_for_business(3)
    towns.register(EAST, [1, 2, 3])
    return towns


def acquire(towns: Towns, town: str, persons: list[int], of: str) -> None:
    """符号 of these persons for one organisation of a town."""
    wanted = intermediary.CodeWanted(
        integrated_numbers=[own_number(town, p) for p in persons], organisation=of
    )
    states = towns.ask(f"city:{town}", f"platform:{town}", intermediary.ACQUISITIONS, wanted)
    records = [
        network.JukiAcquisition(number, number_of(p))
        for number, p in zip(states.acquisition_numbers, persons, strict=True)
    ]
    towns.ask(
        f"city:{town}", "network", network.ACQUIRE, network.JukiAcquisitions(organisation=of, records=records)
    )
    towns.deliver()


def codes(towns: Towns, town: str) -> dict[tuple[str, str], str]:
    query = "SELECT organisation, integrated_number, link_code FROM intermediary_link_code"
    return {(o, n): code for o, n, code in towns.rows(alias(town), query) if code}


def inquire(towns: Towns, record_id: str, person: int, *, of: str, provider: str) -> str:
    body = intermediary.Inquiries(
        records=[structs.replace(inquiry(record_id, person, EAST), provider=provider)], organisation=of
    )
    receipts = towns.ask(f"city:{HOME}", f"platform:{HOME}", intermediary.INQUIRIES, body)
    towns.deliver()
    return str(receipts.refusals[0])


def outcome(towns: Towns, record_id: str) -> tuple[Outcome, str]:
    result = towns.results()[record_id]
    return result.outcome, result.error


def entry(inquirer: str, provider: str) -> ListEntry:
    return ListEntry(inquirer, provider, DUTY, PROCEDURE, LOCAL_TAX, FROM, None)


def publish(*entries: ListEntry) -> None:
    publish_list(entries=entries)
    for town in (HOME, EAST):
        fetch_list(alias=alias(town), by=PLATFORM_STAFF)


def test_two_organisations_of_one_city_share_no_code(open_towns: Towns) -> None:
    register_organisations([HOME], kind=BOARD_OF_EDUCATION)
    acquire(open_towns, HOME, [1, 2, 3], SCHOOLS[HOME])
    held = codes(open_towns, HOME)
    main = {held[organisation(HOME), own_number(HOME, p)] for p in (1, 2, 3)}
    schools = {held[SCHOOLS[HOME], own_number(HOME, p)] for p in (1, 2, 3)}
    assert len(main) == len(schools) == 3
    assert not main & schools
    # nothing but the network's keys joins the two: not a byte of the one stands in the other
    halves = {code[i : i + 16] for code in main for i in (0, 16)}
    assert not halves & {code[i : i + 16] for code in schools for i in (0, 16)}


def test_only_the_network_converts_and_only_what_belongs_to_the_asker(open_towns: Towns) -> None:
    register_organisations([HOME], kind=BOARD_OF_EDUCATION)
    acquire(open_towns, HOME, [1], SCHOOLS[HOME])
    held = codes(open_towns, HOME)
    main, school = (held[of, own_number(HOME, 1)] for of in (organisation(HOME), SCHOOLS[HOME]))
    keys = needs.read_secrets()
    machine = LinkCodes(id_key=keys.id_code, code_key=keys.link_code)
    assert machine.convert([main], of=organisation(HOME), to=[SCHOOLS[HOME]]) == [school]
    assert LinkCodes(id_key=keys.id_code, code_key=b"x" * 32).convert(
        [main], of=organisation(HOME), to=[SCHOOLS[HOME]]
    ) == [None]
    # the board of education cannot ask with the mayor's 符号
    publish(entry(SCHOOLS[HOME], "*"))
    request = network.PermitRequest(
        "r9", main, organisation(EAST), DUTY, PROCEDURE, LOCAL_TAX, "1", clock.now()
    )
    body = network.PermitRequests(inquirer=SCHOOLS[HOME], records=[request])
    answer = open_towns.ask(f"platform:{HOME}", "network", network.PERMITS, body)
    assert answer.records[0].refusal == "unknown_code"


def test_a_second_organisation_asks_under_its_own_entries_only(open_towns: Towns) -> None:
    register_organisations([HOME], kind=BOARD_OF_EDUCATION)
    assert inquire(open_towns, "r0", 1, of=SCHOOLS[HOME], provider=organisation(EAST)) == "no_link_code"
    acquire(open_towns, HOME, [1], SCHOOLS[HOME])
    inquire(open_towns, "r1", 1, of=SCHOOLS[HOME], provider=organisation(EAST))
    assert outcome(open_towns, "r1") == (Outcome.REFUSED, "not_on_list"), "* is every mayor, not every office"
    publish(*ENTRIES, entry("*" + BOARD_OF_EDUCATION, "*"))
    inquire(open_towns, "r2", 1, of=SCHOOLS[HOME], provider=organisation(EAST))
    assert outcome(open_towns, "r2") == (Outcome.ANSWERED, "")
    records = open_towns.records()
    assert records["inquirer"] == records["provider"] == records["network"]
    assert {row[1] for row in records["network"]} == {SCHOOLS[HOME]}


def test_a_second_organisation_provides_under_its_own_entries_and_codes(open_towns: Towns) -> None:
    register_organisations([EAST], kind=BOARD_OF_EDUCATION)
    publish(*ENTRIES, entry(organisation(HOME), SCHOOLS[EAST]))
    inquire(open_towns, "r1", 1, of="", provider=SCHOOLS[EAST])
    assert outcome(open_towns, "r1") == (Outcome.NO_RECORD, ""), "the person has no 符号 at that organisation"
    acquire(open_towns, EAST, [1], SCHOOLS[EAST])
    inquire(open_towns, "r2", 1, of="", provider=SCHOOLS[EAST])
    assert outcome(open_towns, "r2") == (Outcome.ANSWERED, "")
    records = open_towns.records()
    assert records["inquirer"] == records["provider"] == records["network"]
    assert {row[2] for row in records["network"]} == {SCHOOLS[EAST]}


def test_a_city_speaks_for_no_other_citys_organisation(open_towns: Towns) -> None:
    register_organisations([WEST], kind=BOARD_OF_EDUCATION)
    for kind, body in (
        (intermediary.INQUIRIES, intermediary.Inquiries(records=[inquiry("r1", 1, EAST)], organisation=SCHOOLS[WEST])),
        (
            intermediary.ACQUISITIONS,
            intermediary.CodeWanted(integrated_numbers=[own_number(HOME, 1)], organisation=SCHOOLS[WEST]),
        ),
    ):  # fmt: skip
        with pytest.raises(RefusedError) as caught:
            open_towns.ask(f"city:{HOME}", f"platform:{HOME}", kind, body)
        assert caught.value.code is ErrorCode.PERMISSION_DENIED


def test_unknown_and_suspended_organisations_get_neither_permit_nor_code(open_towns: Towns) -> None:
    publish(*ENTRIES, entry(SCHOOLS[HOME], "*"), entry("*", SCHOOLS[EAST]))
    with pytest.raises(RefusedError):
        acquire(open_towns, HOME, [1], SCHOOLS[HOME])
    inquire(open_towns, "r1", 1, of="", provider=SCHOOLS[EAST])
    assert outcome(open_towns, "r1") == (Outcome.REFUSED, "unknown_provider")

    suspend_organisation(organisation=organisation(EAST), reason="証明書の漏えいの疑い", by=FIRST)
    inquire(open_towns, "r2", 1, of="", provider=organisation(EAST))
    assert outcome(open_towns, "r2") == (Outcome.REFUSED, "suspended_provider")
    suspend_organisation(organisation=organisation(HOME), reason="訓練", by=FIRST)
    inquire(open_towns, "r3", 1, of="", provider=organisation(WEST))
    assert outcome(open_towns, "r3") == (Outcome.REFUSED, "suspended_inquirer")
    counted = open_towns.rows("network", "SELECT reason, records FROM network_refusal ORDER BY id")
    assert counted == [("unknown_provider", 1), ("suspended_provider", 1), ("suspended_inquirer", 1)]

    again = [Wanted(organisation=organisation(t), name=t, valid_from=FROM) for t in (EAST, HOME)]
    proposed = propose_organisations(wanted=again, by=FIRST)
    with pytest.raises(TodokeError, match="SAME_PERSON"):
        confirm_organisations(numbers=proposed, by=FIRST)
    confirm_organisations(numbers=proposed, by=SECOND)
    inquire(open_towns, "r4", 1, of="", provider=organisation(EAST))
    assert outcome(open_towns, "r4") == (Outcome.ANSWERED, "")


def test_a_registration_has_its_days(open_towns: Towns) -> None:
    over = Wanted(organisation=organisation(EAST), name="期限切れ", valid_from=FROM, valid_to=FROM)
    confirm_organisations(numbers=propose_organisations(wanted=[over], by=FIRST), by=SECOND)
    inquire(open_towns, "r1", 1, of="", provider=organisation(EAST))
    assert outcome(open_towns, "r1") == (Outcome.REFUSED, "unknown_provider")


def test_the_database_keeps_the_two_people_and_the_facts(towns: Towns) -> None:
    wanted = Wanted(organisation=SCHOOLS[HOME], name="教育委員会", valid_from=FROM)
    (number,) = propose_organisations(wanted=[wanted], by=FIRST)
    for statement in (
        "UPDATE network_organisation SET state = 'registered', confirmed_by = 'n001', confirmed_at = now()",
        "UPDATE network_organisation SET state = 'registered'",
        "UPDATE network_organisation SET name = '別の機関'",
        "UPDATE network_organisation SET state = 'suspended'",
        "DELETE FROM network_organisation",
        "INSERT INTO network_organisation SELECT id + 9, organisation, name, kind, '14101', party, valid_from, valid_to,"
        " state, state_at, state_by, proposed_by, proposed_at, confirmed_by, confirmed_at, reason FROM network_organisation",
    ):
        with pytest.raises(IntegrityError), connections["network"].cursor() as cursor:
            cursor.execute(f"{statement}" + (f" WHERE id = {number}" if "INSERT" not in statement else ""))
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        propose_organisations(wanted=[wanted], by=SECOND)
    refuse_organisation(number=number, by=FIRST)
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        confirm_organisations(numbers=[number], by=SECOND)
