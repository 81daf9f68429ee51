"""Three sites in which everything that the checks look at is in order; and hands of the owner, to break it.

Built once for the module: people with passkeys and trainings, contracts with every clause, comparisons, lists, a backup,
inspections by two people; every log sealed and witnessed.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.db import transaction
from django.test import override_settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests import hiring
from todoke.access.models import Contract, Passkey, Session
from todoke.access.permissions import Actor, Role
from todoke.assurance import backups, gathering
from todoke.assurance.checks import Site
from todoke.assurance.form import computed
from todoke.assurance.form.edition import Edition, to_toml
from todoke.assurance.models import (
    Backup,
    BackupStep,
    Clause,
    ContractClause,
    KeptEdition,
    Medium,
    Sheet,
    SheetItem,
    SheetKind,
    Transport,
)
from todoke.contracts import network, registry
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE
from todoke.contracts.permits import LIST_DOMAIN
from todoke.contracts.trust import NetworkSignature
from todoke.exchange import keys as exchange_keys
from todoke.exchange import kinds
from todoke.exchange.ring import KeyRing
from todoke.kernel import clock
from todoke.oplog import keys as log_keys
from todoke.oplog import witnesses
from todoke.oplog.record import record
from todoke.oplog.who import Who
from todoke.sites import log_keeping
from todoke.sites.database.postgres import Server
from todoke.sites.instance import Instance
from todoke.sites.realms import Realm
from todoke.sites.trust import RingTrust
from todoke.systems.intermediary.models import ExchangeRecord, ListCopy, ListCopyEntry, Person, ProvisionCase
from todoke.systems.linkage import models as linkage
from todoke.systems.network.models import ListEdition

HOME, OTHER = "14100", "13112"
ALIASES = {
    "city": ("directory_city", "residents", "benefits", "inquiry", "linkage"),
    "platform": ("directory_platform", f"intermediary_{HOME}", f"intermediary_{OTHER}"),
    "national": ("directory_national", "network"),
}
BOX = {"city": "linkage", "platform": f"intermediary_{HOME}", "national": "network"}
WITNESS = {"city": "national", "platform": "city", "national": "platform"}
PEOPLE: dict[str, dict[str, list[Any]]] = {
    "city": {
        "c001": [Role.CLERK],
        "s001": [Role.SUPERVISOR],
        "t001": [Role.TREASURER],
        "u001": [Role.AUDITOR],
    },
    "platform": {"p001": [Role.PLATFORM_OPERATOR], "u001": [Role.AUDITOR]},
    "national": {"n001": [Role.NETWORK_OPERATOR], "u001": [Role.AUDITOR]},
}


@dataclass
class Healthy:
    """The sites, and what a breakage needs: the administrator's own connections."""

    instance: Instance
    server: Server
    stack: ExitStack
    admins: dict[str, psycopg.Connection[Any]] = field(default_factory=dict)

    def site(self, realm: str) -> Site:
        """A new look at a realm."""
        return Site(realm=realm, aliases=ALIASES[realm])

    def admin(self, alias: str) -> psycopg.Connection[Any]:
        """An administrator inside a database, for whom no trigger fires and no reference is asked for."""
        if alias not in self.admins:
            system, _, part = alias.partition("_")
            account = self.instance.account(system, part or None)
            url = make_conninfo(self.server.admin_url, dbname=account.dbname)
            connection = self.stack.enter_context(psycopg.connect(url, autocommit=True))
            connection.execute("SET session_replication_role = replica; SET lock_timeout = '10s'")
            self.admins[alias] = connection
        return self.admins[alias]

    def run(self, alias: str, statement: str, *values: Any) -> None:
        """One statement as the administrator; `{app}` and `{owner}` stand for the database's roles."""
        system, _, part = alias.partition("_")
        wall = (system, part or None)
        names = {"app": self.instance.account(*wall).user, "owner": self.instance.owner(*wall).user}
        names["other"] = self.instance.account("residents" if system != "residents" else "benefits").user
        names["base"] = self.instance.account(*wall).dbname
        text = sql.SQL(statement).format(**{name: sql.Identifier(value) for name, value in names.items()})
        self.admin(alias).execute(text, values or None)

    @contextmanager
    def realm(self, realm: str) -> Iterator[None]:
        """Settings as that realm's site has them."""
        folder = self.instance.path / realm
        with override_settings(
            TODOKE_REALM=realm, TODOKE_DIRECTORY=f"directory_{realm}", TODOKE_KEYS_FOLDER=folder / "keys",
            TODOKE_DATA_FOLDER=folder / "data", TODOKE_INSTANCE_NAME=self.instance.name,
        ):  # fmt: skip
            yield


