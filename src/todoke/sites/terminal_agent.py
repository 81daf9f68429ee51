"""端末の代理 (TerminalAgent): lets a browser on this machine reach the screens with the terminal's certificate.

A city imports the certificate into the browser's own store and needs none of this. For a trial, where nobody wants
to do that, this small program stands where the browser would: it listens on loopback only, over plain HTTP, and
passes each request on over the same mutual TLS that every terminal uses. The site is not told and needs no
setting for it. Whoever can use this machine can then use the terminal; a member of staff must still sign in.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import httpx
from cheroot import wsgi

from todoke.sites import terminals
from todoke.sites.instance import Instance
from todoke.sites.realms import Realm

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

HOST = "localhost"
"""What the browser must call it: passkeys work on this name without TLS, and a page elsewhere cannot pose as it."""

_OF_THE_CONNECTION = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)
_MAX_BODY = 64 << 20


class TerminalAgent:
    """One terminal's agent for one realm's screens at `https://127.0.0.1:<screens_port>`; a WSGI application."""

    def __init__(self, instance: Instance, realm: Realm, name: str, *, screens_port: int, port: int) -> None:
        self._client = httpx.Client(
            base_url=f"https://127.0.0.1:{screens_port}",
            verify=terminals.client_context(instance, realm, name),
            timeout=httpx.Timeout(120, connect=5),
            trust_env=False,  # a proxy from the environment must never see a page
        )
        self._port = port

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["REQUEST_URI"]
        if (
            environ.get("HTTP_HOST") != f"{HOST}:{self._port}"
            or not path.startswith("/")
            or path.startswith("//")
        ):
            return _plain(
                start_response, "421 Misdirected Request", f"http://{HOST}:{self._port}/ を開いてください。"
            )
        try:
            response = self._client.send(self._request(environ), stream=True)
        except httpx.TransportError as error:
            said = f"サイトにつながりません（{type(error).__name__}）。サイトが動いているか確かめてください。"
            return _plain(start_response, "502 Bad Gateway", said)
        headers = [
            (name, value)
            for name, value in response.headers.multi_items()
            if name.lower() not in _OF_THE_CONNECTION
        ]
        start_response(f"{response.status_code} {response.reason_phrase or 'Status'}", headers)
        return _body(response)

    def _request(self, environ: WSGIEnvironment) -> httpx.Request:
        headers = {
            name[5:].replace("_", "-"): value
            for name, value in environ.items()
            if name.startswith("HTTP_") and name[5:].replace("_", "-").lower() not in _OF_THE_CONNECTION
        }
        for name in {"ORIGIN", "REFERER"} & headers.keys():
            # the site knows this page as https://localhost:…; it compares both for forms (CSRF)
            headers[name] = headers[name].replace(f"http://{HOST}:", f"https://{HOST}:", 1)
        if environ.get("CONTENT_TYPE"):
            headers["Content-Type"] = environ["CONTENT_TYPE"]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        return self._client.build_request(
            environ["REQUEST_METHOD"], environ["REQUEST_URI"], headers=headers, content=body
        )


class AgentServer:
    """Serves an agent on loopback; a context manager. OSError when the port is taken."""

    def __init__(self, agent: TerminalAgent, *, port: int) -> None:
        self._server = wsgi.Server(("127.0.0.1", port), agent, numthreads=8)
        self._server.max_request_body_size = _MAX_BODY
        self._thread = threading.Thread(target=self._server.serve, name="terminal-agent", daemon=True)

    def __enter__(self) -> AgentServer:
        self._server.prepare()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        self._thread.join()


def _body(response: httpx.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_raw()
    finally:
        response.close()


def _plain(start_response: StartResponse, status: str, sentence: str) -> list[bytes]:
    body = sentence.encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]
