"""What the checks found, counted by municipality."""

from __future__ import annotations

from dataclasses import dataclass

from todoke.engine import postgres
from todoke.systems.inquiry.rules import answer_checks

ALIAS = "inquiry"
_FINDINGS = """
WITH answer AS (
    SELECT q.record_id, q.provider FROM inquiry_query q JOIN inquiry_subject s ON s.id = q.subject_id
    WHERE s.order_id = %s AND EXISTS (
        SELECT FROM inquiry_receivedanswer a WHERE a.record_id = q.record_id AND a.detail_status IS NOT NULL)
), total AS (SELECT provider, count(*) AS answers FROM answer GROUP BY provider)
SELECT a.provider, f.code, count(*), t.answers
FROM answer a JOIN inquiry_finding f ON f.query_id = a.record_id JOIN total t USING (provider)
GROUP BY a.provider, f.code, t.answers ORDER BY a.provider, f.code
"""


@dataclass(frozen=True, kw_only=True)
class FindingCount:
    """How often a municipality's answers to an order have one finding, and whether the municipality is suspect."""

    provider: str
    code: str
    severity: str
    sentence: str
    persons: int
    answers: int

    @property
    def suspect(self) -> bool:
        """So many answers with the same finding are no accident of one person."""
        share = self.persons * 100 >= self.answers * answer_checks.SUSPECT_PERCENT
        return self.persons >= answer_checks.SUSPECT_LEAST and share


def finding_counts(order_id: str) -> list[FindingCount]:
    """Findings of an order by municipality and code."""
    return [
        FindingCount(
            provider=provider,
            code=code,
            severity=answer_checks.BY_CODE[code].severity,
            sentence=answer_checks.BY_CODE[code].sentence,
            persons=persons,
            answers=answers,
        )
        for provider, code, persons, answers in postgres.fetch(ALIAS, _FINDINGS, [order_id])
    ]
