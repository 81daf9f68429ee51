"""記録を文にする: every entry as a Japanese sentence, as an auditor reads it aloud.

令和4年4月11日 10時15分、給付金担当の c001 が端末 t01 で世帯の課税情報を参照しました（対象：1人、目的：窓口での問合せ）
"""

from __future__ import annotations

from datetime import datetime

from todoke.kernel.clock import JAPAN, wareki
from todoke.oplog.entry import Outcome
from todoke.oplog.events import event_of
from todoke.oplog.search import Logged


def sentence(entry: Logged) -> str:
    """The entry as a sentence."""
    event = event_of(entry.verb)
    whose = f"{entry.duty}担当の " if entry.duty else f"{entry.organisation}の " if entry.organisation else ""
    place = f"端末 {entry.terminal} で" if entry.terminal else ""
    endings = {
        Outcome.DONE.value: "しました",
        Outcome.REFUSED.value: "しようとして拒否されました",
        Outcome.FAILED.value: "しようとして失敗しました",
    }
    deed = f"{event.what}{event.deed}{endings[entry.outcome]}"
    return f"{when(entry.at)}、{whose}{entry.actor} が{place}{deed}{_rest(entry)}"


def when(at: datetime) -> str:
    """令和4年4月11日 10時15分, in Japan."""
    there = at.astimezone(JAPAN)
    return f"{wareki(there.date())} {there.hour}時{there.minute:02}分"


def _rest(entry: Logged) -> str:
    parts = [
        f"対象：{entry.persons:,}人" if entry.persons else "",
        f"件名：{entry.subject}" if entry.subject else "",
        f"許可証：{entry.permit_id}" if entry.permit_id else "",
        f"目的：{entry.purpose}" if entry.purpose else "",
    ]
    shown = "、".join(part for part in parts if part)
    return f"（{shown}）" if shown else ""
