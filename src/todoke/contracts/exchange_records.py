"""情報提供等記録 (ExchangeRecord, 番号法23条): one shape for the inquirer, the provider and the network."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from todoke.contracts.information import Outcome


class Side(StrEnum):
    """In which part a municipality took part in an exchange."""

    INQUIRER = "inquirer"  # 情報照会者
    PROVIDER = "provider"  # 情報提供者


SETTLED: Final = (Outcome.ANSWERED, Outcome.NO_RECORD, Outcome.RELEASE_REFUSED, Outcome.REFUSED)
"""The ends: an exchange that has one is never changed again."""

FORWARD: Final = {Outcome.ASKED: (Outcome.HELD, *SETTLED), Outcome.HELD: SETTLED}
"""The steps that the outcome of a permitted exchange may take, everywhere; no other step is possible."""

AFTER_ASKED: Final = tuple(outcome.value for outcome in (Outcome.HELD, *SETTLED))
"""Every outcome that has a time: anything but 照会中."""

COLUMNS: Final = (
    "permit_id", "inquirer", "provider", "duty", "procedure", "information_code",
    "requested_at", "outcome", "provided_at",
)  # fmt: skip
"""Header of every export of these records, so that three parties' files can be compared line by line."""


class ExchangeRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One permitted exchange, as one of the three parties recorded it.

    `requested_at` is the permit's, so all three agree on it; `provided_at` and `outcome` are set when the
    provider answered or held the request, and again when a held one was released.
    """

    permit_id: str
    inquirer: str
    provider: str
    duty: str
    procedure: str
    information_code: str
    requested_at: datetime
    outcome: str
    provided_at: datetime | None
