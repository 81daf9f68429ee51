"""Closed envelopes (封緘): whoever has the public key can close one, only the private key opens it.

X25519 with a fresh key of the sender, HKDF-SHA256, AES-256-GCM. Destroying the private key destroys what was sealed,
wherever copies of it lie.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from todoke.kernel.errors import ErrorCode, TodokeError

KEY_BYTES: Final = 32
_NONCE: Final = bytes(12)  # each envelope has a key of its own, used once


def public_key(private: bytes) -> bytes:
    """The public key of 32 private bytes (as `key_files` makes them)."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def close(public: bytes, text: bytes, context: bytes) -> bytes:
    """The sender's fresh public key, ciphertext and tag. MESSAGE_INVALID for what is no public key."""
    fresh = X25519PrivateKey.generate()
    mine = fresh.public_key().public_bytes_raw()
    try:
        shared = fresh.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        raise TodokeError(ErrorCode.MESSAGE_INVALID, detail="封緘の公開鍵ではありません") from None
    return mine + _cipher(shared, mine + public).encrypt(_NONCE, text, context)


def open_closed(private: bytes, sealed: bytes, context: bytes, what: str) -> bytes:
    """The text again; INPUT_CHANGED naming `what` when it was altered, cut, or closed for another key or context."""
    mine = sealed[:KEY_BYTES]
    try:
        shared = X25519PrivateKey.from_private_bytes(private).exchange(
            X25519PublicKey.from_public_bytes(mine)
        )
        return _cipher(shared, mine + public_key(private)).decrypt(_NONCE, sealed[KEY_BYTES:], context)
    except (InvalidTag, ValueError):
        raise TodokeError(ErrorCode.INPUT_CHANGED, file=what) from None


def _cipher(shared: bytes, parties: bytes) -> AESGCM:
    key = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=parties, info=b"todoke sealed box v1")
    return AESGCM(key.derive(shared))
