"""緊急失効の配布: what of the newest edition counts no more and who is suspended, signed, for a few minutes."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts import network
from todoke.contracts.permits import REVOCATION_DOMAIN
from todoke.exchange import kinds
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.network import needs, queries
from todoke.systems.network.actions.note_holder import note_holder
from todoke.systems.network.needs import ALIAS

LIFE = timedelta(minutes=30)
"""How long a copy counts; settings.TODOKE_REVOCATION_LIFE replaces it. Copies are renewed after half of it."""


def hand_out_revocations(*, body: network.RevocationsRequest, by: Actor) -> network.SignedRevocations:
    """As things stand now. An empty list is signed too: it says that nothing is revoked."""
    require(by, Permission.NETWORK_FETCH_LIST)
    now = clock.now()
    with transaction.atomic(using=ALIAS):
        issued = network.Revocations(
            issued_at=now,
            valid_until=now + getattr(settings, "TODOKE_REVOCATION_LIFE", LIFE),
            entries=queries.revoked_entries(),
            organisations=queries.suspended_organisations(),
        )
        note_holder(known=body.known_edition, by=by)
        subject = f"entries:{len(issued.entries)} organisations:{len(issued.organisations)}"
        record(ALIAS, by=by, verb="network:list:revocations", subject=subject)
    encoded = kinds.encode(issued)
    return network.SignedRevocations(body=encoded, signature=needs.sign(REVOCATION_DOMAIN + encoded))
