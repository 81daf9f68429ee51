"""Every verb that the code logs, and every permission, has its sentence in the catalogue of events."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from todoke.access.permissions import Permission
from todoke.oplog.events import EVENTS

SOURCE = Path(__file__).parents[2] / "src" / "todoke"
_VERB = re.compile(r"[a-z_]+:[a-z_]+:[a-z_-]+")


def _logged(path: Path) -> Iterator[tuple[int, str]]:
    """Line and value of every `verb=` argument: a text, a constant of the module, or a permission."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, []).append(node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            named.setdefault(node.target.id, []).append(node.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg == "verb":
                    for value in _values(keyword.value, named):
                        if not _is_a_button(path, value):
                            yield node.lineno, value


def _is_a_button(path: Path, value: str) -> bool:
    """A screen's `verb` may be the text of its button."""
    return bool({"screens", "web"} & set(path.parts)) and ":" not in value


def _values(value: ast.expr, named: dict[str, list[ast.expr]]) -> list[str]:
    if isinstance(value, ast.Constant):
        return [value.value]
    if isinstance(value, ast.Name) and value.id in named:
        return [text for one in named[value.id] for text in _values(one, named)]
    if isinstance(value, ast.IfExp):
        return _values(value.body, named) + _values(value.orelse, named)
    if (
        isinstance(value, ast.Attribute) and value.attr == "value"
    ):  # of a permission; all are in the catalogue
        inner = value.value
        if isinstance(inner, ast.Attribute):
            return [Permission[inner.attr].value]
    return []


FILES = [path for path in sorted(SOURCE.rglob("*.py")) if "verb=" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_what_the_code_logs_is_in_the_catalogue(path: Path) -> None:
    missing = [(line, verb) for line, verb in _logged(path) if verb not in EVENTS]
    assert not missing


def test_the_walk_finds_what_is_logged() -> None:
    found = {verb for path in FILES for _, verb in _logged(path)}
    assert len(found) > 50
    assert {
        "benefits:letter:print",
        "access:session:begin",
        "network:list:fetch",
    } <= found


def test_every_text_that_looks_like_a_verb_is_in_the_catalogue() -> None:
    """Also verbs that are handed on as a variable, or taken by name from another room."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not _VERB.fullmatch(node.value) or node.value in EVENTS, (path.name, node.value)


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_has_its_event(permission: Permission) -> None:
    assert permission.value in EVENTS


def test_no_sentence_is_said_twice() -> None:
    said = [event.done() for event in EVENTS.values()]
    assert sorted({text for text in said if said.count(text) > 1}) == []
