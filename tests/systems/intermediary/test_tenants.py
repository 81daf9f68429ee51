"""S17: whatever one municipality's certificate asks about another's objects is refused and logged. Generated from the kinds."""

from __future__ import annotations

import importlib
import types
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
import pytest

from tests.systems.dumps import tables
from tests.systems.three_towns import EAST, HOME, TOWNS, WEST, Towns, alias, inquiry, organisation, own_number
from todoke.contracts import intermediary
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE
from todoke.exchange import envelope, handlers, kinds
from todoke.exchange.envelope import Direction, Header
from todoke.exchange.kinds import MessageKind
from todoke.exchange.refusals import RefusalBody, RefusedError
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation

for _system in ("intermediary", "network"):
    importlib.import_module(f"todoke.systems.{_system}.serves")
KINDS = {
    name: one.kind
    for name, one in sorted(handlers._handlers.items())
    if name.startswith(("intermediary.", "network."))
}
OWN, OTHER = HOME, EAST
Objects = dict[str, str]


def objects_of(towns: Towns, town: str) -> list[Objects]:
    """Every identifier that the intermediary of a town holds, by the names of the fields that carry such."""
    people = towns.rows(
        alias(town), "SELECT integrated_number, link_code FROM intermediary_link_code ORDER BY 1"
    )
    asked = towns.rows(alias(town), "SELECT record_id, permit_id FROM intermediary_inquiry ORDER BY 1")
    given = towns.rows(alias(town), "SELECT record_id, permit_id FROM intermediary_provision_case ORDER BY 1")
    named = [{"integrated_number": number, "link_code": code} for number, code in people]
    named += [{"record_id": record, "permit_id": permit} for record, permit in (*asked, *given)]
    return [{"organisation": organisation(town), **one} for one in named]


def filled(kind: Any, name: str, ids: Objects) -> Any:
    """A value of the type, with the object's identifiers wherever a field of their name stands."""
    optional = get_origin(kind) in (types.UnionType, Union) and type(None) in get_args(kind)
    if optional or get_origin(kind) is Annotated:
        return filled(get_args(kind)[0], name, ids)
    if get_origin(kind) is list:
        return [filled(get_args(kind)[0], name.removesuffix("s"), ids)]
    if get_origin(kind) is tuple:
        return ()
    if issubclass(kind, msgspec.Struct):
        fields = msgspec.structs.fields(kind)
        return kind(**{one.name: filled(one.type, one.name, ids) for one in fields})
    if issubclass(kind, Enum):
        return list(kind)[-1]
    return {str: text(name, ids), bytes: b"x" * 32, bool: False, int: 2021, datetime: clock.now(), date: clock.today()}[kind]  # fmt: skip


def text(name: str, ids: Objects) -> str:
    plain = {"duty": DUTY, "procedure": PROCEDURE, "information_code": LOCAL_TAX, "prefixe": "", "code": "1"}
    if name in ("inquirer", "provider"):
        return ids["organisation"]
    if name in ("ended", "heir"):
        return ids.get("integrated_number", "x")
    return ids.get(name) or plain.get(name, "x")


def state(towns: Towns, name: str) -> dict[str, Any]:
    """Everything in a database that a message could change, but the log."""
    kept = [
        table for table in tables(name) if table.startswith(("intermediary", "network", "exchange_outbox"))
    ]
    return {
        table: towns.rows(
            name, f"SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {table} t"
        )
        for table in kept
    }


@pytest.fixture
def busy(towns: Towns) -> Towns:
    """Every town has people, copies, questions of its own and questions it answered."""
    towns.open_for_business(3)
    for town in TOWNS:
        towns.register(town, [1, 2, 3], held=[3])
    for asker, provider in ((HOME, EAST), (EAST, WEST), (WEST, EAST)):
        towns.inquire([inquiry(f"{asker}-{p}", p, provider, asker=asker) for p in (1, 3)], asker=asker)
    towns.deliver()
    return towns


def knocks(kind: MessageKind[Any, Any], receiver: str) -> Iterator[str]:
    """Own parties that the kind's declaration does not hear at that door."""
    name = alias(receiver) if receiver in TOWNS else "network"
    for sender in (f"city:{OWN}", f"platform:{OWN}"):
        if handlers.handler_of(kind.name).senders(name, sender) is not True:
            yield sender


def test_no_object_of_another_is_reached_through_its_door(busy: Towns) -> None:
    """Own certificate, another's door: kind × object × sender."""
    before, objects = state(busy, alias(OTHER)), objects_of(busy, OTHER)
    already = Operation.objects.using(alias(OTHER)).filter(outcome="refused").count()
    tried = 0
    for kind in KINDS.values():
        if not kind.name.startswith("intermediary."):
            continue
        for ids in objects:
            for sender in knocks(kind, OTHER):
                with pytest.raises(RefusedError) as refused:
                    busy.ask(sender, f"platform:{OTHER}", kind, filled(kind.request, "", ids))
                assert refused.value.code is ErrorCode.PERMISSION_DENIED, (kind.name, sender)
                tried += 1
    platforms = [name for name in KINDS if name.startswith("intermediary.")]
    assert tried == len(objects) * (
        2 * len(platforms) - 1
    )  # of all these, another platform may bring provisions only
    logged = Operation.objects.using(alias(OTHER)).filter(outcome="refused", verb="exchange:message:receive")
    assert logged.count() - already == tried
    assert set(logged.values_list("actor", flat=True)) == {f"city:{OWN}", f"platform:{OWN}"}
    assert state(busy, alias(OTHER)) == before


