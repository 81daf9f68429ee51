"""復元: a realm from nothing but a backup, its key parcel and two private keys; it ends with proofs, or leaves nothing.

Everything is checked before anything is written. The site's folder has another name, and its databases a mark, until the
last proof came out: counts and hashes of every table read again, and every operation log verified with public keys.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from psycopg.conninfo import make_conninfo
from pyrage import x25519

from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.backup import files, loading, manifest, parts, witnessed
from todoke.sites.backup.manifest import Database, Manifest
from todoke.sites.instance import ENVIRONMENT, Instance
from todoke.sites.realms import Realm

if TYPE_CHECKING:
    from todoke.sites.database.postgres import Server

Say = Callable[[str], None]
ENDING = ".restoring"
NO_WITNESS = "証人の控え（--witness）がありません"


@dataclass(frozen=True, kw_only=True)
class Loss:
    """Two people's decision that an older log, or one without witness, is accepted, and why."""

    reason: str
    by: tuple[str, ...]

    def check(self) -> Loss:
        """RECORD_INVALID unless two different people give a reason."""
        if not self.reason.strip() or len(set(self.by)) != 2 or not all(self.by):
            detail = "古い控えの承認には、理由（--accept-loss）と、別々の職員二人（--accepted-by）が要ります"
            raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)
        return self


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to restore and how to trust it."""

    folder: Path
    parcel: Path
    data_identity: x25519.Identity
    keys_identity: x25519.Identity
    signer: Ed25519PublicKey
    target: Path
    witnesses: Sequence[Path] = ()
    loss: Loss | None = None


@dataclass(kw_only=True)
class Report:
    """What a restore proved, and how long its parts took (seconds)."""

    backup: str
    tables: int = 0
    rows: int = 0
    log_entries: int = 0
    lost: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """One part of the work."""
        begun = time.monotonic()
        yield
        self.seconds[what] = round(time.monotonic() - begun, 2)


def restore(wanted: Wanted, *, say: Say = lambda _line: None) -> Report:
    """Restore one realm; this process becomes one of it. Errors: BACKUP_REFUSED, BACKUP_BEHIND, STATE_CONFLICT."""
    if wanted.loss is not None:
        wanted.loss.check()
    found = manifest.read(wanted.folder, wanted.signer)
    report = Report(backup=found.backup)
    with report.timed("check"):
        check(wanted, found)
        report.lost = [str(one) for one in witnessed.behind(found, wanted.witnesses)]
        if not wanted.witnesses:
            report.lost = [NO_WITNESS]
        if report.lost and wanted.loss is None:
            raise TodokeError(ErrorCode.BACKUP_BEHIND, backup=found.backup, logs="、".join(report.lost))
    if wanted.target.exists():
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"{wanted.target.name} が既にあります")
    staged = wanted.target.with_name(wanted.target.name + ENDING)
    with report.timed("files"):
        _unpack(wanted, found, staged)
    from todoke.sites.database.postgres import running_server

    instance = Instance.load(staged)
    with running_server(instance) as server:
        work = _Restore(wanted, found, instance, server, report, say)
        work.databases()
        work.prove_loss()
        work.prove_logs()
        work.note()
        work.finish()
    return report


def check(wanted: Wanted, found: Manifest) -> None:
    """Every byte of every part, and that both keys open theirs. BACKUP_REFUSED."""
    manifest.check_parts(wanted.folder, found)
    manifest.check_part(wanted.parcel, found.keys.part, found.backup)
    parts.probe(wanted.parcel, wanted.keys_identity, found.backup)
    for part in found.parts:
        parts.probe(wanted.folder / part.name, wanted.data_identity, found.backup)


def _unpack(wanted: Wanted, found: Manifest, staged: Path) -> None:
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    try:
        with parts.opened(wanted.parcel, wanted.keys_identity, found.backup) as stream:
            count = files.unpack(stream, staged)
        with parts.opened(
            wanted.folder / found.files.part.name, wanted.data_identity, found.backup
        ) as stream:
            count += files.unpack(stream, staged)
        if count != found.files.files + found.keys.files:
            raise parts.refused(found.backup, "ファイルの数が目録と違います")
    except BaseException:  # also Ctrl-C: no opened file may stay
        shutil.rmtree(staged, ignore_errors=True)
        raise
    for folder in staged.glob("*/"):
        folder.chmod(0o700)


@dataclass(frozen=True)
class _Restore:
    """The part that has a server: this process is one of the realm."""

    wanted: Wanted
    found: Manifest
    instance: Instance
    server: Server
    report: Report
    say: Say

    @property
    def realm(self) -> Realm:
        return Realm(self.found.realm)

    def databases(self) -> None:
        """Roles and tables of the backup's edition, their rows, then today's edition and all rights."""
        from todoke.sites.entering import enter

        os.environ[ENVIRONMENT] = str(self.instance.path)
        enter(self.realm)
        from todoke.sites.database.migrations import point_at
        from todoke.sites.database.provision import bare, provision

        point_at(self.server.address)
        with self.report.timed("tables"):
            for one in self.found.databases:
                try:
                    bare(self.instance, self.server, _wall(one), one.migrations)
                except KeyError:
                    raise parts.refused(self.found.backup, "この版より新しい版の控えです") from None
        with self.report.timed("rows"):
            for one in self.found.databases:
                self._fill(one)
                self.say(f"  {one.alias}  {sum(table.rows for table in one.tables):,} 行")
        with self.report.timed("rights"):
            provision(self.instance, self.server, realms=[self.realm])
            self._go_on()

    def _fill(self, one: Database) -> None:
        owner = self.instance.owner(*_wall(one))
        url = make_conninfo(self.server.admin_url, dbname=owner.dbname)
        path, backup = self.wanted.folder / one.part.name, self.found.backup
        with psycopg.connect(url, autocommit=True) as inside:
            with parts.opened(path, self.wanted.data_identity, backup) as stream:
                loading.load(inside, owner.user, stream, one, backup)
            inside.execute("ANALYZE")
            wrong = loading.differences(inside, one)
        if wrong:
            raise parts.refused(backup, f"{one.alias} の表が目録と違います: {'、'.join(wrong)}")
        self.report.tables += len(one.tables)
        self.report.rows += sum(table.rows for table in one.tables)

    def _go_on(self) -> None:
        from todoke.oplog import restoring as log
        from todoke.sites.database.provision import owner_connection

        for one in self.found.databases:
            with owner_connection(self.instance, self.server, self.instance.owner(*_wall(one))) as owner:
                log.go_on(owner)

    def prove_loss(self) -> None:
        """Whoever accepts a loss is one of this realm's people: two with a right that was in force at the backup."""
        from todoke.access import directory
        from todoke.access.models import Grant, GrantState

        if not self.report.lost or self.wanted.loss is None:
            return
        day = datetime.fromisoformat(self.found.began_at).astimezone(clock.JAPAN).date()
        rights = Grant.objects.using(directory.alias()).filter(
            staff__in=self.wanted.loss.by,
            state=GrantState.CONFIRMED,
            valid_from__lte=day,
            valid_until__gte=day,
        )
        if rights.values("staff").distinct().count() != len(set(self.wanted.loss.by)):
            raise parts.refused(
                self.found.backup, "古い控えを承認した二人が、復元した職員名簿に権限を持っていません"
            )

    def prove_logs(self) -> None:
        """Verify every log from its export, as an auditor does; against the witnesses unless a loss was accepted."""
        from todoke.oplog import verify
        from todoke.sites import log_keeping

        witnesses = () if self.report.lost else self.wanted.witnesses
        with self.report.timed("logs"), TemporaryDirectory(prefix="todoke-restored-") as folder:
            out = Path(folder) / "logs"
            log_keeping.export(self.instance, self.realm, out)
            trusted = log_keeping.public_keys(self.instance)
            proof = verify.verify(out, trusted=trusted, witnesses=witnesses, processes=0)
        for fault in proof.faults:
            raise TodokeError(ErrorCode.LOG_DAMAGED, log=fault.log, reason=fault.reason.value)
        self.report.log_entries = sum(one.verified + one.unsealed for one in proof.logs)

    def note(self) -> None:
        """The restore in the log that it restored; a loss with who decided it and what is lost."""
        from django.db import transaction

        from todoke.access import directory, parties
        from todoke.oplog.record import record

        alias, by, backup = directory.alias(), parties.founder(), self.found.backup
        with transaction.atomic(using=alias):
            if self.report.lost and (loss := self.wanted.loss) is not None:
                detail = "; ".join([f"承認 {'・'.join(loss.by)}", loss.reason, *self.report.lost])
                record(alias, by=by, verb="assurance:backup:accept_loss", subject=backup, detail=detail)
            record(alias, by=by, verb="assurance:backup:restore", subject=backup)

    def finish(self) -> None:
        """Only now it has the looks of a site."""
        from django.db import connections

        from todoke.sites.database.provision import restored

        connections.close_all()
        restored(self.instance, self.server, self.realm)
        self.instance.path.rename(self.wanted.target)


def _wall(one: Database) -> tuple[str, str | None]:
    system, _, part = one.alias.partition("_")
    return system, part or None
