"""Our own servers under trial: a real door behind mutual TLS over the real database, in this process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import msgspec
from django.test import override_settings

from tests.systems.lists import publish_list, register_organisations
from tests.systems.three_towns import NETWORK_STAFF, PLATFORM_STAFF
from todoke.contracts import registry
from todoke.contracts.trust import NetworkSignature, Participants, PermitSeal
from todoke.exchange import keys
from todoke.exchange.directory import FILE_NAME
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.door import Door
from todoke.exchange.ring import KeyRing
from todoke.exchange.server import DoorServer
from todoke.exchange.transport import HttpTransport, Transport
from todoke.kernel.errors import TodokeError
from todoke.sites.conformance import people, trial
from todoke.sites.conformance.kit import Kit
from todoke.sites.conformance.run import playing, run
from todoke.sites.conformance.trial import OTHER, THIRD, TOWN, Role, Trial
from todoke.sites.ports import free_port
from todoke.sites.trust import RingTrust
from todoke.systems.intermediary import serves as intermediary_serves
from todoke.systems.intermediary.actions.fetch_list import fetch_list
from todoke.systems.network import serves as network_serves
from todoke.systems.network.actions.load_register import load_register
from todoke.systems.network.actions.make_keys import make_keys

assert intermediary_serves
assert network_serves

INSTANCE = "trial"
OWNER = {Role.INTERMEDIARY: "platform", Role.NETWORK: "national"}
ALIAS = {Role.INTERMEDIARY: f"intermediary_{TOWN}", Role.NETWORK: "network"}
PATIENCE = 8.0


def register_both(site: Path, folder: Path, role: Role, *, instance: str, kit_port: int) -> None:
    """Keys on both sides; each side admits the other's public half, as docs/conformance.md says."""
    ours = keys.make(
        site,
        instance=instance,
        owners=[keys.Owner(folder=OWNER[role], parties=[role.party], url="https://127.0.0.1:1")],
    )
    listen = f"https://127.0.0.1:{kit_port}"
    theirs = trial.prepare(folder, role, instance=instance, listen=listen, host="127.0.0.1")
    (folder / trial.VENDOR).write_bytes(msgspec.json.encode(ours))
    (site / FILE_NAME).write_bytes(msgspec.json.encode(trial.admit(ours, theirs)))


@contextmanager
def site_of(root: Path, role: Role) -> Iterator[tuple[Trial, int]]:
    """Our server for a role; the trial and the port of the kit's own door."""
    site, folder, kit_port = root / "site", root / "trial", free_port()
    with ExitStack() as stack:
        stack.enter_context(
            override_settings(TODOKE_INSTANCE_NAME=INSTANCE, TODOKE_KEYS_FOLDER=site / "national" / "keys")
        )
        register_both(site, folder, role, instance=INSTANCE, kit_port=kit_port)
        ring = KeyRing(site, OWNER[role])
        transport = HttpTransport(ring)
        stack.callback(transport.close)
        for contract in (PermitSeal, NetworkSignature, Participants):
            registry.serve(contract, RingTrust(ring))
        registry.serve(Transport, transport)
        here = {role.party: ALIAS[role]}
        server = stack.enter_context(DoorServer(Door(ring, here), owner=OWNER[role], threads=4))
        if role is Role.NETWORK:
            open_network(folder)
        stack.enter_context(delivering(Dispatcher(transport, here, longest_wait=timedelta(seconds=0.2))))
        yield trial.join(folder, role, url=f"https://127.0.0.1:{server.port}"), kit_port


def open_network(folder: Path) -> None:
    """What the operator of a network under trial does first."""
    people.write_register(folder)
    make_keys(by=NETWORK_STAFF)
    load_register(file=folder / people.REGISTER, by=NETWORK_STAFF)
    register_organisations([TOWN, OTHER, THIRD])
    publish_list(by=NETWORK_STAFF)


@contextmanager
def delivering(dispatcher: Dispatcher) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=dispatcher.run, args=[stop])
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def renew_list() -> None:
    """The operator's act; a list that is not taken leaves the old one in force."""
    with suppress(TodokeError):
        fetch_list(alias=ALIAS[Role.INTERMEDIARY], by=PLATFORM_STAFF)


def findings(root: Path, role: Role, *, renew: Callable[[], None] = renew_list) -> dict[str, str]:
    """Rule number → "" when kept, "n/a …", or what the kit said."""
    with (
        site_of(root, role) as (prepared, port),
        playing(Kit(prepared, renew_list=renew, patience=PATIENCE), port) as kit,
    ):
        found = run(prepared, kit, lambda finding: None)
    return {
        finding.rule.number: "" if finding.verdict == "pass" else f"{finding.verdict} {finding.detail}"
        for finding in found
    }
