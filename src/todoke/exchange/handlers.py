"""電文の扱い手 (handlers): who answers a kind, who hears the answer. Denied unless declared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from todoke.exchange.kinds import A, MessageKind, Q
from todoke.kernel.errors import ErrorCode, TodokeError

Senders = Callable[[str, str], bool]
E = TypeVar("E")


@dataclass(frozen=True)
class Handler:
    """What `handles` registered for one kind."""

    kind: MessageKind[Any, Any]
    senders: Senders
    answer: Callable[[str, str, Any], Any]


@dataclass(frozen=True)
class Listener:
    """What `on_answer` or `on_refusal` registered for one kind."""

    kind: MessageKind[Any, Any]
    hear: Callable[[str, str, Any, Any], None]


@dataclass(frozen=True)
class Reviewer:
    """What `before_sending` registered for one kind."""

    kind: MessageKind[Any, Any]
    review: Callable[[str, Any], Any]


_reviewers: dict[str, Reviewer] = {}
_handlers: dict[str, Handler] = {}
_answers: dict[str, Listener] = {}
_refusals: dict[str, Listener] = {}


def handles(
    kind: MessageKind[Q, A], *, senders: Senders
) -> Callable[[Callable[[str, str, Q], A]], Callable[[str, str, Q], A]]:
    """Register `handler(alias, sender, body) -> answer` for a kind.

    It runs in the inbox transaction of `alias`: all it writes there is committed with the stored answer, or
    not at all. `senders(alias, sender)` must return True or the message is refused. A TodokeError of the
    families INPUT, DENIED, CONFLICT, NOT_FOUND is a final refusal (stored; only the code's name is sent);
    any other exception undoes everything and the sender tries again. STATE_CONFLICT for a second handler.
    """

    def register(handler: Callable[[str, str, Q], A]) -> Callable[[str, str, Q], A]:
        _add(_handlers, kind, Handler(kind, senders, handler))
        return handler

    return register


def on_answer(
    kind: MessageKind[Q, A],
) -> Callable[[Callable[[str, str, Q, A], None]], Callable[[str, str, Q, A], None]]:
    """Register `callback(alias, key, body, answer)`, run in the transaction that marks it delivered.

    Every kind that is sent through an outbox must have one: an answer is never dropped silently.
    """

    def register(callback: Callable[[str, str, Q, A], None]) -> Callable[[str, str, Q, A], None]:
        _add(_answers, kind, Listener(kind, callback))
        return callback

    return register


def before_sending(
    kind: MessageKind[Q, A],
) -> Callable[[Callable[[str, Q], Q | None]], Callable[[str, Q], Q | None]]:
    """Register `review(alias, body) -> body | None`: looks once more right before each attempt to send.

    It runs in a transaction of its own that ends before anything leaves. What it returns takes the body's place in the
    outbox, in that transaction; None: it may leave as it is.
    """

    def register(review: Callable[[str, Q], Q | None]) -> Callable[[str, Q], Q | None]:
        _add(_reviewers, kind, Reviewer(kind, review))
        return review

    return register


def on_refusal(
    kind: MessageKind[Q, A],
) -> Callable[[Callable[[str, str, Q, str], None]], Callable[[str, str, Q, str], None]]:
    """Register `callback(alias, key, body, error_code)`: runs when the receiver refused for good."""

    def register(callback: Callable[[str, str, Q, str], None]) -> Callable[[str, str, Q, str], None]:
        _add(_refusals, kind, Listener(kind, callback))
        return callback

    return register


def handler_of(contract: str) -> Handler:
    """The handler of a kind; CONTRACT_UNKNOWN when nobody here serves it."""
    return _find(_handlers, contract)


def answer_listener_of(contract: str) -> Listener:
    """Who hears the answers of a kind; CONTRACT_UNKNOWN when nobody does."""
    return _find(_answers, contract)


def reviewer_of(contract: str) -> Reviewer | None:
    """Who looks at messages of a kind before they are sent, if anybody."""
    return _reviewers.get(contract)


def refusal_listener_of(contract: str) -> Listener | None:
    """Who hears the refusals of a kind, if anybody."""
    return _refusals.get(contract)


def is_known(contract: str) -> bool:
    """Whether this process serves, or hears the answers of, a kind of that name."""
    return contract in _handlers or contract in _answers


def joinable(contract: str) -> MessageKind[Any, Any] | None:
    """The kind whose waiting messages may travel together, if this is one."""
    listener = _answers.get(contract)
    return listener.kind if listener is not None and listener.kind.join is not None else None


def _add(registry: dict[str, E], kind: MessageKind[Any, Any], entry: E) -> None:
    if kind.name in registry:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"{kind.name} は既に登録されています")
    registry[kind.name] = entry


def _find(registry: dict[str, E], contract: str) -> E:
    if contract not in registry:
        raise TodokeError(ErrorCode.CONTRACT_UNKNOWN, contract=contract)
    return registry[contract]
