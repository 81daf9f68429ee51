"""More servers of ours that break a rule: those that `broken` left without one, most of them told otherwise from outside."""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.sites.conformance import served
from tests.sites.conformance.broken import NETWORK, PLATFORM, _receives_with, any_certificate, broken
from todoke.contracts import intermediary, network
from todoke.contracts.information import Outcome
from todoke.exchange import door, envelope, handlers, server
from todoke.exchange.door import Door
from todoke.exchange.envelope import Direction
from todoke.exchange.kinds import MessageKind
from todoke.exchange.ring import KeyRing
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.conformance.trial import KIT, OTHER
from todoke.systems.intermediary.actions import provide
from todoke.systems.network.actions import acquire_codes

Change = Callable[[str, Any], Any]


def _answers(patch: pytest.MonkeyPatch, kind: MessageKind[Any, Any], change: Change) -> None:
    """Of every answer to this kind, what `change(sender, answer)` makes."""
    honest = handlers.handler_of(kind.name)

    def answer(alias: str, sender: str, body: Any) -> Any:
        return change(sender, honest.answer(alias, sender, body))

    patch.setitem(handlers._handlers, kind.name, replace(honest, answer=answer))


def _rows(**change: Callable[[Any], Any]) -> Change:
    """The rows of an answer with these fields made anew of the row."""

    def rows(_: str, answer: Any) -> Any:
        made = [
            msgspec.structs.replace(row, **{n: f(row) for n, f in change.items()}) for row in answer.records
        ]
        return msgspec.structs.replace(answer, records=made)

    return rows


_strict_environ = server._TlsAdapter.get_environ


def _environ(self: Any, sock: ssl.SSLSocket) -> dict[str, str]:
    if sock.getpeercert(binary_form=True) is None:
        return {"wsgi.url_scheme": "https", door.CERTIFICATE: "0" * 64}
    return _strict_environ(self, sock)


@broken(NETWORK, "D01", "D02", "D04")
def nobody_asks_for_a_certificate(patch: pytest.MonkeyPatch) -> None:
    strict = KeyRing.server_context

    def lenient(self: KeyRing, owner: str, **options: Any) -> ssl.SSLContext:
        context = strict(self, owner, **options)
        if owner != KIT:  # the kit's own door stays strict
            context.verify_mode = ssl.CERT_NONE
        return context

    patch.setattr(KeyRing, "server_context", lenient)
    patch.setattr(server._TlsAdapter, "get_environ", _environ)
    any_certificate(patch)


@broken(NETWORK, "D03", "D12", "N01")
def the_list_is_read_by_nobody(patch: pytest.MonkeyPatch) -> None:
    def refuse(_: str, __: Any) -> Any:
        raise TodokeError(ErrorCode.NOT_FOUND, what="リスト")

    _answers(patch, network.PERMISSION_LIST, refuse)


@broken(NETWORK, "D06")
def a_stranger_is_told_that_it_lacks_a_right(patch: pytest.MonkeyPatch) -> None:
    strict = Door._settle

    def other(self: Door, receiver: str, header: envelope.Header, *rest: Any) -> Any:
        try:
            self.ring.directory.entry(header.sender)
        except TodokeError:
            raise TodokeError(ErrorCode.PERMISSION_DENIED, permission=header.contract) from None
        return strict(self, receiver, header, *rest)

    patch.setattr(Door, "_settle", other)


@broken(NETWORK, "D13")
def what_cannot_be_read_is_not_found(patch: pytest.MonkeyPatch) -> None:
    strict = Door.receive

    def other(self: Door, receiver: str, wire: bytes, *, certificate: str) -> door.Response:
        found = strict(self, receiver, wire, certificate=certificate)
        return door._unsigned(404) if found.status == 400 else found

    patch.setattr(Door, "receive", other)


@broken(NETWORK, "D15")
def an_edition_does_not_matter(patch: pytest.MonkeyPatch) -> None:
    strict = handlers.handler_of

    def lenient(contract: str) -> handlers.Handler:
        return strict(network.PERMISSION_LIST.name if contract.endswith(".v999") else contract)

    patch.setattr(handlers, "handler_of", lenient)


@broken(NETWORK, "Z01")
def a_late_request_is_answered_under_another_key(patch: pytest.MonkeyPatch) -> None:
    strict = Door._seal

    def other(self: Door, receiver: str, request: envelope.Header, direction: Direction, *rest: Any) -> bytes:
        skewed = abs(clock.now() - request.sent_at) > timedelta(minutes=3)
        if skewed and direction is Direction.ANSWER:
            request = msgspec.structs.replace(request, message_key="another")
        return strict(self, receiver, request, direction, *rest)

    patch.setattr(Door, "_seal", other)


