"""判定の入力: what other departments hand over, as sealed files."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, years
from todoke.systems.benefits.rules.imports.kinds import KEPT_HERE, OF_PROGRAMME


class Source(models.Model):
    """One edition (版) of 課税情報, 付帯状況 or a list that a decision reads, sealed as Parquet. Append-only: the newest is in use, the others are history.

    programme: whose list it is, of kinds of which each 事業 has its own (申立て, 算定額); else empty.
    """

    edition = models.PositiveIntegerField()
    kind = models.TextField(choices=[(kind.value, kind.label) for kind in KEPT_HERE])
    programme = models.TextField(db_default="")
    sha256 = models.TextField()
    source_sha256 = models.TextField()
    path = models.TextField()
    rows = models.BigIntegerField()
    imported_at = models.DateTimeField()
    imported_by = models.TextField()

    privacy = Privacy(
        open="id edition kind programme sha256 source_sha256 path rows imported_at imported_by",
        keep=years(5, since="imported_at", law=CLAIMS, files=("path",)),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "programme", "source_sha256"], name="source_once"),
            # two imports that were compared with the same edition cannot both follow it
            models.UniqueConstraint(fields=["kind", "programme", "edition"], name="source_one_line"),
            models.CheckConstraint(
                condition=Q(kind__in=OF_PROGRAMME) ^ Q(programme=""), name="source_of_its_programme"
            ),
        ]
