"""番号変換 by message: what 統合番号連携システム offers to the city's existing systems (party `system:<m>:<code>`).

At most `kinds.RECORD_LIMIT` records a message; answers are in the order asked.
"""

from __future__ import annotations

import msgspec

from todoke.contracts.people import BasicAttributes
from todoke.exchange.kinds import MessageKind


class NumberAsked(msgspec.Struct, frozen=True, kw_only=True):
    """One number to be converted. `direction` as in the file layout; `local_system` empty where it needs none."""

    direction: str
    local_system: str
    number: str
    attributes: BasicAttributes


class NumbersAsked(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `duty`: the 事務 (JM…) it is for; `purpose` stands in the log.

    `nonce`: at least 16 random characters. The receiver keeps a digest of the body, and without it a body of one
    person could be found again by trying all numbers.
    """

    duty: str
    purpose: str
    nonce: str
    records: list[NumberAsked]


class NumberAnswered(msgspec.Struct, frozen=True, array_like=True):
    """A number, or a word why there is none; exactly one is filled."""

    answer: str
    refusal: str


class NumbersAnswered(msgspec.Struct, frozen=True, kw_only=True):
    """One answer a record, in the order asked."""

    records: list[NumberAnswered]


CONVERT = MessageKind("linkage.convert.v1", NumbersAsked, NumbersAnswered)
