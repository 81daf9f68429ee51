"""緊急失効の配布 (RevocationFeed): what the kit, as the network, says is revoked, for some seconds at a time."""

from __future__ import annotations

import time
from datetime import timedelta

from todoke.contracts import network
from todoke.contracts.permits import REVOCATION_DOMAIN
from todoke.exchange import kinds, parties
from todoke.exchange.ring import KeyRing
from todoke.kernel import clock

LIFE = timedelta(seconds=10)
"""How long a copy counts in a trial: rules wait until the last one is over, minutes would make the run slow."""


class RevocationFeed:
    """`entries`: what is revoked now. `stale`: hand out only what is already out of date."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._good_until = clock.now()
        self.entries: list[network.RevokedEntry] = []
        self.stale = False

    def signed(self) -> network.SignedRevocations:
        """As things stand now."""
        now = clock.now()
        life = timedelta(0) if self.stale else LIFE
        issued_at, until = now - LIFE + life, now + life
        self._good_until = max(self._good_until, until)
        issued = network.Revocations(
            issued_at=issued_at, valid_until=until, entries=self.entries, organisations=[]
        )
        body = kinds.encode(issued)
        signature = self._ring.signing_key(parties.NETWORK).sign(REVOCATION_DOMAIN + body)
        return network.SignedRevocations(body=body, signature=signature)

    def wait_out(self) -> None:
        """Until nothing that was handed out so far counts any more."""
        time.sleep(max(0.0, (self._good_until - clock.now()).total_seconds()) + 0.1)
