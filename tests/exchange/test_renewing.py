"""Keys and certificates change while messages flow; what runs out is told in time; clocks are compared on every message."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
from click.testing import CliRunner
from cryptography import x509
from django.db import connections

from tests.exchange import parts
from tests.exchange.parts import ALIASES, CITY, ECHO, PLATFORM, Question
from todoke.exchange import client, envelope, key_states, keys, renewing, skews
from todoke.exchange.commands import keys as command
from todoke.exchange.directory import FILE_NAME, Directory, DirectoryFile
from todoke.exchange.door import Door
from todoke.exchange.ring import KeyRing
from todoke.exchange.server import DoorServer
from todoke.exchange.transport import HttpTransport
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError


@pytest.fixture
def site(tmp_path: Path, databases: object) -> Iterator[DoorServer]:
    parts.make_keys(tmp_path)
    door = Door(KeyRing(tmp_path, "platform"), {PLATFORM: ALIASES[PLATFORM]})
    with DoorServer(door, owner="platform", threads=3) as server:
        url = f"https://127.0.0.1:{server.port}"
        moved = [replace(owner, url=url) if owner.folder == "platform" else owner for owner in parts.owners()]
        keys.make(tmp_path, instance="testing", owners=moved)
        yield server


def ask(transport: HttpTransport, key: str) -> None:
    said = client.request(transport, sender=CITY, receiver=PLATFORM, kind=ECHO, body=Question(key), key=key)
    assert said.text.endswith(key)


def test_keys_of_both_ends_and_the_door_change_under_traffic(tmp_path: Path, site: DoorServer) -> None:
    transport, halt = HttpTransport(parts.all_keys(tmp_path), patience=0), threading.Event()
    faults: list[BaseException] = []
    sent = [0, 0]

    def traffic(lane: int) -> None:
        try:
            while not halt.is_set():
                ask(transport, f"{lane}/{sent[lane]}")
                sent[lane] += 1
        except BaseException as fault:  # told by the test, whatever it is
            faults.append(fault)
        finally:
            connections.close_all()

    lanes = [threading.Thread(target=traffic, args=(lane,)) for lane in range(2)]
    for lane in lanes:
        lane.start()
    first = DirectoryFile(tmp_path).current()
    try:
        for _ in range(2):
            for party in (CITY, PLATFORM):
                seen = sum(sent)
                renewing.renew_party(tmp_path, party)
                while sum(sent) < seen + 3 and not faults:
                    halt.wait(0.01)
            renewing.renew_server(tmp_path, "platform")
    finally:
        halt.set()
        for lane in lanes:
            lane.join(60)
    assert faults == []
    now = DirectoryFile(tmp_path).current()
    for party in (CITY, PLATFORM):
        assert now.entry(party).signing_key != first.entry(party).signing_key
        assert len(now.entry(party).former) == 2
    shown = x509.load_pem_x509_certificate((tmp_path / "platform" / "keys" / "server.pem").read_bytes())
    context = parts.all_keys(tmp_path).client_context(CITY, PLATFORM)
    with (
        httpx.Client(verify=context, trust_env=False) as http,
        http.stream("GET", f"https://127.0.0.1:{site.port}/health") as answer,
    ):
        presented = answer.extensions["network_stream"].get_extra_info("ssl_object").getpeercert(True)
    assert x509.load_der_x509_certificate(presented) == shown
    transport.close()


def test_after_the_overlap_the_old_keys_open_nothing(tmp_path: Path) -> None:
    parts.make_keys(tmp_path)
    file = DirectoryFile(tmp_path)
    ring = parts.all_keys(tmp_path)
    old_key, old = ring.signing_key(CITY), file.current().entry(CITY)
    renewing.renew_party(tmp_path, CITY, overlap=timedelta(hours=1))
    entry = file.current().entry(CITY)
    signature = old_key.sign(b"text")
    assert entry.signed(b"text", signature)
    assert entry.has_certificate(old.certificate)
    assert ring.signing_key(CITY).sign(b"text") != signature
    with pytest.MonkeyPatch.context() as patched:
        later = clock.now() + timedelta(hours=1, seconds=1)
        patched.setattr(clock, "now", lambda: later)
        assert not entry.signed(b"text", signature)
        assert not entry.has_certificate(old.certificate)
        assert entry.signed(b"text", ring.signing_key(CITY).sign(b"text"))


def test_a_killed_renewal_goes_on_with_the_keys_that_lie_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts.make_keys(tmp_path)
    real, taken = renewing._take_name, 0

    def killed(folder: Path, stem: str, suffix: str) -> None:
        nonlocal taken
        taken += 1
        if taken == 2:
            raise KeyboardInterrupt
        real(folder, stem, suffix)

    monkeypatch.setattr(renewing, "_take_name", killed)
    with pytest.raises(KeyboardInterrupt):
        renewing.renew_party(tmp_path, CITY)
    monkeypatch.undo()
    between = DirectoryFile(tmp_path).current().entry(CITY)
    fresh = renewing.renew_party(tmp_path, CITY)
    assert (fresh.signing_key, fresh.certificate) == (between.signing_key, between.certificate)
    assert not list((tmp_path / "city" / "keys").glob("*.next.*"))
    ring = parts.all_keys(tmp_path)
    assert fresh.signed(b"x", ring.signing_key(CITY).sign(b"x"))
    ring.client_context(CITY, PLATFORM)


def test_init_again_keeps_what_is_accepted_beside(tmp_path: Path) -> None:
    parts.make_keys(tmp_path)
    fresh = renewing.renew_party(tmp_path, CITY)
    parts.make_keys(tmp_path)
    assert DirectoryFile(tmp_path).current().entry(CITY) == fresh


def test_what_runs_out_soon_is_named_and_alarms(tmp_path: Path) -> None:
    parts.make_keys(tmp_path)
    run = CliRunner().invoke(command, ["status", "--instance", str(tmp_path)])
    assert run.exit_code == 0, run.output
    assert f"{CITY}  署名・TLS" in run.output
    assert "platform  窓口" in run.output
    assert "national  認証局" in run.output
    file = tmp_path / FILE_NAME
    directory = msgspec.json.decode(file.read_bytes(), type=Directory)
    ending = msgspec.structs.replace(directory.entry(CITY), valid_until=clock.now() + timedelta(days=9))
    parties = {**directory.parties, CITY: ending}
    file.write_bytes(msgspec.json.encode(msgspec.structs.replace(directory, parties=parties)))
    run = CliRunner().invoke(command, ["status", "--instance", str(tmp_path), "--days", "10"])
    assert isinstance(run.exception, TodokeError)
    assert (run.exception.code, run.exception.details) == (ErrorCode.KEY_EXPIRING, {"days": 10, "count": 1})
    assert run.output.splitlines()[0].startswith(CITY)
    assert "まもなく期限" in run.output.splitlines()[0]
    assert CliRunner().invoke(command, ["status", "--instance", str(tmp_path), "--days", "8"]).exit_code == 0
    assert CliRunner().invoke(command, ["renew", CITY, "--instance", str(tmp_path)]).exit_code == 0
    assert key_states.alarming(key_states.states(tmp_path), clock.now()) == []


@pytest.mark.parametrize(
    ("seconds", "said"), [(400, "city:14100 の時計が当方より 400 秒 進んで"), (-400, "遅れて")]
)
def test_a_message_beyond_the_limit_is_refused_and_says_whose_clock(
    tmp_path: Path, seconds: int, said: str
) -> None:
    parts.make_keys(tmp_path)
    with pytest.raises(TodokeError, match=said) as refused:
        opened(tmp_path, seconds)
    assert refused.value.code is ErrorCode.CLOCK_SKEW
    assert (refused.value.details["party"], refused.value.details["seconds"]) == (CITY, 400)


def test_every_message_is_a_measure_and_a_clock_that_drifts_alarms_before_it_is_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(skews, "_told", {})
    parts.make_keys(tmp_path)
    opened(tmp_path, 2)
    assert not caplog.records
    with caplog.at_level(logging.WARNING, logger="todoke.exchange"):
        opened(tmp_path, -90)
        opened(tmp_path, -90)  # told once a minute
    assert [record.getMessage() for record in caplog.records] == [
        "city:14100 の時計が当方より 90 秒 遅れています"
    ]
    (found,) = [one for one in skews.measured() if one.party == CITY]
    assert (found.seconds, found.alarming) == (-90, True)


def opened(root: Path, seconds: int) -> None:
    """A message that was sealed by a clock so far ahead of ours."""
    ring = parts.all_keys(root)
    now = clock.now()
    header = parts.header(sent_at=now + timedelta(seconds=seconds))
    _, wire = envelope.seal(header, b"{}", ring.signing_key(CITY))
    envelope.open_(wire, ring.directory, now=now)
