"""不開示 (番号法23条2項・3項): a party's judgement that a record of an exchange is not disclosed to the person.

Each party judges its own record; the network records the judgement too, and tells the other party, whose disclosure
would otherwise betray what the first withholds. What a code means is configuration (`TODOKE_NONDISCLOSURE_CODES`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from todoke.contracts.network import Received
from todoke.exchange.kinds import MessageKind


class Nondisclosure(msgspec.Struct, frozen=True, array_like=True):
    """The 不開示コード that a party of the permit set at `marked_at`. Reasons stay where they were given."""

    permit_id: str
    code: Annotated[str, msgspec.Meta(pattern="^[0-9A-Z]$")]
    marked_at: datetime


class Nondisclosures(msgspec.Struct, frozen=True, kw_only=True):
    """Judgements: by the sender when a platform tells the network, by the other party when the network tells a platform."""

    records: list[Nondisclosure]


TO_NETWORK = MessageKind("network.nondisclosures.v1", Nondisclosures, Received)
TO_PLATFORM = MessageKind("intermediary.nondisclosures.v1", Nondisclosures, Received)
