"""How outcomes, reasons, states, yen and tables of a programme are named on its screens."""

from __future__ import annotations

from django.utils.safestring import SafeString

from todoke.kernel.clock import wareki
from todoke.pages.templatetags.parts import make_chip
from todoke.systems.benefits.rules.deciding import push
from todoke.systems.benefits.rules.deciding.outcome import Outcome, Reason
from todoke.systems.benefits.rules.editions.state import EditionState
from todoke.systems.benefits.rules.programme import Programme, Register, Unit

ELIGIBLE = f"{Outcome.ELIGIBLE}:{Reason.EXEMPT}"
STATES = {
    EditionState.PROPOSED: ("承認待ち", "wait"), EditionState.APPROVED: ("承認済み", "good"),
    EditionState.REFUSED: ("不承認", "fail"), EditionState.WITHDRAWN: ("取下げ", "plain"),
}  # fmt: skip
UNITS = {Unit.HOUSEHOLD: "世帯", Unit.PERSON: "個人"}
REGISTERS = {Register.BASE: "基準日の住民記録", Register.LATEST: "最新の住民記録（申請日）"}


def verdict(text: str) -> str:
    """対象外（課税されている人がいる）, from `outcome:REASON`; 判定なし where a side has no such household."""
    if text == ELIGIBLE:
        return Outcome.ELIGIBLE.words
    outcome, _, reason = text.partition(":")
    if outcome not in set(Outcome):
        return "判定なし"
    return f"{Outcome(outcome).words}（{Reason(reason).words}）"


def yen(amount: int) -> str:
    """100,000円."""
    return f"{amount:,}円"


def state_chip(state: str) -> SafeString:
    """The state of an edition as a chip."""
    return make_chip(*STATES[EditionState(state)])


def opt_out(found: Programme) -> str:
    """14日間（発送開始日の発送では令和4年2月25日まで）."""
    until = push.opt_out_until(found.letters_from, found.letters_from, found.opt_out_days)
    return f"{found.opt_out_days}日間（発送開始日の発送では{wareki(until)}まで）"
