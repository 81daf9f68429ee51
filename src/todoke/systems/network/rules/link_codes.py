"""符号 (LinkCode, 機関別符号): one per person and organisation, computed, never stored (ADR 0004).

Law: 番号法21条の2. A code is one AES-256 block over 10 bytes of ID code (HMAC-SHA256 of the
住民票コード, cut) and 6 bytes of organisation (municipality ‖ kind, 3 bytes each), as 32 hex digits. One block is
one permutation, so ECB is the whole mode and not a weakness: equal blocks mean the same person at the same
organisation, which is what a code has to say; there is no second block whose pattern could show. The organisation inside
makes a code of another one (or an invented one: 1 in 2⁴⁸) detectable when it is converted.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from todoke.identifiers import municipality

BLOCK = 16
ID_BYTES = 10


class LinkCodes:
    """The network's two secrets at work: `id_key` makes ID codes, `code_key` (32 bytes) makes 符号 of them."""

    def __init__(self, *, id_key: bytes, code_key: bytes) -> None:
        self._id_key = id_key
        self._cipher = Cipher(AES(code_key), ECB())  # noqa: S305 - one block is one permutation, see above

    def issue(self, juki_codes: Sequence[str], organisation: str) -> list[str]:
        """The 符号 of these 住民票コード at one organisation (機関コード), in order."""
        end = _organisation(organisation)
        return self._encrypt([self._id_code(code) + end for code in juki_codes])

    def convert(self, codes: Sequence[str], *, of: str, to: Sequence[str]) -> list[str | None]:
        """符号 of organisation `of` → 符号 of `to[i]`; None where a code is not one of `of`. Shapes (n,), (n,)."""
        ends = {organisation: _organisation(organisation) for organisation in (of, *set(to))}
        raw = [_block(code) for code in codes]
        plain = self._decrypt([block or bytes(BLOCK) for block in raw])
        known = [
            block is not None and text[ID_BYTES:] == ends[of] for block, text in zip(raw, plain, strict=True)
        ]
        made = self._encrypt([text[:ID_BYTES] + ends[o] for text, o in zip(plain, to, strict=True)])
        return [code if good else None for code, good in zip(made, known, strict=True)]

    def _id_code(self, juki_code: str) -> bytes:
        return hmac.digest(self._id_key, juki_code.encode(), hashlib.sha256)[:ID_BYTES]

    def _encrypt(self, blocks: Sequence[bytes]) -> list[str]:
        text = self._cipher.encryptor().update(b"".join(blocks)).hex()
        return [text[i : i + 2 * BLOCK] for i in range(0, len(text), 2 * BLOCK)]

    def _decrypt(self, blocks: Sequence[bytes]) -> list[bytes]:
        text = self._cipher.decryptor().update(b"".join(blocks))
        return [text[i : i + BLOCK] for i in range(0, len(text), BLOCK)]


def _organisation(code: str) -> bytes:
    """6 bytes of a 機関コード: municipality and kind; NUMBER_INVALID when it is none."""
    five = municipality.of_organisation(code)
    return int(five).to_bytes(3) + int(code[11:]).to_bytes(3)


def _block(code: str) -> bytes | None:
    # `fromhex` also reads blanks and capitals: a code has one spelling
    if len(code) != 2 * BLOCK or not (code.isascii() and code == code.lower()):
        return None
    try:
        block = bytes.fromhex(code)
    except ValueError:
        return None
    return block if len(block) == BLOCK else None
