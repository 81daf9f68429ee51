"""Check digits against published examples, and what they catch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todoke.identifiers import case_number, individual_number, integrated_number, luhn, municipality
from todoke.kernel.errors import ErrorCode, TodokeError


@pytest.mark.parametrize("number", ["123456789018", "983205673214", "621498320257"])
def test_published_individual_numbers_are_valid(number: str) -> None:
    """facts/linkage.md §3.1: worked examples of 総務省令85号 5条."""
    assert individual_number.parse(number) == number


@pytest.mark.parametrize(
    "number", ["123456789017", "12345678901", "1234567890188", "１２３４５６７８９０１８", ""]
)
def test_others_are_refused_without_being_repeated(number: str) -> None:
    with pytest.raises(TodokeError) as refused:
        individual_number.parse(number)
    assert refused.value.code is ErrorCode.NUMBER_INVALID
    assert not number or number not in str(refused.value)


@pytest.mark.parametrize(
    ("code", "digit"),
    [
        ("14100", "3"),
        ("14101", "1"),
        ("14118", "6"),
        ("13112", "1"),
        ("01100", "2"),
        ("14150", "0"),
        ("27100", "4"),
    ],
)
def test_municipality_check_digits(code: str, digit: str) -> None:
    """facts/linkage.md §3.4."""
    assert municipality.check_digit(code) == digit
    assert municipality.parse(code + digit) == municipality.parse(code) == code


@pytest.mark.parametrize(
    ("code", "city"),
    [
        ("14101", "14100"),
        ("14131", "14130"),
        ("27128", "27100"),
        ("14209", "14150"),
        ("13112", "13112"),
        ("99999", "99999"),
    ],
)
def test_wards_and_former_codes_fold_into_their_city(code: str, city: str) -> None:
    assert municipality.city_of(code) == city


def test_organisation_codes_carry_their_municipality() -> None:
    assert municipality.organisation_code("14100") == "0220114100301700"
    assert municipality.of_organisation("0220114100301700") == "14100"
    with pytest.raises(TodokeError):
        municipality.of_organisation("0220114100401700")


@given(st.integers(0, 10**12), st.integers(0, 14), st.integers(1, 9))
def test_our_own_numbers_catch_every_single_wrong_digit(serial: int, place: int, shift: int) -> None:
    number = integrated_number.mint(serial)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert integrated_number.is_valid(number)
    assert not integrated_number.is_valid(wrong)


@given(st.integers(1, 999), st.integers(1, 999_999_999))
def test_case_numbers_differ_and_are_valid(programme: int, serial: int) -> None:
    assert case_number.parse(case_number.mint(programme, serial))[:-1] == f"{programme:03d}{serial:09d}"


def test_the_mod_10_digit_of_the_standard_example() -> None:
    assert luhn.check_digit("7992739871") == "3"
