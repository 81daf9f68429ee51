"""Servers of ours with one guard taken out: name → what is taken out, and the rule that must notice."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from todoke.contracts.information import DUTY, Outcome
from todoke.exchange import door, envelope, handlers, inbox, kinds, refusals
from todoke.exchange.door import Door
from todoke.exchange.server import DoorServer
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.conformance.kit import UNLISTED_DUTY
from todoke.sites.conformance.trial import Role
from todoke.systems.intermediary import needs as platform_needs
from todoke.systems.intermediary import serves as platform_serves
from todoke.systems.intermediary.actions import fetch_list, provide, receive_results, take_inquiries
from todoke.systems.intermediary.rules import permit_checks
from todoke.systems.network.actions import acquire_codes, issue_permits, take_reports

Take = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Broken:
    """One guard less. `base`: the rule is one that others build on, and what they say then does not matter."""

    name: str
    role: Role
    rules: tuple[str, ...]
    take: Take
    base: bool = False


BROKEN: list[Broken] = []


def broken(role: Role, *rules: str, base: bool = False) -> Callable[[Take], Take]:
    def register(take: Take) -> Take:
        BROKEN.append(Broken(take.__name__, role, rules, take, base))
        return take

    return register


NETWORK, PLATFORM = Role.NETWORK, Role.INTERMEDIARY


def _opens_in_spite_of(words: str) -> Take:
    """A door that opens envelopes although this check failed."""

    def take(patch: pytest.MonkeyPatch) -> None:
        strict = envelope.open_request

        def lenient(wire: bytes, *arguments: Any, **options: Any) -> envelope.Envelope:
            try:
                return strict(wire, *arguments, **options)
            except TodokeError as error:
                if words not in str(error):
                    raise
                header, _, _, body = envelope._split(wire)
                return envelope.Envelope(header, body)

        # only the door's own view: the kit's counterparts stay strict
        view = type("view", (), {**vars(envelope), "open_request": staticmethod(lenient)})
        patch.setattr(door, "envelope", view)

    return take


for _rule, _words in {
    "D05": "署名が一致しません",
    "D07": "別の環境",
    "D08": "版 2",
    "D09": "要求の電文ではありません",
    "D10": "宛先が違います",
    "D11": "要約値",
    "D12": "CLOCK_SKEW",
}.items():
    _take = _opens_in_spite_of(_words)
    _take.__name__ = f"opens_in_spite_of_{_rule}"
    broken(NETWORK, _rule)(_take)


@broken(NETWORK, "D04")
def any_certificate(patch: pytest.MonkeyPatch) -> None:
    strict = Door.receive

    def lenient(self: Door, receiver: str, wire: bytes, *, certificate: str) -> door.Response:
        try:
            sender = envelope.read_header(wire).sender
            certificate = self.ring.directory.entry(sender).certificate
        except TodokeError:
            pass
        return strict(self, receiver, wire, certificate=certificate)

    patch.setattr(Door, "receive", lenient)


@broken(PLATFORM, "D16")
def any_sender(patch: pytest.MonkeyPatch) -> None:
    strict = handlers.handler_of

    def lenient(contract: str) -> handlers.Handler:
        found = strict(contract)
        return handlers.Handler(found.kind, lambda *_: True, found.answer)

    patch.setattr(handlers, "handler_of", lenient)


@broken(NETWORK, "D18")
def new_id_for_every_repeat(patch: pytest.MonkeyPatch) -> None:
    strict = inbox.settle_once

    def lenient(*arguments: Any) -> inbox.Outcome:
        found = strict(*arguments)
        return inbox.Outcome(uuid.uuid4(), found.answer, found.error_code)

    patch.setattr(inbox, "settle_once", lenient)


@broken(NETWORK, "D19")
def a_key_may_change_its_content(patch: pytest.MonkeyPatch) -> None:
    strict = inbox.settle_once

    def lenient(alias: str, header: envelope.Header, handle: Callable[[], bytes]) -> inbox.Outcome:
        try:
            return strict(alias, header, handle)
        except TodokeError as error:
            if error.code is not ErrorCode.MESSAGE_CONFLICT:
                raise
            return inbox.settle_fresh(alias, handle)

    patch.setattr(inbox, "settle_once", lenient)


@broken(NETWORK, "D20")
def no_record_limit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(kinds, "decode_request", lambda kind, body: kinds.decode(kind.request, body))


@broken(NETWORK, "D17")
def a_wrong_body_crashes(patch: pytest.MonkeyPatch) -> None:
    strict = kinds.decode

    def crash(kind: Any, body: bytes) -> Any:
        try:
            return strict(kind, body)
        except TodokeError as error:
            if "ListRequest" in str(error):
                raise ZeroDivisionError from None
            raise

    patch.setattr(kinds, "decode", crash)


@broken(NETWORK, "D14")
def no_json_from_http_itself(patch: pytest.MonkeyPatch) -> None:
    from todoke.exchange.server import _TlsConnection

    patch.setattr(DoorServer, "connection", _TlsConnection)


@broken(NETWORK, "Z02")
def refusals_say_nothing(patch: pytest.MonkeyPatch) -> None:
    def bare(code: ErrorCode, error: TodokeError | None = None) -> bytes:
        return kinds.encode(refusals.RefusalBody(code.name, ""))

    patch.setattr(refusals, "as_body", bare)


def _judge_without(reason: str) -> Take:
    def take(patch: pytest.MonkeyPatch) -> None:
        strict = issue_permits._judge

        def lenient(*arguments: Any) -> list[str]:
            return ["" if refusal == reason else refusal for refusal in strict(*arguments)]

        patch.setattr(issue_permits, "_judge", lenient)

    return take


@broken(NETWORK, "N07")
def no_list_at_the_network(patch: pytest.MonkeyPatch) -> None:
    _judge_without("not_on_list")(patch)


def _permit_with(**changes: object) -> Take:
    def take(patch: pytest.MonkeyPatch) -> None:
        strict = issue_permits._permit

        def other(*arguments: Any) -> Any:
            return msgspec.structs.replace(strict(*arguments), **changes)

        patch.setattr(issue_permits, "_permit", other)

    return take


@broken(NETWORK, "N05")
def a_route_of_somebody_else(patch: pytest.MonkeyPatch) -> None:
    _permit_with(route="platform:14130")(patch)


@broken(NETWORK, "N06")
def a_permit_for_any_code(patch: pytest.MonkeyPatch) -> None:
    _permit_with(link_code_sha256="00" * 32)(patch)


@broken(NETWORK, "N11")
def permits_in_any_name(patch: pytest.MonkeyPatch) -> None:
    strict = issue_permits.needs.platform_of

    def anybody(organisation: str) -> str:
        return strict(organisation)

    def lenient(*, body: Any, by: Any) -> Any:
        from todoke.access import parties as actors

        return honest(body=body, by=actors.actor(anybody(body.inquirer)))

    from todoke.systems.network import serves

    honest = issue_permits.issue_permits
    patch.setattr(serves, "issue_permits", lenient)


@broken(NETWORK, "N04")
def codes_in_any_name(patch: pytest.MonkeyPatch) -> None:
    from todoke.access import parties as actors
    from todoke.identifiers import municipality
    from todoke.systems.network import serves

    honest = acquire_codes.acquire_codes

    def lenient(*, body: Any, by: Any) -> Any:
        return honest(body=body, by=actors.actor(f"city:{municipality.of_organisation(body.organisation)}"))

    patch.setattr(serves, "acquire_codes", lenient)


@broken(NETWORK, "N12")
def reports_of_anybody(patch: pytest.MonkeyPatch) -> None:
    statement = take_reports._UPDATE.replace("r.provider = %s", "%s <> ''")
    assert statement != take_reports._UPDATE
    patch.setattr(take_reports, "_UPDATE", statement)


def _sifts_in(reason: str) -> Take:
    """A provider that takes a permit for genuine although this check failed."""

    def take(patch: pytest.MonkeyPatch) -> None:
        strict = permit_checks._genuine

        def lenient(request: Any, ours: Any) -> Any:
            found, permit = strict(request, ours)
            return ("", permit_checks.permits.decode(request.permit)) if found == reason else (found, permit)

        patch.setattr(permit_checks, "_genuine", lenient)

    return take


for _rule, _reason in {
    "P06": "bad_signature",
    "P07": "other_instance",
    "P08": "other_provider",
    "P09": "wrong_route",
}.items():
    _take = _sifts_in(_reason)
    _take.__name__ = f"takes_a_permit_with_{_reason}"
    broken(PLATFORM, _rule)(_take)


@broken(PLATFORM, "P10")
def a_used_permit_is_answered_again(patch: pytest.MonkeyPatch) -> None:
    strict = provide._decide

    def lenient(alias: str, genuine: Any, ours: Any, damaged: Any) -> list[str]:
        strict(alias, genuine, ours, damaged)
        return [entry.permit.permit_id for entry in genuine]

    patch.setattr(provide, "_decide", lenient)


def _serves_in_spite_of(reason: str) -> Take:
    def take(patch: pytest.MonkeyPatch) -> None:
        strict = permit_checks._refusal

        def lenient(*arguments: Any) -> str:
            found = strict(*arguments)
            return "" if found == reason else found

        patch.setattr(permit_checks, "_refusal", lenient)

    return take


for _rule, _reason in {"P11": "permit_expired", "P12": "code_not_bound"}.items():
    _take = _serves_in_spite_of(_reason)
    _take.__name__ = f"serves_in_spite_of_{_reason}"
    broken(PLATFORM, _rule)(_take)


def _decides_with(old: str, new: str) -> Take:
    def take(patch: pytest.MonkeyPatch) -> None:
        statement = provide._CASES.replace(old, new)
        assert statement != provide._CASES, old
        patch.setattr(provide, "_CASES", statement)

    return take


@broken(PLATFORM, "P13", "P14")
def no_list_at_the_provider(patch: pytest.MonkeyPatch) -> None:
    _decides_with("NOT a.allowed", "false")(patch)


@broken(PLATFORM, "P13")
def any_duty(patch: pytest.MonkeyPatch) -> None:
    known = f"CASE a.duty WHEN '{UNLISTED_DUTY}' THEN '{DUTY}' ELSE a.duty END"
    _decides_with("e.duty = a.duty", f"e.duty = {known}")(patch)


@broken(PLATFORM, "P14")
def lists_never_end(patch: pytest.MonkeyPatch) -> None:
    _decides_with("AND %(today)s >= e.valid_from AND (e.valid_to IS NULL OR %(today)s <= e.valid_to)", "")(
        patch
    )


@broken(PLATFORM, "P15", "P16")
def nobody_is_held(patch: pytest.MonkeyPatch) -> None:
    _decides_with("WHEN r.prohibited THEN 'held'", "")(patch)
    patch.setattr(platform_serves, "hold_back", lambda **_: None)  # nor looked at again before it is sent


@broken(PLATFORM, "P17")
def nobody_there_is_held(patch: pytest.MonkeyPatch) -> None:
    _decides_with("THEN 'no_record'", "THEN 'held'")(patch)


@broken(PLATFORM, "P05")
def the_network_hears_something_else(patch: pytest.MonkeyPatch) -> None:
    strict = platform_needs.network.ProvisionReport

    def other(permit_id: str, outcome: Outcome, provided_at: Any) -> Any:
        return strict(permit_id, Outcome.NO_RECORD if outcome is Outcome.ANSWERED else outcome, provided_at)

    view = type("view", (), {**vars(platform_needs.network), "ProvisionReport": staticmethod(other)})
    patch.setattr(platform_needs, "network", view)


@broken(PLATFORM, "P18")
def any_list(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fetch_list.needs, "list_is_signed", lambda *_: True)


@broken(PLATFORM, "P19")
def revoked_rows_count_on(patch: pytest.MonkeyPatch) -> None:
    copy = "FROM intermediary_revocation_copy"
    _decides_with(f"{copy} v", f"FROM (SELECT * {copy} LIMIT 0) v")(patch)


@broken(PLATFORM, "P20")
def stale_revocations_are_good_enough(patch: pytest.MonkeyPatch) -> None:
    strict = provide.renew_revocations

    def lenient(**options: Any) -> bool:
        with suppress(TodokeError):
            return strict(**options)
        return False

    patch.setattr(provide, "renew_revocations", lenient)


@broken(PLATFORM, "Q01")
def the_nondisclosure_code_is_lost(patch: pytest.MonkeyPatch) -> None:
    strict = take_inquiries._permit_requests

    def other(*arguments: Any) -> Any:
        asked = strict(*arguments)
        rows = [msgspec.structs.replace(row, nondisclosure="") for row in asked.records]
        return msgspec.structs.replace(asked, records=rows)

    patch.setattr(take_inquiries, "_permit_requests", other)


def _receives_with(name: str, old: str, new: str) -> Take:
    def take(patch: pytest.MonkeyPatch) -> None:
        statement = getattr(receive_results, name).replace(old, new)
        assert statement != getattr(receive_results, name), old
        patch.setattr(receive_results, name, statement)

    return take


@broken(PLATFORM, "Q05")
def answers_of_strangers(patch: pytest.MonkeyPatch) -> None:
    _receives_with("_ARRIVED", "AND i.provider = %(provider)s", "AND %(provider)s <> ''")(patch)


@broken(PLATFORM, "Q07")
def answers_without_sense(patch: pytest.MonkeyPatch) -> None:
    strict = receive_results.take_provisions

    def lenient(*, body: Any, **options: Any) -> Any:
        sound = [row for row in body.records if bool(row.items) is (row.outcome is Outcome.ANSWERED)]
        return strict(body=msgspec.structs.replace(body, records=sound), **options)

    patch.setattr(platform_serves.receive_results, "take_provisions", lenient)


@broken(PLATFORM, "Q08")
def a_missing_code_is_called_otherwise(patch: pytest.MonkeyPatch) -> None:
    strict = take_inquiries._JUDGE
    patch.setattr(take_inquiries, "_JUDGE", strict.replace("'no_link_code'", "'unknown'"))
