"""Every guard of the model in the real code: what it is called there, how to take it away, and what then goes wrong.

`scene` plays the attack or the accident that the guard is there for. With the guard the checker must have nothing to say
afterwards; without it the checker must name `breaks`. Where a second guard, or the database itself, still refuses, `breaks`
is empty and `scene` asserts the refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.faults import scenes
from tests.systems.lists import publish_list
from tests.systems.three_towns import (
    EAST,
    HOME,
    NETWORK_STAFF,
    OFFICER,
    PLATFORM_STAFF,
    WEST,
    Towns,
    alias,
    items,
    organisation,
)
from todoke.access import parties as actors
from todoke.contracts import intermediary, permits
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE, Outcome
from todoke.contracts.network import ListEntry
from todoke.exchange import client, inbox
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.systems.intermediary import needs, queries, serves
from todoke.systems.intermediary.actions import fetch_list, provide, receive_results, release_held
from todoke.systems.intermediary.actions.compare_records import compare_records
from todoke.systems.intermediary.rules import permit_checks
from todoke.systems.network.actions import compare_records as network_comparison
from todoke.systems.network.actions import issue_permits
from todoke.systems.network.rules.permission_list import ENTRIES

Patch = pytest.MonkeyPatch
_OVER = ListEntry("*", "*", DUTY, PROCEDURE, LOCAL_TAX, ENTRIES[0].valid_from, ENTRIES[0].valid_from)


@dataclass(frozen=True)
class Guard:
    """`code`: the function or statement that the model's guard stands for."""

    name: str
    code: str
    take_away: Callable[[Patch], None]
    scene: Callable[[Towns, bool], None]
    breaks: str = ""
    held: tuple[int, ...] = ()


def _forgive(function: str, *reasons: str) -> Callable[[Patch], None]:
    """Take one reason out of `permit_checks._genuine` or `_refusal`."""
    real = getattr(permit_checks, function)

    def genuine(request: Any, ours: Any) -> Any:
        reason, permit = real(request, ours)
        return ("", permits.decode(request.permit)) if reason in reasons else (reason, permit)

    def refusal(*arguments: Any) -> str:
        reason: str = real(*arguments)
        return "" if reason in reasons else reason

    chosen = genuine if function == "_genuine" else refusal
    return lambda patch: patch.setattr(permit_checks, function, chosen)


def _in_sql(module: Any, name: str, old: str, new: str) -> Callable[[Patch], None]:
    """Take a condition out of a statement."""

    def take_away(patch: Patch) -> None:
        statement = getattr(module, name)
        assert old in statement, f"{name} has changed"
        patch.setattr(module, name, statement.replace(old, new))

    return take_away


def _both(*parts: Callable[[Patch], None]) -> Callable[[Patch], None]:
    return lambda patch: [part(patch) for part in parts] and None  # type: ignore[func-returns-value]


def _forged(towns: Towns, _guarded: bool) -> None:
    real = scenes.permitted(towns)
    scenes.bring(towns, scenes.resigned(towns, real, signer=f"platform:{HOME}", permit_id="forged"))
    towns.deliver()


def _misdirected(towns: Towns, _guarded: bool) -> None:
    scenes.bring(towns, scenes.permitted(towns, provider=WEST), to=EAST)
    towns.deliver()


def _rerouted(towns: Towns, _guarded: bool) -> None:
    real = scenes.permitted(towns)
    scenes.bring(towns, scenes.resigned(towns, real, route=f"platform:{WEST}"))
    towns.deliver()


def _swapped(towns: Towns, guarded: bool) -> None:
    """No fact names a person, so that the checker cannot see this one: the answer itself is looked at."""
    real = scenes.permitted(towns, person=1)
    swapped = intermediary.ProvisionRequest(real.permit, real.signature, scenes.code_of(towns, 2))
    scenes.bring(towns, swapped)
    towns.deliver()
    answer = towns.results()["r1"]
    assert answer.items == (() if guarded else items(2))


def _late(towns: Towns, guarded: bool) -> None:
    scenes.permitted(towns)
    with scenes.moved_clock(timedelta(hours=25)):
        if guarded:
            towns.deliver()
        else:  # the database refuses an answer under a dead permit (case_answer_under_live_permit): it is never taken
            towns.dispatcher().drain(0.3)


