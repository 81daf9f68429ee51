"""Files of masters (正本) that came in to be registered as replicas."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NO_LONGER_NEEDED, years
from todoke.systems.linkage.flows import ReplicaFileState


class FileKind(models.TextChoices):
    """How the rows came in."""

    FILE = "file", "正本のファイル"
    REPAIR = "repair", "照合後の再登録"
    SCREEN = "screen", "画面からの訂正"


class ReplicaFile(models.Model):
    """One file, or one correction by screen. Its rows lie encrypted in temporary files, never in this database.

    `wrapped_key` opens those files. It goes when the last of them is settled: then nothing can be read any more,
    whatever is left on a disk.
    """

    kind = models.TextField(choices=FileKind.choices)
    name = models.TextField()
    system = models.TextField()
    sha256 = models.TextField()
    rows = models.IntegerField()
    bad_rows = models.IntegerField(db_default=0)
    state = models.TextField(choices=ReplicaFileState.choices)
    wrapped_key = models.BinaryField(null=True)
    received_at = models.DateTimeField()
    received_by = models.TextField()
    settled_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open="id kind name system sha256 rows bad_rows state received_at received_by settled_at",
        sealed="wrapped_key",
        keep=years(1, since="settled_at", law=NO_LONGER_NEEDED),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="waiting", wrapped_key__isnull=False, settled_at__isnull=True)
                | Q(state__in=["refused", "done"], wrapped_key__isnull=True, settled_at__isnull=False),
                name="replica_file_key_only_while_waiting",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["file", "repair", "screen"]), name="replica_file_kind_known"
            ),
            models.UniqueConstraint(
                fields=["sha256"],
                condition=Q(kind="file", state__in=["waiting", "done"]),
                name="replica_file_once",
            ),
        ]
