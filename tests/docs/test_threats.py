"""docs/threats.md answers every control S1–S23 of the assessment, and names only tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (S\d+[a-z]?) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
NAMED = sorted({name for *_, tests in ROWS for name in re.findall(r"`(tests/[^`]+)`", tests)})
FILES = sorted({name for _, _, control, _ in ROWS for name in re.findall(r"`([^`]+\.py)`", control)})


@cache
def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("name", NAMED)
def test_a_test_that_is_named_exists(name: str) -> None:
    path, _, function = name.partition("::")
    assert function in functions(path)


@pytest.mark.parametrize("name", FILES)
def test_a_control_stands_where_the_page_says(name: str) -> None:
    assert (ROOT / "src" / "todoke" / name).is_file()


def test_every_control_has_its_threats_and_every_threat_its_test() -> None:
    assert {re.sub("[a-z]", "", number) for number, *_ in ROWS} == {f"S{number}" for number in range(1, 24)}
    assert not [
        number for number, *_, tests in ROWS if "`" not in tests and not tests.startswith("none yet: ")
    ]
