"""Keys are made once, kept where only their owner reads them, and refused outside their time."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509

from tests.exchange import parts
from todoke.exchange import certificates, keys
from todoke.exchange.commands import keys as command
from todoke.exchange.directory import FILE_NAME, DirectoryFile
from todoke.exchange.ring import KeyRing
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

INSTANCE = """name = "demo"
city = "14100"
municipalities = ["14100", "13112", "27100"]

[ports]
city = 18401
platform = 18402
national = 18403
"""


def files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()
    }


def test_the_command_makes_every_key_and_never_changes_one(tmp_path: Path) -> None:
    (tmp_path / "instance.toml").write_text(INSTANCE, encoding="utf-8")
    run = CliRunner().invoke(command, ["init", "--instance", str(tmp_path)])
    assert run.exit_code == 0, run.output
    assert "当事者 7 件" in run.output
    first = files(tmp_path)
    for name in (
        "city/keys/city-14100.sign.key",
        "city/keys/city-14100.tls.key",
        "platform/keys/platform-27100.sign.key",
        "national/keys/network.sign.key",
        "neighbours/27100/keys/city-27100.sign.key",
        "city/keys/server.pem",
        "platform/keys/server.pem",
        "national/keys/server.pem",
    ):
        assert name in first
    assert "neighbours/27100/keys/server.key" not in first
    old_umask = os.umask(0)
    try:
        assert CliRunner().invoke(command, ["init", "--instance", str(tmp_path)]).exit_code == 0
    finally:
        os.umask(old_umask)
    assert files(tmp_path) == first
    directory = DirectoryFile(tmp_path).current()
    assert directory.instance == "demo"
    assert directory.entry("platform:27100").url == "https://127.0.0.1:18402"
    assert directory.entry("city:27100").url == ""


def test_without_an_instance_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TodokeError, match=r"instance\.toml") as refused:
        keys.init(tmp_path)
    assert refused.value.code is ErrorCode.SETUP_MISSING


def test_private_keys_belong_to_their_owner_and_nothing_private_is_public(key_root: Path) -> None:
    private = list(key_root.rglob("*.key"))
    assert len(private) == 4 + 3 + 2 * 5
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
    assert {stat.S_IMODE(path.parent.stat().st_mode) for path in private} == {0o700}
    public = key_root / FILE_NAME
    assert stat.S_IMODE(public.stat().st_mode) == 0o644
    text = public.read_text(encoding="utf-8")
    assert "PRIVATE" not in text
    for path in private:
        assert path.read_text(encoding="ascii").splitlines()[1] not in text


def test_a_killed_run_is_completed_with_the_keys_it_had_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kill at every file in turn; what stood before the kill is still there at the end."""
    made = keys._create
    for limit in range(1, 12):
        count = 0

        def dying(path: Path, content: bytes, mode: int, limit: int = limit) -> None:
            nonlocal count
            count += 1
            if count > limit:
                raise KeyboardInterrupt
            made(path, content, mode)

        root = tmp_path / str(limit)
        monkeypatch.setattr(keys, "_create", dying)
        with pytest.raises(KeyboardInterrupt):
            parts.make_keys(root)
        before = files(root)
        assert len(before) == limit
        monkeypatch.setattr(keys, "_create", made)
        parts.make_keys(root)
        after = files(root)
        assert before.items() <= after.items()
        assert not [name for name in after if Path(name).name.startswith(".")]
        parts.all_keys(root).client_context(parts.CITY, parts.NETWORK)


def test_a_realm_has_no_key_of_another(key_root: Path) -> None:
    ring = KeyRing(key_root, "city")
    assert ring.signing_key(parts.CITY)
    for party in (parts.PLATFORM, parts.NETWORK, parts.NEIGHBOUR):
        with pytest.raises(TodokeError) as refused:
            ring.signing_key(party)
        assert refused.value.code is ErrorCode.SETUP_MISSING
        with pytest.raises(TodokeError):
            ring.client_context(party, parts.NETWORK)


def test_authorities_differ_and_cannot_sign_for_each_other(key_root: Path) -> None:
    directory = DirectoryFile(key_root).current()
    authorities = {
        owner: x509.load_pem_x509_certificate(pem.encode()) for owner, pem in directory.authorities.items()
    }
    client = x509.load_pem_x509_certificate((key_root / "city/keys/city-14100.tls.pem").read_bytes())
    client.verify_directly_issued_by(authorities["city"])
    for owner in set(authorities) - {"city"}:
        with pytest.raises(ValueError, match="does not match"):
            client.verify_directly_issued_by(authorities[owner])


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    parts.make_keys(tmp_path)
    (tmp_path / "city/keys/city-14100.sign.key").chmod(0o640)
    with pytest.raises(TodokeError, match="他の利用者が読めます") as refused:
        parts.all_keys(tmp_path).signing_key(parts.CITY)
    assert refused.value.code is ErrorCode.SETUP_MISSING


@pytest.mark.parametrize(
    ("shift", "code"),
    [(certificates.LEAF_LIFE, ErrorCode.KEY_EXPIRED), (-timedelta(hours=1), ErrorCode.KEY_NOT_YET_VALID)],
)
def test_out_of_time_is_said_in_japanese(
    key_root: Path, monkeypatch: pytest.MonkeyPatch, shift: timedelta, code: ErrorCode
) -> None:
    later = clock.now() + shift
    monkeypatch.setattr(clock, "now", lambda: later)
    ring = parts.all_keys(key_root)
    for use in (
        lambda: ring.signing_key(parts.CITY),
        lambda: ring.client_context(parts.CITY, parts.NETWORK),
        lambda: ring.server_context("city"),
    ):
        with pytest.raises(TodokeError, match=r"city:14100|サイト city") as refused:
            use()
        assert refused.value.code is code


def test_a_new_directory_is_seen_without_a_restart(tmp_path: Path) -> None:
    parts.make_keys(tmp_path)
    file = DirectoryFile(tmp_path)
    before = file.current()
    assert file.current() is before
    moved = [replace(owner, url=owner.url and "https://127.0.0.1:2") for owner in parts.owners()]
    keys.make(tmp_path, instance="testing", owners=moved)
    assert file.current().entry(parts.NETWORK).url == "https://127.0.0.1:2"
    assert file.current().entry(parts.NETWORK).signing_key == before.entry(parts.NETWORK).signing_key


def test_no_directory_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TodokeError, match="todoke keys init"):
        DirectoryFile(tmp_path).current()
    (tmp_path / FILE_NAME).write_text("{}", encoding="utf-8")
    with pytest.raises(TodokeError, match="todoke keys init"):
        DirectoryFile(tmp_path).current()
