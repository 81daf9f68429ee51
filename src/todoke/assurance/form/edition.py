"""版 (Edition): one filled-in assessment — the form's keys and what is written there. Kept as TOML, compared, printed."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from todoke.assurance.form.parts import Shape
from todoke.kernel.errors import ErrorCode, TodokeError

Value = str | list[str] | dict[str, str]
"""A text or chosen option; lines of a list; marked boxes, each with its words in ( )."""

_REPEATED: Final = re.compile(r"(I\.2\.システム|II-A\.4\.委託|II-B\.4\.委託|別紙\.|別添2\.)([0-9]+)")


@dataclass(frozen=True, slots=True)
class Edition:
    """What stands in each item; an item without an entry is empty."""

    values: Mapping[str, Value]

    def text(self, key: str) -> str:
        """What is written into a text, a choice or a cell."""
        value = self.values.get(key, "")
        return value if isinstance(value, str) else ""

    def lines(self, key: str) -> list[str]:
        """The lines of a list."""
        value = self.values.get(key, [])
        return value if isinstance(value, list) else []

    def marked(self, key: str) -> dict[str, str]:
        """The boxes that are marked → their words."""
        value = self.values.get(key, {})
        return value if isinstance(value, dict) else {}

    def shape(self) -> Shape:
        """How often this edition needs what the form repeats."""
        most: dict[str, int] = {}
        for key in self.values:
            if found := _REPEATED.match(key):
                most[found[1]] = max(most.get(found[1], 0), int(found[2]))
        return Shape(
            systems=most.get("I.2.システム", 1),
            contracts_a=most.get("II-A.4.委託", 0),
            contracts_b=most.get("II-B.4.委託", 0),
            accidents=most.get("別紙.", 0),
            changes=most.get("別添2.", 0),
        )


def to_toml(edition: Edition) -> str:
    """The edition as a file that people can read and `from_toml` reads back, entry by entry in the same order."""
    return "".join(f"{_quoted(key)} = {_value(value)}\n" for key, value in edition.values.items())


def from_toml(text: str, *, file: str = "評価書の版") -> Edition:
    """Raises RECORD_INVALID for what is no TOML or has other values than ours."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"{file}: TOMLとして読めません") from error
    wrong = [key for key, value in values.items() if not _is_value(value)]
    if wrong:
        detail = f"{file}: {'、'.join(wrong)} は文字、文字の並び、または欄と文字の組でなければなりません"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)
    return Edition(values)


def _is_value(value: object) -> bool:
    parts: Iterator[object] = iter((value,))
    if isinstance(value, list):
        parts = iter(value)
    elif isinstance(value, dict):
        parts = iter(value.values())
    return all(isinstance(part, str) for part in parts)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Value) -> str:
    if isinstance(value, list):
        return "[\n" + "".join(f"  {_quoted(line)},\n" for line in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_quoted(box)} = {_quoted(words)}" for box, words in value.items()) + " }"
    if "\n" in value:
        return '"""\n' + "\n".join(_quoted(line)[1:-1] for line in value.split("\n")) + '"""'
    return _quoted(value)
