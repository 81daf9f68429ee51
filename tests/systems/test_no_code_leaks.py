"""S2: a 符号 lives at the intermediary alone. A real acquisition, then everything the city wrote, said and showed is searched.

The search must be able to fail: it finds every 符号 in the intermediary's own database, and every 取得番号 as long as
it is on its way. Afterwards a 取得番号 stands in no table of any database (番号法21条の2).
"""

from __future__ import annotations

import inspect
import logging
import types
import typing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.urls import reverse

from tests import hiring
from tests.systems import city
from tests.systems.dumps import whole
from tests.systems.test_bulk_query import ORDER, arrivals
from tests.systems.world import World
from todoke.access import middleware
from todoke.access import parties as actors
from todoke.access.permissions import Role
from todoke.contracts import inquiry as inquiry_contract
from todoke.contracts import intermediary, linkage, network, residents
from todoke.exchange import envelope, handlers, kinds
from todoke.exchange.kinds import MessageKind
from todoke.exchange.transport import InProcessTransport
from todoke.kernel import clock
from todoke.systems.inquiry import jobs as inquiry
from todoke.systems.inquiry.serves import InquiryService
from todoke.systems.linkage import jobs
from todoke.systems.linkage.models import Query
from todoke.systems.linkage.queries import codes as reads

SYSTEM = actors.actor("city:14100")
CITYS = ("linkage", "benefits", "inquiry", "residents", "directory_city")
OWN = "intermediary_14100"
PAGES = ("home", "linkage-codes", "linkage-codes-list", "linkage-intermediary", "metrics")


@dataclass
class Overheard:
    """What went over the wire, in the clear: the 符号 of the city's intermediary, and all 取得番号."""

    codes: set[str] = field(default_factory=set)
    acquisitions: set[str] = field(default_factory=set)


@pytest.fixture
def overheard(monkeypatch: pytest.MonkeyPatch) -> Overheard:
    heard, post = Overheard(), InProcessTransport.post

    def listening(self: InProcessTransport, receiver: str, wire: bytes, sender: str) -> bytes:
        contract = envelope.read_header(wire).contract
        if contract in (intermediary.LINK_CODES.name, network.ACQUIRE.name):
            body = envelope.open_(wire, self.ring.directory, now=clock.now()).body
            if contract == network.ACQUIRE.name and sender == "city:14100":
                asked = kinds.decode(network.JukiAcquisitions, body)
                heard.acquisitions |= {record.acquisition_number for record in asked.records}
            elif receiver == "platform:14100":
                told = kinds.decode(intermediary.LinkCodes, body)
                heard.codes |= {record.link_code for record in told.records}
        return post(self, receiver, wire, sender)

    monkeypatch.setattr(InProcessTransport, "post", listening)
    return heard


def found(secrets: Iterable[str], text: str) -> set[str]:
    """The secrets that stand in a text as they are, or as the hex of their characters (in a bytea column)."""
    folded = text.lower()
    return {one for one in secrets if one in folded or one.encode().hex() in folded}


def shown() -> dict[str, str]:
    """The city's screens as an operator who may see everything about 符号 sees them."""
    hiring.hire("directory_city", {"s077": [Role.OPERATOR]})
    client = Client(headers={"host": "localhost"}, **{middleware.TERMINAL: hiring.TERMINAL})
    client.cookies[middleware.COOKIE] = hiring.session("directory_city", "s077")
    texts = {}
    for name in PAGES:
        answer = client.get(reverse(name), {"purpose": "点検"} if name.endswith("list") else {})
        assert answer.status_code == 200, name
        texts[name] = answer.content.decode()
    return texts