@contextmanager
def healthy(instance: Instance, server: Server) -> Iterator[Healthy]:
    """All three, built and torn down."""
    with ExitStack() as stack:
        found = Healthy(instance, server, stack)
        for realm in ALIASES:
            with found.realm(realm):
                _people(realm)
        trust = _keys(instance)
        _exchange(trust)
        _registers()
        for realm in ALIASES:
            (instance.path / realm / "data").mkdir(exist_ok=True, mode=0o700)
            with found.realm(realm):
                _inspected(realm)
                _backed_up(realm)
                _logged(realm)
        with found.realm("city"):
            _carried()
            stack.callback(shutil.rmtree, _declared())
        _sealed(instance)
        yield found


def _people(realm: str) -> None:
    alias, now = f"directory_{realm}", clock.now()
    hiring.hire(alias, PEOPLE[realm])
    Contract.objects.using(alias).create(
        number="R3-001", contractor="架空情報株式会社", subcontracting_permitted=True, valid_from=hiring.LONG_AGO,
        valid_until=hiring.FAR, head_count=10, registered_by=hiring.SETTER, registered_at=now,
    )  # fmt: skip
    with transaction.atomic(using=alias):
        Contract.objects.using(alias).create(
            number="R3-002", contractor="架空運用株式会社", subcontracting_permitted=False, prime_id="R3-001",
            valid_from=hiring.LONG_AGO, valid_until=hiring.FAR, head_count=2, registered_by=hiring.SETTER, registered_at=now,
        )  # fmt: skip
    hiring.hire(
        alias,
        {"o001": [Role.OPERATOR if realm == "city" else PEOPLE[realm][min(PEOPLE[realm])][0]]},
        contract="R3-001",
    )
    people = [hiring.ASKER, hiring.SETTER, hiring.CONFIRMER, *PEOPLE[realm], "o001"]
    Passkey.objects.using(alias).bulk_create(
        Passkey(credential_id=f"{one}".encode(), staff_id=one, rp_id="localhost", public_key=b"k", sign_count=0,
                invited_by=hiring.SETTER if one != hiring.SETTER else hiring.ASKER, registered_by=one, registered_at=now)
        for one in people
    )  # fmt: skip
    ContractClause.objects.using(alias).bulk_create(
        ContractClause(contract=contract, clause=clause, article="第3条", seen_by=hiring.SETTER, seen_at=now)
        for contract in ("R3-001", "R3-002") for clause in Clause
    )  # fmt: skip


def _inspected(realm: str) -> None:
    alias, now = f"directory_{realm}", clock.now()
    for kind in SheetKind:
        sheet = Sheet.objects.using(alias).create(
            kind=kind,
            title="令和8年度",
            state="open",
            state_at=now,
            state_by="u001",
            opened_by="u001",
            opened_at=now,
        )
        SheetItem.objects.using(alias).create(
            sheet=sheet, number=1, promise="III-A.3.2-認証-03", question="共用IDはありませんか。", checked="守られている",
            answer="yes", answered_by="u001", answered_at=now,
        )  # fmt: skip
        Sheet.objects.using(alias).filter(pk=sheet.pk).update(
            state="closed", state_at=now, state_by=hiring.SETTER, closed_by=hiring.SETTER, closed_at=now
        )


def _carried() -> None:
    """A medium that two people brought to a third."""
    alias, now = "directory_city", clock.now()
    medium = Medium.objects.using(alias).create(
        label="T-001", kind="LTO-9", content="data", backup=Backup.objects.using(alias).get(),
        registered_by=hiring.SETTER, registered_at=now,
    )  # fmt: skip
    Transport.objects.using(alias).create(
        medium=medium, origin="A", destination="B", carried_by="x001", accompanied_by="x002", seal="1",
        handed_by=hiring.SETTER, handed_at=now, received_by="u001", received_at=now,
    )  # fmt: skip


def _declared() -> Path:
    """The city's published edition, with today's classes; where its texts lie."""
    alias, now, programme = "directory_city", clock.now(), "r3-nontaxable"
    texts = gathering.folder(programme) / "texts"
    texts.mkdir(parents=True, exist_ok=True)
    (texts / "own.toml").write_text("")
    classes = computed.classes(gathering.count(programme, gathering.texts_in(texts)))
    body = to_toml(Edition(classes))
    KeptEdition.objects.using(alias).create(
        programme=programme, number=1, body=body, sha256=hashlib.sha256(body.encode()).hexdigest(),
        drafted_by=hiring.SETTER, drafted_at=now, state="draft", state_at=now, state_by=hiring.SETTER,
    )  # fmt: skip
    KeptEdition.objects.using(alias).update(
        state="published", state_at=now, state_by=hiring.ASKER, published_by=hiring.ASKER, published_at=now
    )
    return gathering.folder(programme)


def _logged(realm: str) -> None:
    alias = f"directory_{realm}"
    hiring.session(alias, "u001")
    begun = Session.objects.using(alias).get(staff_id="u001", ended_at__isnull=True)
    with transaction.atomic(using=alias):
        signed = Who(staff_id="u001", session_id=str(begun.pk))
        record(alias, by=signed, verb="access:session:begin", subject="factor:passkey")
        record(alias, by=Who(staff_id="x009"), verb="access:staff:import", subject="rows:5")
        record(alias, by=signed, verb="oplog:log:verify", subject="faults:0")
    for other in ALIASES[realm][1:]:
        with transaction.atomic(using=other):
            record(other, by=signed, verb="oplog:entry:read", subject="one")
            record(other, by=signed, verb="oplog:entry:read", subject="two")


