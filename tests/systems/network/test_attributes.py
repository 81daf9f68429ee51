"""一括提供 by the 住基ネット part: in order, only what is in force, closed for the asking run, nothing in the clear."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.systems import city
from tests.systems.dumps import whole
from tests.systems.three_towns import HOME, NETWORK_STAFF, Towns, number_of
from todoke.contracts.network import (
    ATTRIBUTES_CONTEXT,
    JUKI_ATTRIBUTES,
    JukiAttributesList,
    JukiAttributesWanted,
)
from todoke.exchange.refusals import RefusedError
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.privacy import sealed_box
from todoke.systems.network.actions.load_attributes import load_attributes
from todoke.systems.network.actions.make_keys import make_keys

PRIVATE = bytes(range(32))


def told(person: int, **changes: str) -> dict[str, str]:
    return {
        "individual_number": number_of(person),
        "name_kanji": f"架空　{person}",
        "sex": "2",
        "birth_date": "1956-03-03",
        "address": "神奈川県川崎市川崎区宮本町1番地",
        "status": "1",
    } | changes


def load(folder: Path, *rows: dict[str, str]) -> None:
    load_attributes(file=city.write_rows(folder / "attributes.csv", list(rows)), by=NETWORK_STAFF)


def ask(towns: Towns, *numbers: str) -> list[tuple[str, str]]:
    """Word and name per number."""
    body = JukiAttributesWanted(individual_numbers=list(numbers), public_key=sealed_box.public_key(PRIVATE))
    answer = towns.ask(f"city:{HOME}", "network", JUKI_ATTRIBUTES, body)
    text = sealed_box.open_closed(PRIVATE, answer.sealed, ATTRIBUTES_CONTEXT, "answer")
    records = msgspec.json.decode(text, type=JukiAttributesList).records
    assert answer.count == len(records)
    return [(one.word, one.name_kanji) for one in records]


def test_numbers_are_answered_in_order_and_only_those_in_force_with_attributes(
    towns: Towns, tmp_path: Path
) -> None:
    make_keys(by=NETWORK_STAFF)
    load(tmp_path, told(1), told(2, status="2"), told(3, status="3"), told(4))
    wrong = number_of(4)[:-1] + str((int(number_of(4)[-1]) + 1) % 10)
    asked = [number_of(4), number_of(3), wrong, number_of(9), number_of(2), number_of(1), number_of(4)]
    assert ask(towns, *asked) == [
        ("current", "架空　4"),
        ("died", ""),
        ("check_digit", ""),
        ("not_found", ""),
        ("number_changed", ""),
        ("current", "架空　1"),
        ("current", "架空　4"),
    ]
    load(tmp_path, told(1, name_kanji="別　人"))
    assert ask(towns, number_of(1), number_of(4)) == [("current", "別　人"), ("current", "架空　4")]
    text = whole("network")
    assert len(text) > 1_000
    for secret in ("架空", number_of(1)):
        assert secret not in text
        assert secret.encode().hex() not in text


def test_a_bad_row_refuses_the_file_and_too_many_numbers_the_message(towns: Towns, tmp_path: Path) -> None:
    make_keys(by=NETWORK_STAFF)
    with pytest.raises(InputRefused) as caught:
        load(tmp_path, told(1), told(2, status="4"), told(3, sex="0"))
    assert [bad.row for bad in caught.value.rows] == [3, 4]
    with pytest.raises((RefusedError, TodokeError)) as refused:
        ask(towns, *[number_of(1)] * 10_001)
    assert ErrorCode.MESSAGE_INVALID.name in str(refused.value)
