"""開示の材料: the rows of one system on one person, in words, as their models' classes allow. One query a model."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.apps import apps
from django.db.models import F, Field, Model

from todoke.access.duties import duty_title
from todoke.custody.field_words import LABELS, TOWNS, WORDS, WORDS_OF
from todoke.identifiers.municipality_names import name_of
from todoke.kernel.clock import JAPAN, wareki
from todoke.oplog import search
from todoke.oplog.events import event_of
from todoke.oplog.person import Person
from todoke.oplog.search import Criteria, Logged
from todoke.privacy.classes import FieldClass, classes_of
from todoke.privacy.holding import PLACES, Ground, Holding, Item, Kept, Section

_PAYEE: Final = "held_payee"
NOTHING: Final = "（なし）"
LOOKS: Final = "looks"
"""The end of the key of the section of who looked."""
_MOST: Final = 100_000
_DIGEST: Final = re.compile("[0-9a-f]{64}")
_TOWN: Final = re.compile("[0-9]{5}")
_OUTCOMES: Final = {"done": "済み", "refused": "拒否", "failed": "失敗"}
MACHINERY: Final = frozenset(
    [
        "id",
        "sha256",
        "path",
        "source_sha256",
        "sealed_sha256",
        "message_key",
        "key_id",
        "digest",
        "send_attempts",
        "attempts",
        "sequence",
        "place",
        "row_hash",
        "form_sha256",
        "file_sha256",
        "source_row",
        "file_row",
        "serial",
        "edition_id",
    ]
)
"""Fields that only programmes use: positions, digests, counters. They say nothing of the person."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """For whom it is put into words: `keys` are the person's identifiers by name; `alone`: the person asks, without a representative."""

    resident_codes: Collection[str]
    keys: Mapping[str, Sequence[Any]]
    alone: bool

    @property
    def own(self) -> frozenset[str]:
        """Everything that names the person or a household of theirs."""
        return frozenset(str(value) for values in self.keys.values() for value in values)


def gather(alias: str, holding: Holding, reader: Reader) -> list[Section]:
    """What is held, in the order of the declaration; kinds without rows are absent."""
    found = (_section(alias, holding, kept, reader) for kept in holding.kept)
    return [section for section in found if section.rows]


def told(model: type[Model]) -> list[Field[Any, Any]]:
    """The fields of a model that are put into words: neither machinery, nor links between rows, nor what never leaves."""
    classes = classes_of(model)
    return [
        field
        for field in model._meta.concrete_fields
        if classes[field.name].exportable and field.name not in MACHINERY and not _is_link(field, classes)
    ]


def label(name: str) -> str:
    """What a field is called in Japanese."""
    return LABELS[name]


def in_words(value: object, words: Mapping[str, str]) -> str:
    """A value as the person reads it."""
    text = str(value)
    match value:
        case None | "" | []:
            text = NOTHING
        case bool():
            text = "はい" if value else "いいえ"
        case datetime():
            there = value.astimezone(JAPAN)
            text = f"{wareki(there.date())} {there.hour}時{there.minute:02}分"
        case date():
            text = wareki(value)
        case int():
            text = f"{value:,}"
        case list() | tuple():
            text = "、".join(in_words(one, words) for one in value)
        case str() if _DIGEST.fullmatch(value):
            text = "（電子データの検証値）"
    return words.get(text) or WORDS.get(text) or text


def _is_link(field: Field[Any, Any], classes: Mapping[str, FieldClass]) -> bool:
    """A link to another row, told only where the key itself is the person's number or a code with a meaning."""
    related = getattr(field, "related_model", None)
    return related is not None and classes[field.name] is FieldClass.OPEN and field.name != "programme"


def _section(alias: str, holding: Holding, kept: Kept, reader: Reader) -> Section:
    model = apps.get_model(holding.system, kept.model)
    values = list(reader.keys.get(kept.key, ()))
    rows: Iterable[Any] = ()
    if values:
        query = model._default_manager.using(alias).filter(**{f"{kept.by}__in": values})
        if kept.payee:
            query = query.annotate(**{_PAYEE: F(kept.payee)})
        rows = query.order_by("pk")
    fields = told(model)
    return Section(
        system=holding.title,
        key=f"{holding.system}.{kept.model}",
        title=kept.title,
        rows=tuple(_row(row, fields, kept, reader) for row in rows),
    )


def _row(row: Model, fields: Sequence[Field[Any, Any]], kept: Kept, reader: Reader) -> tuple[Item, ...]:
    theirs = not kept.payee or str(getattr(row, _PAYEE)) in reader.resident_codes
    pairs = ((field, getattr(row, field.attname)) for field in fields)
    # why a value is absent is a fact only where it is
    shown = ((field, value) for field, value in pairs if value is not None or not _is_absence(field.name))
    return tuple(_item(field, value, theirs, kept, reader) for field, value in shown)


def _is_absence(name: str) -> bool:
    return label(name).endswith("の値がない理由")


def _item(field: Field[Any, Any], value: object, theirs: bool, kept: Kept, reader: Reader) -> Item:
    ground = _ground(field.name, value, theirs, kept, reader)
    if ground:
        return Item(label(field.name), "", ground)
    choices = {str(key): str(title) for key, title in field.flatchoices if not str(title).isascii()}
    words = {**choices, **WORDS_OF.get(field.name, {}), **kept.words.get(field.name, {})}
    if field.name in TOWNS and isinstance(value, str) and _TOWN.fullmatch(value):
        words[value] = name_of(value)
    return Item(label(field.name), in_words(value, words))


def _ground(name: str, value: object, theirs: bool, kept: Kept, reader: Reader) -> str:
    if name in kept.guarded.split():
        # whoever is not protected reads nothing of it, not even a no
        return "" if kept.person and reader.alone and value else Ground.EXISTENCE
    if not reader.alone and name in PLACES:
        return Ground.OTHERS
    if name in kept.unsaid.split() or (not theirs and name in kept.third.split()):
        return Ground.OTHERS
    named = value if isinstance(value, list) else [value]
    if name in kept.others.split() and not all(
        one is None or one == "" or str(one) in reader.own for one in named
    ):
        return Ground.OTHERS
    return ""


def looks(alias: str, holding: Holding, persons: Sequence[Person], *, alone: bool) -> list[Section]:
    """誰が見たか: every entry of this system's log about the person, oldest first; deed, time, office, duty and staff number.

    Purposes are not told: they are free text in which others may be named. That somebody opened the address of a
    protected person tells of the protection: to the person alone.
    """
    if not persons:
        return []
    entries = search.search([alias], Criteria(persons={alias: persons}), limit=_MOST).entries
    rows = tuple(_look(entry) for entry in reversed(entries) if alone or ":protection:" not in entry.verb)
    key = f"{holding.system}.{LOOKS}"
    return [Section(system=holding.title, key=key, title="取扱いの記録（誰が、いつ、何をしたか）", rows=rows)] if rows else []  # fmt: skip


def _look(entry: Logged) -> tuple[Item, ...]:
    event = event_of(entry.verb)
    duty = duty_title(entry.duty) if entry.duty else NOTHING
    return (
        Item("日時", in_words(entry.at, {})),
        Item("操作", f"{event.what}{event.deed}"),
        Item("機関", entry.organisation or NOTHING),
        Item("事務", duty),
        Item("職員番号", entry.actor),
        Item("結果", _OUTCOMES[entry.outcome]),
    )
