"""The tree is that of RFC 6962; entries have one form; what is written verifies."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from todoke.oplog import entry, merkle, notes

LEAVES = [merkle.leaf_hash(bytes([n])) for n in range(40)]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
TEXTS = st.tuples(*[TEXT] * len(entry.TEXTS))
AT = st.integers(-(10**14), 10**16)


def test_known_roots_of_rfc_6962() -> None:
    """The test vectors of certificate-transparency (MerkleTreeTest): seven inputs, and the empty tree."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    leaves = [merkle.leaf_hash(bytes.fromhex(one)) for one in inputs]
    assert merkle.EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.root(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.root(leaves[:2]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert merkle.root(leaves).hex() == "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"


@pytest.mark.parametrize("size", range(41))
def test_growing_gives_the_same_root(size: int) -> None:
    assert merkle.Frontier(LEAVES[:size]).root() == merkle.root(LEAVES[:size])


@pytest.mark.parametrize("new", range(1, 41))
def test_consistency_is_proved_and_nothing_else_is(new: int) -> None:
    new_root = merkle.root(LEAVES[:new])
    for old in range(1, new + 1):
        proof, old_root = merkle.consistency(LEAVES[:new], old), merkle.root(LEAVES[:old])
        case = {"old": old, "new": new, "new_root": new_root}
        assert merkle.is_consistent(**case, old_root=old_root, proof=proof)
        assert not merkle.is_consistent(**case, old_root=bytes(32), proof=proof)
        for place in range(len(proof)):
            broken = [*proof[:place], bytes(32), *proof[place + 1 :]]
            assert not merkle.is_consistent(**case, old_root=old_root, proof=broken)
        assert not merkle.is_consistent(**case, old_root=old_root, proof=[*proof, bytes(32)])
        if proof:
            assert not merkle.is_consistent(**case, old_root=old_root, proof=proof[:-1])


@given(AT, st.integers(0, 2**62), st.booleans(), TEXTS)
def test_an_entry_s_form_has_one_reading(
    at: int, persons: int, personal: bool, texts: tuple[str, ...]
) -> None:
    form = entry.public(at, persons, personal, texts)
    normal = tuple(unicodedata.normalize("NFC", text) for text in texts)
    assert entry.parse_public(form) == (at, persons, personal, normal)
    for broken in (form[:-1], form + b"\x00", b"\x02" + form[1:]):
        with pytest.raises(ValueError, match="not the form"):
            entry.parse_public(broken)


@given(st.tuples(AT, st.integers(0, 99), TEXTS), st.tuples(AT, st.integers(0, 99), TEXTS))
def test_two_entries_never_share_a_form(one: tuple, other: tuple) -> None:
    def normal(values: tuple) -> tuple:
        return (*values[:2], tuple(unicodedata.normalize("NFC", text) for text in values[2]))

    forms = [entry.public(at, persons, False, texts) for at, persons, texts in (one, other)]
    assert (forms[0] == forms[1]) == (normal(one) == normal(other))


OPTIONAL = st.none() | st.binary(max_size=8)


@given(st.tuples(OPTIONAL, OPTIONAL), st.tuples(OPTIONAL, OPTIONAL))
def test_two_personal_parts_never_share_a_form(one: tuple, other: tuple) -> None:
    assert (entry.personal(*one) == entry.personal(*other)) == (one == other)


@given(st.datetimes(timezones=st.just(dt.UTC)))
def test_a_time_survives_to_the_microsecond(at: dt.datetime) -> None:
    assert entry.moment(entry.microseconds(at)) == at


def test_a_note_is_read_only_as_it_was_signed() -> None:
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    checkpoint = notes.Checkpoint(origin="todoke.x/log/y", size=3, root=bytes(32), at=5, rows=7)
    note = notes.sign(checkpoint, "todoke.x/city", key)
    assert notes.read(note) == checkpoint
    assert notes.signed_by(note, "todoke.x/city", key.public_key())
    assert not notes.signed_by(note, "todoke.x/city", other.public_key())
    assert not notes.signed_by(note, "todoke.x/national", key.public_key())
    assert not notes.signed_by(note.replace("\n3\n", "\n4\n"), "todoke.x/city", key.public_key())
    line = notes.cosign(checkpoint, "todoke.x/national", other, at=9)
    assert notes.cosigned_by(checkpoint, line, "todoke.x/national", other.public_key())
    assert not notes.cosigned_by(checkpoint, line, "todoke.x/national", key.public_key())
    for broken in ("", "a\nb\n\n", note.replace("time ", "time +"), note.replace("\n3\n", "\n03\n")):
        with pytest.raises(ValueError, match="not a checkpoint"):
            notes.read(broken)
