"""出力の記録: which fields of which rows left, for what, encrypted for whom, until when; stays for ever."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from todoke.custody.flows import ExportState
from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class Export(models.Model):
    """One request for a file. `rows` and `digest` are of what was previewed; a file of other rows is not made.

    `conditions`: field=value pairs that chose the rows (they may name a person, so they are personal).
    `approval_needed`: more persons than the limit, or specific personal information among the fields.
    """

    model = models.TextField()
    fields = ArrayField(models.TextField())
    conditions = ArrayField(models.TextField())
    purpose = models.TextField()
    rows = models.BigIntegerField()
    digest = models.BinaryField()
    approval_needed = models.BooleanField()
    recipient = models.TextField()
    file_name = models.TextField(default="")
    file_sha256 = models.TextField(default="")
    expires_at = models.DateTimeField()
    state = models.TextField(choices=ExportState.choices)
    state_at = models.DateTimeField()
    state_by = models.TextField()
    requested_by = models.TextField()
    requested_at = models.DateTimeField()
    approved_by = models.TextField(null=True)
    approved_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open=(
            "id model fields purpose rows digest approval_needed recipient file_name file_sha256 expires_at state"
            " state_at state_by requested_by requested_at approved_by approved_at"
        ),
        personal="conditions",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "custody_export"
        constraints = [
            models.CheckConstraint(condition=~Q(purpose="") & ~Q(recipient=""), name="export_has_purpose"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")),
                name="export_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(rows__lte=1000) | Q(approval_needed=True), name="export_large_needs_approval"
            ),
            models.CheckConstraint(
                condition=Q(approval_needed=False)
                | Q(state__in=["requested", "refused"])
                | Q(approved_by__isnull=False),
                name="export_approved_before_made",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["made", "reaped"], file_sha256__regex="^[0-9a-f]{64}$")
                | Q(state__in=["requested", "approved", "refused"], file_sha256=""),
                name="export_made_has_file",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="export_approved_with_time",
            ),
        ]
