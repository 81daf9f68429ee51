"""公開の状況照会: what the page on the internet says of a case, in plain words. No name, no amount, no reason, no account.

A refusal, a decline or a claim is told by letter only: whoever has found the paper must not read it here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from todoke.kernel.clock import wareki
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.deciding.push import Route

WAIT: Final = "wait"
UNKNOWN: Final = "unknown"

_CHECKING: Final = "書類が届きました。いま内容を確かめています。"
_BY_LETTER: Final = "確認が終わりました。結果は、お手紙でお知らせします。"
_NOT_YET: Final = "書類は、まだ届いていません。届いてから画面に出るまで、数日かかります。"
SENTENCES: Final = {
    CaseState.NUMBERED: _NOT_YET,
    CaseState.PRINTED: _NOT_YET,
    CaseState.RECEIVED: _CHECKING,
    CaseState.PASSED: _CHECKING,
    CaseState.DEFICIENT: "書類に、確かめたいことがあります。お手紙でお知らせします。",
    CaseState.DECLINED: _BY_LETTER,
    CaseState.INELIGIBLE: _BY_LETTER,
    CaseState.APPROVED: "お支払いが決まりました。振り込みの準備をしています。",
    CaseState.RESERVED: "お支払いが決まりました。振り込みの準備をしています。",
    CaseState.ORDERED: "振り込みの手続きをしました。",
    CaseState.PAID: "振り込みました。",
    CaseState.FAILED: "口座に振り込めませんでした。お手紙でお知らせします。",
    CaseState.REFUNDING: "振り込みました。",
    CaseState.REFUNDED: "振り込みました。",
}
NOTICE: Final = "お手続きは要りません。お知らせに書かれた口座に振り込みます。"
"""Before the money, where nobody has to send anything back."""

NOBODY: Final = (
    "番号か生年月日が合わないか、この画面ではご案内できない受付です。書類を見て、もう一度入力してください。"
    "それでも出ないときは、コールセンターにお電話ください。"
)
"""The same words for an unknown number, a wrong check digit, a wrong birth date and a protected household."""
LATER: Final = (
    "続けて何度も照会されたため、しばらくお答えできません。1時間ほどたってから、もう一度お試しください。"
)

_BEFORE_MONEY = (CaseState.NUMBERED, CaseState.PRINTED, CaseState.RECEIVED, CaseState.PASSED)
_PAID = (CaseState.PAID, CaseState.REFUNDING, CaseState.REFUNDED)
_DATED = (CaseState.RESERVED, CaseState.ORDERED, *_PAID)


@dataclass(frozen=True, kw_only=True)
class PublicStatus:
    """What the database tells the public door. `answer` is a state, `WAIT` or `UNKNOWN`."""

    answer: str
    route: str = ""
    arrived_on: date | None = None
    transfer_on: date | None = None


def sentence(status: PublicStatus) -> str:
    """The one sentence."""
    if status.answer == WAIT:
        return LATER
    if status.answer == UNKNOWN:
        return NOBODY
    state = CaseState(status.answer)
    return NOTICE if status.route == Route.NOTICE and state in _BEFORE_MONEY else SENTENCES[state]


def facts(status: PublicStatus) -> list[tuple[str, str]]:
    """The days, where there are any."""
    found = []
    if status.arrived_on and status.route != Route.NOTICE:
        found.append(("書類が届いた日", wareki(status.arrived_on)))
    if status.transfer_on and status.answer in _DATED:
        title = "振り込んだ日" if status.answer in _PAID else "振り込みの予定日"
        found.append((title, wareki(status.transfer_on)))
    return found