def _again(towns: Towns, _guarded: bool) -> None:
    real = scenes.permitted(towns)
    towns.deliver()
    with suppress(TodokeError):
        scenes.bring(towns, real)
    towns.deliver()


def _list_closed(towns: Towns, _guarded: bool) -> None:
    scenes.permitted(towns)
    publish_list(by=NETWORK_STAFF, entries=[_OVER])
    fetch_list.fetch_list(alias=alias(EAST), by=PLATFORM_STAFF)
    towns.deliver()


def _old_list(towns: Towns, _guarded: bool) -> None:
    """Without the check in the code a trigger of the database still refuses."""
    old = needs.fetch_list(alias(EAST), 0)
    publish_list(by=NETWORK_STAFF, entries=[_OVER])
    fetch_list.fetch_list(alias=alias(EAST), by=PLATFORM_STAFF)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(needs, "fetch_list", lambda *_: old)
        with pytest.raises((TodokeError, IntegrityError)):
            fetch_list.fetch_list(alias=alias(EAST), by=PLATFORM_STAFF)
    assert towns.rows(alias(EAST), "SELECT max(edition) FROM intermediary_list_copy") == [(2,)]


def _network_list(towns: Towns, guarded: bool) -> None:
    """Without the network's check the provider's own copy still refuses."""
    publish_list(by=NETWORK_STAFF, entries=[_OVER])
    fetch_list.fetch_list(alias=alias(EAST), by=PLATFORM_STAFF)
    scenes.ask(towns)
    towns.deliver()
    assert scenes.cases(towns) == ([] if guarded else [("refused", "not_on_list")])


def _marked(towns: Towns, _guarded: bool) -> None:
    scenes.ask(towns)
    towns.deliver()


def _marked_before_sending(towns: Towns, guarded: bool) -> None:
    """The mark comes when the answer is made and has not left. The facts hold no mark of later: the answer is looked at."""
    scenes.permitted(towns)
    scenes.deliver_from(towns, "network")
    assert scenes.cases(towns) == [("answered", "")]
    towns.register(EAST, [1], held=[1])
    towns.deliver()
    assert towns.results()["r1"].items == (() if guarded else items(1))


def _one_officer(towns: Towns, _guarded: bool) -> None:
    """Without the check in the code the database still refuses."""
    scenes.ask(towns)
    towns.deliver()
    with pytest.raises((TodokeError, IntegrityError)):
        scenes.release(second=OFFICER)
    towns.deliver()


def _move_without_looking(patch: Patch) -> None:
    def move(where: str, _flow: Any, rows: Any, *, to: str, by: Any, **_: Any) -> int:
        statement = (
            "UPDATE intermediary_held_decision r SET state = %(to)s, confirmed_by = %(by)s, confirmed_at = now()"
            f" WHERE {rows.where}"
        )
        return provide.postgres.execute(where, statement, {**rows.values, "to": str(to), "by": by.staff_id})

    patch.setattr(release_held, "move", move)


def _released_off_list(towns: Towns, _guarded: bool) -> None:
    scenes.ask(towns)
    towns.deliver()
    publish_list(by=NETWORK_STAFF, entries=[_OVER])
    fetch_list.fetch_list(alias=alias(EAST), by=PLATFORM_STAFF)
    with scenes.moved_clock(timedelta(minutes=2)), suppress(TodokeError):
        scenes.release()
    towns.deliver()


def _released_late(towns: Towns, _guarded: bool) -> None:
    scenes.ask(towns)
    towns.deliver()
    with scenes.moved_clock(timedelta(days=91)):
        publish_list(by=NETWORK_STAFF)
        fetch_list.fetch_list(alias=alias(EAST), by=PLATFORM_STAFF)
        with suppress(TodokeError, IntegrityError):  # the database holds the permit's end, too
            scenes.release()
        towns.deliver()


def _answered(towns: Towns, _guarded: bool) -> None:
    scenes.ask(towns)
    towns.deliver()


