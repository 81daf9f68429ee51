"""Numbers that may be found and opened only with keys from outside the database (facts/exchange.md §f).

A keyed full-length index finds a number; AES-256-GCM, bound to municipality, table, column and row, holds it.
An unkeyed or salted hash would not do: all 12-digit numbers can be tried in hours.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from todoke.kernel.errors import ErrorCode, TodokeError

INDEX_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


@dataclass(frozen=True, kw_only=True, repr=False)
class ColumnSeal:
    """The keys of one column of one municipality. `key_id` tells key generations apart (rotation)."""

    municipality: str
    table: str
    column: str
    key_id: int
    index_key: bytes
    cipher_key: bytes

    def index(self, numbers: Sequence[bytes]) -> list[bytes]:
        """HMAC-SHA256 of each number, 32 bytes: equal numbers of this column have equal indexes."""
        prefix = f"v1|{self.municipality}|{self.table}|{self.column}|{self.key_id}|".encode()
        key, digest = self.index_key, hmac.digest
        return [digest(key, prefix + number, "sha256") for number in numbers]

    def seal(self, numbers: Sequence[bytes], rows: Sequence[bytes]) -> list[bytes]:
        """Nonce, ciphertext and tag of each number, bound to the row of the same position."""
        encrypt, prefix = AESGCM(self.cipher_key).encrypt, self._binding
        nonces = os.urandom(NONCE_BYTES * len(numbers))
        sealed = []
        for place, (number, row) in enumerate(zip(numbers, rows, strict=True)):
            nonce = nonces[place * NONCE_BYTES : (place + 1) * NONCE_BYTES]
            sealed.append(nonce + encrypt(nonce, number, prefix + row))
        return sealed

    def open(self, sealed: Sequence[bytes], rows: Sequence[bytes]) -> list[bytes]:
        """The numbers again; INPUT_CHANGED when a ciphertext was altered or belongs to another row."""
        decrypt, prefix = AESGCM(self.cipher_key).decrypt, self._binding
        try:
            return [
                decrypt(text[:NONCE_BYTES], text[NONCE_BYTES:], prefix + row)
                for text, row in zip(sealed, rows, strict=True)
            ]
        except InvalidTag:
            raise TodokeError(ErrorCode.INPUT_CHANGED, file=f"{self.table}.{self.column}") from None

    @property
    def _binding(self) -> bytes:
        return f"v1|{self.municipality}|{self.table}|{self.column}|{self.key_id}|".encode()
