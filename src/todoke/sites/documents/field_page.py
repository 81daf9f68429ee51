"""The page of all fields (docs/made/fields.md): model, field, class, and how long the rows are kept."""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.db import models

from todoke.privacy.classes import classes_of, declaration
from todoke.privacy.retention import words

_INTRO = """# Fields

Every field of every model, its class, and how long the rows of its model are kept. Masking, exports and the content of the
log follow from the class: only 公開 may be logged; 秘密 and 個人番号 never leave; 特定個人情報 leaves only with a second person.
"""


def page(note: str) -> str:
    """The whole page, after the generator's note."""
    found = sorted(apps.get_models(include_auto_created=True), key=lambda model: model._meta.label)
    return note + _INTRO + "".join(part for model in found for part in _section(model))


def _section(model: type[models.Model]) -> Iterable[str]:
    yield f"\n## {model._meta.label}\n\n{words(declaration(model).keep)}\n\n| class | fields |\n| --- | --- |\n"
    classes = classes_of(model)
    for kind in dict.fromkeys(classes.values()):
        names = ", ".join(field for field, its in classes.items() if its is kind)
        yield f"| {kind.value} | {names} |\n"
