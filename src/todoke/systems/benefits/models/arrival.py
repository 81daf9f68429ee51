"""受付 (arrival): that the form of a household came in, once, whatever the route."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent


class Arrival(models.Model):
    """One a case, held by a unique constraint: a sheet at a scanner (`scan`) or a row of a file (`file`).

    Nothing of it changes, but that whoever scanned it may undo it (trigger: not once the form is keyed or examined).
    `before_state` is where the case stood and goes back to; `source` the SHA-256 of the file.
    """

    programme = models.ForeignKey(
        "benefits.RegisteredProgramme", on_delete=models.PROTECT, db_column="programme"
    )
    case = models.ForeignKey("benefits.Case", on_delete=models.PROTECT)
    channel = models.TextField(
        choices=[("scan", "読み取り"), ("file", "ファイル"), ("notice", "お知らせの期限")]
    )
    source = models.TextField(db_default="")
    received_on = models.DateField()
    before_state = models.TextField()
    arrived_at = models.DateTimeField()
    arrived_by = models.TextField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.TextField(null=True)

    privacy = Privacy(
        open=(
            "id programme case channel source received_on before_state arrived_at arrived_by undone_at undone_by"
        ),
        keep=with_parent("case"),
    )

    class Meta:
        db_table = "benefits_arrival"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(undone_at__isnull=True), name="arrival_once_per_case"
            ),
            models.CheckConstraint(
                condition=Q(before_state__in=["numbered", "printed"]), name="arrival_of_expected_form"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by=F("arrived_by"), channel="scan"),
                name="arrival_undone_by_its_own",
            ),
            models.UniqueConstraint(fields=["id", "case"], name="arrival_case_key"),
        ]
