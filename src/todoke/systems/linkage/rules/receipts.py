"""受付の判定: why a query is not taken on. Words are those of contracts.linkage.QueryReceipt."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set

from todoke.contracts.linkage import Query
from todoke.identifiers import integrated_number


def refusals(
    queries: Sequence[Query], *, known_numbers: Set[str], used_ids: Set[str], allowed: Callable[[Query], bool]
) -> list[str | None]:
    """Per query, in order: the first reason against it, or None. `used_ids` were taken on before."""
    seen = set(used_ids)
    valid = dict.fromkeys(query.integrated_number for query in queries)
    sound = {number for number in valid if integrated_number.is_valid(number)}
    answers: list[str | None] = []
    for query in queries:
        answer = _refusal(query, sound, known_numbers, seen, allowed)
        if answer is None:
            seen.add(query.record_id)
        answers.append(answer)
    return answers


def _refusal(
    query: Query,
    sound: Set[str],
    known_numbers: Set[str],
    seen_ids: Set[str],
    allowed: Callable[[Query], bool],
) -> str | None:
    if not allowed(query):
        return "duty_not_allowed"
    if query.integrated_number not in sound:
        return "check_digit"
    if query.integrated_number not in known_numbers:
        return "unknown_number"
    return "duplicate_record" if query.record_id in seen_ids else None
