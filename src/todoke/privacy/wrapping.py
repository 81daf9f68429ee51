"""Data keys wrapped by a key of the municipality (鍵暗号化鍵): from a key file, or inside a PKCS#11 token (HSM).

A wrapped data key may lie on a disk and in a backup; without the municipality's key it opens nothing (S18). The choice is
a file beside the keys: `pkcs11.toml` with module, token, label, pin_file; without it the key is a file of mode 600.
"""

from __future__ import annotations

import os
import tomllib
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.privacy import key_files

NONCE_BYTES = 12
TAG_BITS = 128


class Wrapper(Protocol):
    """Whoever holds a municipality's key. `context` says what a data key is for, and is bound to it."""

    def make(self) -> None:
        """Make the municipality's key unless it is there."""

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """Nonce, ciphertext and tag (AES-256-GCM)."""

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The data key again; SETUP_MISSING with another municipality's key or another context."""


class FileWrapper:
    """The municipality's key in a file of its own (32 bytes, mode 600)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def make(self) -> None:
        key_files.make(self._path)

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(key_files.read(self._path)).encrypt(nonce, data_key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        try:
            return AESGCM(key_files.read(self._path)).decrypt(
                wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], context
            )
        except InvalidTag:
            raise foreign_key() from None


class TokenWrapper:
    """The municipality's key inside a PKCS#11 token, which never gives it out. Needs the extra `pkcs11`."""

    def __init__(self, *, module: str, token: str, label: str, pin_file: Path) -> None:
        self._module, self._token, self._label, self._pin_file = module, token, label, pin_file

    def make(self) -> None:
        pkcs11 = _pkcs11()
        with self._open(pkcs11, rw=True) as session:
            try:
                session.get_key(label=self._label, key_type=pkcs11.KeyType.AES)
            except pkcs11.NoSuchKey:
                kept = {pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False}
                uses = {pkcs11.Attribute.ENCRYPT: True, pkcs11.Attribute.DECRYPT: True}
                session.generate_key(
                    pkcs11.KeyType.AES, 256, label=self._label, store=True, template=kept | uses
                )

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._run("encrypt", data_key, nonce, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        return self._run("decrypt", wrapped[NONCE_BYTES:], wrapped[:NONCE_BYTES], context)

    def _run(self, verb: str, data: bytes, nonce: bytes, context: bytes) -> bytes:
        pkcs11 = _pkcs11()
        with self._open(pkcs11, rw=False) as session:
            try:
                key = session.get_key(label=self._label, key_type=pkcs11.KeyType.AES)
                parameters = pkcs11.GCMParams(nonce, context, TAG_BITS)
                found = getattr(key, verb)(
                    data, mechanism=pkcs11.Mechanism.AES_GCM, mechanism_param=parameters
                )
            except pkcs11.NoSuchKey:
                raise missing(
                    "HSM に鍵暗号化鍵がありません", "鍵を戻すか、接続先を直してください。"
                ) from None
            except pkcs11.PKCS11Error:
                raise foreign_key() from None
        return bytes(found)

    def _open(self, pkcs11: ModuleType, *, rw: bool) -> AbstractContextManager[Any]:
        try:
            token = pkcs11.lib(self._module).get_token(token_label=self._token)
            opened: AbstractContextManager[Any] = token.open(
                rw=rw, user_pin=self._pin_file.read_text(encoding="ascii").strip()
            )
        except (pkcs11.PKCS11Error, OSError):
            raise missing("HSM を開けません", "pkcs11.toml と暗証番号ファイルを確かめてください。") from None
        return opened


def of(folder: Path, municipality: str) -> Wrapper:
    """The holder of a municipality's key, as the folder of keys says."""
    chosen = folder / "pkcs11.toml"
    if not chosen.is_file():
        return FileWrapper(folder / f"kek-{municipality}.key")
    said = tomllib.loads(chosen.read_text(encoding="utf-8"))
    try:
        return TokenWrapper(
            module=said["module"],
            token=said["token"],
            label=f"{said['label']}-{municipality}",
            pin_file=folder / said["pin_file"],
        )
    except KeyError:
        raise missing(
            "pkcs11.toml に項目が足りません", "module, token, label, pin_file を書いてください。"
        ) from None


def missing(detail: str, todo: str) -> TodokeError:
    """SETUP_MISSING, which never shows a key."""
    return TodokeError(ErrorCode.SETUP_MISSING, detail=detail, todo=todo)


def foreign_key() -> TodokeError:
    """A wrapped key that the municipality's key does not open."""
    return missing("包まれたデータ鍵を開けません", "この団体の鍵暗号化鍵を控えから戻してください。")


def _pkcs11() -> ModuleType:
    try:
        import pkcs11
    except ImportError:
        raise missing(
            "PKCS#11 の部品がありません", "pip install 'todoke[pkcs11]' を実行してください。"
        ) from None
    found: ModuleType = pkcs11
    return found