def _keys(instance: Instance) -> RingTrust:
    urls = dict.fromkeys(("city", "platform", "national"), "https://127.0.0.1:1")
    owners = exchange_keys.owners(city=HOME, neighbours=[OTHER], urls=urls)
    exchange_keys.make(instance.path, instance=instance.name, owners=owners)
    trust = RingTrust(KeyRing(instance.path, *(owner.folder for owner in owners)))
    registry.serve(NetworkSignature, trust)
    return trust


def _exchange(trust: RingTrust) -> None:
    now = clock.now()
    until = now + timedelta(days=30)
    entry = network.ListEntry(
        inquirer="*", provider="*", duty=DUTY, procedure=PROCEDURE, information_code=LOCAL_TAX,
        valid_from=date(2021, 12, 20), valid_to=None,
    )  # fmt: skip
    issued = network.PermissionList(edition=1, issued_at=now, valid_until=until, entries=[entry])
    body = kinds.encode(issued)
    signature = trust.sign(LIST_DOMAIN + body)
    ListEdition.objects.using("network").create(
        edition=1,
        issued_at=now,
        issued_by="n001",
        approved_by="n002",
        valid_until=until,
        body=body,
        signature=signature,
    )
    for alias in ALIASES["platform"][1:]:
        copy = ListCopy.objects.using(alias).create(
            edition=1,
            issued_at=now,
            valid_until=until,
            fetched_at=now,
            fetched_by="p001",
            body=body,
            signature=signature,
        )
        ListCopyEntry.objects.using(alias).create(
            edition=copy, **{name: getattr(entry, name) for name in entry.__struct_fields__}
        )
    alias = ALIASES["platform"][1]
    Person.objects.using(alias).create(integrated_number="141000000000001")
    told = {"inquirer": "01700131121", "provider": "01700141003", "duty": DUTY, "procedure": PROCEDURE,
            "information_code": LOCAL_TAX, "requested_at": now, "outcome": "answered", "provided_at": now}  # fmt: skip
    ProvisionCase.objects.using(alias).create(
        permit_id="permit-1", record_id="r1", route="platform:13112", permit_edition=1, integrated_number="141000000000001",
        expires_at=until, received_at=now, **told,
    )  # fmt: skip
    ExchangeRecord.objects.using(alias).create(permit_id="permit-1", side="provider", **told)


def _registers() -> None:
    now, base = clock.now(), "linkage"
    linkage.RegisterLoad.objects.using(base).create(at=now, by="o001", file="register.csv")
    linkage.ConsistencyRun.objects.using(base).create(
        started_at=now, started_by="o001", last_person="", finished_at=now, asked=0, equal=0, differing=0,
        number_changed=0, died=0, not_found=0,
    )  # fmt: skip
    linkage.Reconciliation.objects.using(base).create(
        begun_at=now, begun_by="o001", finished_at=now, ours=1, theirs=1, missing=0, surplus=0, different=0, stale=0,
        messages=1, sent=1, received=1,
    )  # fmt: skip


def _sealed(instance: Instance) -> None:
    for realm, aliases in ALIASES.items():
        with log_keeping.sealers(
            instance, Realm(realm), only=lambda name, mine=aliases: name in mine
        ) as found:
            for one in found.values():
                one.seal()
    for realm, aliases in ALIASES.items():
        for alias in aliases:
            _witnessed(instance, realm, alias)


def _witnessed(instance: Instance, realm: str, alias: str) -> None:
    newest = witnesses.newest_checkpoint(alias)
    assert newest is not None, alias
    origin, other = log_keys.origin(instance.name, alias), WITNESS[realm]
    name = log_keys.signer_name(instance.name, other)
    with transaction.atomic(using=BOX[other]):
        signed = witnesses.witness(
            BOX[other], note=newest[1], origin=origin, old=0, proof=[], name=name,
            signer=(log_keys.signer_name(instance.name, realm), log_keys.public_key(instance.path, realm)),
            key=log_keys.signing_key(log_keeping.keys_folder(instance, Realm(other))),
        )  # fmt: skip
    witnesses.keep_cosignature(
        BOX[realm], origin=origin, note=newest[1], line=signed.line, witness_name=name,
        key=log_keys.public_key(instance.path, other),
    )  # fmt: skip


def _backed_up(realm: str) -> None:
    alias, now, by = f"directory_{realm}", clock.now(), Actor(staff_id="u001")
    backups.note_made(alias, by=by, name="b1", began_at=now, ended_at=now, rows=1, size=1)
    backups.note(alias, by=by, name="b1", step=BackupStep.VERIFIED)
    backups.note(alias, by=by, name="b1", step=BackupStep.COPIED, place="遠隔地")
    backups.note(alias, by=by, name="b1", step=BackupStep.DRILLED, place="訓練機")
