"""課税情報と付帯状況の取込 (load): both files checked and sealed, or refused whole."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import snapshots
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.benefits import codecs
from todoke.systems.benefits.models import Source

ALIAS = "benefits"


def load_sources(*, tax: Path, assistance: Path, by: Actor) -> dict[str, int]:
    """Seal both files; returns rows by kind. The same content again changes nothing. Raises InputRefused."""
    require(by, Permission.BENEFITS_IMPORT)
    tables = {
        "tax": (tax, codecs.read_tax(tax)),
        "assistance": (assistance, codecs.read_assistance(assistance)),
    }
    return {kind: _seal(kind, file, table, by) for kind, (file, table) in tables.items()}


def _seal(kind: str, file: Path, table: pa.Table, by: Actor) -> int:
    seal = snapshots.write(table, Path(settings.TODOKE_DATA_FOLDER) / "benefits", kind)
    with transaction.atomic(using=ALIAS):
        _, created = Source.objects.using(ALIAS).get_or_create(
            kind=kind,
            source_sha256=snapshots.file_sha256(file),
            defaults={
                "sha256": seal.sha256,
                "path": str(seal.path),
                "rows": seal.rows,
                "imported_at": clock.now(),
                "imported_by": by.staff_id,
            },
        )
        if created:
            subject = f"{kind} {seal.sha256[:16]}"
            record(ALIAS, by=by, verb="benefits:source:import", subject=subject, persons=seal.rows)
    return seal.rows
