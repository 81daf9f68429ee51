"""回答から課税の状態へ: how one 他市転入者出力レコード is read, as a table. Absent is never zero.

Conditions are DuckDB expressions over the columns of an answer, `matched` (the register's and linkage's four
attributes agree) and {year}; the first that is true applies, and none of them is true by an absent value.
Sources: facts/linkage.md §2.3 (an empty reply is not "not taxed"), §2.5 (levies that cannot be together),
facts/benefit.md §3 (課税情報 mis-link 2023; 安来市 2022-11).
"""

from __future__ import annotations

from dataclasses import dataclass

from todoke.contracts.inquiry import InquiryKind
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus


@dataclass(frozen=True)
class Reading:
    """What an answer means when `when` holds; `finding` says why it cannot be used, and is empty otherwise."""

    when: str
    status: TaxStatus
    finding: str = ""


def _ended(kind: InquiryKind) -> str:
    return f"inquiry_kind = '{kind.value}'"


_T = TaxStatus
READINGS = (
    Reading(_ended(InquiryKind.NO_RECORD), _T.NO_ANSWER),
    Reading(_ended(InquiryKind.HELD), _T.HELD),
    Reading(_ended(InquiryKind.ASKED), _T.ASKED),
    Reading(_ended(InquiryKind.TAXED_ELSEWHERE), _T.TAXED_ELSEWHERE),
    Reading(_ended(InquiryKind.RELEASE_REFUSED), _T.ANSWER_ERROR, "release_refused"),
    Reading(f"(inquiry_kind = '{InquiryKind.ANSWERED.value}') IS NOT TRUE", _T.ANSWER_ERROR, "inquiry_error"),
    Reading("matched IS NOT TRUE", _T.ANSWER_ERROR, "attributes_differ"),
    Reading("taxed_elsewhere = '1'", _T.TAXED_ELSEWHERE),
    Reading("tax_year IS NULL", _T.ANSWER_ERROR, "tax_year_absent"),
    Reading("tax_year <> '{year}'", _T.ANSWER_ERROR, "other_tax_year"),
    Reading("income_levy IS NULL", _T.ANSWER_ERROR, "income_levy_absent"),
    Reading("per_capita_levy IS NULL", _T.ANSWER_ERROR, "per_capita_levy_absent"),
    Reading("income_levy > 0 AND per_capita_levy = 0", _T.ANSWER_ERROR, "levies_inconsistent"),
    Reading("income_levy > 0", _T.INCOME_LEVY),
    Reading("per_capita_levy > 0", _T.PER_CAPITA_ONLY),
    Reading("(taxed_elsewhere = '0') IS NOT TRUE", _T.ANSWER_ERROR, "taxed_elsewhere_unknown"),
    Reading("income_levy = 0 AND per_capita_levy = 0", _T.EXEMPT),
)
_OTHERWISE = Reading("true", _T.ANSWER_ERROR, "unreadable")


def columns(tax_year: int) -> str:
    """SQL of the two columns `status` and `finding` for an answer to a question about `tax_year`."""
    return f"{_case(tax_year, 'status')} AS status, {_case(tax_year, 'finding')} AS finding"


def _case(tax_year: int, part: str) -> str:
    rows = [f"WHEN {r.when.format(year=tax_year)} THEN '{getattr(r, part)}'" for r in READINGS]
    return f"CASE {' '.join(rows)} ELSE '{getattr(_OTHERWISE, part)}' END"
