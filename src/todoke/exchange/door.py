"""電文の窓口 (Door): verify, handle once, answer signed. One per site; a WSGI application over it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import close_old_connections

from todoke.exchange import envelope, handlers, inbox, kinds, refusals
from todoke.exchange.envelope import Direction, Header
from todoke.exchange.message_id import new_message_id
from todoke.exchange.ring import KeyRing
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, Family, TodokeError
from todoke.oplog.record import record_refusal
from todoke.oplog.who import Who

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

MAX_WIRE = 64 << 20
"""Largest message, in bytes: 10,000 records of about 6 KB."""

CERTIFICATE = "todoke.client_certificate"
"""WSGI environ key under which the server puts the verified client certificate's SHA-256 (hex)."""

_PATH = "/exchange/"
_CHUNK = 1 << 16
_log = logging.getLogger("todoke.exchange")


@dataclass(frozen=True)
class Response:
    """HTTP status and the answer's wire. `signed`: an envelope; otherwise text, for whom nobody here can answer."""

    status: int
    wire: bytes = b""
    signed: bool = False


class Door:
    """`parties`: party that this site answers for → database alias of its inbox."""

    def __init__(self, ring: KeyRing, parties: Mapping[str, str]) -> None:
        self.ring = ring
        self.parties = dict(parties)

    def receive(self, receiver: str, wire: bytes, *, certificate: str) -> Response:
        """Answer one message that came with this client certificate (SHA-256, hex).

        Unsigned: 404 receiver not on this site, 400 header unreadable. Everything else comes back signed by
        the receiver and bound to the request: its answer, or a refusal (refusals.RefusalBody).
        """
        if receiver not in self.parties:
            return _unsigned(404)
        try:
            header = envelope.read_header(wire)
        except TodokeError as error:
            _log.warning("%s: %s", receiver, error)
            return _unsigned(400)
        try:
            outcome = self._settle(receiver, header, wire, certificate)
        except TodokeError as error:
            _log.warning("%s ← %s %s: %s", receiver, header.sender, header.contract, error)
            self._note_refusal(receiver, header, error.code.name, certificate)
            return self._refuse(receiver, header, error.code, new_message_id(), error)
        except Exception as error:
            # the sender must learn that nothing was done
            _log.error("%s ← %s %s: %s", receiver, header.sender, header.contract, _where(error))
            return self._refuse(receiver, header, ErrorCode.UNAVAILABLE, new_message_id())
        if outcome.answer is None:
            self._note_refusal(receiver, header, outcome.error_code, certificate)
            return self._refuse(receiver, header, ErrorCode[outcome.error_code], outcome.message_id)
        answer = self._seal(receiver, header, Direction.ANSWER, outcome.message_id, outcome.answer)
        return Response(200, answer, signed=True)

    def _settle(self, receiver: str, header: Header, wire: bytes, certificate: str) -> inbox.Outcome:
        directory = self.ring.directory
        if not directory.entry(header.sender).has_certificate(certificate):
            raise TodokeError(ErrorCode.SENDER_REFUSED, detail="証明書が送信者のものではありません")
        message = envelope.open_request(wire, directory, receiver=receiver, now=clock.now())
        handler = handlers.handler_of(header.contract)
        alias = self.parties[receiver]
        if handler.senders(alias, header.sender) is not True:
            raise TodokeError(ErrorCode.PERMISSION_DENIED, permission=header.contract)

        def handle() -> bytes:
            body = kinds.decode_request(handler.kind, message.body)
            return kinds.encode(handler.answer(alias, header.sender, body))

        if handler.kind.fresh:
            return inbox.settle_fresh(alias, handle)
        return inbox.settle_once(alias, header, handle)

    def _note_refusal(self, receiver: str, header: Header, code: str, certificate: str) -> None:
        """Who knocked where it may not is in the operation log, by the certificate that it came with."""
        if ErrorCode[code].family is not Family.DENIED:
            return
        knocked = self.ring.directory.party_with(certificate) or "unknown"
        claimed = "" if knocked == header.sender else f" as {header.sender}"
        try:
            record_refusal(
                self.parties[receiver],
                by=Who(staff_id=knocked),
                verb="exchange:message:receive",
                subject=f"{header.contract}:{code}{claimed}",
            )
        except DatabaseError as error:  # refused it is all the same
            _log.error("%s ← %s: %s", receiver, knocked, type(error).__name__)

    def _refuse(
        self,
        receiver: str,
        header: Header,
        code: ErrorCode,
        message_id: UUID,
        error: TodokeError | None = None,
    ) -> Response:
        body = refusals.as_body(code, error)
        wire = self._seal(receiver, header, Direction.REFUSAL, message_id, body)
        return Response(code.family.http_status, wire, signed=True)

    def _seal(
        self, receiver: str, request: Header, direction: Direction, message_id: UUID, body: bytes
    ) -> bytes:
        header = envelope.answer_header(
            request, receiver, direction, instance=self.ring.directory.instance, message_id=message_id
        )
        return envelope.seal(header, body, self.ring.signing_key(receiver))[1]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI: POST /exchange/<party>, GET /health."""
        close_old_connections()
        try:
            response = self._respond(environ)
        finally:
            close_old_connections()
        kind = "application/octet-stream" if response.signed else "application/json"
        headers = [("Content-Type", kind), ("Content-Length", str(len(response.wire)))]
        start_response(f"{response.status} {_REASONS.get(response.status, 'Refused')}", headers)
        return [response.wire]

    def _respond(self, environ: WSGIEnvironment) -> Response:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if (method, path) == ("GET", "/health"):
            return Response(200, b'{"status":"ok"}')
        status = _no_message(environ)
        if status is not None:
            return _unsigned(status)
        wire = _read(environ["wsgi.input"].read, int(environ["CONTENT_LENGTH"]))
        return self.receive(path[len(_PATH) :], wire, certificate=environ[CERTIFICATE])


_REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    411: "Length Required",
    413: "Content Too Large",
}


UNSIGNED = {
    400: (ErrorCode.MESSAGE_INVALID, "電文の見出しを読めません"),
    403: (ErrorCode.SENDER_REFUSED, "クライアント証明書がありません"),
    404: (ErrorCode.NOT_FOUND, "この窓口の宛先"),
    405: (ErrorCode.MESSAGE_INVALID, "電文は POST で送ります"),
    411: (ErrorCode.MESSAGE_INVALID, "Content-Length がありません"),
    413: (ErrorCode.MESSAGE_INVALID, f"電文が {MAX_WIRE:,} バイトを超えています"),
}
"""HTTP status → what an answer says that no party could sign, because no request of a party was read."""


def unsigned_body(status: int) -> bytes:
    """The JSON of an unsigned refusal; any other status of HTTP itself is a message that cannot be read."""
    code, detail = UNSIGNED.get(status, UNSIGNED[400])
    return refusals.as_body(code, TodokeError(code, detail=detail, what=detail))


def _no_message(environ: WSGIEnvironment) -> int | None:
    """The status for a request that brings no message, None for one that does."""
    length = environ.get("CONTENT_LENGTH", "")
    checks = {
        404: environ["PATH_INFO"].startswith(_PATH),
        405: environ["REQUEST_METHOD"] == "POST",
        403: bool(environ.get(CERTIFICATE)),
        411: length.isascii() and length.isdigit(),
        413: not length.isdecimal() or int(length) <= MAX_WIRE,
    }
    return next((status for status, passed in checks.items() if not passed), None)


def _unsigned(status: int) -> Response:
    return Response(status, unsigned_body(status))


def _read(read: Callable[[int], bytes], length: int) -> bytes:
    """In pieces: cheroot's reader would set aside the whole length again for every TLS record."""
    parts = []
    while length and (part := read(min(length, _CHUNK))):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _where(error: Exception) -> str:
    """Type and place only: the text of an exception may quote a person's row."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} ({frame.name}:{frame.lineno})"
