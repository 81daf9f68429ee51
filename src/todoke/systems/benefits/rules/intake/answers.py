"""受付の規則: what a scanned number is answered, in one sentence each, and what a form of another route may still do."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from todoke.systems.benefits.rules.cases.case_state import CaseState

PAPER_ROUTES: Final = ("郵送", "窓口")
"""Routes of forms on paper: keyed data by these routes belong to the sheet that was scanned; any other is a second form."""
TWICE_READ: Final = timedelta(seconds=5)
"""The same number by the same hand within this time is one sheet that the scanner read twice."""
RETENTION_YEARS: Final = 5
"""文書の保存期間: from the day of receipt, as long as the claim can be made (地方自治法236条1項)."""
_BOX: Final = re.compile(r"[0-9A-Z][0-9A-Z-]{0,11}")


class Answer(StrEnum):
    """What a scan is answered."""

    ACCEPTED = "accepted"
    CORRECTION = "correction"
    TWICE = "twice"
    DUPLICATE = "duplicate"
    DECLINED = "declined"
    INELIGIBLE = "ineligible"
    PAID = "paid"
    MISREAD = "misread"
    OTHER_PROGRAMME = "other_programme"
    UNKNOWN = "unknown"
    STILL_STOPPED = "still_stopped"
    KEPT = "kept"
    WENT_ON = "went_on"

    @property
    def stops(self) -> bool:
        """Whether the loop stops until a person has looked: a sheet that was not received must not slip into the box."""
        return self not in (Answer.ACCEPTED, Answer.CORRECTION, Answer.TWICE, Answer.KEPT, Answer.WENT_ON)

    @property
    def has_case(self) -> bool:
        """Whether the sheet is of a case of ours, so that it may be kept in the box beside the first."""
        return self in (Answer.DUPLICATE, Answer.DECLINED, Answer.INELIGIBLE, Answer.PAID)


@dataclass(frozen=True)
class Said:
    """What happened, and what to do."""

    what: str
    todo: str


SAID: Final[dict[Answer, Said]] = {
    Answer.ACCEPTED: Said("受け付けました", ""),
    Answer.CORRECTION: Said(
        "補正の書類として箱に登録しました", "不備または振込不能の世帯です。担当が内容を確かめます。"
    ),
    Answer.TWICE: Said("同じ紙の二度読みです", "受付は1件のままです。次の紙を読み取ってください。"),
    Answer.DUPLICATE: Said(
        "この世帯は受付済みです",
        "この紙では受け付けません。最初の受付と見比べ、同じ世帯からの2通目なら 1 で重複として箱に残してください。",
    ),
    Answer.DECLINED: Said(
        "辞退の届けがある世帯です",
        "この紙では受け付けません。辞退を取り消す申出かどうかを担当に渡して確かめてください。",
    ),
    Answer.INELIGIBLE: Said(
        "不支給と決定した世帯です",
        "この紙では受け付けません。決定に対する申出かどうかを担当に渡して確かめてください。",
    ),
    Answer.PAID: Said(
        "振込を依頼した、または支払った世帯です",
        "この紙では受け付けません。二重の支払になるため、2通目なら 1 で重複として箱に残してください。",
    ),
    Answer.MISREAD: Said(
        "番号を読み取れませんでした（桁数か検査数字が合いません）",
        "受け付けていません。0 で続け、同じ紙をもう一度読み取るか、紙の番号を打ってください。",
    ),
    Answer.OTHER_PROGRAMME: Said(
        "別の事業の番号です", "受け付けていません。紙を分けて、その事業の受付で読み取ってください。"
    ),
    Answer.UNKNOWN: Said(
        "本市で付けた番号ではありません",
        "受け付けていません。他市町村の様式や、番号の書かれた別の紙でないかを確かめ、担当に渡してください。",
    ),
    Answer.STILL_STOPPED: Said(
        "まだ止まっています。今の読み取りは受け付けていません",
        "前の紙の扱いを 0 か 1 で決めてから、今の紙をもう一度読み取ってください。",
    ),
    Answer.KEPT: Said("重複として箱に登録しました", "受付は最初の1件だけです。次の紙を読み取ってください。"),
    Answer.WENT_ON: Said(
        "続けます", "前の紙は受け付けていません。箱に入れず、別に分けてください。次の紙を読み取ってください。"
    ),
}

_OF_STATE: Final[dict[CaseState, Answer]] = {
    CaseState.NUMBERED: Answer.ACCEPTED,
    CaseState.PRINTED: Answer.ACCEPTED,
    CaseState.DEFICIENT: Answer.CORRECTION,
    CaseState.FAILED: Answer.CORRECTION,
    CaseState.DECLINED: Answer.DECLINED,
    CaseState.INELIGIBLE: Answer.INELIGIBLE,
    CaseState.ORDERED: Answer.PAID,
    CaseState.PAID: Answer.PAID,
    CaseState.REFUNDING: Answer.PAID,
    CaseState.REFUNDED: Answer.PAID,
}


def answer_to(state: CaseState) -> Answer:
    """What a form of a case in that state is answered; a state not named here has been received before."""
    return _OF_STATE.get(state, Answer.DUPLICATE)


def typed(text: str) -> str:
    """A scanned or typed number in half width, without spaces and hyphens."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))


def box_label(text: str) -> str:
    """箱番号 as it is kept: capital letters, digits and hyphens, at most twelve; empty for anything else."""
    label = unicodedata.normalize("NFKC", text).strip().upper()
    return label if _BOX.fullmatch(label) else ""


def disposable_from(received: date) -> date:
    """The first day on which a sheet may be destroyed."""
    day = received + timedelta(days=1)
    try:
        return day.replace(year=day.year + RETENTION_YEARS)
    except ValueError:  # 29 February
        return date(day.year + RETENTION_YEARS, 3, 1)
