"""Whom an entry is about: a keyed index of the person, never the number; and the detail that only a key opens."""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from todoke.oplog import keys
from todoke.oplog.entry import nfc
from todoke.privacy import key_files

_NONCE = 12


@dataclass(frozen=True, repr=False)
class Person:
    """One person as a system knows them: `kind` says by which identifier (`resident_code`, `case_number` …)."""

    kind: str
    number: str


def index(alias: str, person: Person) -> bytes:
    """HMAC-SHA256 under the realm's key, 32 bytes; of another database or kind of number it is another one."""
    parts = ["v1", settings.TODOKE_MUNICIPALITY, alias, "oplog_operation.object_index", person.kind]
    # lengths first: no two persons share a form
    message = "".join(f"{len(part)}:{part}" for part in (*parts, nfc(person.number)))
    return hmac.digest(_key(keys.INDEX), message.encode(), "sha256")


def seal_detail(alias: str, detail: str) -> bytes:
    """The detail, encrypted (AES-256-GCM, bound to the database)."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_key(keys.DETAIL)).encrypt(nonce, nfc(detail).encode(), _binding(alias))


def open_detail(alias: str, sealed: bytes) -> str:
    """The detail again; cryptography.exceptions.InvalidTag when it was altered or is of another database."""
    plain = AESGCM(_key(keys.DETAIL)).decrypt(sealed[:_NONCE], sealed[_NONCE:], _binding(alias))
    return plain.decode()


def _binding(alias: str) -> bytes:
    return f"v1|{settings.TODOKE_INSTANCE_NAME}|{alias}|oplog_operation.detail".encode()


def _key(name: str) -> bytes:
    return _read(str(settings.TODOKE_KEYS_FOLDER / name))


@lru_cache(maxsize=8)
def _read(path: str) -> bytes:
    return key_files.read(Path(path))
