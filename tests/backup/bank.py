"""The place with the two private keys, and what a site that is lost leaves behind elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.db import transaction
from pyrage import x25519

from todoke.kernel import clock
from todoke.oplog import exporting, keys, witnesses
from todoke.oplog.entry import microseconds
from todoke.sites import log_keeping
from todoke.sites.backup import creating, plan, running, witnessed
from todoke.sites.backup.manifest import Manifest
from todoke.sites.backup.plan import Plan
from todoke.sites.instance import ENVIRONMENT, Instance
from todoke.sites.realms import Realm


def says_nothing(_line: str) -> None:
    """Nobody listens."""


class Bank:
    """One realm's backups, and the means to bring them back."""

    def __init__(self, folder: Path, instance: Instance, realm: Realm = Realm.CITY) -> None:
        self.folder, self.instance, self.realm = folder, instance, realm
        self.identities = {name: x25519.Identity.generate() for name in ("data", "keys")}
        for name, identity in self.identities.items():
            (folder / f"{name}.key").write_text(f"{identity}\n", encoding="ascii")
            (folder / f"{name}.key").chmod(0o600)
        self.plan = Plan(
            data_recipient=str(self.identities["data"].to_public()),
            keys_recipient=str(self.identities["keys"].to_public()),
            folder=str(folder / "backups"),
            keys_folder=str(folder / "parcels"),
            copies=[str(folder / "away")],
        ).check()
        signer = creating.write_public_key(instance, realm)
        (folder / "signer.pub").write_text(signer, encoding="ascii")

    @property
    def home(self) -> Path:
        """Where the backups lie."""
        return creating.home(self.plan, self.realm)

    def make(self) -> Manifest:
        """A backup by the site itself, which also registers it."""
        return running.make(self.instance, self.realm, self.plan, say=says_nothing)

    def listed(self) -> list[Manifest]:
        """What counts as a backup."""
        return running.listed(self.instance, self.realm, self.plan)

    def lay_plan(self) -> None:
        """The plan as the site's account finds it."""
        values = "\n".join(f'{name} = "{getattr(self.plan, name)}"' for name in (
            "data_recipient", "keys_recipient", "folder", "keys_folder"))  # fmt: skip
        (self.instance.path / self.realm.value / plan.FILE).write_text(values, encoding="utf-8")

    def begin_create(self, room: int | None = None) -> subprocess.Popen[str]:
        """`todoke backup create`, begun by the site's account; with `room` no file can grow beyond it, as on a full disk."""
        return subprocess.Popen(
            [*_within(room), sys.executable, "-m", "todoke.cli", "backup", "create", self.realm.value],
            env=os.environ | {ENVIRONMENT: str(self.instance.path)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def begin_restore(
        self, name: str, target: Path, *more: str, room: int | None = None
    ) -> subprocess.Popen[str]:
        """As the person with both keys does it, on a machine without anything of ours."""
        clean = {
            key: value for key, value in os.environ.items() if not key.startswith(("TODOKE_", "DJANGO_"))
        }
        parcel = creating.keys_home(self.plan, self.realm) / f"{name}.keys.age"
        return subprocess.Popen(
            [
                *_within(room), sys.executable, "-m", "todoke.cli", "backup", "restore", str(self.home / name), "--parcel", str(parcel),
                "--data-identity", str(self.folder / "data.key"), "--keys-identity", str(self.folder / "keys.key"),
                "--signer", str(self.folder / "signer.pub"), "--to", str(target), *more,
            ],
            env=clean, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def restore(self, name: str, target: Path, *more: str) -> subprocess.CompletedProcess[str]:
        """The same, to its end."""
        process = self.begin_restore(name, target, *more)
        out, err = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def witness(self, log: str, keeper: str, realm: Realm) -> tuple[str, str]:
        """Another realm co-signs the newest checkpoint of `log` in its database `keeper`; the words for a restore."""
        newest = witnesses.newest_checkpoint(log)
        assert newest is not None
        origin, ours = (
            keys.origin(self.instance.name, log),
            keys.signer_name(self.instance.name, self.realm.value),
        )
        with transaction.atomic(using=keeper):
            old = witnesses._held(keeper, origin)
            known = old[0].size if old else 0
            witnesses.witness(
                keeper, note=newest[1], origin=origin, old=known,
                signer=(ours, keys.public_key(self.instance.path, self.realm.value)),
                proof=witnesses.proof(log, old=known, size=newest[0]),
                name=keys.signer_name(self.instance.name, realm.value),
                key=keys.signing_key(log_keeping.keys_folder(self.instance, realm)),
            )  # fmt: skip
        folder, at = self.folder / f"seen-{realm.value}-{newest[0]}", microseconds(clock.now())
        seen = exporting.witnessed(keeper)
        witnessed.export(seen, folder, instance=self.instance.name, realm=realm.value, at=at)
        return "--witness", str(folder)


def _within(room: int | None) -> list[str]:
    return [] if room is None else ["prlimit", f"--fsize={room}"]
