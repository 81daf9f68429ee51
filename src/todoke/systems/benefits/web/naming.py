"""How wards, municipalities, states and outcomes are named on the benefits screens."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.utils.safestring import SafeString

from todoke.identifiers.municipality_names import name_of, wards_of
from todoke.pages.templatetags.parts import make_chip
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.cases.stages import STATE_TITLES
from todoke.systems.benefits.rules.deciding.outcome import Outcome
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

NO_WARD: Final = "区を表示しない世帯（支援措置など）"
HERSELF: Final = "本人（申告・申請）、支援措置"
_STATE_TONES = {
    CaseState.NUMBERED: "", CaseState.PRINTED: "wait", CaseState.RECEIVED: "wait", CaseState.PASSED: "wait",
    CaseState.DEFICIENT: "warn", CaseState.DECLINED: "", CaseState.INELIGIBLE: "fail", CaseState.APPROVED: "good",
    CaseState.RESERVED: "good", CaseState.ORDERED: "good", CaseState.PAID: "good", CaseState.FAILED: "fail",
    CaseState.REFUNDING: "warn", CaseState.REFUNDED: "",
}  # fmt: skip
_OUTCOME_TONES = {Outcome.ELIGIBLE: "good", Outcome.INELIGIBLE: "fail", Outcome.UNDECIDED: "warn"}


def ward(code: str) -> str:
    """横浜市西区; for a household whose ward is not shown, that."""
    if not code:
        return NO_WARD
    return name_of(code).partition("県")[2] or name_of(code)


def wards() -> list[str]:
    """The city's wards."""
    return wards_of(settings.TODOKE_MUNICIPALITY)


def asked(code: str) -> str:
    """Who must answer."""
    return f"{name_of(code)}（{code}）" if code else HERSELF


def state_chip(state: CaseState) -> SafeString:
    """The state of a case."""
    return make_chip(STATE_TITLES[state], _STATE_TONES[state])


def outcome_chip(outcome: Outcome) -> SafeString:
    """The outcome of a decision."""
    return make_chip(outcome.words, _OUTCOME_TONES[outcome])


def status_chip(status: TaxStatus) -> SafeString:
    """A tax status; what is not known is never drawn like 非課税."""
    return make_chip(status.value, "warn" if status.unknown else "fail" if status.taxed else "good")
