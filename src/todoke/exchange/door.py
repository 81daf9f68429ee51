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
    """HTTP status and the answer's wire; an empty wire when there was nobody to answer to."""

    status: int
    wire: bytes = b""


class Door:
    """`parties`: party that this site answers for → database alias of its inbox."""

    def __init__(self, ring: KeyRing, parties: Mapping[str, str]) -> None:
        self.ring = ring
        self.parties = dict(parties)

    def receive(self, receiver: str, wire: bytes, *, certificate: str) -> Response:
        """Answer one message that came with this client certificate (SHA-256, hex).

        Unsigned: 404 receiver not on this site, 400 header unreadable. Everything else comes back signed by
        the receiver and bound to the request: its answer, or a refusal with the name of an ErrorCode.
        """
        if receiver not in self.parties:
            return Response(404)
        try:
            header = envelope.read_header(wire)
        except TodokeError as error:
            _log.warning("%s: %s", receiver, error)
            return Response(400)
        try:
            outcome = self._settle(receiver, header, wire, certificate)
        except TodokeError as error:
            _log.warning("%s ← %s %s: %s", receiver, header.sender, header.contract, error)
            self._note_refusal(receiver, header, error.code.name, certificate)
            return self._refuse(receiver, header, error.code, new_message_id())
        except Exception as error:
            # the sender must learn that nothing was done
            _log.error("%s ← %s %s: %s", receiver, header.sender, header.contract, _where(error))
            return self._refuse(receiver, header, ErrorCode.UNAVAILABLE, new_message_id())
        if outcome.answer is None:
            self._note_refusal(receiver, header, outcome.error_code, certificate)
            return self._refuse(receiver, header, ErrorCode[outcome.error_code], outcome.message_id)
        return Response(
            200, self._seal(receiver, header, Direction.ANSWER, outcome.message_id, outcome.answer)
        )

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
            body = kinds.decode(handler.kind.request, message.body)
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

    def _refuse(self, receiver: str, header: Header, code: ErrorCode, message_id: UUID) -> Response:
        wire = self._seal(receiver, header, Direction.REFUSAL, message_id, refusals.as_body(code))
        return Response(code.family.http_status, wire)

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
        kind = "application/octet-stream" if environ["PATH_INFO"].startswith(_PATH) else "text/plain"
        headers = [("Content-Type", kind), ("Content-Length", str(len(response.wire)))]
        start_response(f"{response.status} {_REASONS.get(response.status, 'Refused')}", headers)
        return [response.wire]

    def _respond(self, environ: WSGIEnvironment) -> Response:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if (method, path) == ("GET", "/health"):
            return Response(200, b"ok\n")
        if method != "POST" or not path.startswith(_PATH):
            return Response(404)
        certificate = environ.get(CERTIFICATE)
        if not certificate:
            return Response(403)
        length = environ.get("CONTENT_LENGTH", "")
        if not (length.isascii() and length.isdigit()):
            return Response(411)
        if int(length) > MAX_WIRE:
            return Response(413)
        wire = _read(environ["wsgi.input"].read, int(length))
        return self.receive(path[len(_PATH) :], wire, certificate=certificate)


_REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    411: "Length Required",
    413: "Content Too Large",
}


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
