"""Our own servers keep every rule of the conformance kit, and a server without one guard breaks exactly its rule."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.sites.conformance import broken, broken_too, served
from todoke.sites.conformance import feed, provider_rules
from todoke.sites.conformance.run import rules_of
from todoke.sites.conformance.trial import Role

assert broken_too
pytestmark = pytest.mark.usefixtures("databases")

QUICK = {
    "opens_in_spite_of_D05",
    "no_list_at_the_network",
    "takes_a_permit_with_bad_signature",
    "nobody_is_held",
}
"""Tried in every run of the tests; all others in the long one, for each takes some seconds."""


@pytest.mark.parametrize("role", Role)
def test_our_server_keeps_every_rule(tmp_path: Path, role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "LIFE", timedelta(seconds=4))
    found = served.findings(tmp_path, role)
    assert {number: said for number, said in found.items() if said} == {}
    assert list(found) == [rule.number for rule in rules_of(role)]


@pytest.mark.parametrize(
    "variant",
    [
        pytest.param(each, id=each.name, marks=() if each.name in QUICK else pytest.mark.slow)
        for each in broken.BROKEN
    ],
)
def test_a_server_without_one_guard_breaks_exactly_its_rule(
    tmp_path: Path, variant: broken.Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_rules, "QUIET", 0.4)
    monkeypatch.setattr(feed, "LIFE", timedelta(seconds=4))
    monkeypatch.setattr(served, "PATIENCE", 4.0)
    variant.take(monkeypatch)
    found = served.findings(tmp_path, variant.role)
    told = tuple(number for number, said in found.items() if said)
    assert (told[:1] if variant.base else told) == variant.rules, found


def test_every_rule_can_fail() -> None:
    """For each rule there is a server without one guard that breaks it."""
    shown = {number for variant in broken.BROKEN for number in variant.rules}
    assert {rule.number for role in Role for rule in rules_of(role)} - shown == set()
