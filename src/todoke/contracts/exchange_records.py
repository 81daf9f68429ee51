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


class Difference(StrEnum):
    """How one party's record and the network's differ."""

    MISSING_THERE = "missing_there"  # the party has none
    MISSING_HERE = "missing_here"  # the network has none
    CONTENT = "content"
    OUTCOME = "outcome"


DIFFERENCES: Final = {
    Difference.MISSING_THERE: (
        "当事者の記録がない",
        "その団体の中間サーバーで、届いていない電文と、バックアップから戻した日時を確かめ、記録を戻してから突合をやり直します。"
        "戻せないときは、原因を書いて処置済みにします。",
    ),
    Difference.MISSING_HERE: (
        "ネットワークの記録がない",
        "当事者が持つ許可証の署名と発行日時を確かめます。ネットワークを戻したときに失った記録でなければ、"
        "不正な提供の疑いがあります。その団体の提供を止めるかどうかを、直ちに責任者が判断します。",
    ),
    Difference.CONTENT: (
        "内容が違う",
        "当事者・事務・情報・照会日時のどれかが違います。三者の記録を書き出し、許可証と比べて、どの記録が誤りかを確かめます。",
    ),
    Difference.OUTCOME: (
        "結果または日時が違う",
        "結果の電文が届く途中なら、次の日の突合で一致します。翌日も残るときは、提供した団体の送信待ちの電文を確かめます。",
    ),
}  # fmt: skip
"""What differs, and what to do next."""

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