def test_a_code_shows_up_nowhere_in_the_city_and_an_acquisition_number_ends_with_its_use(
    world: World,
    overheard: Overheard,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    caplog.set_level(logging.DEBUG)
    by = city.actor(city.OPERATOR)
    jobs.acquire(batch_ids=None, by=by, transport=world.transport)
    assert len(overheard.acquisitions) > 500
    assert found(overheard.acquisitions, whole(OWN)) == overheard.acquisitions
    assert found(overheard.acquisitions, whole("network")) == overheard.acquisitions
    for alias in CITYS:
        assert not found(overheard.acquisitions, whole(alias)), alias

    world.drain(30)
    jobs.stand(by=SYSTEM, transport=world.transport)
    assert reads.counts().by_state["present"] == len(overheard.codes) == len(overheard.acquisitions)
    InquiryService().order(order_id=ORDER, resident_codes=list(arrivals())[:20], by=city.CLERK)
    inquiry.write_requests(ORDER, tmp_path, by=by)
    world.exchange(inquiry.batches(ORDER))
    assert Query.objects.using("linkage").exclude(sequence=0).exists()
    pages = shown()
    said = capfd.readouterr()
    logged = "\n".join(record.getMessage() for record in caplog.records)

    assert found(overheard.codes, whole(OWN)) == overheard.codes
    for alias in CITYS:
        assert not found(overheard.codes, whole(alias)), alias
    for text in (said.out, said.err, caplog.text, logged, *pages.values()):
        assert not found(overheard.codes | overheard.acquisitions, text)
    assert "取得済" in pages["linkage-codes-list"]
    for alias in settings.DATABASES:
        if alias != "default":
            assert not found(overheard.acquisitions, whole(alias)), alias


@pytest.mark.usefixtures("city_site")
def test_the_search_would_find_a_code_that_leaked() -> None:
    """The control: text, and bytes in an answer that was kept, of the very databases that must be clean."""
    code = "0123456789abcdef" * 2
    with connections["linkage"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO exchange_inbox (message_id, receiver, sender, contract, message_key, request_sha256, answer)"
            " VALUES (gen_random_uuid(), 'r', 's', 'c', 'k', '', convert_to(%s, 'UTF8'))",
            [f'{{"link_code":"{code}"}}'],
        )
    assert found([code], whole("linkage")) == {code}
    assert not found([code], whole("inquiry"))


def _structs(kind: object, seen: set[type]) -> Iterator[type[msgspec.Struct]]:
    """A type and all that its fields hold."""
    for part in typing.get_args(kind):
        yield from _structs(part, seen)
    if inspect.isclass(kind) and issubclass(kind, msgspec.Struct) and kind not in seen:
        seen.add(kind)
        yield kind
        for hint in typing.get_type_hints(kind).values():
            yield from _structs(hint, seen)


def _carries(kind: object, *words: str) -> bool:
    return any(name in words for struct in _structs(kind, set()) for name in struct.__struct_fields__)


def _kinds(*modules: types.ModuleType) -> list[MessageKind[Any, Any]]:
    named = {
        kind.name: kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, MessageKind)
    }
    return list(named.values())


def test_no_type_that_the_city_receives_has_room_for_a_code() -> None:
    """Only messages between network and intermediaries carry one; no answer does, and the city may not even send them."""
    with_code = {
        kind.name: kind for kind in _kinds(intermediary, network) if _carries(kind.request, "link_code")
    }
    assert set(with_code) == {
        intermediary.LINK_CODES.name, intermediary.PROVISION_REQUESTS.name, network.PERMITS.name,
    }  # fmt: skip
    for kind in _kinds(intermediary, network):
        assert not _carries(kind.answer, "link_code"), kind.name
    for name in with_code:
        assert handlers.handler_of(name).senders(OWN, "city:14100") is not True
    for module in (linkage, inquiry_contract, residents):
        for value in vars(module).values():
            assert not _carries(value, "link_code", "acquisition_number", "acquisition_numbers"), value


def test_answers_with_acquisition_numbers_are_kept_by_nobody() -> None:
    for kind in _kinds(intermediary, network):
        if _carries(kind.answer, "acquisition_number", "acquisition_numbers"):
            assert kind.fresh, kind.name
