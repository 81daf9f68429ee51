"""Names of municipalities: every city that a ward folds into has one."""

from __future__ import annotations

import pytest

from todoke.identifiers.municipality import _WARD_RANGES
from todoke.identifiers.municipality_names import name_of


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("14100", "神奈川県横浜市"),
        ("14110", "神奈川県横浜市戸塚区"),
        ("13112", "東京都世田谷区"),
        ("01345", "北海道森町"),
        ("14209", "神奈川県相模原市"),  # its code before it became a designated city
        ("98765", "98765"),
    ],
)
def test_a_code_has_its_name(code: str, name: str) -> None:
    assert name_of(code).replace("茅部郡", "") == name


def test_every_designated_city_and_its_wards_are_named() -> None:
    for first, last, city in _WARD_RANGES:
        assert name_of(city).endswith("市")
        for code in (first, last):
            assert name_of(code).startswith(name_of(city))
