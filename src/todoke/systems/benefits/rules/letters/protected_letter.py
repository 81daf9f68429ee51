"""支援措置の対象者への手紙: printed one by one, to the 送付先 that the person named, never by the mass job (facts/benefit.md §3:
日野市, 横浜市 2016: a letter went to the old joint address, because the address that the person had told stood in no system)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class ProtectedState(StrEnum):
    """Where such a letter stands."""

    PRINTED = "printed"
    POSTED = "posted"
    SPOILED = "spoiled"


STATES: Final = {
    ProtectedState.PRINTED: ("発送の確認待ち", "wait"),
    ProtectedState.POSTED: ("発送済み", "good"),
    ProtectedState.SPOILED: ("廃棄", "plain"),
}


def refusal(*, fled: bool, address: str, registered: str) -> str:
    """Why nothing may be sent there; empty when it may. Whoever fled and did not move the registration is still registered
    where the other one lives."""
    if fled and "".join(address.split()) == "".join(registered.split()):
        return "送付先が住民登録の住所と同じです。避難の申出をした方の登録住所には送れません"
    return ""
