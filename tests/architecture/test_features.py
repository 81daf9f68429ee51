"""docs/features.md names only tests that exist, and leaves no feature out."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([0-9.]+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
NAMED = sorted({name for _, _, tests in ROWS for name in re.findall(r"`([^`]+)`", tests)})
WANTED = [
    *(str(number) for number in range(1, 38)),
    *(f"6.{item}" for item in range(1, 7)),
    *(f"7.{item}" for item in range(1, 9)),
    *(f"7.9.{accident}" for accident in range(1, 16)),
    *(f"8.{item}" for item in range(1, 7)),
]


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_exists(name: str) -> None:
    path, _, function = name.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_feature_has_its_row_and_a_row_its_tests_or_the_reason_why_not() -> None:
    assert set(WANTED) == {number for number, _, _ in ROWS}
    assert len(NAMED) > 40
    assert not [
        number for number, _, tests in ROWS if "`" not in tests and not tests.startswith("none here: ")
    ]
