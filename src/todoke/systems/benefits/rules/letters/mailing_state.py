"""発送の状態: the way of a mailing from the printer to the post; how it moves is in flows.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class MailingState(StrEnum):
    """Where a mailing stands."""

    HANDED = "handed"  # 印刷所に渡した
    COUNTED = "counted"  # 印刷所の数と合った
    MATCHED = "matched"  # 最新の住民記録と照合した
    OUTDATED = "outdated"  # 照合の後に住民記録が新しくなった
    DISPATCHED = "dispatched"  # 発送を二人目が確認した


MAILING_TITLES: Final = {
    MailingState.HANDED: "印刷中",
    MailingState.COUNTED: "数の確認済み",
    MailingState.MATCHED: "照合済み（発送確認待ち）",
    MailingState.OUTDATED: "照合し直し",
    MailingState.DISPATCHED: "発送済み",
}


class PullReason(StrEnum):
    """Why a printed letter is taken out before it is posted, by the register of the day; the first that applies."""

    PROTECTED = "protected"  # 印刷の後に支援措置の対象になった
    UNKNOWN = "unknown"  # 最新の住民記録にない
    DIED = "died"
    MOVED_OUT = "moved_out"
    CHANGED = "changed"  # 住所または氏名が印刷した時と違う
    CLOSED = "closed"  # 最新の判定で支給対象でない、または手続きが終わっている


PULL_TITLES: Final = {
    PullReason.PROTECTED: "支援措置の対象になった",
    PullReason.UNKNOWN: "最新の住民記録にない",
    PullReason.DIED: "亡くなった",
    PullReason.MOVED_OUT: "転出した",
    PullReason.CHANGED: "住所または氏名が印刷した時と違う",
    PullReason.CLOSED: "送る必要がなくなった（支給対象でない、手続き済み）",
}


def pull_reason() -> str:
    """DuckDB: the reason or null, over the columns protected, in_register, left_on, left_reason, printed_as, now_as, wanted."""
    return f"""CASE
        WHEN protected IS NOT FALSE THEN '{PullReason.PROTECTED}'
        WHEN in_register IS NOT TRUE THEN '{PullReason.UNKNOWN}'
        WHEN left_reason = '死亡' THEN '{PullReason.DIED}'
        WHEN left_on IS NOT NULL OR left_reason IS NOT NULL THEN '{PullReason.MOVED_OUT}'
        WHEN printed_as IS DISTINCT FROM now_as THEN '{PullReason.CHANGED}'
        WHEN wanted IS NOT TRUE THEN '{PullReason.CLOSED}'
    END"""


PRINTED_AS: Final = "sha256(concat_ws('|', case_number, postal_code, address, name_kanji))"
"""DuckDB: what stood in the window of the envelope, as a digest, so that the letter can be compared with a later register."""


@dataclass(frozen=True, kw_only=True)
class SheetCount:
    """The printer's figures of one kind of letter: sheets of the run, spoiled ones, reprinted ones, envelopes closed."""

    kind: str
    route: str
    printed: int
    spoiled: int
    reprinted: int
    enclosed: int


def differences(count: SheetCount, *, letters: int, sheets: int) -> list[str]:
    """What does not agree with what was handed over, each a sentence; nothing when all does."""
    found = []
    good = count.printed - count.spoiled + count.reprinted
    if good != sheets:
        found.append(
            f"使える枚数が {good:,} 枚（印刷 {count.printed:,}－損紙 {count.spoiled:,}＋刷り直し {count.reprinted:,}）で、渡した {sheets:,} 枚と合いません。"
        )
    if count.enclosed != letters:
        found.append(f"封入した通数が {count.enclosed:,} 通で、渡した {letters:,} 通と合いません。")
    return found
