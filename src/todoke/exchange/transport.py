"""電文の運び手 (Transport): the same bytes over HTTPS, or straight into a door in tests."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Protocol

import httpx

from todoke.exchange.door import MAX_WIRE, Door
from todoke.exchange.ring import KeyRing, Stamp
from todoke.kernel.errors import ErrorCode, TodokeError

# Idle connections are dropped before the door drops them (server.KEEP_ALIVE): no send meets a closed one.
_LIMITS = httpx.Limits(max_connections=16, max_keepalive_connections=8, keepalive_expiry=5)
_TIMEOUT = httpx.Timeout(300, connect=5)


class Transport(Protocol):
    """Carries one request there and its answer back. Every failure is UNAVAILABLE: the outcome is unknown.

    `patience`: seconds for which a question that got no answer is asked again (client.request).
    """

    @property
    def ring(self) -> KeyRing: ...

    @property
    def patience(self) -> float: ...

    def post(self, receiver: str, wire: bytes, sender: str) -> bytes: ...


class HttpTransport:
    """Mutual TLS with the sender's own certificate; a connection pool per sender and receiver's authority."""

    def __init__(self, ring: KeyRing, *, timeout: httpx.Timeout = _TIMEOUT, patience: float = 30.0) -> None:
        self.ring = ring
        self.patience = patience
        self._timeout = timeout
        self._clients: dict[tuple[str, str], tuple[Stamp, httpx.Client]] = {}
        self._retired: list[httpx.Client] = []
        self._lock = threading.Lock()

    def post(self, receiver: str, wire: bytes, sender: str) -> bytes:
        url = self.ring.directory.entry(receiver).url
        if not url:
            raise TodokeError(ErrorCode.UNAVAILABLE, what=f"{receiver}（窓口の場所が名簿にありません）")
        client = self._client(sender, receiver)
        try:
            with client.stream("POST", f"{url}/exchange/{receiver}", content=wire) as response:
                return _read(response, receiver)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise TodokeError(ErrorCode.UNAVAILABLE, what=f"{receiver}（{type(error).__name__}）") from error

    def close(self) -> None:
        """Close all connections; the transport may be used again."""
        with self._lock:
            clients = [*self._retired, *(client for _, client in self._clients.values())]
            self._retired, self._clients = [], {}
        for client in clients:
            client.close()

    def _client(self, sender: str, receiver: str) -> httpx.Client:
        with self._lock:
            name = (sender, self.ring.directory.authority_of(receiver))
            stamp, known = self.ring.client_stamp(sender), self._clients.get(name)
            if known is not None and known[0] == stamp:
                return known[1]
            if known is not None:  # requests that it still carries end by themselves
                self._retired.append(known[1])
            fresh = httpx.Client(
                verify=self.ring.client_context(sender, receiver),
                timeout=self._timeout,
                limits=_LIMITS,
                trust_env=False,  # a proxy from the environment must never see a message
            )
            self._clients[name] = (stamp, fresh)
            return fresh


class InProcessTransport:
    """Hands the bytes to the receiver's door. For tests, and for a site that talks to itself."""

    patience = 0.0  # a door in this process is there or is not

    def __init__(self, ring: KeyRing, doors: Mapping[str, Door]) -> None:
        self.ring = ring
        self._doors = doors

    def post(self, receiver: str, wire: bytes, sender: str) -> bytes:
        door = self._doors.get(receiver)
        if door is None:
            raise TodokeError(ErrorCode.UNAVAILABLE, what=receiver)
        certificate = self.ring.directory.entry(sender).certificate
        return door.receive(receiver, wire, certificate=certificate).wire


def _read(response: httpx.Response, receiver: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_bytes(1 << 16):
        size += len(part)
        if size > MAX_WIRE:
            raise TodokeError(ErrorCode.UNAVAILABLE, what=f"{receiver}（回答が大きすぎます）")
        parts.append(part)
    return b"".join(parts)
