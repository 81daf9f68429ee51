"""次にすること: of a case by its state, and of every person whose tax status is missing — from whom, since when, what now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.deciding.push import Route
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus
from todoke.systems.benefits.rules.why import values as why_values
from todoke.systems.benefits.rules.why.explained import Household, Member

HERSELF: Final = "本人"

CASE: Final = {
    CaseState.NUMBERED: (
        "給付金担当",
        "確認書を印刷して発送します。支援措置の対象の世帯には、責任職が個別に送ります。",
    ),
    CaseState.PRINTED: (
        "世帯",
        "確認書の返送を待っています。期限の前に返送がなければ、勧奨の対象になります。",
    ),
    CaseState.RECEIVED: ("給付金担当", "届いた確認書を審査します。"),
    CaseState.PASSED: ("責任職", "審査した職員とは別の責任職が承認します。"),
    CaseState.DEFICIENT: ("世帯", "不備の内容をお知らせし、書類の提出を待っています。"),
    CaseState.DECLINED: ("なし", "辞退の申出により終わっています。"),
    CaseState.INELIGIBLE: ("なし", "不支給で終わっています。"),
    CaseState.APPROVED: ("責任職", "支払単位に組み入れます。"),
    CaseState.RESERVED: ("会計", "会計が支払単位を確定し、総合振込ファイルを作ります。"),
    CaseState.ORDERED: ("金融機関", "振込の結果を待っています。"),
    CaseState.PAID: ("なし", "支払が済んでいます。"),
    CaseState.FAILED: ("給付金担当", "振込ができませんでした。口座を確かめて、もう一度支払います。"),
    CaseState.REFUNDING: ("世帯", "返還の請求をしています。納付を待ち、遅れたときは督促します。"),
    CaseState.REFUNDED: ("なし", "全額の返還を受けて終わっています。"),
}
"""Who acts next, and what they do."""
_NOTICE: Final = {
    CaseState.PRINTED: (
        "給付金担当",
        "届出の期限を過ぎて、辞退も口座の変更もなければ、審査に進めます（todoke benefits notices）。",
    ),
    CaseState.RECEIVED: ("給付金担当", "届出がなかった世帯として審査します。"),
}

MISSING: Final = {
    TaxStatus.UNDECLARED: "市民税の申告を案内します。申告の後の判定で、対象かどうかが決まります。",
    TaxStatus.NOT_ASKED: "次の一括照会で照会します。",
    TaxStatus.ASKED: "回答を待ちます。期限を過ぎると、運用担当が再照会します。",
    TaxStatus.HELD: "相手の市町村の責任者が、提供してよいかを決めます。決まると回答が届きます。",
    TaxStatus.NO_ANSWER: "記録がないとの回答です。本人に、申告または課税証明書の提出を求めます（世帯の画面で二人が入力すると、次の判定で使います）。",
    TaxStatus.ANSWER_ERROR: "原因を確かめて再照会します。直らないときは、本人に課税証明書の提出を求めます。",
    TaxStatus.TAXED_ELSEWHERE: "課税している市町村に二次照会します。",
}
"""What will happen next, by what is missing."""

ABROAD: Final = "国外からの転入のため照会できません。申請書で課税の状況の申告を求めます。"
_BY_HERSELF = (TaxStatus.UNDECLARED, TaxStatus.NO_ANSWER)


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What is missing of one person, from whom, since when, and what comes next."""

    whom: str
    status: TaxStatus
    source: str
    since: datetime
    next: str


def of_case(state: CaseState, route: Route) -> tuple[str, str]:
    """Who acts next on a case, and what they do with its letter."""
    if route is Route.NOTICE and state in _NOTICE:
        return _NOTICE[state]
    who, what = CASE[state]
    return who, what.replace(Route.CONFIRMATION.value, route.value)


def missing(household: Household, *, undecided_since: datetime) -> list[Missing]:
    """One entry for every member whose status is not known."""
    return [
        Missing(
            whom=member.title,
            status=member.status,
            source=_source(member),
            since=_since(member, undecided_since),
            next=ABROAD if _abroad(member) else MISSING[member.status],
        )
        for member in household.unknown
    ]


def _source(member: Member) -> str:
    if member.status in _BY_HERSELF or _abroad(member):
        return HERSELF
    elsewhere = member.answer.taxing_municipality if member.answer else ""
    return why_values.place(elsewhere or member.previous_municipality, protected=member.protected)


def _since(member: Member, undecided_since: datetime) -> datetime:
    if member.answer is not None and member.status not in (TaxStatus.ASKED, TaxStatus.HELD):
        return member.answer.arrived
    return member.asked.ordered_at if member.asked else undecided_since


def _abroad(member: Member) -> bool:
    return member.status is TaxStatus.NOT_ASKED and member.asked is not None and member.asked.abroad
