"""差異の閲覧: what is registered beside what 住基ネット has, of one person; the look is logged about the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person as Concerned
from todoke.oplog.record import record, record_many
from todoke.systems.linkage.models import Difference
from todoke.systems.linkage.rules.consistency import FIELDS, Kind

ALIAS = "linkage"
PURPOSE = "住登外者の整合性確認（住基ネットとの差異の処理）"


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A difference. `registered` is empty for kinds without a value and, like `found`, for protected people."""

    row: Difference
    registered: str
    found: str
    protected: bool


def note_listed(*, persons: Sequence[str], by: Actor) -> None:
    """Log whose differences a list showed, one entry a person."""
    require(by, Permission.LINKAGE_DIFFERENCE_READ)
    with transaction.atomic(using=ALIAS):
        record_many(
            ALIAS,
            by=replace(by, purpose=by.purpose or PURPOSE),
            verb=Permission.LINKAGE_DIFFERENCE_READ.value,
            subject="difference listed",
            about=[Concerned("integrated_number", person) for person in dict.fromkeys(persons)],
        )


def read_difference(*, difference_id: int, by: Actor) -> Compared:
    """One difference with both values. NOT_FOUND without it."""
    require(by, Permission.LINKAGE_DIFFERENCE_READ)
    row = Difference.objects.using(ALIAS).select_related("person").filter(pk=difference_id).first()
    if row is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="差異")
    with transaction.atomic(using=ALIAS):
        record(
            ALIAS,
            by=replace(by, purpose=by.purpose or PURPOSE),
            verb=Permission.LINKAGE_DIFFERENCE_READ.value,
            subject="difference shown",
            persons=1,
            about=Concerned("integrated_number", str(row.person_id)),
        )
    protected = row.person.auto_reply_prohibited
    field = FIELDS.get(Kind(row.kind))
    return Compared(
        row=row,
        registered=str(getattr(row.person, field)) if field and not protected else "",
        found=row.found if row.found and not protected else "",
        protected=protected,
    )
