"""許可証の更新: a provider that still holds a request back asks the network to let its permit live on (自動応答不可).

The permit itself, its parties, its duty and its person stay; only how long it lives is said anew, signed, and only
after the network has looked into its own record and into the permission list again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from todoke.exchange.kinds import MessageKind

DOMAIN: Final = b"todoke/permit-renewal/v1\0"
"""Put before the encoded PermitRenewal when it is signed."""


class PermitRenewal(msgspec.Struct, frozen=True, kw_only=True):
    """The permit lives until `expires_at`, by the list edition that was looked into."""

    permit_id: str
    instance: str
    provider: str
    list_edition: int
    renewed_at: datetime
    expires_at: datetime

    def encode(self) -> bytes:
        """The bytes that are signed: JSON with sorted keys."""
        return msgspec.json.encode(self, order="sorted")


class RenewalWanted(msgspec.Struct, frozen=True, kw_only=True):
    """One held permit of the sender's organisation. Sent by `platform:<m>`."""

    provider: str
    permit_id: str


class Renewed(msgspec.Struct, frozen=True, kw_only=True):
    """The signed renewal, or why there is none: `not_held`, `held_too_long`, `not_on_list`."""

    renewal: bytes
    signature: bytes
    refusal: str


RENEWALS: Final = MessageKind("network.permit_renewals.v1", RenewalWanted, Renewed, fresh=True)


def decode(body: bytes) -> PermitRenewal:
    """The renewal in `body`; msgspec.ValidationError when it is none."""
    return msgspec.json.decode(body, type=PermitRenewal)
