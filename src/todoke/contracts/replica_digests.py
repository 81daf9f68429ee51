"""副本の照合値: the form in which both ends digest one person's copy, from the rows that they really hold.

HMAC-SHA256 under the city's key, because all amounts of a person could be tried against an unkeyed hash. The city has
PostgreSQL compute it; the intermediary holds ciphertext and computes it in Python (`digest`), and a test compares the two.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from todoke.contracts.information import TAX_ITEMS

COLUMNS: Final = (
    "integrated_number", "fiscal_year", "auto_reply_prohibited",
    *(column for item in TAX_ITEMS for column in (item, f"{item}_reason")),
)  # fmt: skip
"""What is digested, in this order."""

DEPTH: Final = 4
"""Hex digits of the deepest buckets: 65,536 of them, some five persons each in a city of 300,000 copies."""

_BLOCK: Final = 64  # bytes of a SHA-256 block (RFC 2104)
_ARGUMENTS: Final = 33  # columns in one concat: PostgreSQL takes 100 arguments


def digest_sql(row: str) -> str:
    """The digest of the row `row` of a query, with parameters `inner` and `outer` (see `pads`)."""
    cells = [f"octet_length({row}.{name}::text), ':', {row}.{name}::text" for name in COLUMNS]
    texts = [
        f"concat({', '.join(cells[start : start + _ARGUMENTS])})"
        for start in range(0, len(cells), _ARGUMENTS)
    ]
    return f"sha256(%(outer)s || sha256(%(inner)s || convert_to({' || '.join(texts)}, 'UTF8')))"


def bucket_sql(row: str, depth: int) -> str:
    """The first `depth` hex digits of the hash of a row's person. Not keyed: both ends know the number itself."""
    return f"left(encode(sha256({row}.integrated_number::bytea), 'hex'), {int(depth)})"


def bucket(integrated_number: str, depth: int) -> str:
    """The same in Python."""
    return hashlib.sha256(integrated_number.encode()).hexdigest()[:depth]


def sum_sql(digest: str, order: str) -> str:
    """The digest of a bucket: of its copies' digests in the order of their persons."""
    return f"sha256(string_agg({digest}, ''::bytea ORDER BY {order}))"


def pads(key: bytes) -> dict[str, bytes]:
    """The parameters `inner` and `outer` of `digest_sql`: the two padded keys of HMAC."""
    padded = key.ljust(_BLOCK, b"\0")
    return {"inner": bytes(byte ^ 0x36 for byte in padded), "outer": bytes(byte ^ 0x5C for byte in padded)}


def digest(key: bytes, values: Sequence[str | None]) -> bytes:
    """The digest of one copy whose values, as text, are in the order of COLUMNS."""
    cells = (":" if value is None else f"{len(value.encode())}:{value}" for value in values)
    return hmac.digest(key, "".join(cells).encode(), hashlib.sha256)
