"""One run of the kit: every rule of the role, in order, and its report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from todoke.exchange.server import TlsServer
from todoke.sites.conformance import (
    closing_rules,
    door_rules,
    inquirer_rules,
    network_rules,
    provider_rules,
    revocation_rules,
)
from todoke.sites.conformance.broken import BrokenError, NotApplicableError
from todoke.sites.conformance.kit import Kit
from todoke.sites.conformance.rules import (
    RULES,
    Finding,
    Rule,
    Verdict,
)
from todoke.sites.conformance.trial import KIT, Role, Trial

GROUPS = (door_rules, provider_rules, revocation_rules, inquirer_rules, network_rules, closing_rules)
"""Modules of rules, in the order in which they are tried."""


def rules_of(role: Role) -> list[Rule]:
    """The rules of a role, in the order in which they are tried."""
    order = [module.__name__ for module in GROUPS]
    mine = [rule for rule in RULES.values() if role in rule.roles]
    return sorted(mine, key=lambda rule: (order.index(rule.check.__module__), rule.number))


@contextmanager
def playing(kit: Kit, port: int) -> Iterator[Kit]:
    """The kit's own door is open on `port`."""
    context = kit.ring.server_context(KIT)
    host = urlsplit(kit.ring.directory.entry(kit.trial.role.played[0]).url).hostname or "127.0.0.1"
    with TlsServer(kit.counterpart, context, name="conformance", host=host, port=port, threads=4):
        try:
            yield kit
        finally:
            kit.close()


def run(trial: Trial, kit: Kit, say: Callable[[Finding], None]) -> list[Finding]:
    """Try every rule of the role; `say` hears each finding as it is made."""
    found = []
    for rule in rules_of(trial.role):
        finding = _try(rule, kit)
        say(finding)
        found.append(finding)
    return found


def _try(rule: Rule, kit: Kit) -> Finding:
    try:
        rule.check(kit)
    except BrokenError as broken:
        return Finding(rule, Verdict.FAIL, str(broken))
    except NotApplicableError as reason:
        return Finding(rule, Verdict.NOT_APPLICABLE, str(reason))
    return Finding(rule, Verdict.PASS)
