"""What a site's key ring lends its systems: the network's signature, and who is connected (contracts.trust)."""

from __future__ import annotations

from todoke.exchange import parties
from todoke.exchange.ring import KeyRing
from todoke.kernel.errors import TodokeError


class RingTrust:
    """PermitSeal (national realm only: nobody else has the key), NetworkSignature and Participants of one ring."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def sign(self, data: bytes) -> bytes:
        """The network's Ed25519 signature; SETUP_MISSING outside of the national realm."""
        return self._ring.signing_key(parties.NETWORK).sign(data)

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Whether the network of this instance signed `data`."""
        return self._ring.directory.entry(parties.NETWORK).signed(data, signature)

    def connected(self, party: str) -> bool:
        """Whether the directory lists the party."""
        try:
            self._ring.directory.entry(party)
        except TodokeError:
            return False
        return True
