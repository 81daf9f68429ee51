"""Values as a person without the need to know may see them: by the class of the field, with the rules of records.masking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.privacy.classes import FieldClass, classes_of
from todoke.records import masking

if TYPE_CHECKING:
    from django.db import models


def shown(value: object, kind: FieldClass) -> str:
    """OPEN as it is (but nothing that looks like an 個人番号); personal ones as first character and length, 横…(5字);
    numbers, dates and flags as ＊; secrets not even by their length."""
    if value is None:
        return ""
    if not kind.exportable:
        return "（表示できません）"
    if isinstance(value, str):
        return masking.shown(value, personal=kind is not FieldClass.OPEN)
    return str(value) if kind is FieldClass.OPEN else "＊"


def shown_field(model: type[models.Model], field: str, value: object) -> str:
    """The same for a field of a model; ClassError when the model is not classified."""
    return shown(value, classes_of(model)[field])


def exportable(model: type[models.Model], fields: Sequence[str]) -> dict[str, FieldClass]:
    """The classes of the fields of an export. EXPORT_FORBIDDEN for a secret one, NOT_FOUND for an unknown one."""
    classes = classes_of(model)
    unknown = [field for field in fields if field not in classes]
    if unknown or not fields:
        raise TodokeError(ErrorCode.NOT_FOUND, what="出力する項目")
    forbidden = [field for field in fields if not classes[field].exportable]
    if forbidden:
        raise TodokeError(ErrorCode.EXPORT_FORBIDDEN, fields="、".join(forbidden))
    return {field: classes[field] for field in fields}
