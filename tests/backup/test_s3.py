"""A copy in S3, by AWS's own client as it comes with pyarrow: written, read back, fetched, removed; what fails there is no copy.

The server is a stand-in; `TODOKE_TEST_S3=host:port` names another that speaks S3 (moto's or MinIO's, with a bucket `todoke`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyrage import x25519

from tests.backup import s3_stand_in
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.backup import copies, manifest, parts
from todoke.sites.backup.manifest import Files, Manifest

NAME = "city-20260401T000000Z-abcdef"
CONTENT = os.urandom(12 << 20)  # more than one part of an upload


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> tuple[Path, Manifest]:
    """A backup whose only part is its files."""
    folder = tmp_path_factory.mktemp("backups") / NAME
    folder.mkdir()

    def sealed(place: Path, name: str, content: bytes) -> Files:
        recipient = str(x25519.Identity.generate().to_public())
        part = parts.seal(place, name, lambda stream: stream.write(content), recipient)
        return Files(part=part, files=1, size=len(content))

    found = Manifest(
        format=manifest.FORMAT, backup=NAME, instance="demo", realm="city", city="14100", path="/x", began_at="x",
        ended_at="x", version="0", server="x", log_key="00", databases=[],
        files=sealed(folder, "files.tar.age", CONTENT), keys=sealed(folder.parent, f"{NAME}.keys.age", b"keys"),
    )  # fmt: skip
    manifest.write(folder, found, manifest.signing_key(folder.parent / "keys"))
    return folder, found


@pytest.fixture
def bucket(monkeypatch) -> Iterator[tuple[str, s3_stand_in.Store | None]]:
    """The address of a copy, and the stand-in's store when it is the stand-in's."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test-secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    tail = "&scheme=http&region=ap-northeast-1"
    if other := os.environ.get("TODOKE_TEST_S3"):
        yield f"s3://todoke/copies?endpoint_override={other}{tail}", None
        return
    with s3_stand_in.serving() as (address, store):
        yield f"s3://todoke/copies?endpoint_override={address}{tail}", store


def test_a_copy_is_written_read_back_fetched_and_removed(kept, bucket, tmp_path) -> None:
    folder, found = kept
    address, store = bucket
    copies.put(folder, found, address)
    back = copies.get(address, "city", NAME, tmp_path)
    signer = manifest.signing_key(folder.parent / "keys").public_key()
    manifest.check_parts(back, manifest.read(back, signer))
    fetched = subprocess.run(
        [sys.executable, "-m", "todoke.cli", "backup", "fetch", address, NAME, "--out", str(tmp_path / "again")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert fetched.returncode == 0, fetched.stderr
    assert (tmp_path / "again" / NAME / manifest.FILE).exists()
    copies.remove(address, "city", NAME)
    with pytest.raises(TodokeError):
        copies.get(address, "city", NAME, tmp_path / "gone")
    if store is not None:
        assert store.signed
        assert not [name for name in store.objects if NAME in name and not name.endswith("/")]


def test_without_room_or_server_it_is_no_copy(kept, bucket) -> None:
    folder, found = kept
    address, store = bucket
    if store is not None:
        store.room = len(CONTENT) // 2
        with pytest.raises(TodokeError) as told:
            copies.put(folder, found, address)
        assert told.value.code is ErrorCode.UNAVAILABLE
        assert not [name for name in store.objects if name.endswith(manifest.FILE)]
    with pytest.raises(TodokeError) as told:
        copies.put(folder, found, address.replace("127.0.0.1", "127.0.0.2").replace("localhost", "127.0.0.2"))
    assert told.value.code is ErrorCode.UNAVAILABLE
