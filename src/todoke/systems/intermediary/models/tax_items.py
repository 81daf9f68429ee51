"""The items of 地方税関係情報 as columns: one for each value, one for each reason of absence (RON).

Columns, not arrays and not JSON: the database itself then refuses an item that is neither a value nor a reason, or
both, and an auditor reads a row as the form shows it. Another kind of information gets a table of its own, as
データ標準レイアウト has a layout of its own for each.
"""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Q

from todoke.contracts.information import TAX_ITEMS

ITEM_COLUMNS: Final = tuple(column for item in TAX_ITEMS for column in (item, f"{item}_reason"))
"""Values and reasons in turn, in the order of TAX_ITEMS; 32 names."""

TAX_FIELDS: Final = " ".join(ITEM_COLUMNS)
"""The same, for declarations of privacy."""


class TaxItems(models.Model):
    """Abstract: `<item>` and `<item>_reason` for each of TAX_ITEMS, texts as the provider's 正本 has them."""

    class Meta:
        abstract = True


for _column in ITEM_COLUMNS:
    models.TextField(null=True).contribute_to_class(TaxItems, _column)


def whole() -> Q:
    """Each item is a value or a reason, never neither, never both, never blank."""
    condition = Q()
    for item in TAX_ITEMS:
        value, reason = Q(**{f"{item}__isnull": False}), Q(**{f"{item}_reason__isnull": False})
        blank = Q(**{item: ""}) | Q(**{f"{item}_reason": ""})
        condition &= ((value & ~reason) | (~value & reason)) & ~blank
    return condition


def nothing() -> Q:
    """No item at all."""
    condition = Q()
    for column in ITEM_COLUMNS:
        condition &= Q(**{f"{column}__isnull": True})
    return condition