def _dies_after_sending(towns: Towns, guarded: bool) -> None:
    """The provider is killed when its answer is made but nothing is committed."""
    scenes.permitted(towns)
    real = needs.send_answers

    def dying(where: str, routed: Any) -> None:
        real(where, routed)
        raise RuntimeError("killed")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(needs, "send_answers", dying)
        scenes.deliver_from(towns, "network", seconds=0.5)
    if guarded:
        towns.deliver()  # started again; without the guard the harm is done


def _send_at_once(patch: Patch) -> None:
    """The answer leaves inside of the transaction that makes it."""

    def send(where: str, routed: list[tuple[str, str, intermediary.Provision]]) -> None:
        from todoke.contracts.registry import need
        from todoke.exchange.transport import Transport

        body = intermediary.Provisions(provider=routed[0][1], records=[answer for *_, answer in routed])
        client.request(
            need(Transport),
            sender=needs.party_of(where),
            receiver=routed[0][0],
            kind=intermediary.PROVISIONS,
            body=body,
            key="at once",
        )

    patch.setattr(needs, "send_answers", send)


def _repeated(towns: Towns, _guarded: bool) -> None:
    """The same wire reaches the network twice. Without the look into the inbox, keys are unique in the database."""
    wires: list[tuple[str, bytes, str]] = []
    inner = towns.transport

    class Recording:
        ring, patience = inner.ring, 0.0

        def post(self, receiver: str, wire: bytes, sender: str) -> bytes:
            wires.append((receiver, wire, sender))
            return inner.post(receiver, wire, sender)

    towns.transport = Recording()
    scenes.ask(towns)
    towns.deliver()
    for wire in wires:
        inner.post(*wire)
    towns.transport = inner
    towns.deliver()
    assert towns.results()["r1"].items == items(1)
    assert towns.rows("network", "SELECT count(*) FROM network_exchange_record") == [(1,)]


def _stranger(towns: Towns, guarded: bool) -> None:
    scenes.permitted(towns)
    ((permit_id,),) = towns.rows(alias(HOME), "SELECT permit_id FROM intermediary_inquiry")
    answer = intermediary.Provision(permit_id, "r1", Outcome.ANSWERED, "", items(9), clock.now())
    body = intermediary.Provisions(provider=organisation(EAST), records=[answer])
    with suppress(TodokeError):
        towns.ask(f"platform:{WEST}", f"platform:{HOME}", intermediary.PROVISIONS, body)
    if guarded:
        towns.deliver()


def _second_answer(towns: Towns, _guarded: bool) -> None:
    """Without the forward-only condition the answers' primary key still refuses."""
    scenes.ask(towns)
    towns.deliver()
    before = towns.results()
    ((permit_id,),) = towns.rows(alias(HOME), "SELECT permit_id FROM intermediary_inquiry")
    answer = intermediary.Provision(permit_id, "r1", Outcome.ANSWERED, "", items(9), clock.now())
    body = intermediary.Provisions(provider=organisation(EAST), records=[answer])
    with suppress(TodokeError):
        towns.ask(f"platform:{EAST}", f"platform:{HOME}", intermediary.PROVISIONS, body)
    assert towns.results() == before


def _forget_what_was_settled(patch: Patch) -> None:
    real = inbox.settle_once

    def settle(where: str, header: Any, handle: Any) -> Any:
        with transaction.atomic(using=where):
            outcome = real(where, header, handle)
            if header.contract == intermediary.PROVISIONS.name:
                transaction.set_rollback(True, using=where)
            return outcome

    patch.setattr(inbox, "settle_once", settle)


