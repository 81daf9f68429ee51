"""What a provider checks on a permit before it looks anything up (PIA III.6; exchange.md S10, S11, S12).

Two kinds of failure. `dropped`: nothing in the message can be trusted, or it was not meant for us, so that nobody is
answered. `refused`: a genuine permit of ours that may not be served; the inquirer is told, along its route.
The permission list and single use are checked against tables, in the same transaction.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from todoke.contracts import permits
from todoke.contracts.intermediary import ProvisionRequest
from todoke.contracts.permits import ProvisionPermit
from todoke.kernel.errors import TodokeError


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A genuine permit for us; `refusal` is "" or why it may not be served."""

    permit: ProvisionPermit
    link_code: str
    refusal: str


@dataclass(frozen=True, kw_only=True)
class Sifted:
    """The genuine permits of one message, and how many were dropped for which reason."""

    genuine: list[Checked] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True)
class Ours:
    """Who checks: instance, own party, the moment, the network's signature, and an organisation's party.

    Every organisation whose party is our own is ours.
    """

    instance: str
    own_party: str
    now: datetime
    signed: Callable[[bytes, bytes], bool]
    party: Callable[[str], str]


def sift(requests: Sequence[ProvisionRequest], ours: Ours) -> Sifted:
    """Check each request by itself; about 0.1 ms each, nearly all of it the signature."""
    found = Sifted()
    for request in requests:
        reason, permit = _genuine(request, ours)
        if permit is None:
            found.dropped[reason] += 1
        else:
            refusal = _refusal(permit, request.link_code, ours.now)
            found.genuine.append(Checked(permit=permit, link_code=request.link_code, refusal=refusal))
    return found


def _genuine(request: ProvisionRequest, ours: Ours) -> tuple[str, ProvisionPermit | None]:
    if not ours.signed(request.permit, request.signature):
        return "bad_signature", None
    try:
        permit = permits.decode(request.permit)
    except msgspec.MsgspecError:
        return "unreadable", None
    if permit.instance != ours.instance:
        return "other_instance", None
    if _party(permit.provider, ours) != ours.own_party:
        return "other_provider", None
    if permit.route == ours.own_party or permit.route != _party(permit.inquirer, ours):
        return "wrong_route", None
    return "", permit


def _party(organisation: str, ours: Ours) -> str | None:
    try:
        return ours.party(organisation)
    except TodokeError:
        return None


def _refusal(permit: ProvisionPermit, link_code: str, now: datetime) -> str:
    if hashlib.sha256(link_code.encode()).hexdigest() != permit.link_code_sha256:
        return "code_not_bound"
    if now >= permit.expires_at:
        return "permit_expired"
    return ""
