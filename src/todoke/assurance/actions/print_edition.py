"""保存した版を印刷する: the document as it was drafted, in one of the formats."""

from __future__ import annotations

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance import editions
from todoke.assurance.models import KeptEdition
from todoke.assurance.rendering import FORMATS, document
from todoke.oplog.record import record


def print_edition(*, by: Actor, kept: KeptEdition, form: str) -> bytes:
    """The file. `form`: one of `rendering.FORMATS`."""
    require(by, Permission.ASSURANCE_PRINT)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        subject = f"{kept.programme} edition:{kept.number} {form}"
        record(alias, by=by, verb=Permission.ASSURANCE_PRINT.value, subject=subject)
    return FORMATS[form](document(editions.read(kept)))
