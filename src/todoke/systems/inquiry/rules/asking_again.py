"""再照会の可否: which of the failed questions are asked again, and what must be done first about the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set
from typing import NamedTuple

from todoke.systems.inquiry.rules.failures import may_be_asked_again
from todoke.systems.inquiry.rules.record_ids import MOST_ATTEMPTS


class Scope(NamedTuple):
    """Which failed questions of an order: of one provider, of one エラー理由, of both, or (both empty) all."""

    provider: str = ""
    error: str = ""


class Failed(NamedTuple):
    """One question that failed, as its newest attempt stands."""

    record_id: str
    subject: int
    position: int
    provider: str
    round: int
    attempt: int
    error: str


def judge(failed: Iterable[Failed], remedied: Set[str]) -> tuple[list[Failed], dict[str, int]]:
    """Those to ask again, and how many are left out by エラー理由.

    Left out: what would fail again unchanged, unless its cause was seen to (`remedied`); and a question that has
    used up its record ids.
    """
    asked: list[Failed] = []
    left_out: Counter[str] = Counter()
    for one in failed:
        if one.attempt >= MOST_ATTEMPTS:
            left_out["attempts_exhausted"] += 1
        elif may_be_asked_again(one.error) or one.error in remedied:
            asked.append(one)
        else:
            left_out[one.error] += 1
    return asked, dict(left_out)
