"""What a backup is made of: nothing altered, cut, exchanged or sealed for another key is ever believed."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyrage import x25519

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.backup import copies, frames, manifest, parts, retention
from todoke.sites.backup.manifest import Database, Files, Log, Manifest, Table
from todoke.sites.backup.plan import Plan

NAME = "city-20260401T000000Z-abcdef"
CHUNK = 65_536  # of age
DATA, KEYS, OTHER = (x25519.Identity.generate() for _ in range(3))
CONTENT = os.urandom(3 * CHUNK + 100)


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> tuple[Path, Manifest]:
    """A backup of two databases, a few chunks each."""
    folder = tmp_path_factory.mktemp("backups") / NAME
    folder.mkdir()
    home = folder.parent / "keys"

    def sealed(place: Path, name: str, identity: x25519.Identity) -> parts.Part:
        return parts.seal(place, name, lambda stream: stream.write(CONTENT), str(identity.to_public()))

    def database(name: str) -> Database:
        table = Table(name="t", rows=3, sha256="00")
        part = sealed(folder, f"databases/{name}.age", DATA)
        log = Log(segments=0, rows=0, checkpoint="")
        return Database(alias=name, part=part, taken_at="x", migrations=[], tables=[table], log=log)

    found = Manifest(
        format=manifest.FORMAT, backup=NAME, instance="demo", realm="city", city="14100", path="/x", began_at="x",
        ended_at="x", version="0", server="x", log_key="00", databases=[database("benefits"), database("linkage")],
        files=Files(part=sealed(folder, "files.tar.age", DATA), files=1, size=1),
        keys=Files(part=sealed(home, f"{NAME}.keys.age", KEYS), files=1, size=1),
    )  # fmt: skip
    manifest.write(folder, found, manifest.signing_key(home))
    return folder, found


def signer(folder: Path):
    return manifest.signing_key(folder.parent / "keys").public_key()


def accepted(folder: Path) -> Manifest:
    """As verification and restore do before anything is written."""
    found = manifest.read(folder, signer(folder))
    manifest.check_parts(folder, found)
    return found


def refuses(work, *arguments) -> None:
    with pytest.raises(TodokeError) as told:
        work(*arguments)
    assert told.value.code is ErrorCode.BACKUP_REFUSED


def test_an_untouched_backup_is_accepted(kept) -> None:
    folder, found = kept
    assert accepted(folder) == found
    for part in found.parts:
        parts.probe(folder / part.name, DATA, NAME)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(which=st.integers(0, 3), at=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_refused(kept, which, at, bit) -> None:
    folder, found = kept
    path = folder / ([part.name for part in found.parts] + [manifest.FILE])[which]
    whole = path.read_bytes()
    place = int(at * len(whole))
    try:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
        refuses(accepted, folder)
        if which < 3:
            refuses(parts.probe, path, DATA, NAME)  # age alone would have found it, too
    finally:
        path.write_bytes(whole)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 4 * CHUNK), swapped=st.sampled_from([(0, 1), (1, 2), (0, 2)]))
def test_a_cut_reordered_or_continued_stream_is_refused(kept, cut, swapped) -> None:
    folder, found = kept
    path = folder / found.parts[0].name
    whole = path.read_bytes()
    head = len(whole) - (3 * (CHUNK + 16) + 116)
    chunks = [whole[head + n * (CHUNK + 16) :][: CHUNK + 16] for n in range(4)]
    exchanged = list(chunks)
    exchanged[swapped[0]], exchanged[swapped[1]] = chunks[swapped[1]], chunks[swapped[0]]
    wrong = (
        whole[: min(cut, len(whole) - 1)], whole[:head] + b"".join(exchanged), whole + b"x",
        whole[:head] + b"".join(chunks[:3]),
    )  # fmt: skip
    try:
        for spoilt in wrong:
            path.write_bytes(spoilt)
            refuses(accepted, folder)
            refuses(parts.probe, path, DATA, NAME)
    finally:
        path.write_bytes(whole)


def test_missing_exchanged_and_foreign_parts_are_refused(kept) -> None:
    folder, found = kept
    first, second = (folder / part.name for part in found.parts[:2])
    one, two = first.read_bytes(), second.read_bytes()
    try:
        first.write_bytes(two)
        second.write_bytes(one)
        refuses(accepted, folder)
        first.unlink()
        refuses(accepted, folder)
    finally:
        first.write_bytes(one)
        second.write_bytes(two)
    refuses(parts.probe, first, OTHER, NAME)
    refuses(parts.probe, first, KEYS, NAME)
    refuses(manifest.read, folder, manifest.signing_key(folder.parent / "others").public_key())


def test_what_was_stopped_before_its_manifest_is_no_backup(tmp_path) -> None:
    (tmp_path / NAME).mkdir()
    refuses(manifest.read, tmp_path / NAME, signer(tmp_path / NAME))

    def dies(stream) -> None:
        stream.write(CONTENT)
        raise OSError("the database went away")

    with pytest.raises(OSError, match="went away"):
        parts.seal(tmp_path, "a.age", dies, str(DATA.to_public()))
    assert not list(tmp_path.glob("*.age"))
    assert not list(tmp_path.glob(".*.part"))


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_frames_come_back(payloads) -> None:
    stream = io.BytesIO()
    for payload in payloads:
        frames.write(stream, frames.HEADER, payload)
        frames.write_data(stream, payload)
    frames.write(stream, frames.LAST, b"end")
    found = list(frames.read(io.BytesIO(stream.getvalue())))
    wanted = [
        frame for payload in payloads for frame in ((frames.HEADER, payload), (frames.DATA, payload)) if frame[1] or frame[0] != frames.DATA
    ]  # fmt: skip
    assert found == [*wanted, (frames.LAST, b"end")]
    with pytest.raises(EOFError):
        list(frames.read(io.BytesIO(stream.getvalue()[:-1])))


@given(
    st.lists(st.tuples(st.integers(0, 24 * 800), st.booleans()), min_size=1, max_size=60, unique_by=lambda x: x[0]),
    st.integers(1, 20), st.integers(0, 14),
)  # fmt: skip
def test_retention_never_takes_the_only_verified_one(made, daily, monthly) -> None:
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    kept = [
        retention.Kept(name=f"b{hours:05}", at=begun + timedelta(hours=hours), verified=verified)
        for hours, verified in made
    ]
    gone = set(retention.superfluous(kept, daily=daily, monthly=monthly))
    stay = [one for one in kept if one.name not in gone]
    assert max(kept, key=lambda one: one.at) in stay
    assert any(one.verified for one in stay) == any(one.verified for one in kept)
    days = {one.at.astimezone(retention.JAPAN).date() for one in kept}
    assert len(stay) <= daily + monthly + 2
    assert len({one.at.astimezone(retention.JAPAN).date() for one in stay}) >= min(daily, len(days))


def test_a_copy_elsewhere_is_whole_and_goes_manifest_first(kept, tmp_path, monkeypatch) -> None:
    folder, found = kept
    away = str(tmp_path / "away")
    copies.put(folder, found, away)
    back = copies.get(away, "city", NAME, tmp_path / "back")
    found_back = manifest.read(back, signer(folder))
    manifest.check_parts(back, found_back)
    monkeypatch.setattr(copies, "_sha256", lambda *_: "00")
    refuses(copies.put, folder, found, str(tmp_path / "bad"))
    assert not list((tmp_path / "bad").rglob(manifest.FILE))
    copies.remove(away, "city", NAME)
    assert not list((tmp_path / "away").rglob("*.*"))


@pytest.mark.parametrize(
    "change", [{"keys_recipient": str(DATA.to_public())}, {"keys_folder": "/b/data/keys"}, {"daily": 0}]
)
def test_a_plan_that_puts_the_keys_beside_the_data_is_refused(change) -> None:
    right = {
        "data_recipient": str(DATA.to_public()), "keys_recipient": str(KEYS.to_public()),
        "folder": "/b/data", "keys_folder": "/b/keys",
    }  # fmt: skip
    assert Plan(**right).check()
    with pytest.raises(TodokeError):
        Plan(**(right | change)).check()
