"""進み具合 (funnel) and 滞留 (ageing): which states count as having come how far, and the steps of waiting, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from todoke.systems.benefits.rules.cases.case_state import CaseState


class Stage(StrEnum):
    """How far a case has come; each holds all that are further on."""

    NUMBERED = "numbered"
    LETTER = "letter"
    FORM = "form"
    APPROVED = "approved"
    ORDERED = "ordered"


_S = CaseState
_AFTER_APPROVAL = frozenset(
    {_S.APPROVED, _S.RESERVED, _S.ORDERED, _S.PAID, _S.FAILED, _S.REFUNDING, _S.REFUNDED}
)
# a protected household's form goes out by hand, so whatever came back had been sent
STATES: Final[Mapping[Stage, frozenset[CaseState]]] = {
    Stage.NUMBERED: frozenset(_S),
    Stage.LETTER: frozenset(_S) - {_S.NUMBERED},
    Stage.FORM: frozenset(_S) - {_S.NUMBERED, _S.PRINTED},
    Stage.APPROVED: _AFTER_APPROVAL,
    Stage.ORDERED: frozenset({_S.ORDERED, _S.PAID, _S.REFUNDING, _S.REFUNDED}),
}
"""The states that count for a stage."""

STAGE_TITLES: Final[Mapping[Stage, str]] = {
    Stage.NUMBERED: "給付管理番号を付けた",
    Stage.LETTER: "確認書を送った",
    Stage.FORM: "確認書を受け付けた",
    Stage.APPROVED: "承認した",
    Stage.ORDERED: "振込を依頼した・支払った",
}

STAGE_SHORT: Final[Mapping[Stage, str]] = {
    Stage.NUMBERED: "付番",
    Stage.LETTER: "発送",
    Stage.FORM: "受付",
    Stage.APPROVED: "承認",
    Stage.ORDERED: "振込",
}
"""For narrow columns."""

STATE_TITLES: Final[Mapping[CaseState, str]] = {
    _S.NUMBERED: "付番済み・未発送",
    _S.PRINTED: "確認書発送済み",
    _S.RECEIVED: "受付済み・審査待ち",
    _S.PASSED: "審査済み・承認待ち",
    _S.DEFICIENT: "不備",
    _S.DECLINED: "辞退",
    _S.INELIGIBLE: "不支給",
    _S.APPROVED: "承認済み",
    _S.RESERVED: "支払予定",
    _S.ORDERED: "振込依頼済み",
    _S.PAID: "支払済み",
    _S.FAILED: "振込不能",
    _S.REFUNDING: "返還請求中",
    _S.REFUNDED: "返還済み",
}
"""The states in words."""

OPEN: Final = tuple(
    state for state in CaseState if state not in (_S.DECLINED, _S.INELIGIBLE, _S.PAID, _S.REFUNDED)
)
"""States in which somebody still waits."""


@dataclass(frozen=True)
class Age:
    """A step of waiting, in whole days; `until` is None for the last."""

    key: str
    title: str
    since: int
    until: int | None


AGES: Final = (
    Age("0", "6日以内", 0, 6),
    Age("7", "7～13日", 7, 13),
    Age("14", "14～27日", 14, 27),
    Age("28", "28～55日", 28, 55),
    Age("56", "56日以上", 56, None),
)
"""The steps; every case lies in exactly one."""


def age(key: str) -> Age | None:
    """The step with that key."""
    return next((step for step in AGES if step.key == key), None)
