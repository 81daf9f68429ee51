"""The floor of an exchange: what its signatures, TLS records and digests cost alone, measured in the same run."""

from __future__ import annotations

import hashlib
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MESSAGES: Final = 5
"""Signed messages of one exchange that goes alone: inquiry, permit, provision request, provision, report."""
_BODY: Final = b"x" * 1024
_SECONDS = 0.3


def measure(keys: Path) -> dict[str, Any]:
    """Microseconds of CPU per operation, and what one exchange that travels alone needs of them.

    `keys`: a folder with server.pem, server.key and authority.pem, for a TLS session in memory.
    """
    key = Ed25519PrivateKey.generate()
    public, signature = key.public_key(), key.sign(_BODY)
    found = {
        "ed25519_sign_us": _each(lambda: key.sign(_BODY)),
        "ed25519_verify_us": _each(lambda: public.verify(signature, _BODY)),
        "sha256_1k_us": _each(lambda: hashlib.sha256(_BODY).digest()),
        "tls_record_1k_us": _each(_tls(keys)),
    }
    # both ways of a message are signed and verified; the permit itself once more
    signed = 2 * MESSAGES + 1
    found["exchange_alone_us"] = round(
        signed * (found["ed25519_sign_us"] + found["ed25519_verify_us"])
        + 4 * MESSAGES * found["sha256_1k_us"]
        + 2 * MESSAGES * found["tls_record_1k_us"],
        1,
    )
    return found


def _each(work: Callable[[], object]) -> float:
    count, begun, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - begun < _SECONDS:
        for _ in range(50):
            work()
        count += 50
    return round((time.process_time() - cpu) / count * 1e6, 1)


def _tls(keys: Path) -> Callable[[], object]:
    """One record of 1 KiB from a client to a server in memory: sealed here, opened there."""
    there = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    there.load_cert_chain(keys / "server.pem", keys / "server.key")
    here = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    here.load_verify_locations(keys / "authority.pem")
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = there.wrap_bio(up, down, server_side=True)
    client = here.wrap_bio(down, up, server_hostname="localhost")
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue

    def work() -> None:
        client.write(_BODY)
        server.read(2048)

    return work
