"""照会区分 and エラー理由 of a person (items 28, 29), from where the one or two questions about them stand.

Edition 1, from 2021-12-20 (the start of this benefit's linkage). The real code list is not public; ours is
contracts.inquiry.InquiryKind. Only 回答あり hands on items, and only from a question that was answered.
"""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from todoke.contracts.inquiry import InquiryKind
from todoke.systems.inquiry.rules.second_round import TAXED_ELSEWHERE

EDITION: Final = 1
VALID_FROM: Final = date(2021, 12, 20)

_BY_STATE: Final = {
    "drafted": InquiryKind.ASKED,
    "asked": InquiryKind.ASKED,
    "held": InquiryKind.HELD,
    "no_record": InquiryKind.NO_RECORD,
    "release_refused": InquiryKind.RELEASE_REFUSED,
    "rejected": InquiryKind.ERROR,
    "refused": InquiryKind.ERROR,
    "expired": InquiryKind.ERROR,
}


class Standing(NamedTuple):
    """Where a person stands. States are None where there was no such question; `elsewhere` is item 45."""

    refusal: str
    first_state: str | None
    first_error: str
    first_elsewhere: str | None
    second_refusal: str
    second_state: str | None
    second_error: str
    second_elsewhere: str | None


class Ending(NamedTuple):
    """照会区分, エラー理由, and from which question the items come (0: none)."""

    kind: InquiryKind
    error: str
    items_of: int


def ending(standing: Standing) -> Ending:
    """What the answer file says of a person. An unknown state is an error, never an answer."""
    if standing.refusal or standing.first_state is None:
        return Ending(InquiryKind.ERROR, standing.refusal or "not_asked", 0)
    if standing.first_state != "answered":
        return Ending(_BY_STATE.get(standing.first_state, InquiryKind.ERROR), standing.first_error, 0)
    if standing.first_elsewhere != TAXED_ELSEWHERE:
        return Ending(InquiryKind.ANSWERED, "", 1)
    if standing.second_state == "answered" and standing.second_elsewhere != TAXED_ELSEWHERE:
        return Ending(InquiryKind.ANSWERED, "", 2)
    return Ending(InquiryKind.TAXED_ELSEWHERE, _why_not(standing), 0)


def _why_not(standing: Standing) -> str:
    """Why the taxing municipality's answer is missing."""
    if standing.second_state is None:
        return standing.second_refusal or "second_not_asked"
    if standing.second_state == "answered":
        return "second_hop"
    return standing.second_error or f"second_{standing.second_state}"
