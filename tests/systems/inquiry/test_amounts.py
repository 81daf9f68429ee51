"""An amount is known, absent or unusable: never zero by being empty, and never compared loosely."""

from __future__ import annotations

import pytest

from todoke.systems.inquiry.rules.amounts import Absent, Amount, Known, Unusable, read, words


@pytest.mark.parametrize(
    ("value", "reason", "state"),
    [
        ("0", None, Known(0)),
        ("00", None, Known(0)),
        ("000000003500", "", Known(3500)),
        ("", None, Absent("")),
        (None, None, Absent("")),
        (" ", None, Absent("")),
        ("            ", "  ", Absent("")),
        ("", "NotAcceptable", Absent("NotAcceptable")),
        (None, "NotConvered", Absent("NotConvered")),
        ("0", "NotAcceptable", Unusable("値と未設定事由の両方があります")),
        ("０", None, Unusable("数字ではありません")),
        ("-", None, Unusable("数字ではありません")),
        ("-1", None, Unusable("数字ではありません")),
        ("+0", None, Unusable("数字ではありません")),
        ("0.0", None, Unusable("数字ではありません")),
        ("0x0", None, Unusable("数字ではありません")),
        ("1e3", None, Unusable("数字ではありません")),
        ("1,000", None, Unusable("数字ではありません")),
        ("٠", None, Unusable("数字ではありません")),
        ("　", None, Unusable("数字ではありません")),
        ("1" * 13, None, Unusable("数字ではありません")),
        ("null", None, Unusable("数字ではありません")),
    ],
)
def test_the_three_states(value: str | None, reason: str | None, state: Amount) -> None:
    assert read(value, reason) == state
    assert type(read(value, reason)) is type(state)


@pytest.mark.parametrize("amount", [Known(0), Known(1), Absent(""), Unusable("x")])
def test_no_loose_comparison_is_possible(amount: Amount) -> None:
    for other in (0, "", "0", None, False):
        with pytest.raises(TypeError):
            assert amount == other
    with pytest.raises(TypeError):
        assert amount
    with pytest.raises(TypeError):
        assert amount > Known(0)  # type: ignore[operator]
    with pytest.raises(TypeError):
        int(amount)  # type: ignore[call-overload]


def test_absent_is_not_zero() -> None:
    assert Absent("") != Known(0)
    assert Absent("") != Absent("NotAcceptable")
    assert words(Known(0)) == "0"
    assert words(Absent("")) == "値なし（理由の記載なし）"
    assert len({Known(0), Known(0), Absent(""), Unusable("")}) == 3
