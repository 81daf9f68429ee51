"""許可証の更新: what the network signed so that the permit of a held request lives on (append-only)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.intermediary.models.provision_case import ProvisionCase


class PermitExtension(models.Model):
    """One renewal. The case's `expires_at` grows only to the `expires_at` of such a row (trigger)."""

    case = models.ForeignKey(
        ProvisionCase, on_delete=models.PROTECT, db_column="permit_id", related_name="extensions"
    )
    list_edition = models.IntegerField()
    renewed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    body = models.BinaryField()
    signature = models.BinaryField()
    asked_by = models.TextField()
    asked_at = models.DateTimeField()

    privacy = Privacy(
        open="id case list_edition renewed_at expires_at body signature asked_by asked_at",
        keep=with_parent("case"),
    )

    class Meta:
        db_table = "intermediary_permit_extension"
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("renewed_at")), name="extension_ends_after_it_begins"
            )
        ]
