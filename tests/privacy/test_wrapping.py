"""Data keys open only with their municipality's key and only for what they were made for: key file and PKCS#11 alike."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import program
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.privacy import key_sets, wrapping
from todoke.privacy.key_sets import Column

COLUMN = Column(municipality="14100", table="t", column="c")
OTHER = Column(municipality="27100", table="t", column="c")


def softhsm() -> Path:
    """The library beside the program."""
    return next(path for path in Path("/usr").glob("lib/**/libsofthsm2.so"))


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A token of SoftHSM (a software stand-in for an HSM): its PIN file lies in the folder."""
    program("softhsm2-util")
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(
        f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(
        folder / "softhsm2.conf"
    )  # read once per process, by the library itself
    make = [
        "softhsm2-util",
        "--init-token",
        "--free",
        "--label",
        "todoke",
        "--so-pin",
        "1234",
        "--pin",
        "5678",
    ]
    subprocess.run(make, check=True, capture_output=True)
    yield folder
    del os.environ["SOFTHSM2_CONF"]


def point_at(token: Path, folder: Path, pin: str = "5678") -> None:
    (folder / "pin").write_text(f"{pin}\n")
    (folder / "pkcs11.toml").write_text(
        f'module = "{softhsm()}"\ntoken = "todoke"\nlabel = "{folder.name}"\npin_file = "pin"\n'
    )


@pytest.fixture(params=["file", "pkcs11"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "pkcs11":
        point_at(request.getfixturevalue("token"), tmp_path)
    return tmp_path


def refusal(call: object, *arguments: object) -> ErrorCode:
    with pytest.raises(TodokeError) as refused:
        call(*arguments)  # type: ignore[operator]
    return refused.value.code


def test_a_key_set_opens_with_its_municipality_and_no_other(folder: Path) -> None:
    path = folder / "numbers.keys"
    mine = wrapping.of(folder, "14100")
    key_sets.make(path, COLUMN, mine)
    seal = key_sets.read(path, COLUMN, mine).newest
    (sealed,) = seal.seal([b"123456789018"], [b"row"])
    again = key_sets.read(path, COLUMN, mine).newest
    assert again.open([sealed], [b"row"]) == [b"123456789018"]
    assert again.index([b"1"]) == seal.index([b"1"])
    theirs = wrapping.of(folder, "27100")
    theirs.make()
    assert refusal(key_sets.read, path, COLUMN, theirs) is ErrorCode.SETUP_MISSING
    assert refusal(key_sets.read, path, OTHER, mine) is ErrorCode.SETUP_MISSING
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_wrapped_key_is_bound_to_its_use(folder: Path) -> None:
    wrapper = wrapping.of(folder, "14100")
    wrapper.make()
    wrapped = wrapper.wrap(bytes(32), b"index")
    assert bytes(32) not in wrapped
    assert wrapper.unwrap(wrapped, b"index") == bytes(32)
    assert refusal(wrapper.unwrap, wrapped, b"cipher") is ErrorCode.SETUP_MISSING
    assert refusal(wrapper.unwrap, wrapped[:-1] + b"x", b"index") is ErrorCode.SETUP_MISSING


def test_making_again_keeps_the_key(folder: Path) -> None:
    wrapper = wrapping.of(folder, "14100")
    wrapper.make()
    wrapped = wrapper.wrap(b"k" * 32, b"x")
    wrapping.of(folder, "14100").make()
    assert wrapper.unwrap(wrapped, b"x") == b"k" * 32


def test_generations_come_and_go(folder: Path) -> None:
    path, wrapper = folder / "numbers.keys", wrapping.of(folder, "14100")
    key_sets.make(path, COLUMN, wrapper)
    old = key_sets.read(path, COLUMN, wrapper).newest
    (sealed,) = old.seal([b"123456789018"], [b"row"])
    assert key_sets.add(path, COLUMN, wrapper) == 2
    both = key_sets.read(path, COLUMN, wrapper)
    assert both.ids == (2, 1)
    assert both.find(1) is not None
    assert key_sets.destroy_older(path, COLUMN, 2) == 1
    left = key_sets.read(path, COLUMN, wrapper)
    assert (left.ids, left.find(1)) == ((2,), None)
    assert refusal(left.newest.open, [sealed], [b"row"]) is ErrorCode.INPUT_CHANGED
    assert key_sets.add(path, COLUMN, wrapper) == 3
    with pytest.raises(ValueError, match="only generation"):
        key_sets.destroy_older(path, COLUMN, 9)


def test_the_municipalitys_key_is_changed_without_touching_a_row(tmp_path: Path) -> None:
    path = tmp_path / "numbers.keys"
    old, new = (wrapping.FileWrapper(tmp_path / name) for name in ("old.key", "new.key"))
    key_sets.make(path, COLUMN, old)
    before = key_sets.read(path, COLUMN, old).newest
    assert key_sets.rewrap(path, COLUMN, old, new) == 1
    assert key_sets.read(path, COLUMN, new).newest == before
    assert refusal(key_sets.read, path, COLUMN, old) is ErrorCode.SETUP_MISSING


@pytest.mark.parametrize(
    "content", ["", "{}", "[1]", '{"municipality":"14100","table":"t","column":"c","generations":[]}']
)
def test_a_damaged_key_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "numbers.keys"
    path.write_text(content)
    path.chmod(0o600)
    assert refusal(key_sets.read, path, COLUMN, wrapping.of(tmp_path, "14100")) is ErrorCode.SETUP_MISSING


def test_a_token_never_gives_its_key_away(token: Path, tmp_path: Path) -> None:
    import pkcs11

    point_at(token, tmp_path)
    wrapping.of(tmp_path, "14100").make()
    with pkcs11.lib(str(softhsm())).get_token(token_label="todoke").open(user_pin="5678") as session:
        key = session.get_key(label=f"{tmp_path.name}-14100")
        with pytest.raises(pkcs11.exceptions.AttributeSensitive):
            key[pkcs11.Attribute.VALUE]


def test_a_token_that_cannot_be_opened_is_a_matter_of_setting_up(token: Path, tmp_path: Path) -> None:
    point_at(token, tmp_path, pin="0000")
    assert refusal(wrapping.of(tmp_path, "14100").wrap, b"k", b"c") is ErrorCode.SETUP_MISSING
    point_at(token, tmp_path)
    assert refusal(wrapping.of(tmp_path, "99999").wrap, b"k", b"c") is ErrorCode.SETUP_MISSING  # no such key
    (tmp_path / "pkcs11.toml").write_text('module = "x"\n')
    assert refusal(wrapping.of, tmp_path, "14100") is ErrorCode.SETUP_MISSING
