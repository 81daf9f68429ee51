"""情報提供許可証 (ProvisionPermit): made by the network, checked by the provider, used once (S10, S11)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

DOMAIN: Final = b"todoke/provision-permit/v1\0"
"""Put before the encoded permit when it is signed, so that no other signature can pass for a permit."""

LIST_DOMAIN: Final = b"todoke/permission-list/v1\0"
"""Put before the encoded PermissionList when it is signed."""

REVOCATION_DOMAIN: Final = b"todoke/revocations/v1\0"
"""Put before the encoded Revocations when they are signed."""


class ProvisionPermit(msgspec.Struct, frozen=True, kw_only=True):
    """What is allowed, to whom, about whom, by which way, until when.

    `link_code_sha256` binds the provider's 符号 (hex); `route` is the party that the answer must go to.
    """

    permit_id: str
    instance: str
    inquirer: str
    provider: str
    duty: str
    procedure: str
    information_code: str
    link_code_sha256: str
    record_id: str
    route: str
    nonce: str
    list_edition: int
    requested_at: datetime
    issued_at: datetime
    expires_at: datetime

    def encode(self) -> bytes:
        """The bytes that are signed: JSON with sorted keys."""
        return msgspec.json.encode(self, order="sorted")


def decode(body: bytes) -> ProvisionPermit:
    """The permit in `body`; msgspec.ValidationError when it is not one."""
    return msgspec.json.decode(body, type=ProvisionPermit)
