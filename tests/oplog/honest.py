"""An honest city whose benefits log has everything: three months, one lawfully deleted, an erased entry, witnesses."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from tests.oplog.support import BY, DECIDE, seal, write
from todoke.kernel import clock
from todoke.oplog import keys, retention, verify, witnesses
from todoke.oplog.models import Operation
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.oplog.who import Who
from todoke.sites import log_keeping
from todoke.sites.instance import Instance
from todoke.sites.realms import Realm

ALIAS = "benefits"
ADMIN, AUDITOR = Who(staff_id="a001"), Who(staff_id="a002")
DROPPED = date(2026, 7, 1)


class Hands:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.at = datetime(2026, 7, 10, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """Each look is a millisecond later."""
        self.at += timedelta(milliseconds=1)
        return self.at


@contextmanager
def turned() -> Iterator[Hands]:
    """The kernel's clock in the test's hands."""
    hands = Hands()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", hands.now)
        yield hands


def seal_and_witness(instance: Instance) -> None:
    """One round of the sealer; the network co-signs (its door is tested elsewhere)."""
    seal(instance, only=ALIAS)
    newest = witnesses.newest_checkpoint(ALIAS)
    assert newest is not None
    origin, name = keys.origin(instance.name, ALIAS), keys.signer_name(instance.name, "national")
    with transaction.atomic(using="network"):
        old = witnesses._held("network", origin)
        known = old[0].size if old else 0
        signed = witnesses.witness(
            "network",
            note=newest[1],
            origin=origin,
            signer=(keys.signer_name(instance.name, "city"), keys.public_key(instance.path, "city")),
            old=known,
            proof=witnesses.proof(ALIAS, old=known, size=newest[0]),
            name=name,
            key=keys.signing_key(log_keeping.keys_folder(instance, Realm.NATIONAL)),
        )
    public = keys.public_key(instance.path, "national")
    witnesses.keep_cosignature(
        "linkage", origin=origin, note=newest[1], line=signed.line, witness_name=name, key=public
    )


def build(instance: Instance, backup: Path | None = None) -> None:
    """July (deleted in October), August in two segments, October; three entries not yet sealed."""
    with turned() as hands:
        write(ALIAS, 6)
        seal_and_witness(instance)
        for day in (5, 6):
            hands.at = datetime(2026, 8, day, 1, 0, tzinfo=UTC)
            write(ALIAS, 8, start=10 * day)
            seal_and_witness(instance)
        if backup is not None:
            log_keeping.export(instance, Realm.CITY, backup)
        hands.at = datetime(2026, 10, 20, 1, 0, tzinfo=UTC)
        with transaction.atomic(using=ALIAS):
            record(ALIAS, by=BY, verb=DECIDE, subject="secret", about=Person("resident_code", "1"), detail="架空太郎")  # fmt: skip
        write(ALIAS, 5, start=90)
        seal_and_witness(instance)
        retention.request_drop(ALIAS, month=DROPPED, legal_basis="保存期間満了（文書管理規程）", by=ADMIN)
        assert retention.confirm_drop(ALIAS, month=DROPPED, by=AUDITOR) == 6
        secret = Operation.objects.using(ALIAS).get(subject="secret")
        retention.request_erasure(ALIAS, operation_id=secret.id, legal_basis="利用停止請求", by=ADMIN)
        retention.confirm_erasure(ALIAS, operation_id=secret.id, by=AUDITOR)
        seal_and_witness(instance)
        write(ALIAS, 3, start=200)


@dataclass(frozen=True)
class Evidence:
    """What an auditor has: the realm's archive, a witness's archive, the public keys; and an older backup."""

    city: Path
    national: Path
    backup: Path
    trusted: dict[str, str]
    key: Path

    def copy(self, folder: Path) -> Evidence:
        """Another set to spoil."""
        for name in ("city", "national", "backup"):
            shutil.copytree(getattr(self, name), folder / name)
        return Evidence(folder / "city", folder / "national", folder / "backup", self.trusted, self.key)

    def verify(self) -> verify.Report:
        """As the auditor does."""
        return verify.verify(self.city, trusted=self.trusted, witnesses=[self.national], processes=0)


def export(instance: Instance, folder: Path) -> Evidence:
    """The archives as they are now; `backup` must have been exported before."""
    log_keeping.export(instance, Realm.CITY, folder / "city")
    log_keeping.export(instance, Realm.NATIONAL, folder / "national")
    (folder / "backup").mkdir(exist_ok=True)
    key = log_keeping.keys_folder(instance, Realm.CITY) / keys.SIGN
    return Evidence(
        folder / "city", folder / "national", folder / "backup", log_keeping.public_keys(instance), key
    )
