"""Systems as actors: what a signed message's sender may do (DESIGN law 10; the envelope proved who it is)."""

from __future__ import annotations

from todoke.access.permissions import Actor, Role

_ROLES = {
    "city": Role.CITY_SYSTEM,
    "platform": Role.PLATFORM_SYSTEM,
    "network": Role.NETWORK_SYSTEM,
    "system": Role.EXISTING_SYSTEM,
}


def actor(party: str, *, purpose: str = "") -> Actor:
    """The actor behind a party (`city:14100`, `network`, `system:14100:welfare`); one without rights for any other."""
    role = _ROLES.get(party.partition(":")[0])
    return Actor(staff_id=party, purpose=purpose, roles=frozenset({role}) if role else frozenset())


def housekeeper() -> Actor:
    """What ends rights and sessions whose time has run out, without anybody's doing."""
    return Actor(staff_id="system", roles=frozenset({Role.HOUSEKEEPER}))


def founder() -> Actor:
    """Who makes the first entries of an empty directory: whoever holds the server, before there is any account."""
    return Actor(staff_id="bootstrap", roles=frozenset({Role.FOUNDER}))
