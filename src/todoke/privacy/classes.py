"""Every field has a class (分類), declared beside it on the model; masking, exports and the log follow from the class.

class Person(models.Model):
    name_kanji = models.TextField()
    privacy = Privacy(personal="name_kanji …", open="…", keep=with_parent("batch"))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Final

from todoke.privacy.retention import Keeping

if TYPE_CHECKING:
    from django.db import models


class FieldClass(Enum):
    """What may be done with a field. From OPEN downwards each class allows less."""

    OPEN = "公開"  # no person is known by it: may be logged, listed and exported as it is
    PERSONAL = "個人情報"  # masked unless the viewer's duty needs it; exported with a purpose, never logged
    SPECIFIC = "特定個人情報"  # the same, and an export always needs a second person (番号法2条8項)
    SECRET = "秘密"  # noqa: S105 (符号, keys, sealed texts: for machines only)
    NUMBER = "個人番号"  # SECRET, and allowed in one place of each realm only (番号法2条5項)

    @property
    def loggable(self) -> bool:
        """Whether a value may stand in the operation log, an error or a file name."""
        return self is FieldClass.OPEN

    @property
    def exportable(self) -> bool:
        """Whether a value may leave in an export at all."""
        return self not in (FieldClass.SECRET, FieldClass.NUMBER)


class ClassError(ValueError):
    """A model whose declaration and fields do not agree: nothing of it may be shown."""


@dataclass(frozen=True, kw_only=True)
class Privacy:
    """The declaration of one model: field names, separated by spaces, per class; and how long its rows are kept."""

    keep: Keeping
    open: str = ""
    personal: str = ""
    specific: str = ""
    sealed: str = ""
    number: str = ""

    def classes(self) -> dict[str, FieldClass]:
        """Field name → class. Raises ClassError for a field that is named twice."""
        named = {
            FieldClass.OPEN: self.open,
            FieldClass.PERSONAL: self.personal,
            FieldClass.SPECIFIC: self.specific,
            FieldClass.SECRET: self.sealed,
            FieldClass.NUMBER: self.number,
        }
        pairs = [(field, kind) for kind, fields in named.items() for field in fields.split()]
        found = dict(pairs)
        if len(found) < len(pairs):
            raise ClassError("a field is classified twice")
        return found


@cache
def classes_of(model: type[models.Model]) -> Mapping[str, FieldClass]:
    """Field name → class of every concrete field. Raises ClassError unless the declaration names exactly these."""
    declared = declaration(model).classes()
    fields = {field.name for field in model._meta.concrete_fields}
    if fields != declared.keys():
        differing = ", ".join(sorted(fields ^ declared.keys()))
        raise ClassError(f"{model._meta.label}: not classified, or no such field: {differing}")
    return declared


def declaration(model: type[models.Model]) -> Privacy:
    """The declaration of a model; ClassError without one."""
    found = getattr(model, _NAME, None)
    if not isinstance(found, Privacy):
        raise ClassError(f"{model._meta.label} has no declaration `{_NAME}`")
    return found


_NAME: Final = "privacy"
