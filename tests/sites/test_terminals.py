"""A terminal is known by its own certificate, and nothing else opens the screens of a realm."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from todoke.exchange import keys, parties
from todoke.exchange.door import CERTIFICATE
from todoke.exchange.ring import KeyRing
from todoke.exchange.server import TlsServer
from todoke.sites import terminals
from todoke.sites.instance import EXAMPLE, Instance
from todoke.sites.ports import free_port, free_ports
from todoke.sites.realms import Realm
from todoke.sites.terminal_agent import AgentServer, TerminalAgent


def _echo(environ, start_response):
    """Says who came, with what, for what."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response(
        "200 OK", [("X-Terminal", environ[CERTIFICATE]), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    )
    host, path = environ["HTTP_HOST"], environ["REQUEST_URI"]
    return [f"{environ['REQUEST_METHOD']} {host} {path} ".encode(), body]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    made = Instance.create(tmp_path_factory.mktemp("terminals") / "i", "terminals", municipalities=EXAMPLE)
    keys.init(made.path)
    return made


@pytest.fixture(scope="module")
def screens(site: Instance) -> Iterator[TlsServer]:
    with TlsServer(_echo, terminals.server_context(site, Realm.CITY), name="screens", threads=4) as server:
        yield server


def _get(server: TlsServer, context: ssl.SSLContext) -> httpx.Response:
    return httpx.get(f"https://127.0.0.1:{server.port}/", verify=context, trust_env=False)


def test_the_site_sees_the_fingerprint_that_is_registered(site, screens) -> None:
    certificate = terminals.issue(site, Realm.CITY, "ward-01")
    found = _get(screens, terminals.client_context(site, Realm.CITY, "ward-01"))
    assert found.headers["X-Terminal"] == terminals.fingerprint(certificate)


def test_issuing_again_changes_nothing(site) -> None:
    first, again = (terminals.issue(site, Realm.CITY, "ward-02") for _ in range(2))
    assert terminals.fingerprint(first) == terminals.fingerprint(again)


@pytest.mark.parametrize("name", ["../city", "A", "", "a" * 40, "a/b", "a.key"])
def test_an_unsafe_name_is_refused(site, name) -> None:
    with pytest.raises(ValueError, match="terminal"):
        terminals.issue(site, Realm.CITY, name)


def test_keys_are_for_their_owner_only(site) -> None:
    terminals.issue(site, Realm.CITY, "ward-03")
    key = site.path / "city" / "terminals" / "ward-03.key"
    assert key.stat().st_mode & 0o077 == 0
    assert key.parent.stat().st_mode & 0o077 == 0


def _party(site: Instance) -> ssl.SSLContext:
    return KeyRing(site.path, "city").client_context(parties.city(site.city), parties.city(site.city))


def _other_realm(site: Instance) -> ssl.SSLContext:
    terminals.issue(site, Realm.PLATFORM, "desk")
    context = terminals.client_context(site, Realm.PLATFORM, "desk")
    context.load_verify_locations(cadata=KeyRing(site.path).directory.authorities["city"])
    return context


def _nobody(site: Instance) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=KeyRing(site.path).directory.authorities["city"])
    return context


@pytest.mark.parametrize("stranger", [_party, _other_realm, _nobody])
def test_no_other_certificate_opens_the_screens(site, screens, stranger) -> None:
    with pytest.raises(httpx.TransportError):
        _get(screens, stranger(site))


def test_a_terminal_s_certificate_opens_no_door(site) -> None:
    terminals.issue(site, Realm.CITY, "ward-04")
    with (
        TlsServer(_echo, KeyRing(site.path, "city").server_context("city"), name="door", threads=2) as door,
        pytest.raises(httpx.TransportError),
    ):
        _get(door, terminals.client_context(site, Realm.CITY, "ward-04"))


def test_a_browser_s_file_holds_the_same_key_under_a_passphrase(site) -> None:
    certificate = terminals.issue(site, Realm.CITY, "ward-05")
    file = terminals.as_p12(site, Realm.CITY, "ward-05", "合言葉です")
    opened = load_pkcs12(file, "合言葉です".encode())
    assert opened.cert is not None
    assert opened.cert.certificate == certificate
    with pytest.raises(ValueError, match="password"):
        load_pkcs12(file, b"another")


@pytest.fixture
def agent(site: Instance, screens: TlsServer) -> Iterator[int]:
    terminals.issue(site, Realm.CITY, "trial")
    port = free_port()
    with AgentServer(
        TerminalAgent(site, Realm.CITY, "trial", screens_port=screens.port, port=port), port=port
    ):
        yield port


def test_the_agent_passes_requests_and_answers_on_as_they_are(agent: int) -> None:
    url = f"http://localhost:{agent}/a%2Fb?q=%E5%B1%8A"
    found = httpx.post(url, content="届け".encode(), trust_env=False)
    assert found.text == f"POST localhost:{agent} /a%2Fb?q=%E5%B1%8A 届け"
    assert found.headers.get_list("Set-Cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize(
    "request_line",
    ["GET / HTTP/1.1\r\nHost: evil.example", "GET //evil.example/ HTTP/1.1\r\nHost: localhost:{port}"],
)
def test_the_agent_serves_no_other_name(agent: int, request_line: str) -> None:
    with socket.create_connection(("127.0.0.1", agent)) as line:
        line.sendall(f"{request_line.format(port=agent)}\r\nConnection: close\r\n\r\n".encode())
        answer = line.makefile("rb").read().split(b"\r\n", 1)[0]
    assert answer.split()[1] in (b"400", b"421")


def test_the_agent_says_when_the_site_is_down(site: Instance) -> None:
    terminals.issue(site, Realm.CITY, "trial")
    port, nowhere = free_ports(2)
    with AgentServer(TerminalAgent(site, Realm.CITY, "trial", screens_port=nowhere, port=port), port=port):
        found = httpx.get(f"http://localhost:{port}/", trust_env=False)
    assert found.status_code == 502
    assert "サイトにつながりません" in found.text


def test_without_a_certificate_there_is_no_agent(site: Instance, tmp_path: Path) -> None:
    from todoke.kernel.errors import ErrorCode, TodokeError

    with pytest.raises(TodokeError) as missing:
        terminals.client_context(site, Realm.CITY, "never-issued")
    assert missing.value.code is ErrorCode.SETUP_MISSING
