"""措置を示す確認 (evidence): which checks of `assurance.checks` show which promise, by their stable names.

A promise that is not named here is shown by a dated confirmation of a person.
"""

from __future__ import annotations

from typing import Final

EVIDENCE: Final[dict[str, tuple[str, ...]]] = {}


def checks_of(promise_id: str) -> tuple[str, ...]:
    """Names of the checks that show this promise; none: a person confirms it."""
    return EVIDENCE.get(promise_id, ())
