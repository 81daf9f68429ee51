"""符号: consistent, different per organisation, and not to be taken for another organisation's."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todoke.identifiers import municipality
from todoke.kernel.errors import TodokeError
from todoke.systems.network.rules.link_codes import LinkCodes

CODES = LinkCodes(id_key=b"i" * 32, code_key=b"c" * 32)
organisations = st.integers(0, 99999).map(lambda n: municipality.organisation_code(f"{n:05d}"))
juki_codes = st.lists(st.from_regex(r"[0-9]{11}", fullmatch=True), min_size=1, max_size=20, unique=True)
A, B, C = (municipality.organisation_code(code) for code in ("14100", "13112", "27100"))


@given(people=juki_codes, a=organisations, b=organisations)
def test_conversion_gives_what_the_other_organisation_was_issued(people: list[str], a: str, b: str) -> None:
    assert CODES.convert(CODES.issue(people, a), of=a, to=[b] * len(people)) == CODES.issue(people, b)


@given(people=juki_codes, a=organisations, b=organisations)
def test_one_person_has_one_code_per_organisation_and_no_two_share_one(
    people: list[str], a: str, b: str
) -> None:
    codes = CODES.issue(people, a)
    assert codes == CODES.issue(people, a)
    assert len(set(codes)) == len(people)
    assert (a == b) or not set(codes) & set(CODES.issue(people, b))
    assert all(len(code) == 32 and code == code.lower() and int(code, 16) >= 0 for code in codes)


@given(people=juki_codes, a=organisations, b=organisations)
def test_a_code_of_another_organisation_is_detected(people: list[str], a: str, b: str) -> None:
    converted = CODES.convert(CODES.issue(people, a), of=b, to=[b] * len(people))
    assert converted == (CODES.issue(people, a) if a == b else [None] * len(people))


def test_each_code_may_go_to_an_organisation_of_its_own() -> None:
    codes = CODES.issue(["1" * 11, "2" * 11], A)
    expected = [CODES.issue(["1" * 11], B)[0], CODES.issue(["2" * 11], C)[0]]
    assert CODES.convert(codes, of=A, to=[B, C]) == expected


@given(st.text(max_size=40))
def test_any_other_text_is_no_code(text: str) -> None:
    assert CODES.convert([text], of=A, to=[B]) == [None]


def test_spellings_and_inventions_are_no_codes() -> None:
    (code,) = CODES.issue(["1" * 11], A)
    wrong = [
        code.upper(),
        f" {code[1:]}",
        code[:-1] + "g",
        code[:31],
        *(secrets.token_hex(16) for _ in range(1000)),
    ]
    wrong = [text for text in wrong if text != code]
    assert CODES.convert(wrong, of=A, to=[B] * len(wrong)) == [None] * len(wrong)


def test_other_keys_make_other_codes() -> None:
    other = LinkCodes(id_key=b"j" * 32, code_key=b"c" * 32)
    assert other.issue(["1" * 11], A) != CODES.issue(["1" * 11], A)
    assert other.convert(CODES.issue(["1" * 11], A), of=A, to=[A]) == CODES.issue(["1" * 11], A)


def test_an_organisation_must_be_one() -> None:
    with pytest.raises(TodokeError, match="NUMBER_INVALID"):
        CODES.issue(["1" * 11], "14100")
