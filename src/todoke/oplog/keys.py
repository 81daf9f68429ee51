"""操作の記録の鍵: three key files per realm, outside the database (made by `make`, mode 600).

`oplog.sign.key` signs checkpoints (read by the sealer only), `oplog.index.key` makes persons findable,
`oplog.detail.key` encrypts details. The public half of the first stands in `<instance>/oplog.<realm>.pub`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.privacy import key_files

SIGN: Final = "oplog.sign.key"
INDEX: Final = "oplog.index.key"
DETAIL: Final = "oplog.detail.key"


def make(instance: Path, realm: str) -> None:
    """Make what is missing for a realm, and write its public key down. Keys that exist stay."""
    folder = instance / realm / "keys"
    for name in (SIGN, INDEX, DETAIL):
        key_files.make(folder / name)
    public = signing_key(folder).public_key().public_bytes_raw().hex()
    file = _public_file(instance, realm)
    if not file.exists() or file.read_text(encoding="ascii").strip() != public:
        file.write_text(f"{public}\n", encoding="ascii")


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """The realm's key for checkpoints; SETUP_MISSING without it."""
    return Ed25519PrivateKey.from_private_bytes(key_files.read(folder / SIGN))


def public_key(instance: Path, realm: str) -> Ed25519PublicKey:
    """The public key with which a realm's checkpoints are verified; SETUP_MISSING when it is not written down."""
    file = _public_file(instance, realm)
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(file.read_text(encoding="ascii").strip()))
    except (OSError, ValueError):
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail=f"{file.name} を読めません",
            todo="その領域で todoke database create を実行してください。",
        ) from None


def signer_name(instance_name: str, realm: str) -> str:
    """The key's name in notes: `todoke.demo/city`."""
    return f"todoke.{instance_name}/{realm}"


def origin(instance_name: str, alias: str) -> str:
    """The name of one log in notes: `todoke.demo/log/benefits`."""
    return f"todoke.{instance_name}/log/{alias}"


def _public_file(instance: Path, realm: str) -> Path:
    return instance / f"oplog.{realm}.pub"
