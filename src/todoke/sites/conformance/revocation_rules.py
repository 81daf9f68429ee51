"""Rules of an intermediary that provides: 緊急失効, which ends entries of the list at once (P19, P20)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from todoke.contracts import intermediary, network
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE, Outcome
from todoke.sites.conformance import provider_rules
from todoke.sites.conformance.kit import Kit
from todoke.sites.conformance.provider_rules import answers, bring, permit, persons, provided, signed
from todoke.sites.conformance.rules import expect, rule
from todoke.sites.conformance.trial import Role

_ROLE = (Role.INTERMEDIARY,)


@contextmanager
def _fed(kit: Kit, *entries: network.RevokedEntry, stale: bool = False) -> Iterator[None]:
    """The feed says this, and nothing it said before or says in here counts outside."""
    kit.feed.entries, kit.feed.stale = list(entries), stale
    kit.feed.wait_out()
    try:
        yield
    finally:
        kit.feed.entries, kit.feed.stale = [], False
        kit.feed.wait_out()


def _outcome(kit: Kit) -> tuple[Outcome, str]:
    person = persons(kit)[1]
    body = permit(kit, person)
    bring(kit, signed(kit, body, person))
    answer = provided(kit, body.permit_id)[1]
    return answer.outcome, answer.error


@rule("P19", "緊急に失効した行では、リストにあっても提供しない", source="PIA III.6; S11", roles=_ROLE)
def revoked(kit: Kit) -> None:
    """The trial's own row is revoked: `refused`, error `not_on_list`; revoked no more: `answered`."""
    with _fed(kit, network.RevokedEntry("*", "*", DUTY, PROCEDURE, LOCAL_TAX)):
        meanwhile = _outcome(kit)
    expect(meanwhile == (Outcome.REFUSED, "not_on_list"), " ".join(meanwhile))
    afterwards = _outcome(kit)
    expect(afterwards[0] is Outcome.ANSWERED, f"失効が終わった後も {' '.join(afterwards)}")


@rule("P20", "緊急失効の一覧が古いあいだは、誰にも提供しない", source="PIA III.6; S11", roles=_ROLE)
def stale(kit: Kit) -> None:
    """Only lists of revocations that are out of date are to be had: no answer to a good permit, whatever the door says."""
    person = persons(kit)[1]
    body = permit(kit, person)
    request = intermediary.ProvisionRequests(records=[signed(kit, body, person)])
    with _fed(kit, stale=True):
        kit.send("network", intermediary.PROVISION_REQUESTS, request)
        time.sleep(provider_rules.QUIET)
        given = answers(kit, body.permit_id)
    expect(given == 0, "古い一覧のまま回答しました")
