"""様式への記入 (fill): the house's texts, the city's own, what is promised and what the facts come to, as one edition."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

from todoke.assurance.facts import Facts
from todoke.assurance.form import computed, form, items, own
from todoke.assurance.form.edition import Edition, Value
from todoke.assurance.form.own import OwnTexts
from todoke.assurance.form.parts import Grid
from todoke.assurance.promises import Answer, answers

_HOUSE: Final = ("systems", "linkage_file", "risks")


def fill(texts: OwnTexts, facts: Facts) -> Edition:
    """The edition that these texts and facts make, in the form's order. What facts say is never overruled by a text."""
    said: dict[str, Value] = {
        key: _said(texts, value) for key, value in (house() | dict(texts.texts)).items()
    }
    promised: dict[str, Value] = {key: _written(texts, answer) for key, answer in answers().items()}
    found = Edition(promised | said | computed.values(texts, facts, said))
    return Edition({key: found.values[key] for key in _keys(found) if key in found.values})


@cache
def house() -> dict[str, Value]:
    """What every city with this software says."""
    folder = resources.files("todoke.assurance.form") / "texts"
    read = own.read((name, (folder / f"{name}.toml").read_text("utf-8")) for name in _HOUSE)
    return dict(read.texts)


def _keys(edition: Edition) -> list[str]:
    """Every key of the form of this edition, tables cell by cell."""
    sections = form(edition.shape())
    cells = [
        f"{row.key}.{line}.{column}"
        for section in sections
        for part in section.parts
        for row in part.rows
        if isinstance(row, Grid)
        for line in range(1, row.rows + 1)
        for column in row.columns
    ]
    return [item.key for _, _, item in items(sections)] + cells


def _said(texts: OwnTexts, value: Value) -> Value:
    if isinstance(value, str):
        return texts.said(value.strip())
    if isinstance(value, list):
        return [texts.said(line) for line in value]
    return {box: texts.said(words) for box, words in value.items()}


def _written(texts: OwnTexts, answer: Answer) -> str:
    """Promises as their item prints them: each below its heading, with its mark; then the notes."""
    lines = [line for one in answer.promises for line in (one.heading, f"{one.mark}{one.text}") if line]
    return texts.said("\n".join([*lines, *([answer.note] if answer.note else [])]))
