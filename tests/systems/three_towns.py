"""Three invented municipalities, their intermediaries and the network, joined in process over the real database."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connections

from tests import hiring
from tests.hiring import Right
from tests.systems.lists import publish_list, register_organisations
from todoke.access import directory
from todoke.access.permissions import Actor, Role
from todoke.contracts import intermediary, network, registry
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE, TAX_ITEMS, Item
from todoke.contracts.trust import NetworkSignature, Participants, PermitSeal
from todoke.exchange import client, keys
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.door import Door
from todoke.exchange.kinds import MessageKind
from todoke.exchange.ring import KeyRing
from todoke.exchange.transport import InProcessTransport, Transport
from todoke.identifiers import individual_number, integrated_number, municipality
from todoke.kernel import clock
from todoke.oplog import keys as oplog_keys
from todoke.sites.trust import RingTrust
from todoke.systems.intermediary import serves as intermediary_serves
from todoke.systems.intermediary.actions.fetch_list import fetch_list
from todoke.systems.intermediary.actions.note_contact import Contact, note_contact
from todoke.systems.network import serves as network_serves
from todoke.systems.network.actions.load_register import load_register
from todoke.systems.network.actions.make_keys import make_keys

assert intermediary_serves
assert network_serves

HOME, EAST, WEST = "14100", "13112", "14130"
TOWNS = (HOME, EAST, WEST)
NETWORK_STAFF = Actor(staff_id="n001", roles=frozenset({Role.NETWORK_OPERATOR}))
PLATFORM_STAFF = Actor(staff_id="p001", roles=frozenset({Role.PLATFORM_OPERATOR}))
OFFICER = Actor(staff_id="p002", roles=frozenset({Role.PROVIDER_OFFICER}))
SECOND_OFFICER = Actor(staff_id="p003", roles=frozenset({Role.PROVIDER_OFFICER}))

_serial = itertools.count()


def number_of(person: int) -> str:
    """The invented 個人番号 of a person."""
    body = f"9{person:010d}"
    return body + individual_number.check_digit(body)


def code_of(person: int) -> str:
    """The invented 住民票コード of a person."""
    return f"8{person:010d}"


def own_number(town: str, person: int) -> str:
    """The 統合番号 that a town gives to a person; no two towns give the same."""
    return integrated_number.mint(int(town) * 1_000_000 + person)


def organisation(town: str) -> str:
    return municipality.organisation_code(town)


def alias(town: str) -> str:
    return f"intermediary_{town}"


def items(person: int, *, missing: Sequence[str] = ()) -> tuple[Item, ...]:
    """Sixteen items that differ from person to person."""
    return tuple(
        Item(None, "NotAcceptable") if name in missing else Item(str(person * 100 + place), None)
        for place, name in enumerate(TAX_ITEMS)
    )


def inquiry(
    record_id: str, person: int, provider: str, *, asker: str = HOME, **changes: str
) -> intermediary.Inquiry:
    fields = {
        "record_id": record_id,
        "integrated_number": own_number(asker, person),
        "provider": organisation(provider),
        "duty": DUTY,
        "procedure": PROCEDURE,
        "information_code": LOCAL_TAX,
        "nondisclosure": "1",
    }
    return intermediary.Inquiry(**{**fields, **changes})


@dataclass
class Towns:
    """The joined parties. `transport` may be replaced by one that loses messages."""

    ring: KeyRing
    transport: Transport
    parties: dict[str, str]
    folder: Path
    persons: list[int] = field(default_factory=list)

    def ask(self, sender: str, receiver: str, kind: MessageKind[Any, Any], body: Any, key: str = "") -> Any:
        return client.request(
            self.transport,
            sender=sender,
            receiver=receiver,
            kind=kind,
            body=body,
            key=key or f"test/{next(_serial)}",
        )

    def dispatcher(self) -> Dispatcher:
        return Dispatcher(self.transport, self.parties, longest_wait=timedelta(seconds=0.2))

    def deliver(self, timeout: float = 30) -> None:
        dispatcher = self.dispatcher()
        dispatcher.drain(timeout)
        assert dispatcher.waiting() == 0

    def open_for_business(self, persons: int) -> None:
        """Keys, register, list and its copies; every person has a 符号 in each town."""
        self.persons = list(range(1, persons + 1))
        make_keys(by=NETWORK_STAFF)
        self.load([(code_of(p), number_of(p)) for p in self.persons])
        register_organisations(TOWNS)
        publish_list(by=NETWORK_STAFF)
        for town in TOWNS:
            fetch_list(alias=alias(town), by=PLATFORM_STAFF)
            self.acquire(town, self.persons)
        self.deliver()

    def load(self, rows: Sequence[tuple[str, str]]) -> None:
        file = self.folder / "juki.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([("juki_code", "individual_number"), *rows])
        load_register(file=file, by=NETWORK_STAFF)

    def acquire(self, town: str, persons: Sequence[int]) -> network.JukiReceipts:
        city = f"city:{town}"
        wanted = intermediary.CodeWanted(integrated_numbers=[own_number(town, p) for p in persons])
        states = self.ask(city, f"platform:{town}", intermediary.ACQUISITIONS, wanted)
        records = [
            network.JukiAcquisition(acquisition, number_of(p))
            for acquisition, p in zip(states.acquisition_numbers, persons, strict=True)
        ]
        body = network.JukiAcquisitions(organisation=organisation(town), records=records)
        receipts: network.JukiReceipts = self.ask(city, "network", network.ACQUIRE, body)
        return receipts

    def register(
        self,
        town: str,
        persons: Sequence[int],
        *,
        held: Sequence[int] = (),
        missing: Sequence[str] = (),
        year: int = 2021,
    ) -> None:
        records = [
            intermediary.ReplicaRecord(own_number(town, p), p in held, items(p, missing=missing))
            for p in persons
        ]
        body = intermediary.Replicas(information_code=LOCAL_TAX, fiscal_year=year, records=records)
        self.ask(f"city:{town}", f"platform:{town}", intermediary.REPLICAS, body)

    def inquire(self, records: Sequence[intermediary.Inquiry], *, asker: str = HOME) -> list[str]:
        body = intermediary.Inquiries(records=list(records))
        receipts = self.ask(f"city:{asker}", f"platform:{asker}", intermediary.INQUIRIES, body)
        refusals: list[str] = receipts.refusals
        return refusals

    def results(self, *, asker: str = HOME, after: int = 0) -> dict[str, intermediary.Result]:
        body = intermediary.ResultsWanted(after=after, limit=10_000)
        found = self.ask(f"city:{asker}", f"platform:{asker}", intermediary.RESULTS, body)
        assert [r.sequence for r in found.records] == sorted({r.sequence for r in found.records})
        return {result.record_id: result for result in found.records}

    def rows(self, name: str, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with connections[name].cursor() as cursor:
            cursor.execute(query, list(parameters))
            return list(cursor.fetchall())

    def records(self) -> dict[str, list[tuple[Any, ...]]]:
        """The exchange records of the three parties, all towns together, sorted."""
        columns = "permit_id, inquirer, provider, duty, procedure, information_code, requested_at, outcome, provided_at"
        query = f"SELECT {columns} FROM intermediary_exchange_record WHERE side = %s"
        sides = {
            side: sorted(row for town in TOWNS for row in self.rows(alias(town), query, [side]))
            for side in ("inquirer", "provider")
        }
        return {
            **sides,
            "network": sorted(self.rows("network", f"SELECT {columns} FROM network_exchange_record")),
        }


def contact(permit_id: str, *, town: str = EAST, by: Actor = OFFICER, **changes: Any) -> None:
    """照会元への確認, all of it confirmed unless `changes` say otherwise."""
    said = {
        "contacted_at": clock.now(), "means": "telephone", "office": "福祉保健課", "official": "見本 花子",
        "law": True, "need": True, "handling": True, **changes,
    }  # fmt: skip
    note_contact(alias=alias(town), permit_id=permit_id, contact=Contact(**said), by=by)


def build(root: Path, instance_name: str) -> Towns:
    """Keys and doors of the three towns, and their officers; what the systems need is served from them."""
    rights = [Right(role=Role.PROVIDER_OFFICER, municipality=town) for town in TOWNS]
    hiring.hire(directory.alias(), {OFFICER.staff_id: rights, SECOND_OFFICER.staff_id: rights})
    neighbours = [EAST, WEST]
    urls = dict.fromkeys(("city", "platform", "national"), "https://127.0.0.1:1")
    owners = keys.owners(city=HOME, neighbours=neighbours, urls=urls)
    keys.make(root, instance=instance_name, owners=owners)
    oplog_keys.make(root, "national")  # where the fixtures look for keys
    ring = KeyRing(root, *(owner.folder for owner in owners))
    parties = {"network": "network", **{f"platform:{town}": alias(town) for town in TOWNS}}
    transport = InProcessTransport(ring, dict.fromkeys(parties, Door(ring, parties)))
    trust = RingTrust(ring)
    for contract in (PermitSeal, NetworkSignature, Participants):
        registry.serve(contract, trust)
    registry.serve(Transport, transport)
    return Towns(ring=ring, transport=transport, parties=parties, folder=root)
