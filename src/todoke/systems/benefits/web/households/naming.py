"""Codes of the benefits system in words, for its screens."""

from __future__ import annotations

from typing import Final

from todoke.systems.benefits.rules.case_state import CaseState

SEXES: Final = {"1": "男", "2": "女"}
STATES: Final = {
    CaseState.NUMBERED: "付番済",
    CaseState.PRINTED: "確認書印刷済",
    CaseState.RECEIVED: "受付済",
    CaseState.PASSED: "審査済",
    CaseState.DEFICIENT: "不備",
    CaseState.DECLINED: "辞退",
    CaseState.INELIGIBLE: "不支給",
    CaseState.APPROVED: "承認済",
    CaseState.RESERVED: "支払予定",
    CaseState.ORDERED: "振込依頼済",
    CaseState.PAID: "支払済",
    CaseState.FAILED: "振込不能",
}
