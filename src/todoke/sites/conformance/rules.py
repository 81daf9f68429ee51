"""規則 (Rule): numbered, with its sentence, its source and its check; and what the kit found of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from todoke.sites.conformance.broken import BrokenError, NotApplicableError
from todoke.sites.conformance.kit import Kit
from todoke.sites.conformance.trial import Role

Check = Callable[[Kit], None]
Found = TypeVar("Found")


class Verdict(StrEnum):
    """What the kit found."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    NOT_APPLICABLE = "n/a"


def after(number: str, found: Found | None) -> Found:
    """What the check of rule `number` noted; without it the rule that builds on it cannot be tried."""
    if found is None:
        raise NotApplicableError(f"{number} が通らないため確かめられません")
    return found


@dataclass(frozen=True)
class Rule:
    """One rule. `how`: the check's own docstring."""

    number: str
    sentence: str
    source: str
    roles: tuple[Role, ...]
    check: Check

    @property
    def how(self) -> str:
        """How it is checked, in English."""
        return " ".join((inspect.getdoc(self.check) or "").split())


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    rule: Rule
    verdict: Verdict
    detail: str = ""


RULES: dict[str, Rule] = {}
"""Every rule, in the order in which they are tried."""


def rule(number: str, sentence: str, *, source: str, roles: tuple[Role, ...]) -> Callable[[Check], Check]:
    """Register a check."""

    def register(check: Check) -> Check:
        assert number not in RULES, number
        RULES[number] = Rule(number, sentence, source, roles, check)
        return check

    return register


def expect(holds: bool, detail: str) -> None:
    """Break the rule with this text unless `holds`."""
    if not holds:
        raise BrokenError(detail)
