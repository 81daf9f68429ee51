"""措置の読み込み: `texts/*.toml` → promises. Makers, systems and files are told apart there; nothing is made up here."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any, Final

from todoke.assurance.promises.promise import Answer, File, Maker, Promise, System

SECTIONS: Final = (
    "ii_6", "iii_a_2_to_5", "iii_a_6", "iii_a_7_to_10", "iii_b_2_to_5", "iii_b_6", "iii_b_7_to_10", "iv_v", "accidents",
)  # fmt: skip
FILES: Final = {"A": File.BENEFIT, "B": File.LINKAGE}


def promises() -> tuple[Promise, ...]:
    """Every promise, each once, in the order of the form."""
    return tuple(promise for answer in answers().values() for promise in answer.promises)


@cache
def answers() -> dict[str, Answer]:
    """Key of the form's item → what it promises. `same = "III-A.7"`: what was said there of file A is said of B as well."""
    folder = resources.files("todoke.assurance.promises") / "texts"
    found: dict[str, Answer] = {}
    for section in SECTIONS:
        for item in tomllib.loads((folder / f"{section}.toml").read_text("utf-8"))["item"]:
            found |= _repeated(found, item["same"]) if "same" in item else {item["key"]: _answer(item)}
    return found


def _answer(item: dict[str, Any]) -> Answer:
    """One item; what it says of maker and system holds for each of its promises that says nothing else."""
    common = {name: item[name] for name in ("maker", "system") if name in item}
    return Answer(
        key=item["key"],
        promises=tuple(_promise(item["key"], common | entry) for entry in item["promise"]),
        cause=item.get("cause", ""),
        note=item.get("note", "").strip(),
    )


def _promise(key: str, entry: dict[str, str]) -> Promise:
    section = key.partition(".")[0]
    return Promise(
        id=entry["id"],
        item=key,
        text=entry["text"].strip(),
        maker=Maker(entry.get("maker", Maker.CITY.value)),
        system=System(entry["system"]),
        file=FILES.get(section[-1]) if "-" in section else None,
        control=entry.get("control", ""),
        heading=entry.get("heading", ""),
        mark=entry.get("mark", "・"),
    )


def _repeated(found: dict[str, Answer], start: str) -> dict[str, Answer]:
    """The items below `start` of file A again, as promises about file B."""
    return {
        _of_b(key): replace(answer, key=_of_b(key), promises=tuple(_about_b(one) for one in answer.promises))
        for key, answer in found.items()
        if key == start or key.startswith(f"{start}.")
    }


def _about_b(promise: Promise) -> Promise:
    return replace(promise, id=_of_b(promise.id), item=_of_b(promise.item), file=File.LINKAGE)


def _of_b(name: str) -> str:
    return name.replace("III-A", "III-B", 1)