@pytest.mark.parametrize("signed_by", ["own key", "stolen key"])
def test_another_s_name_with_the_own_certificate_is_refused(busy: Towns, signed_by: str) -> None:
    """Also when the signature is the other's: certificate and signature must both be of the sender."""
    before, (ids, *_) = state(busy, alias(OTHER)), objects_of(busy, OTHER)
    for kind in KINDS.values():
        if not kind.name.startswith("intermediary."):
            continue
        for claimed, real in ((f"city:{OTHER}", f"city:{OWN}"), ("network", f"platform:{OWN}")):
            key = busy.ring.signing_key(real if signed_by == "own key" else claimed)
            header = Header(
                instance="towns", direction=Direction.REQUEST, sender=claimed, receiver=f"platform:{OTHER}",
                contract=kind.name, message_key="k", sent_at=clock.now(),
            )  # fmt: skip
            _, wire = envelope.seal(header, kinds.encode(filled(kind.request, "", ids)), key)
            door = busy.transport._doors[f"platform:{OTHER}"]  # type: ignore[attr-defined]
            certificate = busy.ring.directory.entry(real).certificate
            answer = door.receive(f"platform:{OTHER}", wire, certificate=certificate)
            body = envelope.open_(answer.wire, busy.ring.directory, now=clock.now()).body
            assert msgspec.json.decode(body, type=RefusalBody).error == "SENDER_REFUSED"
            newest = Operation.objects.using(alias(OTHER)).order_by("-id")[0]
            assert (newest.actor, newest.subject) == (real, f"{kind.name}:SENDER_REFUSED as {claimed}")
    assert state(busy, alias(OTHER)) == before


def told(towns: Towns, sender: str, receiver: str, kind: MessageKind[Any, Any], body: Any) -> object:
    """The answer, or the code of the refusal, without what only counts messages, tells the time, or is sealed anew each time."""
    try:
        answer = towns.ask(sender, receiver, kind, body)
    except TodokeError as error:
        return error.code
    plain = msgspec.to_builtins(answer)
    return {name: value for name, value in plain.items() if name not in ("clock", "backlogs", "sealed")}


def test_another_s_objects_are_unknown_at_the_own_door(busy: Towns) -> None:
    """What is theirs gets the very answer that an invented identifier gets, and touches nothing of theirs."""
    before = state(busy, alias(OTHER))
    invented = {
        "organisation": organisation(OTHER), "integrated_number": own_number(OTHER, 999), "link_code": "0" * 32,
        "record_id": "invented", "permit_id": "invented",
    }  # fmt: skip
    for kind in KINDS.values():
        changing = kind.name.startswith(("intermediary.replicas.", "intermediary.acquisitions."))
        if changing or not handlers.handler_of(kind.name).senders(alias(OWN), f"city:{OWN}"):
            continue  # these make the number known as one's own: a 統合番号 means nothing outside its municipality
        for ids in objects_of(busy, OTHER):
            if ids.get("record_id", "").startswith(OWN):
                continue  # a question of one's own, which they answered
            theirs, other = (
                told(busy, f"city:{OWN}", f"platform:{OWN}", kind, filled(kind.request, "", one))
                for one in (ids, {name: invented[name] for name in ids})
            )
            assert _beside_looks(theirs) == _beside_looks(other), kind.name
    assert state(busy, alias(OTHER)) == before


def _beside_looks(answer: object) -> object:
    """Without one's own looks at the number: each question of this test is one more of them."""
    if not isinstance(answer, dict) or "sections" not in answer:
        return answer
    return [section for section in answer["sections"] if section["key"] != "intermediary.looks"]


def test_the_network_hears_nobody_in_another_s_name(busy: Towns) -> None:
    before = state(busy, "network")
    for name, ids in (
        (name, ids) for name in KINDS if name.startswith("network.") for ids in objects_of(busy, OTHER)
    ):
        kind = KINDS[name]
        if name in ("network.permission_list.v1", "network.revocations.v1"):
            continue  # one list for everybody
        if ids.get("record_id", "").startswith(OWN):
            continue  # a question of one's own, which they answered
        for sender in (f"city:{OWN}", f"platform:{OWN}"):
            answer = told(busy, sender, "network", kind, filled(kind.request, "", ids))
            nothing = (
                {"count": 0},
                {"refusals": ["check_digit"]},
                {"count": 1},
            )  # an invented number: nobody, sealed
            assert answer in (ErrorCode.PERMISSION_DENIED, *nothing), (name, answer)
    assert state(busy, "network") == before


def test_the_kinds_of_the_platform_are_all_here() -> None:
    assert len([name for name in KINDS if name.startswith("intermediary.")]) >= 14
    assert intermediary.PROVISIONS.name in KINDS
