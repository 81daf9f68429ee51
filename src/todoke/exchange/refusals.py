"""受付拒否 (refusal): an answer that says only which error; final, or an invitation to try again."""

from __future__ import annotations

import msgspec

from todoke.exchange import kinds
from todoke.kernel.errors import ErrorCode, Family, TodokeError

# A refusal of these families is the receiver's judgement of the message. All others may pass: SETUP and
# UNAVAILABLE by nature, SENDER_REFUSED because not knowing us says nothing about the message.
_FINAL_FAMILIES = frozenset((Family.INPUT, Family.DENIED, Family.CONFLICT, Family.NOT_FOUND))


# What a sender learns of the check that its message failed before any handler saw it: how to mend it.
_TOLD_WHOLE = frozenset((
    ErrorCode.CLOCK_SKEW, ErrorCode.CONTRACT_UNKNOWN, ErrorCode.KEY_EXPIRED, ErrorCode.KEY_NOT_YET_VALID,
    ErrorCode.MESSAGE_INVALID, ErrorCode.SENDER_REFUSED, ErrorCode.SERVICE_CLOSED,
))  # fmt: skip


class RefusalBody(msgspec.Struct, frozen=True):
    """本文 of a refusal: the stable name of an ErrorCode, and a sentence that says what happened and what to do."""

    error: str
    sentence: str = ""


class RefusedError(TodokeError):
    """The receiver's signed, final no. Its details stay with the receiver, who logged them."""

    def __init__(self, code: ErrorCode, receiver: str) -> None:
        self.code = code
        self.details = {"receiver": receiver}
        sentence = f"通信相手（{receiver}）が受け付けませんでした。相手方の記録で理由を確かめてください。"
        Exception.__init__(self, f"{code.name}: {sentence}")


class NotNowError(TodokeError):
    """The receiver's signed "not now": it is there, and the same message may be sent again later."""

    def __init__(self, reason: ErrorCode, receiver: str) -> None:
        self.reason = reason
        super().__init__(ErrorCode.UNAVAILABLE, what=f"{receiver}（{reason.name}）")


def is_final(code: ErrorCode) -> bool:
    """Whether a refusal with this code settles the message, rather than asks for another try."""
    return code.family in _FINAL_FAMILIES and code is not ErrorCode.SENDER_REFUSED


def as_body(code: ErrorCode, error: TodokeError | None = None) -> bytes:
    """The body of a refusal. Details of `error` are told only where they help the sender to mend its message."""
    told = error.sentence if error and code in _TOLD_WHOLE else code.plain_sentence
    return kinds.encode(RefusalBody(code.name, told))


def as_error(body: bytes, receiver: str) -> TodokeError:
    """The error to raise for a refusal: RefusedError when final, else (and for unknown codes) NotNowError."""
    name = kinds.decode(RefusalBody, body).error
    code = ErrorCode.__members__.get(name, ErrorCode.UNAVAILABLE)
    if is_final(code):
        return RefusedError(code, receiver)
    return NotNowError(code, receiver)
