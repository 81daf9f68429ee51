"""変更箇所 (compare): what differs between two editions, as (別添2) of the newer one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from todoke.assurance.form import form, items
from todoke.assurance.form.annexes import ACCIDENTS, CHANGE_COLUMNS, CHANGES
from todoke.assurance.form.edition import Edition, Value
from todoke.assurance.form.parts import Grid, Heading, Part, Section, Shape, is_material

BEFORE: Final = "事前"
AFTERWARDS: Final = "事後"
_WHY: Final = {
    BEFORE: "重要な変更に当たるため、変更の前に評価を再実施する（規則第11条）",
    AFTERWARDS: "重要な変更に当たらない（評価書の修正）",
}
_COVER: Final = "表紙.公表日"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of 変更箇所. `submitted` follows from the form's ※: a 重要な変更 is assessed anew before it is made."""

    item: str
    before: str
    after: str
    submitted: str

    @property
    def why(self) -> str:
        """提出時期に係る説明."""
        return _WHY[self.submitted]


def compare(old: Edition, new: Edition) -> list[Change]:
    """Every item that is written differently, in the form's order; the date of publication and (別添2) itself left out."""
    shape = _either(old.shape(), new.shape())
    return [*_items(old, new, form(shape)), *_accidents(old, new, shape.accidents)]


def with_changes(new: Edition, changes: list[Change]) -> Edition:
    """The edition with its (別添2)."""
    day = new.text(_COVER)
    cells: dict[str, Value] = {
        f"{CHANGES}.{line}.{column}": text
        for line, one in enumerate(changes, start=1)
        for column, text in zip(
            CHANGE_COLUMNS, (day, one.item, one.before, one.after, one.submitted, one.why), strict=True
        )
    }
    kept = {key: value for key, value in new.values.items() if not key.startswith(f"{CHANGES}.")}
    return Edition(kept | cells)


def _items(old: Edition, new: Edition, sections: tuple[Section, ...]) -> Iterator[Change]:
    for section, part, item in items(sections):
        before, after = old.values.get(item.key, ""), new.values.get(item.key, "")
        if before != after and item.key != _COVER:
            submitted = BEFORE if is_material(section, part, item) else AFTERWARDS
            yield Change(
                item=_place(new, section, part, item.key),
                before=in_words(before),
                after=in_words(after),
                submitted=submitted,
            )


def _accidents(old: Edition, new: Edition, rows: int) -> Iterator[Change]:
    for line in range(1, rows + 1):
        before, after = (_accident(edition, line) for edition in (old, new))
        if before != after:
            yield Change(item=f"{ACCIDENTS} {line}", before=before, after=after, submitted=AFTERWARDS)


def _accident(edition: Edition, line: int) -> str:
    start = f"{ACCIDENTS}.{line}."
    return "\n".join(in_words(value) for key, value in edition.values.items() if key.startswith(start))


def _place(edition: Edition, section: Section, part: Part, key: str) -> str:
    """Where an item stands, as 別添2 names it: section, file, part, what it belongs to, label."""
    about = edition.text(f"II-{section.file}.1") if section.file else ""
    group = heading = label = ""
    for row in part.rows:
        if isinstance(row, Heading):
            heading = row.text if key.startswith(row.over) else ""
        elif row.key == key and not isinstance(row, Grid):
            label = row.label
            break
        elif key.startswith(f"{row.key}.") and not isinstance(row, Grid):
            group, heading = row.label, ""
    shown = (section.title, f"＜{about}＞" if about else "", part.title, group, heading, label)
    return "\n".join(line for line in shown if line)


def in_words(value: Value) -> str:
    """A value as one text: lists line by line, marked boxes by name."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(value)
    return "、".join(f"{box}({words})" if words else box for box, words in value.items())


def _either(old: Shape, new: Shape) -> Shape:
    """A form large enough for both."""
    return replace(
        new,
        systems=max(old.systems, new.systems),
        contracts_a=max(old.contracts_a, new.contracts_a),
        contracts_b=max(old.contracts_b, new.contracts_b),
        accidents=max(old.accidents, new.accidents),
    )
