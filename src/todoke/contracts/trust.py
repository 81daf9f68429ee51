"""What a site lends its systems from its keys and its directory; wired by `sites`, replaceable by an HSM."""

from __future__ import annotations

from typing import Protocol


class PermitSeal(Protocol):
    """The network's signing key, for permits and permission lists (national realm only)."""

    def sign(self, data: bytes) -> bytes:
        """Ed25519 signature, 64 bytes."""


class NetworkSignature(Protocol):
    """The network's public key, for whoever checks what it signed."""

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Whether the network signed exactly `data`."""


class Participants(Protocol):
    """The directory of connected parties (情報連携に接続している機関)."""

    def connected(self, party: str) -> bool:
        """Whether a party such as `platform:13112` is on this network."""