@broken(NETWORK, "N01")
def a_list_signed_by_nobody(patch: pytest.MonkeyPatch) -> None:
    _answers(
        patch, network.PERMISSION_LIST, lambda _, found: msgspec.structs.replace(found, signature=b"\0" * 64)
    )


@broken(NETWORK, "N02", base=True)
def one_code_for_all(patch: pytest.MonkeyPatch) -> None:
    strict = acquire_codes.LinkCodes.issue

    def other(self: Any, codes: list[str], _: str) -> list[str]:
        return strict(self, codes, "everybody")

    patch.setattr(acquire_codes.LinkCodes, "issue", other)


@broken(NETWORK, "N03")
def no_check_digit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(acquire_codes.codecs, "valid_numbers", lambda numbers: [True] * len(numbers))


def _permits_in_spite_of(reason: str) -> Callable[[pytest.MonkeyPatch], None]:
    def take(patch: pytest.MonkeyPatch) -> None:
        change = _rows(
            permit_id=lambda row: str(uuid.uuid4()) if row.refusal == reason else row.permit_id,
            refusal=lambda row: "" if row.refusal == reason else row.refusal,
        )
        _answers(patch, network.PERMITS, change)

    return take


for _rule, _reason in {"N08": "unknown_provider", "N09": "unknown_code", "N10": "duplicate_record"}.items():
    _take = _permits_in_spite_of(_reason)
    _take.__name__ = f"permits_in_spite_of_{_reason}"
    broken(NETWORK, _rule)(_take)


@broken(NETWORK, "N13")
def a_settled_record_is_written_again(patch: pytest.MonkeyPatch) -> None:
    """As far as the provider hears."""

    def counted(sender: str, found: Any) -> Any:
        return network.Received(count=1) if sender == f"platform:{OTHER}" else found

    _answers(patch, network.REPORTS, counted)


@broken(PLATFORM, "P01", base=True)
def the_list_is_never_fetched(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(served, "fetch_list", lambda **_: None)


@broken(PLATFORM, "P02", base=True)
def a_code_is_taken_twice(patch: pytest.MonkeyPatch) -> None:
    _answers(patch, intermediary.LINK_CODES, lambda _, __: network.Received(count=4))


@broken(PLATFORM, "P03", base=True)
def the_same_copy_counts_again(patch: pytest.MonkeyPatch) -> None:
    _answers(patch, intermediary.REPLICAS, lambda _, found: msgspec.structs.replace(found, registered=3))


@broken(PLATFORM, "P04", "P05")
def items_in_another_order(patch: pytest.MonkeyPatch) -> None:
    strict = provide.queries.routed_answers

    def other(*arguments: Any) -> Any:
        return [
            (*ends, msgspec.structs.replace(row, items=row.items[::-1])) for *ends, row in strict(*arguments)
        ]

    patch.setattr(provide.queries, "routed_answers", other)


@broken(PLATFORM, "Q02", "Q04", "Q06")
def results_in_another_order(patch: pytest.MonkeyPatch) -> None:
    _answers(patch, intermediary.RESULTS, _rows(items=lambda row: row.items[::-1]))


@broken(PLATFORM, "Q03")
def a_refusal_without_its_reason(patch: pytest.MonkeyPatch) -> None:
    _answers(patch, intermediary.RESULTS, _rows(error=lambda _: ""))


@broken(PLATFORM, "Q04")
def what_is_held_is_told_as_asked(patch: pytest.MonkeyPatch) -> None:
    told = _rows(outcome=lambda row: Outcome.ASKED if row.outcome is Outcome.HELD else row.outcome)
    _answers(patch, intermediary.RESULTS, told)


@broken(PLATFORM, "Q06")
def an_answer_needs_no_permit(patch: pytest.MonkeyPatch) -> None:
    _receives_with("_DROP", "OR i.permit_id <> a.permit_id", "")(patch)
    _receives_with("_APPLY", "AND i.permit_id = a.permit_id", "AND i.permit_id IS NOT NULL")(patch)
    _receives_with("_APPLY", "AND b.permit_id = a.permit_id AND", "AND")(patch)


@broken(NETWORK, "N14")
def revocations_signed_by_nobody(patch: pytest.MonkeyPatch) -> None:
    _answers(
        patch, network.REVOCATIONS, lambda _, found: msgspec.structs.replace(found, signature=b"\0" * 64)
    )
