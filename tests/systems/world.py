"""The invented city of 600 with its neighbours, their intermediaries and the network: three realms over the real database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings

from tests.systems import city
from tests.systems.lists import publish_list, register_organisations
from todoke.access.permissions import Actor, Role
from todoke.batch.progress import LineMeter
from todoke.contracts import registry
from todoke.contracts.holding import Holders, Numbers
from todoke.contracts.inquiry import Inquiries
from todoke.contracts.linkage import Linkage
from todoke.contracts.residents import Residents
from todoke.contracts.trust import NetworkSignature, Participants, PermitSeal
from todoke.exchange import keys
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.door import Door
from todoke.exchange.ring import KeyRing
from todoke.exchange.transport import InProcessTransport, Transport
from todoke.sample.neighbours import enrol
from todoke.sites.instance import EXAMPLE as MUNICIPALITIES
from todoke.sites.trust import RingTrust
from todoke.systems.benefits.serves import BenefitsHolder
from todoke.systems.inquiry.serves import InquiryHolder, InquiryService
from todoke.systems.intermediary import serves as intermediary_serves
from todoke.systems.intermediary.actions.fetch_list import fetch_list
from todoke.systems.linkage import jobs as linkage
from todoke.systems.linkage.serves import LinkageHolder, LinkageService
from todoke.systems.network import serves as network_serves
from todoke.systems.network.actions.load_register import load_register
from todoke.systems.network.actions.make_keys import make_keys
from todoke.systems.residents import jobs as residents
from todoke.systems.residents.serves import ResidentRegister, ResidentsHolder

assert intermediary_serves
assert network_serves

HOME, *NEIGHBOURS = MUNICIPALITIES
PARTIES = {"network": "network", "city:14100": "linkage"} | {
    f"platform:{code}": f"intermediary_{code}" for code in MUNICIPALITIES
}


@dataclass
class World:
    """Three realms in one process: the city's line, and a pump that delivers everybody's messages."""

    transport: Transport
    dispatcher: Dispatcher

    def drain(self, timeout: float) -> int:
        return self.dispatcher.drain(min(timeout, 30))

    def exchange(self, batch_ids: Sequence[str]) -> None:
        by = city.actor(city.OPERATOR)
        linkage.exchange(batch_ids, by=by, transport=self.transport, dispatcher=self, timeout=30, patience=30)


def build(root: Path) -> World:
    """Join the realms with keys below `root` and fill their databases: register, list, 符号 and replicas of the neighbours."""
    keys.make(root, instance=settings.TODOKE_INSTANCE_NAME, owners=_owners())
    return joined(KeyRing(root, *owners()))


def owners() -> list[str]:
    """Whose keys the world signs with: everybody's."""
    return [owner.folder for owner in _owners()]


def _owners() -> list[keys.Owner]:
    urls = dict.fromkeys(("city", "platform", "national"), "https://127.0.0.1:1")
    return keys.owners(city=HOME, neighbours=NEIGHBOURS, urls=urls)


def joined(ring: KeyRing) -> World:
    """The same with keys that are there."""
    transport = InProcessTransport(ring, dict.fromkeys(PARTIES, Door(ring, PARTIES)))
    trust = RingTrust(ring)
    for contract in (PermitSeal, NetworkSignature, Participants):
        registry.serve(contract, trust)
    registry.serve(Transport, transport)
    registry.serve(Residents, ResidentRegister())
    registry.serve(Linkage, LinkageService())
    registry.serve(Inquiries, InquiryService())
    numbers = LinkageHolder()
    holders = {"residents": ResidentsHolder(), "benefits": BenefitsHolder(), "inquiry": InquiryHolder()}
    registry.serve(Holders, Holders({**holders, "linkage": numbers}))
    registry.serve(Numbers, numbers)
    world = World(transport, Dispatcher(transport, PARTIES, longest_wait=timedelta(seconds=0.2)))
    _open(world)
    return world


def _open(world: World) -> None:
    nation = Actor(staff_id="n001", roles=frozenset({Role.NETWORK_OPERATOR}))
    platform = Actor(staff_id="p001", roles=frozenset({Role.PLATFORM_OPERATOR}))
    make_keys(by=nation)
    load_register(file=city.files() / "national" / "juki.csv", by=nation)
    register_organisations(MUNICIPALITIES)
    publish_list(by=nation)
    for code in MUNICIPALITIES:
        fetch_list(alias=f"intermediary_{code}", by=platform)
    for code in NEIGHBOURS:
        folder = city.files() / "neighbours" / code
        enrol(world.transport, folder, code, LineMeter(code), wait=lambda: world.drain(5) and None)
    base, latest = (city.files() / f"residents_{kind}.csv" for kind in ("base", "latest"))
    residents.load(base, latest, date(2022, 2, 1), by=city.actor(city.CLERK))
    linkage.load(city.files() / "individual_numbers.csv", by=city.actor(city.OPERATOR))
