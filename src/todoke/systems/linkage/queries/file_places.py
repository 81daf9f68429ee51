"""Where files lie: the folders of the existing systems, and the vault."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from todoke.exchange.files import vault as vaults
from todoke.exchange.files.folders import Folder
from todoke.exchange.files.vault import Vault
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.privacy import wrapping
from todoke.systems.linkage.models import FilePartner, FileQueue

ALIAS = "linkage"


def vault() -> Vault:
    """The sealed files of this city, and the keys of its file exchange."""
    keys, municipality = Path(settings.TODOKE_KEYS_FOLDER), settings.TODOKE_MUNICIPALITY
    folder = Path(settings.TODOKE_DATA_FOLDER) / "files"
    return vaults.opened(folder, keys, municipality, wrapping.of(keys, municipality))


def root() -> Path:
    """Below it the systems' own folders lie; settings.TODOKE_FILES_FOLDER puts it elsewhere."""
    return Path(getattr(settings, "TODOKE_FILES_FOLDER", Path(settings.TODOKE_DATA_FOLDER) / "systems"))


def partner(queue: FileQueue) -> FilePartner:
    """The other side of a queue; SETUP_MISSING until it is registered."""
    found = FilePartner.objects.using(ALIAS).filter(system=queue.system_id).first()
    if found is None:
        todo = "todoke linkage files partner で公開鍵を登録してください。"
        detail = f"システム {queue.system_id} のファイル連携の鍵が登録されていません"
        raise TodokeError(ErrorCode.SETUP_MISSING, detail=detail, todo=todo)
    return found


def folder(queue: FileQueue, account: str) -> Folder:
    """The folder of a queue, made and closed to others."""
    found = Folder(root(), queue.system_id, queue.direction, queue.kind, account)
    found.make()
    return found


def public_key(of: FilePartner) -> Ed25519PublicKey:
    """What the system signs with."""
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(of.signing_key))
