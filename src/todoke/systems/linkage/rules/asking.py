"""一人分の照会: what can be asked of whom from a screen, and why something cannot, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from todoke.access.permissions import Actor
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE
from todoke.identifiers import municipality
from todoke.kernel.errors import TodokeError
from todoke.systems.linkage.rules import duties


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked: the duty, its procedure and the information, under a title for people."""

    key: str
    title: str
    duty: str
    procedure: str
    information_code: str


QUESTIONS: Final = (
    Question(
        key="local_tax",
        title="地方税関係情報（臨時特別給付金の支給に関する事務）",
        duty=DUTY,
        procedure=PROCEDURE,
        information_code=LOCAL_TAX,
    ),
)
"""What the duties of this city have to ask; who may when stands in `duties.GRANTS`, dated."""

REFUSALS: Final = {
    "duty_not_allowed": "この事務・手続でこの情報を照会する権限が、今日の時点でありません",
    "own_city": "自分の市には照会できません。庁内の連携を使ってください",
    "unknown_provider": "照会先の団体コードが正しくありません",
    "abroad": "国外からの転入者は照会できません",
    "not_on_list": "照会許可照会リストで許可されていない照会です",
    "no_valid_list": "中間サーバーに有効な照会許可照会リストがありません",
}
"""Why a question is not sent, in words."""


def open_questions(by: Actor, on: date) -> list[Question]:
    """What this person's duty may ask on that day."""
    return [question for question in QUESTIONS if _allowed(question, by, on)]


def question(key: str) -> Question:
    """The question of that key; KeyError for another."""
    return {one.key: one for one in QUESTIONS}[key]


def refusal(asked: Question, provider: str, *, own: str, by: Actor, on: date) -> str | None:
    """A key of REFUSALS, or None: as far as it can be known here. `provider` is a 団体コード as written."""
    if provider == municipality.ABROAD:
        return "abroad"
    code = provider_code(provider)
    if code is None:
        return "unknown_provider"
    if code == own:
        return "own_city"
    return None if _allowed(asked, by, on) else "duty_not_allowed"


def provider_code(written: str) -> str | None:
    """The municipality that answers: wards are folded into their city. None for what is no municipality."""
    try:
        return municipality.city_of(municipality.parse(written))
    except TodokeError:
        return None


def _allowed(asked: Question, by: Actor, on: date) -> bool:
    return duties.is_allowed(
        by, duty=asked.duty, procedure=asked.procedure, information_code=asked.information_code, on=on
    )
