"""What the site's own process does with backups, and writes into the register: make, verify, copy, remove."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pyrage import x25519

from todoke.access import directory, parties
from todoke.assurance import backups
from todoke.assurance.models import BackupStep
from todoke.kernel.errors import TodokeError
from todoke.sites.backup import copies, creating, manifest, parts, places, retention
from todoke.sites.backup.manifest import Manifest
from todoke.sites.backup.plan import Plan
from todoke.sites.instance import Instance
from todoke.sites.realms import Realm

Say = Callable[[str], None]


def signer(instance: Instance, realm: Realm) -> Ed25519PublicKey:
    """The key by which this site's own manifests are verified."""
    return manifest.signing_key(instance.path / realm.value / "keys").public_key()


def make(instance: Instance, realm: Realm, plan: Plan, *, say: Say) -> Manifest:
    """Make a backup and register it."""
    found = creating.create(instance, realm, plan, say=say)
    backups.note_made(
        directory.alias(),
        by=parties.housekeeper(),
        name=found.backup,
        began_at=datetime.fromisoformat(found.began_at),
        ended_at=datetime.fromisoformat(found.ended_at),
        rows=found.rows,
        size=found.size,
    )
    return found


def verify(
    instance: Instance, realm: Realm, plan: Plan, name: str, identity: x25519.Identity | None = None
) -> Manifest:
    """Read every byte again, also inside when the key is there, and register the outcome. BACKUP_REFUSED."""
    folder = creating.home(plan, realm) / name
    try:
        found = manifest.read(folder, signer(instance, realm))
        manifest.check_parts(folder, found)
        manifest.check_part(
            creating.keys_home(plan, realm) / found.keys.part.name, found.keys.part, found.backup
        )
        for part in found.parts if identity is not None else ():
            parts.probe(folder / part.name, identity, found.backup)
    except TodokeError:
        _note(name, BackupStep.FAILED)
        raise
    _note(name, BackupStep.VERIFIED)
    return found


def copy(plan: Plan, found: Manifest, realm: Realm, *, say: Say) -> None:
    """Copy a backup to every place of the plan. UNAVAILABLE when one is away; the others have theirs."""
    failed: TodokeError | None = None
    for address in plan.copies:
        try:
            size = copies.put(creating.home(plan, realm) / found.backup, found, address)
        except TodokeError as error:
            failed = error
            continue
        _note(found.backup, BackupStep.COPIED, place=places.shown(address))
        say(f"  {places.shown(address)}  {size / 1e6:,.1f} MB")
    if failed is not None:
        raise failed


def prune(instance: Instance, realm: Realm, plan: Plan, *, say: Say) -> int:
    """Remove what retention lets go, here and in the copies; how many."""
    proven = backups.verified_names(directory.alias())
    kept = [
        retention.Kept(
            name=one.backup, at=datetime.fromisoformat(one.began_at), verified=one.backup in proven
        )
        for one in listed(instance, realm, plan)
    ]
    gone = retention.superfluous(kept, daily=plan.daily, monthly=plan.monthly)
    for name in gone:
        for address in plan.copies:
            copies.remove(address, realm.value, name)
        places.remove(creating.home(plan, realm) / name, creating.keys_home(plan, realm))
        _note(name, BackupStep.REMOVED)
        say(f"  {name} を世代管理により削除しました。")
    return len(gone)


def listed(instance: Instance, realm: Realm, plan: Plan) -> list[Manifest]:
    """Every finished backup that this site signed, oldest first; what does not verify is left out."""
    found = []
    key = signer(instance, realm)
    for folder in sorted(Path(creating.home(plan, realm)).glob(f"{realm.value}-*")):
        try:
            found.append(manifest.read(folder, key))
        except TodokeError:
            continue
    return found


def _note(name: str, step: BackupStep, place: str = "") -> None:
    backups.note(directory.alias(), by=parties.housekeeper(), name=name, step=step, place=place)
