"""Real TLS on loopback: who has no certificate, or another's, does not get in."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from django.db import connections

from tests.exchange import parts
from tests.exchange.parts import ALIASES, CITY, ECHO, NETWORK, PLATFORM, Question, calls
from todoke.exchange import client, keys
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.door import Door
from todoke.exchange.ring import KeyRing
from todoke.exchange.server import DoorServer
from todoke.exchange.transport import HttpTransport
from todoke.kernel.errors import ErrorCode, TodokeError


@pytest.fixture
def site(tmp_path: Path, databases: object) -> Iterator[DoorServer]:
    """The platform's site with a real door; the directory points to its port."""
    parts.make_keys(tmp_path)
    door = Door(KeyRing(tmp_path, "platform"), {PLATFORM: ALIASES[PLATFORM]})
    with DoorServer(door, owner="platform", threads=3) as server:
        url = f"https://127.0.0.1:{server.port}"
        moved = [replace(owner, url=url) if owner.folder == "platform" else owner for owner in parts.owners()]
        keys.make(tmp_path, instance="testing", owners=moved)
        yield server


@pytest.fixture
def ring(tmp_path: Path, site: DoorServer) -> KeyRing:
    return parts.all_keys(tmp_path)


@pytest.fixture
def transport(ring: KeyRing) -> Iterator[HttpTransport]:
    transport = HttpTransport(ring, patience=0)
    yield transport
    transport.close()


def ask(transport: HttpTransport, text: str, *, key: str = "k", sender: str = CITY) -> parts.Reply:
    return client.request(
        transport, sender=sender, receiver=PLATFORM, kind=ECHO, body=Question(text), key=key
    )


def test_a_message_passes_and_repeats_get_the_first_answer(transport: HttpTransport) -> None:
    assert ask(transport, "hello").text == "city:14100 said hello"
    assert ask(transport, "hello").number == 1
    assert calls.handled == ["hello"]


def test_an_outbox_is_delivered_over_the_wire(transport: HttpTransport) -> None:
    for number in range(20):
        parts.send(str(number), key=str(number))
    assert Dispatcher(transport, {CITY: "linkage"}).drain(10) == 20
    assert calls.handled == [str(number) for number in range(20)]


def test_a_large_message_passes(transport: HttpTransport) -> None:
    text = "個" * 2_000_000
    assert ask(transport, text).text == f"city:14100 said {text}"


def get(context: ssl.SSLContext, port: int, path: str = "/health") -> httpx.Response:
    with httpx.Client(verify=context, trust_env=False) as http:
        return http.get(f"https://127.0.0.1:{port}{path}")


def test_health_answers_a_known_certificate(site: DoorServer, ring: KeyRing) -> None:
    assert get(ring.client_context(CITY, PLATFORM), site.port).json() == {"status": "ok"}
    assert get(ring.client_context(CITY, PLATFORM), site.port, "/").status_code == 404


def test_no_certificate_no_entry(site: DoorServer, ring: KeyRing) -> None:
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    bare.load_verify_locations(cadata=ring.directory.authority_of(PLATFORM))
    with pytest.raises(httpx.TransportError):
        get(bare, site.port)
    with pytest.raises(httpx.TransportError), httpx.Client(trust_env=False) as http:
        http.get(f"http://127.0.0.1:{site.port}/health")
    assert get(ring.client_context(CITY, PLATFORM), site.port).status_code == 200


def test_a_stranger_s_certificate_is_refused(site: DoorServer, ring: KeyRing, tmp_path: Path) -> None:
    parts.make_keys(tmp_path / "stranger")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=ring.directory.authority_of(PLATFORM))
    folder = tmp_path / "stranger/city/keys"
    context.load_cert_chain(folder / "city-14100.tls.pem", folder / "city-14100.tls.key")
    with pytest.raises(httpx.TransportError):
        get(context, site.port)


def test_a_server_certificate_does_not_open_doors(site: DoorServer, ring: KeyRing, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=ring.directory.authority_of(PLATFORM))
    context.load_cert_chain(tmp_path / "city/keys/server.pem", tmp_path / "city/keys/server.key")
    with pytest.raises(httpx.TransportError):
        get(context, site.port)


def test_another_party_s_certificate_is_refused(ring: KeyRing, transport: HttpTransport) -> None:
    """Signed by the city, but knocking with the network's certificate."""

    class Swapped:
        ring, patience = transport.ring, 0.0

        def post(self, receiver: str, wire: bytes, sender: str) -> bytes:
            return transport.post(receiver, wire, NETWORK)

    with pytest.raises(TodokeError) as refused:
        client.request(Swapped(), sender=CITY, receiver=PLATFORM, kind=ECHO, body=Question("x"), key="k")
    assert refused.value.code is ErrorCode.UNAVAILABLE
    assert "SENDER_REFUSED" in str(refused.value)
    assert calls.handled == []


def test_a_door_of_another_realm_is_not_trusted(tmp_path: Path, site: DoorServer, ring: KeyRing) -> None:
    """The platform's site cannot pass for the network's, although both are listed."""
    url = f"https://127.0.0.1:{site.port}"
    moved = [replace(owner, url=url) if owner.folder == "national" else owner for owner in parts.owners()]
    keys.make(tmp_path, instance="testing", owners=moved)
    transport = HttpTransport(ring, patience=0)
    with pytest.raises(TodokeError) as refused:
        client.request(transport, sender=CITY, receiver=NETWORK, kind=ECHO, body=Question("x"), key="k")
    transport.close()
    assert refused.value.code is ErrorCode.UNAVAILABLE
    assert "ConnectError" in str(refused.value)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
def test_tls_1_2_is_the_oldest(site: DoorServer, ring: KeyRing) -> None:
    assert ring.server_context("platform").minimum_version is ssl.TLSVersion.TLSv1_2
    context = ring.client_context(CITY, PLATFORM)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert get(context, site.port).status_code == 200
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(httpx.TransportError):
        get(context, site.port)


def test_silent_clients_do_not_hold_up_others(site: DoorServer, ring: KeyRing) -> None:
    """Two of three threads wait for a handshake that never comes; accepting and the third go on."""
    silent = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(2)]
    time.sleep(0.2)
    started = time.monotonic()
    assert get(ring.client_context(CITY, PLATFORM), site.port).status_code == 200
    assert time.monotonic() - started < 2
    for one in silent:
        one.close()


def test_nobody_there_is_unavailable_and_comes_back(transport: HttpTransport, site: DoorServer) -> None:
    ask(transport, "hello")
    site.stop()
    with pytest.raises(TodokeError) as failed:
        ask(transport, "hello")
    assert failed.value.code is ErrorCode.UNAVAILABLE


def test_stopping_finishes_what_runs(transport: HttpTransport, site: DoorServer) -> None:
    inside = threading.Event()

    def slowly(text: str) -> None:
        inside.set()
        time.sleep(0.5)

    calls.during = slowly
    answers: list[parts.Reply] = []
    thread = threading.Thread(target=lambda: answers.append(ask(transport, "hello")))
    thread.start()
    assert inside.wait(5)
    site.stop()
    thread.join(5)
    assert [answer.number for answer in answers] == [1]


def test_requests_leave_no_database_connection_behind(transport: HttpTransport) -> None:
    for number in range(10):
        ask(transport, "hello", key=str(number))
    connections.close_all()
    with connections[ALIASES[PLATFORM]].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        (count,) = cursor.fetchone()
    assert count <= 4  # this one and one for each of the three threads at most
