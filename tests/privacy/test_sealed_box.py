"""Closed envelopes: only the private key opens, nothing may be altered, and the context is part of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.privacy import sealed_box

PRIVATE, OTHER = bytes(range(32)), bytes(range(1, 33))
PUBLIC = sealed_box.public_key(PRIVATE)


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_what_was_closed_opens_again_and_never_looks_the_same(text: bytes, context: bytes) -> None:
    first, second = (sealed_box.close(PUBLIC, text, context) for _ in range(2))
    assert first != second
    assert sealed_box.open_closed(PRIVATE, first, context, "x") == text


@given(st.integers(min_value=0, max_value=78), st.integers(min_value=1, max_value=255))
def test_a_changed_byte_is_found(place: int, change: int) -> None:
    sealed = bytearray(sealed_box.close(PUBLIC, b"thirty-one bytes of a secret...", b"c"))
    sealed[place] ^= change
    refused(PRIVATE, bytes(sealed), b"c")


@pytest.mark.parametrize(
    ("key", "context", "cut"), [(OTHER, b"c", 0), (PRIVATE, b"d", 0), (PRIVATE, b"c", 60)]
)
def test_another_key_another_context_or_a_cut_text_opens_nothing(
    key: bytes, context: bytes, cut: int
) -> None:
    sealed = sealed_box.close(PUBLIC, b"text", b"c")
    refused(key, sealed[cut:], context)


def test_what_is_no_key_closes_nothing() -> None:
    for wrong in (b"", bytes(31), bytes(32)):
        with pytest.raises(TodokeError) as caught:
            sealed_box.close(wrong, b"text", b"c")
        assert caught.value.code is ErrorCode.MESSAGE_INVALID


def refused(key: bytes, sealed: bytes, context: bytes) -> None:
    with pytest.raises(TodokeError) as caught:
        sealed_box.open_closed(key, sealed, context, "file")
    assert caught.value.code is ErrorCode.INPUT_CHANGED
