"""返還: why money is claimed back, in how many parts it may come, and what is overdue (facts/benefit.md §1.4, §2 step 16).

The benefit is a gift under civil law, so that what was paid wrongly is claimed as 不当利得, not by an administrative act.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

MOST_PARTS: Final = 36
REMIND_AFTER: Final = timedelta(days=14)
"""Between two reminders of the same claim."""


class RefundState(StrEnum):
    """Where a claim stands."""

    PROPOSED = "proposed"
    CLAIMED = "claimed"
    SETTLED = "settled"
    REOPENED = "reopened"
    WRITTEN_OFF = "written_off"
    WITHDRAWN = "withdrawn"


OPEN: Final = (RefundState.CLAIMED, RefundState.REOPENED)
"""Money of the claim is awaited."""


class WriteOffState(StrEnum):
    """不納欠損: asked by one, confirmed by another."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class RefundReason(StrEnum):
    """Why the money, or a part of it, was paid wrongly."""

    INELIGIBLE = "ineligible"
    TAX_CORRECTED = "tax_corrected"
    TWICE = "twice"
    OTHER_PERSON = "other_person"
    AMOUNT = "amount"
    DECLINED = "declined"
    FALSE = "false"


REASONS: Final = {
    RefundReason.INELIGIBLE: "支給要件を満たしていなかった",
    RefundReason.TAX_CORRECTED: "税の更正により課税となった",
    RefundReason.TWICE: "二重に支払った",
    RefundReason.OTHER_PERSON: "別の人の口座に振り込んだ",
    RefundReason.AMOUNT: "支給額の誤り",
    RefundReason.DECLINED: "支払の後に辞退の申出があった",
    RefundReason.FALSE: "偽りその他不正の手段による受給",
}
LETTER_REASONS: Final = {
    RefundReason.INELIGIBLE: "支給の要件にあてはまらないことが分かったためです。",
    RefundReason.TAX_CORRECTED: "住民税の課税の状況が改められたためです。",
    RefundReason.TWICE: "同じ給付金を重ねてお支払いしたためです。",
    RefundReason.OTHER_PERSON: "あなたに支払うものではない給付金を、あなたの口座に振り込んだためです。",
    RefundReason.AMOUNT: "お支払いした額に誤りがあったためです。",
    RefundReason.DECLINED: "受け取らないとのお申し出があったためです。",
    RefundReason.FALSE: "お申し出の内容が事実と異なっていたためです。",
}
"""What the letter says: a whole sentence. The clerk's own note is not printed."""
STATES: Final = {
    RefundState.PROPOSED: ("決定待ち", "wait"),
    RefundState.CLAIMED: ("返還請求中", "warn"),
    RefundState.SETTLED: ("返還済み", "good"),
    RefundState.REOPENED: ("納付の取消しにより請求中", "warn"),
    RefundState.WRITTEN_OFF: ("不納欠損", "fail"),
    RefundState.WITHDRAWN: ("取下げ", "plain"),
}


@dataclass(frozen=True)
class Part:
    """One instalment: until when, how much."""

    due_on: date
    amount_yen: int


def parts(open_yen: int, count: int, first: date) -> list[Part]:
    """As many monthly parts of whole yen as were agreed; what cannot be divided is in the first."""
    if not 1 <= count <= min(MOST_PARTS, open_yen):
        raise ValueError(f"not {count} parts of {open_yen} yen")
    each, rest = divmod(open_yen, count)
    return [
        Part(_months_later(first, number), each + (rest if number == 0 else 0)) for number in range(count)
    ]


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def overdue(open_yen: int, due_on: date, plan: Sequence[Part], today: date) -> int:
    """How much should have come by yesterday and did not: by the newest plan, or the whole after its day."""
    if not plan:
        return open_yen if due_on < today else 0
    still_due = sum(part.amount_yen for part in plan if part.due_on >= today)
    return max(0, open_yen - still_due)
