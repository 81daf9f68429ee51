"""Whatever a browser posts as an authenticator's answer is refused by name; it never ends in an unexpected error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webauthn.helpers import bytes_to_base64url

from todoke.access.factors import challenges, passkeys
from todoke.access.factors.passkey_file import PasskeyFile
from todoke.kernel.errors import ErrorCode, TodokeError

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
)
CLIENTS = st.one_of(
    ANYTHING,
    st.binary().map(bytes_to_base64url),
    ANYTHING.map(lambda value: bytes_to_base64url(json.dumps(value).encode())),
    ANYTHING.map(lambda value: bytes_to_base64url(json.dumps({"challenge": value}).encode())),
)
ANSWERS = st.one_of(
    st.text(),
    ANYTHING.map(json.dumps),
    st.fixed_dictionaries(
        {"id": ANYTHING, "response": ANYTHING | st.fixed_dictionaries({"clientDataJSON": CLIENTS})}
    ).map(json.dumps),
)
DEEP = "[" * 60_000


def _refused(read: Callable[[str], Any], answer: str, code: ErrorCode) -> None:
    try:
        assert isinstance(read(answer), bytes)
    except TodokeError as refusal:
        assert refusal.code is code  # noqa: PT017 — most answers are refused, some can be read


@given(ANSWERS)
def test_the_challenge_in_an_answer(answer: str) -> None:
    _refused(challenges._carried, answer, ErrorCode.PASSKEY_REFUSED)


@given(ANSWERS)
def test_the_credential_in_an_answer(answer: str) -> None:
    _refused(passkeys._credential_of, answer, ErrorCode.PASSKEY_REFUSED)


@pytest.mark.parametrize("read", [challenges._carried, passkeys._credential_of])
def test_an_answer_that_nests_without_end(read: Callable[[str], bytes]) -> None:
    with pytest.raises(TodokeError, match="PASSKEY_REFUSED"):
        read(DEEP)


@given(
    ANYTHING.map(json.dumps)
    | st.text()
    | st.fixed_dictionaries({"rpId": ANYTHING, "challenge": ANYTHING}).map(json.dumps)
)
def test_options_that_no_site_would_send(options: str) -> None:
    file = PasskeyFile(path=Path("/nonexistent/passkey"), passphrase="ひみつのあいことば")
    for use in (file.answer, file.register):
        with pytest.raises(TodokeError, match="PASSKEY_FILE_INVALID"):
            use(options, origin="https://todoke.example")
