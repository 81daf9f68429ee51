"""The instance that exchanges are measured in: twenty municipalities, three sites as processes, people with 符号 and 副本."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from todoke.sites import processes
from todoke.sites.database.postgres import Server
from todoke.sites.instance import ENVIRONMENT, Instance
from todoke.sites.ports import realm_ports
from todoke.sites.realms import Realm

if TYPE_CHECKING:
    from todoke.access.permissions import Actor

CITY: Final = "14100"
PROVIDERS: Final = tuple(f"{code}" for code in range(13101, 13120))
YEAR: Final = 2021
_SITES: Final = (Realm.NATIONAL, Realm.PLATFORM)
_START_SECONDS = 60.0
_PEOPLE = "INSERT INTO intermediary_person (integrated_number) SELECT integrated_number FROM held"
# a 符号 begins as one that was asked for (the state's guard takes no other beginning)
_ASKED_FOR = """
INSERT INTO intermediary_link_code (organisation, integrated_number, state, acquisition_number, requested_at)
SELECT %s, integrated_number, 'requested', integrated_number, now() FROM held
"""
_ACQUIRED = """
UPDATE intermediary_link_code l
SET state = 'acquired', acquisition_number = NULL, link_code = h.link_code, acquired_at = now()
FROM held h WHERE h.integrated_number = l.integrated_number
"""


@dataclass(frozen=True)
class Site:
    """A running instance: its folder, its database server, and the processes of the two realms that only answer."""

    instance: Instance
    server: Server
    children: tuple[processes.Child, ...]


@contextmanager
def running_site(persons: int, var: Path, say: Callable[[str], None]) -> Iterator[Site]:
    """Everything made, served and filled with `persons`; removed again at the end."""
    from todoke.exchange import keys
    from todoke.sites.database.postgres import running_server
    from todoke.sites.entering import enter_everything

    folder = var / "bench" / "exchange"
    shutil.rmtree(folder, ignore_errors=True)
    instance = Instance.create(
        folder, f"bench_{secrets.token_hex(3)}", municipalities=[CITY, *PROVIDERS], ports=realm_ports()
    )
    with running_server(instance) as server:
        instance.use_server(server.address)
        enter_everything(instance)
        from todoke.sites.database.provision import drop, provision

        say(f"{1 + len(PROVIDERS)} 団体のデータベースを作ります")
        provision(instance, server)
        keys.init(instance.path)
        try:
            in_realm(instance, Realm.NATIONAL, _nation, persons)
            with ExitStack() as stack:
                children = tuple(stack.enter_context(_serving(instance, realm)) for realm in _SITES)
                say(f"架空の {persons:,} 人の符号と副本を作ります")
                in_realm(instance, Realm.PLATFORM, _platform, persons)
                in_realm(instance, Realm.CITY, _city, persons)
                yield Site(instance, server, children)
        finally:
            from django.db import connections

            connections.close_all()
            drop(instance, server)
            shutil.rmtree(folder, ignore_errors=True)


def in_realm(instance: Instance, realm: Realm, work: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401
    """Run `work(instance, …)` in a fresh process of one realm."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_entered, (str(instance.path), realm, work, arguments))


def provider_of(place: int) -> str:
    """The municipality that holds the tax record of the person at this place."""
    return PROVIDERS[place % len(PROVIDERS)]


def income_of(place: int) -> str:
    """What that record says about the total income, so that every answer can be checked."""
    return str(place * 7 % 9_000_000)


def _entered(path: str, realm: Realm, work: Callable[..., Any], arguments: tuple[object, ...]) -> Any:  # noqa: ANN401
    os.environ[ENVIRONMENT] = path
    from todoke.sites.entering import enter

    return work(enter(realm), *arguments)


@contextmanager
def _serving(instance: Instance, realm: Realm) -> Iterator[processes.Child]:
    child = processes.Child(
        realm.value,
        ["serve", realm.value, "--door-only"],
        log=instance.path / "log" / f"{realm.value}.log",
        environment={ENVIRONMENT: str(instance.path)},
    )
    try:
        ready, deadline = instance.path / f"{realm.value}.ready", time.monotonic() + _START_SECONDS
        while not (ready.is_file() and ready.read_text() == str(child.pid)):
            if not child.running() or time.monotonic() > deadline:
                raise processes.stopped(child, None)
            time.sleep(0.05)
        yield child
    finally:
        child.stop()