def _lost_record(towns: Towns, _guarded: bool) -> None:
    """The inquirer's record was never made (or a backup without it came back): the comparison must say so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(receive_results, "_RECORDED", "SELECT 1")
        scenes.ask(towns)
        towns.deliver()
    compare_records(alias=alias(HOME), by=actors.housekeeper(), grace=timedelta(seconds=-5))


def _nobody_looks_again(patch: Patch) -> None:
    """No last look at the mark before an answer is sent (test_held_back.py shows it alone)."""
    patch.setattr(serves, "hold_back", lambda **_: None)


_NEVER = "WHEN false THEN 'held'"
_PAIRS = receive_results.INQUIRY.sql_pairs

GUARDS = (
    Guard("permit_signature", "intermediary.needs.permit_is_signed",
          lambda patch: patch.setattr(needs, "permit_is_signed", lambda *_: True), _forged, "answer_without_permit"),
    Guard("permit_provider", "intermediary.rules.permit_checks._genuine",
          _forgive("_genuine", "other_provider"), _misdirected, "answer_without_permit"),
    Guard("permit_route", "intermediary.rules.permit_checks._genuine",
          _forgive("_genuine", "wrong_route"), _rerouted, "answer_without_permit"),
    Guard("permit_code", "intermediary.rules.permit_checks._refusal",
          _forgive("_refusal", "code_not_bound"), _swapped),
    Guard("permit_expiry", "intermediary.rules.permit_checks._refusal",
          _forgive("_refusal", "permit_expired"), _late, "record_missing"),
    Guard("single_use", "intermediary.actions.provide._CASES",
          _both(_in_sql(provide, "_CASES", "ON CONFLICT (permit_id) DO NOTHING",
                        "ON CONFLICT (permit_id) DO UPDATE SET route = excluded.route"),
                _in_sql(provide, "_RECORDS", "ORDER BY permit_id", "ORDER BY permit_id ON CONFLICT DO NOTHING")),
          _again, "permit_used_twice"),
    Guard("own_list", "intermediary.queries.LIST_ALLOWS",
          _in_sql(provide, "_CASES", queries.LIST_ALLOWS, "true"), _list_closed, "answer_off_list"),
    Guard("list_monotonic", "intermediary.actions.fetch_list._store",
          lambda patch: patch.setattr(queries, "newest_copy", lambda _: None), _old_list),
    Guard("network_list", "network.actions.issue_permits._judge",
          lambda patch: patch.setattr(issue_permits, "_judge", lambda body, _: [""] * len(body.records)), _network_list),
    Guard("mark_checked", "intermediary.actions.provide._CASES",
          _both(_in_sql(provide, "_CASES", "WHEN r.prohibited THEN 'held'", _NEVER), _nobody_looks_again), _marked, "flagged_without_release", (1,)),
    Guard("mark_at_sending", "intermediary.serves.hold_back", _nobody_looks_again, _marked_before_sending),
    Guard("second_person", "workflow.runner.move", _move_without_looking, _one_officer, held=(1,)),
    Guard("list_at_release", "intermediary.actions.release_held._check",
          lambda patch: patch.setattr(release_held, "_check", lambda *_: None), _released_off_list,
          "answer_off_list", (1,)),
    Guard("hold_limit", "intermediary.actions.release_held._check",
          lambda patch: patch.setattr(release_held, "_check", lambda *_: None), _released_late, held=(1,)),
    Guard("record_with_answer", "intermediary.actions.provide._decide",
          lambda patch: patch.setattr(provide, "_RECORDS", "SELECT %(permits)s"), _answered,
          "record_missing"),
    Guard("send_after_commit", "exchange.outbox.send", _send_at_once, _dies_after_sending, "result_without_provision"),
    Guard("inbox_key", "exchange.inbox._claimed",
          lambda patch: patch.setattr(inbox, "_claimed", lambda *_: None), _repeated),
    Guard("inquirer_binds", "intermediary.actions.receive_results.take_provisions",
          lambda patch: patch.setattr(receive_results, "platform_of", lambda _: f"platform:{WEST}"), _stranger,
          "result_without_provision"),
    Guard("result_once", "intermediary.actions.receive_results._APPLY",
          _both(*(_in_sql(receive_results, name, _PAIRS, f"{_PAIRS}, ('answered', 'answered')")
                  for name in ("_DROP", "_APPLY"))), _second_answer),
    Guard("ack_after_commit", "exchange.inbox.settle_once", _forget_what_was_settled, _answered, "delivered_twice"),
    Guard("comparison", "network.actions.compare_records.compare_records",
          _in_sql(network_comparison, "_OPEN", "c.difference <> ''", "false"), _lost_record, "record_missing"),
)  # fmt: skip
