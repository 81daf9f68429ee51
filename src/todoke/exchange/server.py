"""窓口サーバー: a WSGI application behind mutual TLS, on cheroot (ADR 0003 says why): doors and screens."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cheroot import server as cheroot_server
from cheroot import wsgi
from cheroot.makefile import StreamReader, StreamWriter
from cheroot.ssl import Adapter

from todoke.exchange.door import CERTIFICATE, MAX_WIRE, Door, unsigned_body

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

KEEP_ALIVE = 30
"""Seconds an idle connection is kept, and a read may take; clients give up sooner (transport._LIMITS)."""

KEPT_OPEN = 400
"""Idle connections that are kept."""

_HANDSHAKE = 5
_log = logging.getLogger("todoke.exchange")


class _TlsAdapter(Adapter):
    """TLS without the handshake. cheroot's own adapter shakes hands in the one thread that accepts
    connections, where a single silent client holds up everybody for the length of the timeout."""

    def __init__(self, context: ssl.SSLContext, renew: Callable[[], None]) -> None:
        self.context = context
        self._renew = renew

    def bind(self, sock: socket.socket) -> socket.socket:
        return sock

    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, str]]:
        self._renew()
        return self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), {}

    def get_environ(self, sock: ssl.SSLSocket) -> dict[str, str]:  # type: ignore[override]
        """The client certificate's SHA-256; it has been verified, for the context requires one."""
        certificate = sock.getpeercert(binary_form=True)
        assert certificate is not None
        return {"wsgi.url_scheme": "https", CERTIFICATE: hashlib.sha256(certificate).hexdigest()}

    def makefile(
        self, sock: socket.socket, mode: str = "r", bufsize: int = -1
    ) -> StreamReader | StreamWriter:
        return (StreamReader if "r" in mode else StreamWriter)(sock, mode, bufsize)


class _TlsConnection(cheroot_server.HTTPConnection):
    """Shakes hands in the worker thread, before the first request."""

    def communicate(self) -> bool:
        if not self.ssl_env:  # first request of this connection
            try:
                self.socket.settimeout(_HANDSHAKE)
                self.socket.do_handshake()
            except OSError as error:  # ssl.SSLError is one
                _log.info("TLS接続を断りました: %s", getattr(error, "reason", None) or type(error).__name__)
                return False
            self.socket.settimeout(self.server.timeout)
            self.ssl_env = self.server.ssl_adapter.get_environ(self.socket)
        return bool(super().communicate())  # type: ignore[no-untyped-call]


class _JsonRequest(cheroot_server.HTTPRequest):
    """Answers what HTTP itself refuses (too large, malformed) in the form of every other unsigned refusal."""

    def simple_response(self, status: int | str, msg: str = "") -> None:
        """One status line and one JSON body; the connection ends, since the rest of the request is unread."""
        line = str(status)
        if line.startswith("1"):
            super().simple_response(status, msg)
            return
        self.close_connection = True
        body = unsigned_body(int(line[:3]))
        head = f"HTTP/1.1 {line}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        with contextlib.suppress(OSError):
            self.conn.wfile.write(head.encode("ascii", "replace") + body)


class _DoorConnection(_TlsConnection):
    RequestHandlerClass = _JsonRequest


class _Cheroot(wsgi.Server):
    max_request_header_size = 16384

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        """Type only: the text of an exception may quote a person's row."""
        error = sys.exc_info()[0] if traceback else None
        _log.log(level, "窓口サーバー: %s", error.__name__ if error else msg)


class TlsServer:
    """Serves one WSGI application in background threads, behind mutual TLS.

    The verified client certificate's SHA-256 stands in the environ under `door.CERTIFICATE`. Use as a context
    manager, or `start` and `stop`. Port 0 takes a free one: read `port` after `start`. OSError when it is taken.
    """

    connection: type[_TlsConnection] = _TlsConnection

    def __init__(
        self,
        application: WSGIApplication,
        context: ssl.SSLContext,
        *,
        name: str,
        host: str = "127.0.0.1",
        port: int = 0,
        threads: int = 8,
        max_body: int = MAX_WIRE,
        renew: Callable[[], None] = lambda: None,
    ) -> None:
        self._server = _Cheroot(
            (host, port), application, numthreads=threads, timeout=KEEP_ALIVE, request_queue_size=64
        )
        self._server.max_request_body_size = max_body
        # cheroot keeps ten: with twenty municipalities every message then began with a handshake
        self._server.keep_alive_conn_limit = KEPT_OPEN
        self._server.ssl_adapter = _TlsAdapter(context, renew)
        self._server.ConnectionClass = self.connection
        self._thread = threading.Thread(target=self._server.serve, name=name, daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.bind_addr[1])

    def start(self) -> None:
        """Listen; returns when connections are accepted."""
        self._server.prepare()
        self._thread.start()

    def stop(self) -> None:
        """Accept nothing more, finish what runs (up to 5 s), close."""
        self._server.stop()
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class PlainServer:
    """Serves one WSGI application without TLS, for a gateway on the same machine that has the public's certificate."""

    def __init__(
        self, application: WSGIApplication, *, name: str, port: int, threads: int, max_body: int
    ) -> None:
        self._server = _Cheroot(
            ("127.0.0.1", port), application, numthreads=threads, timeout=KEEP_ALIVE, request_queue_size=64
        )
        self._server.max_request_body_size = max_body
        self._thread = threading.Thread(target=self._server.serve, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._server.prepare()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()
        self._thread.join()


class DoorServer(TlsServer):
    """Serves one door. `owner`: whose server certificate (city, platform, national).

    Errors: SETUP_MISSING, KEY_EXPIRED, KEY_NOT_YET_VALID.
    """

    connection = _DoorConnection

    def __init__(
        self, door: Door, *, owner: str, host: str = "127.0.0.1", port: int = 0, threads: int = 8
    ) -> None:
        context = door.ring.server_context(owner)
        super().__init__(
            door,
            context,
            renew=lambda: door.ring.renew_server(context, owner),
            name=f"door-{owner}",
            host=host,
            port=port,
            threads=threads,
        )