def _nation(instance: Instance, persons: int) -> None:
    """Keys, the permission list, and everybody's 符号 at the city and at the municipality with the tax record."""
    import pyarrow as pa
    from pyarrow import parquet

    from todoke.access.permissions import Role
    from todoke.identifiers import integrated_number, municipality
    from todoke.sites.demonstration.bench_site import measurer
    from todoke.systems.network import needs
    from todoke.systems.network.rules.link_codes import LinkCodes

    needs.make_secrets(instance.path / Realm.NATIONAL.value / "keys")
    _register(measurer("bench", Role.NETWORK_OPERATOR), measurer("bench2", Role.NETWORK_OPERATOR))
    keys = needs.read_secrets()
    machine = LinkCodes(id_key=keys.id_code, code_key=keys.link_code)
    numbers = integrated_number.mint_many(0, persons)
    for code in (CITY, *PROVIDERS):
        places = [place for place in range(persons) if code in (CITY, provider_of(place))]
        codes = machine.issue([f"{place:011d}" for place in places], municipality.organisation_code(code))
        held = {
            "integrated_number": [numbers[place] for place in places],
            "link_code": codes,
            "place": places,
        }
        parquet.write_table(pa.table(held), _codes(instance, code))


def _register(first: Actor, second: Actor) -> None:
    """Organisations and the permission list: each proposed by one and confirmed by another."""
    from datetime import date

    from todoke.identifiers.municipality import organisation_code
    from todoke.systems.network.actions.confirm_organisations import confirm_organisations
    from todoke.systems.network.actions.draft_list import draft_list
    from todoke.systems.network.actions.propose_organisations import Wanted, propose_organisations
    from todoke.systems.network.actions.publish_list import publish_list
    from todoke.systems.network.rules.permission_list import ENTRIES

    wanted = [
        Wanted(organisation=organisation_code(code), name=code, valid_from=date(2020, 1, 1))
        for code in (CITY, *PROVIDERS)
    ]
    confirm_organisations(numbers=propose_organisations(wanted=wanted, by=first), by=second)
    publish_list(number=draft_list(entries=ENTRIES, days=30, by=first), by=second)


def _platform(instance: Instance, _persons: int) -> None:
    """Each municipality's copy of the list, its 符号, and at the providers the 副本."""
    from django.db import transaction
    from pyarrow import parquet

    from todoke.access.permissions import Role
    from todoke.engine import postgres
    from todoke.sites.demonstration.bench_site import measurer
    from todoke.systems.intermediary import needs
    from todoke.systems.intermediary.actions.fetch_list import fetch_list

    by = measurer("bench", Role.PLATFORM_OPERATOR)
    for alias in needs.aliases():
        fetch_list(alias=alias, by=by)
        held = parquet.read_table(_codes(instance, needs.municipality_of(alias)))
        with transaction.atomic(using=alias):
            postgres.stage(alias, "held", held)
            postgres.execute(alias, _PEOPLE)
            postgres.execute(alias, _ASKED_FOR, [needs.organisation_of(alias)])
            postgres.execute(alias, _ACQUIRED)
            if needs.municipality_of(alias) != CITY:
                postgres.copy_in(alias, "intermediary_replica", _replicas(alias, held))


def _replicas(alias: str, held: Any) -> Any:  # noqa: ANN401 - Arrow tables, imported late
    import pyarrow as pa

    from todoke.contracts.information import TAX_ITEMS, Item
    from todoke.kernel import clock
    from todoke.systems.intermediary import codecs
    from todoke.systems.intermediary.codecs import items

    count, places = held.num_rows, held["place"].to_pylist()
    people = held["integrated_number"]
    said = [
        tuple(Item(income_of(place) if name == "total_income" else "1", None) for name in TAX_ITEMS)
        for place in places
    ]
    bound = [items.replica_row(person, YEAR, place + 1) for place, person in enumerate(people.to_pylist())]
    columns = {
        "integrated_number": people,
        "fiscal_year": pa.repeat(pa.scalar(YEAR, pa.int16()), count),
        "auto_reply_prohibited": pa.repeat(pa.scalar(value=False), count),
        "edition": pa.array(range(1, count + 1), pa.int32()),
        "registered_at": codecs.same(clock.now(), count),
        "contents": items.sealed_column(alias, said, bound),
    }
    return pa.table(columns)


def _city(_instance: Instance, persons: int) -> None:
    """The people in the linkage system, who are asked about."""
    import pyarrow as pa
    from django.db import transaction

    from todoke.engine import postgres
    from todoke.identifiers import integrated_number

    people = {
        "integrated_number": pa.array(integrated_number.mint_many(0, persons), pa.string()),
        "name_kanji": pa.repeat("見本　太郎", persons),
        "sex": pa.repeat("1", persons),
        "birth_date": pa.repeat(pa.scalar(0, pa.date32()), persons),
        "address": pa.repeat("見本町１", persons),
        "auto_reply_prohibited": pa.repeat(pa.scalar(value=False), persons),
    }
    with transaction.atomic(using="linkage"):
        postgres.copy_in("linkage", "linkage_person", pa.table(people))


def _codes(instance: Instance, code: str) -> Path:
    return instance.path / f"codes-{code}.parquet"
