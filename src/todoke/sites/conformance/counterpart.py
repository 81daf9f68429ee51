"""相手役の窓口 (Counterpart): the door behind which the kit plays every other party, all in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from todoke.contracts import intermediary, network
from todoke.exchange import envelope, kinds, refusals
from todoke.exchange.door import CERTIFICATE
from todoke.exchange.envelope import Direction
from todoke.exchange.kinds import MessageKind
from todoke.exchange.message_id import new_message_id
from todoke.exchange.ring import KeyRing
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

Seen = TypeVar("Seen")
KINDS: dict[str, MessageKind[Any, Any]] = {
    kind.name: kind
    for kind in (
        network.PERMITS,
        network.REPORTS,
        network.PERMISSION_LIST,
        network.REVOCATIONS,
        intermediary.PROVISIONS,
        intermediary.PROVISION_REQUESTS,
        intermediary.LINK_CODES,
    )
}


@dataclass(frozen=True)
class Heard:
    """One message that the server under trial sent to a party of ours."""

    sender: str
    receiver: str
    kind: str
    body: Any
    text: bytes


class Counterpart:
    """A WSGI application: verifies, answers by `play`, keeps what it heard. One body a key is heard once."""

    def __init__(self, ring: KeyRing, play: Callable[[Heard], msgspec.Struct]) -> None:
        self._ring, self._play = ring, play
        self._answers: dict[tuple[str, str, str], tuple[str, bytes]] = {}
        self._news = threading.Condition()
        self.heard: list[Heard] = []

    def of(self, kind: MessageKind[Any, Any]) -> list[Heard]:
        """What was heard of a kind, oldest first."""
        with self._news:
            return [message for message in self.heard if message.kind == kind.name]

    def wait(self, look: Callable[[], Seen | None], *, seconds: float) -> Seen | None:
        """What `look` finds, as soon as it finds it; None when it does not in time."""
        end = time.monotonic() + seconds
        while (found := look()) is None and (left := end - time.monotonic()) > 0:
            with self._news:
                self._news.wait(min(left, 0.5))
        return found

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """POST /exchange/<party of the kit>."""
        receiver = environ["PATH_INFO"].removeprefix("/exchange/")
        wire = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        answer = self._answer(receiver, wire, str(environ.get(CERTIFICATE, "")))
        status = "200 OK" if answer else "400 Bad Request"
        start_response(
            status, [("Content-Type", "application/octet-stream"), ("Content-Length", str(len(answer)))]
        )
        return [answer]

    def _answer(self, receiver: str, wire: bytes, certificate: str) -> bytes:
        try:
            header = envelope.read_header(wire)
            signing = self._ring.signing_key(receiver)
        except TodokeError:
            return b""
        try:
            body, direction = self._take(receiver, wire, certificate), Direction.ANSWER
        except TodokeError as error:
            body, direction = refusals.as_body(error.code, error), Direction.REFUSAL
        instance = self._ring.directory.instance
        back = envelope.answer_header(
            header, receiver, direction, instance=instance, message_id=new_message_id()
        )
        return envelope.seal(back, body, signing)[1]

    def _take(self, receiver: str, wire: bytes, certificate: str) -> bytes:
        directory = self._ring.directory
        message = envelope.open_request(wire, directory, receiver=receiver, now=clock.now())
        header = message.header
        if directory.entry(header.sender).certificate != certificate:
            raise TodokeError(ErrorCode.SENDER_REFUSED, detail="証明書が送信者のものではありません")
        kind = KINDS.get(header.contract)
        if kind is None:
            raise TodokeError(ErrorCode.CONTRACT_UNKNOWN, contract=header.contract)
        key = (header.sender, receiver, header.message_key)
        with self._news:
            if key not in self._answers:
                body = kinds.decode_request(kind, message.body)
                heard = Heard(header.sender, receiver, kind.name, body, message.body)
                self._answers[key] = header.body_sha256, kinds.encode(self._play(heard))
                self.heard.append(heard)
                self._news.notify_all()
            digest, answer = self._answers[key]
        if digest != header.body_sha256:
            raise TodokeError(ErrorCode.MESSAGE_CONFLICT, detail=header.contract)
        return answer
