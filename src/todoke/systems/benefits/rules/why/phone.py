"""電話で読み上げる一文: why a household gets the money or does not, so that the person who called understands it.

One sentence, everyday words, nothing about who in the household earns what, and nothing that would tell a caller that
somebody is protected: a question that the other city holds back (自動応答不可) sounds like one that is on its way.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from todoke.kernel.clock import wareki
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.deciding.outcome import Reason
from todoke.systems.benefits.rules.deciding.push import Route
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus
from todoke.systems.benefits.rules.why.explained import Household

REFUSED: Final = {
    Reason.NOT_APPLIED: "申し込みの書類をまだいただいていないため、書類が届いてから決めます。",
    Reason.INCOME_OVER: "お申し出の月の収入を1年分にした金額が決まりを超える方がいらっしゃるため、今回の給付金の対象になりません。",
    Reason.ALL_EXEMPT: "世帯の全員に住民税がかかっていないため、この給付金ではなく、そうした世帯のための別の給付金の対象です。",
    Reason.NOT_IN_JAPAN: "決められた日に国内に住民登録のあった方が世帯にいらっしゃらないため、今回の給付金の対象になりません。",
    Reason.EARLIER_ROUND: "前に行われた給付金の対象だった世帯のため、今回の給付金の対象になりません。",
    Reason.FORMER_HEAD: "前に行われた給付金の対象だった世帯の世帯主の方がいらっしゃるため、今回の給付金の対象になりません。",
    Reason.NO_SHORTFALL: "減税がすべて税額から引かれていて残りがないため、今回の給付金の対象になりません。",
    Reason.TAXED: "世帯の中に住民税がかかっている方がいらっしゃるため、今回の給付金の対象になりません。",
    Reason.TREATY: "世帯の中に外国との取り決めで住民税がかからない方がいらっしゃるため、今回の給付金の対象になりません。",
    Reason.DEPENDANTS_ONLY: "世帯の全員が、住民税がかかっているご家族などに養われているため、今回の給付金の対象になりません。",
    Reason.PAID: "この世帯への今回の給付金は、すでにお支払いの手続きが済んでいます。",
    Reason.DIED: "おひとりの世帯の方が申し込みの前に亡くなられたため、今回の給付金をお支払いすることができません。",
}
"""By the reason of a refusal."""

_WAITING: Final = "世帯の中に以前お住まいの市町村へ税のことを問い合わせている方がいらっしゃるため、返事を待ってから決めます。"
WAITING: Final = {
    TaxStatus.UNDECLARED: "世帯の中に税の申告をまだされていない方がいらっしゃるため、申告をしていただいてから決めます。",
    TaxStatus.NO_ANSWER: "以前お住まいの市町村に税の記録がないとのことでしたので、証明する書類を出していただいてから決めます。",
    TaxStatus.NOT_ASKED: "世帯の中に以前お住まいの市町村へ税のことをこれから問い合わせる方がいらっしゃるため、返事を待ってから決めます。",
    TaxStatus.ASKED: _WAITING,
    TaxStatus.HELD: _WAITING,
    TaxStatus.TAXED_ELSEWHERE: "世帯の中にほかの市町村へ税のことを確かめている方がいらっしゃるため、返事を待ってから決めます。",
    TaxStatus.ANSWER_ERROR: "以前お住まいの市町村からの返事に分からない点があり、確かめ直してから決めます。",
}
"""By what is missing; what the household itself can do comes first."""

FROM_ABROAD: Final = (
    "世帯の中に海外から引っ越してこられた方がいらっしゃるため、申請書を出していただいてから決めます。"
)

_OURS: Final = "この世帯は今回の給付金の対象です"
STANDING: Final = {
    None: f"{_OURS}ので、{{form}}をお送りするまでお待ちください。",
    CaseState.NUMBERED: f"{_OURS}ので、{{form}}をお送りするまでお待ちください。",
    CaseState.PRINTED: f"{_OURS}ので、お送りした{{form}}に記入して、{{deadline}}までに届くように返送してください。",
    CaseState.RECEIVED: "返送していただいた{form}が届いていて、いま内容を確かめています。",
    CaseState.PASSED: "返送していただいた{form}の内容を確かめ終わり、お支払いの手続きを進めています。",
    CaseState.DEFICIENT: "返送していただいた{form}に確かめたいことがあるため、お手紙でお知らせします。",
    CaseState.DECLINED: "給付金を受け取らないとのお申し出をいただいたため、お支払いの予定はありません。",
    CaseState.INELIGIBLE: "返送していただいた{form}の内容から、今回の給付金の対象になりません。",
    CaseState.APPROVED: "お支払いすることが決まり、振り込みの準備をしています。",
    CaseState.RESERVED: "お支払いすることが決まり、{transfer_on}に振り込む準備をしています。",
    CaseState.ORDERED: "{transfer_on}に、ご指定の口座に振り込む手続きをしました。",
    CaseState.PAID: "{transfer_on}に、ご指定の口座に振り込みました。",
    CaseState.FAILED: "ご指定の口座に振り込むことができなかったため、口座を確かめるお手紙をお送りします。",
    CaseState.REFUNDING: "お支払いした給付金について、お手紙でお知らせしたとおり、お返しいただく手続きをお願いしています。",
    CaseState.REFUNDED: "お支払いした給付金は、お返しいただく手続きが済んでいます。",
}
"""Of an eligible household, by where its case stands."""
NOTICE: Final = {
    CaseState.NUMBERED: f"{_OURS}ので、お知らせをお送りするまでお待ちください。",
    CaseState.PRINTED: f"{_OURS}ので、お送りしたお知らせのとおり、お手続きなしで前回と同じ口座に振り込みます。",
    CaseState.RECEIVED: "お知らせの期限が過ぎたため、お支払いの前の確かめをしています。",
    CaseState.PASSED: "お支払いの前の確かめが終わり、お支払いの手続きを進めています。",
    CaseState.DEFICIENT: "お支払いの前に確かめたいことがあるため、お手紙でお知らせします。",
}
"""Where nobody has to send anything back (お知らせ)."""

_MONEY_IS_ON_ITS_WAY = (
    CaseState.RESERVED, CaseState.ORDERED, CaseState.PAID, CaseState.FAILED, CaseState.REFUNDING, CaseState.REFUNDED,
)  # fmt: skip


def sentence(
    household: Household,
    programme: Programme,
    *,
    state: CaseState | None,
    route: Route = Route.CONFIRMATION,
    transfer_on: date | None = None,
) -> str:
    """The one sentence. What was decided about the money stands before a later change of mind about the reason."""
    if household.reason is Reason.UNKNOWN and state not in _MONEY_IS_ON_ITS_WAY:
        return _unknown(household)
    return brief(household.reason, programme, state=state, route=route, transfer_on=transfer_on)


def brief(
    reason: Reason,
    programme: Programme,
    *,
    state: CaseState | None,
    route: Route = Route.CONFIRMATION,
    transfer_on: date | None = None,
) -> str:
    """The same without looking at the household's members: who waits for what is not said."""
    if reason is Reason.EXEMPT or state in _MONEY_IS_ON_ITS_WAY:
        words = {
            "deadline": wareki(programme.deadline),
            "transfer_on": wareki(transfer_on) if transfer_on else "近いうち",
            "form": route.value,
        }
        if route is Route.NOTICE and state in NOTICE:
            return NOTICE[state]
        return STANDING[state].format(**words)
    return _WAITING if reason is Reason.UNKNOWN else REFUSED[reason]


def _unknown(household: Household) -> str:
    missing = {member.status for member in household.unknown}
    status = next((status for status in WAITING if status in missing), TaxStatus.ASKED)
    if status is TaxStatus.NOT_ASKED and any(m.asked and m.asked.abroad for m in household.unknown):
        return FROM_ABROAD
    return WAITING[status]
