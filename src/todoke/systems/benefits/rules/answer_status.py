"""回答から課税の状態へ: how one 他市転入者出力レコード is read. Absent is never zero.

One SQL expression over the columns of an answer; `matched` says that all four attributes agreed.
"""

from __future__ import annotations

from todoke.contracts.inquiry import InquiryKind
from todoke.systems.benefits.rules.tax_status import TaxStatus

_EXPRESSION = """
CASE
    WHEN inquiry_kind = '{kind_no_record}' THEN '{NO_ANSWER}'
    WHEN inquiry_kind = '{kind_held}' THEN '{HELD}'
    WHEN inquiry_kind = '{kind_asked}' THEN '{ASKED}'
    WHEN inquiry_kind = '{kind_taxed_elsewhere}' THEN '{TAXED_ELSEWHERE}'
    WHEN inquiry_kind <> '{kind_answered}' THEN '{ANSWER_ERROR}'
    WHEN NOT coalesce(matched, false) THEN '{ANSWER_ERROR}'
    WHEN taxed_elsewhere = '1' THEN '{TAXED_ELSEWHERE}'
    WHEN tax_year IS DISTINCT FROM '{tax_year}' THEN '{ANSWER_ERROR}'
    WHEN income_levy IS NULL OR per_capita_levy IS NULL THEN '{ANSWER_ERROR}'
    WHEN income_levy > 0 AND per_capita_levy = 0 THEN '{ANSWER_ERROR}'
    WHEN income_levy > 0 THEN '{INCOME_LEVY}'
    WHEN per_capita_levy > 0 THEN '{PER_CAPITA_ONLY}'
    WHEN income_levy = 0 AND per_capita_levy = 0 THEN '{EXEMPT}'
    ELSE '{ANSWER_ERROR}'
END"""


def expression(tax_year: int) -> str:
    """SQL giving the TaxStatus of an answer to a question about `tax_year`.

    income levy without per-capita levy cannot be (facts/linkage.md §2.5): an error, not "taxed".
    """
    kinds = {f"kind_{kind.name.lower()}": kind.value for kind in InquiryKind}
    words = {status.name: status.value for status in TaxStatus}
    return _EXPRESSION.format(**words, **kinds, tax_year=tax_year)
