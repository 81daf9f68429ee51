"""Who serves what in one process: contracts in process, message kinds at the door, parties and their databases.

Imports Django models: only for a process that has entered its realm (`sites.entering`).
"""

from __future__ import annotations

import importlib

from todoke.contracts import registry
from todoke.contracts.holding import Holders, Numbers
from todoke.contracts.inquiry import Inquiries
from todoke.contracts.linkage import Linkage
from todoke.contracts.residents import Residents
from todoke.contracts.trust import NetworkSignature, Participants, PermitSeal
from todoke.exchange import parties
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.door import Door
from todoke.exchange.ring import KeyRing
from todoke.exchange.transport import HttpTransport, Transport
from todoke.sites.instance import Instance
from todoke.sites.realms import PER_MUNICIPALITY, Realm, alias
from todoke.sites.trust import RingTrust


def wire(realm: Realm) -> None:
    """Register what the realm's systems serve; systems of other realms are not even imported."""
    importlib.import_module("todoke.sites.witnessing")
    if realm is Realm.CITY:
        residents = importlib.import_module("todoke.systems.residents.serves")
        inquiry = importlib.import_module("todoke.systems.inquiry.serves")
        linkage = importlib.import_module("todoke.systems.linkage.serves")
        registry.serve(Residents, residents.ResidentRegister())
        registry.serve(Inquiries, inquiry.InquiryService())
        registry.serve(Linkage, linkage.LinkageService())
        benefits = importlib.import_module("todoke.systems.benefits.serves")
        numbers = linkage.LinkageHolder()
        holders = {"residents": residents.ResidentsHolder(), "benefits": benefits.BenefitsHolder()}
        registry.serve(Holders, Holders({**holders, "inquiry": inquiry.InquiryHolder(), "linkage": numbers}))
        registry.serve(Numbers, numbers)
        instance = Instance.load()
        registry.serve(Transport, HttpTransport(KeyRing(instance.path, realm.value)))
        registry.serve(Dispatcher, dispatcher(realm, instance))
    elif realm is Realm.PLATFORM:
        ring = KeyRing(Instance.load().path, realm.value)
        registry.serve(NetworkSignature, RingTrust(ring))
        registry.serve(Transport, HttpTransport(ring))
        importlib.import_module("todoke.systems.intermediary.serves")
    else:
        trust = RingTrust(KeyRing(Instance.load().path, realm.value))
        registry.serve(PermitSeal, trust)
        registry.serve(Participants, trust)
        importlib.import_module("todoke.systems.network.serves")


def doorplates(realm: Realm, instance: Instance) -> dict[str, str]:
    """Party → database alias of its outbox and inbox, for the parties of one realm."""
    if realm is Realm.CITY:
        return {parties.city(instance.city): alias("linkage")}
    if realm is Realm.PLATFORM:
        return {parties.platform(code): alias(PER_MUNICIPALITY, code) for code in instance.municipalities}
    return {parties.NETWORK: alias("network")}


def door(realm: Realm, instance: Instance) -> Door:
    """The site's door for signed messages."""
    return Door(KeyRing(instance.path, realm.value), doorplates(realm, instance))


def dispatcher(realm: Realm, instance: Instance) -> Dispatcher:
    """Delivers what the realm's systems send, over mutual TLS."""
    transport = HttpTransport(KeyRing(instance.path, realm.value))
    plates = doorplates(realm, instance)
    # they wait for the disk and for receivers, hardly ever for the processor
    return Dispatcher(transport, plates, workers=min(2 + len(plates), 12))
