"""団体の記載 (OwnTexts): what only this city and this programme can say, as TOML files in one folder.

    [names]        words that stand in other texts as {city}, {duty} …
    [contracts]    item of the form → 契約番号, by which the register of contracts knows it
    [texts]        item of the form → what is written there
    [[accident]]   重大事故 from before there was a register in this system

A folder may be split into files as its owner likes; what is said twice is refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from todoke.assurance.facts import Accident
from todoke.assurance.form.edition import Value
from todoke.assurance.promises import answers
from todoke.kernel.errors import ErrorCode, TodokeError


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTexts:
    """The folder, read."""

    names: Mapping[str, str]
    texts: Mapping[str, Value]
    contracts: Mapping[str, str] = field(default_factory=dict)
    accidents: tuple[Accident, ...] = ()

    def said(self, text: str) -> str:
        """The text with the city's names in their places."""
        for name, word in self.names.items():
            text = text.replace(f"{{{name}}}", word)
        return text


def read(files: Iterable[tuple[str, str]]) -> OwnTexts:
    """`files`: name and text of each. Raises RECORD_INVALID for no TOML, and for what two files say."""
    whole: dict[str, dict[str, Any]] = {"names": {}, "texts": {}, "contracts": {}}
    found: list[Accident] = []
    for name, text in files:
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"{name}: TOMLとして読めません") from error
        for part, entries in whole.items():
            if twice := entries.keys() & data.get(part, {}).keys():
                detail = f"{name}: {'、'.join(sorted(twice))} は別のファイルにもあります"
                raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)
            entries.update(data.get(part, {}))
        found += [_accident(entry) for entry in data.get("accident", [])]
    return OwnTexts(**whole, accidents=tuple(found))


def _accident(entry: dict[str, Any]) -> Accident:
    """`promised` names the item of 別紙 whose promises are its 再発防止策; otherwise `measures` says them."""
    if "promised" in entry:
        answer = answers()[entry.pop("promised")]
        said = [part for one in answer.promises for part in (one.heading, one.text) if part]
        entry["measures"] = "\n".join([*([answer.cause] if answer.cause else []), *said])
    return Accident(**entry)
