"""開示の材料: the rows of one system on one person, in words, as their models' classes allow. One query a model."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.apps import apps
from django.db.models import F, Field, Model

from todoke.custody.field_words import LABELS, WORDS
from todoke.kernel.clock import JAPAN, wareki
from todoke.privacy.classes import FieldClass, classes_of
from todoke.privacy.holding import PLACES, Ground, Holding, Item, Kept, Section

_PAYEE: Final = "held_payee"
NOTHING: Final = "（なし）"
MACHINERY: Final = frozenset(
    "id sha256 path source_sha256 sealed_sha256 message_key key_id digest send_attempts attempts sequence place row_hash"
    " form_sha256 file_sha256 source_row file_row serial edition_id".split()
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
    if value is None or value in ("", []):
        return NOTHING
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, datetime):
        there = value.astimezone(JAPAN)
        return f"{wareki(there.date())} {there.hour}時{there.minute:02}分"
    if isinstance(value, date):
        return wareki(value)
    if isinstance(value, int | Decimal):
        return f"{value:,}"
    if isinstance(value, list | tuple):
        return "、".join(in_words(one, words) for one in value)
    text = str(value)
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


def _row(row: Any, fields: Sequence[Field[Any, Any]], kept: Kept, reader: Reader) -> tuple[Item, ...]:
    theirs = not kept.payee or str(getattr(row, _PAYEE)) in reader.resident_codes
    return tuple(_item(field, getattr(row, field.attname), theirs, kept, reader) for field in fields)


def _item(field: Field[Any, Any], value: object, theirs: bool, kept: Kept, reader: Reader) -> Item:
    ground = _ground(field.name, value, theirs, kept, reader)
    if ground:
        return Item(label(field.name), "", ground)
    choices = {str(key): str(title) for key, title in field.flatchoices if not str(title).isascii()}
    return Item(label(field.name), in_words(value, {**choices, **kept.words.get(field.name, {})}))


def _ground(name: str, value: object, theirs: bool, kept: Kept, reader: Reader) -> str:
    if name in kept.guarded.split():
        return "" if kept.person and reader.alone else Ground.EXISTENCE
    if not reader.alone and name in PLACES:
        return Ground.OTHERS
    if name in kept.unsaid.split() or (not theirs and name in kept.third.split()):
        return Ground.OTHERS
    named = value if isinstance(value, list) else [value]
    if name in kept.others.split() and not all(one is None or one == "" or str(one) in reader.own for one in named):
        return Ground.OTHERS
    return ""
