"""操作の記録: one append-only log in every system's database (PIA III.3 特定個人情報の使用の記録)."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import EXCHANGES, Period


class Operation(models.Model):
    """Who did what, when, on whom. Holds no name and no number of a person; refuses UPDATE and DELETE.

    Partitioned by month in Japan; the column `xid` (the transaction) is PostgreSQL's own and read by SQL only.
    Written by `oplog.record`, sealed by `oplog.sealing`.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.TextField()
    organisation = models.TextField()
    session_id = models.TextField()
    terminal = models.TextField()
    duty = models.TextField()
    purpose = models.TextField()
    verb = models.TextField()
    subject = models.TextField()
    persons = models.BigIntegerField()
    object_type = models.TextField()
    object_index = models.BinaryField(null=True)
    outcome = models.TextField()
    permit_id = models.TextField()
    detail = models.BinaryField(null=True)
    salt = models.BinaryField(null=True)
    commitment = models.BinaryField(null=True)
    leaf = models.BinaryField()

    privacy = Privacy(
        open=(
            "id at actor organisation session_id terminal duty purpose verb subject persons object_type outcome"
            " permit_id commitment leaf"
        ),
        sealed="object_index detail salt",
        keep=Period(years=7, since="at", law=EXCHANGES, elsewhere="oplog"),
    )
