"""パスキー: the public half of a credential, and the challenges that are open (WebAuthn)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.access.models.face_template import PURPOSE_ENDED
from todoke.privacy.classes import Privacy
from todoke.privacy.retention import Period


class Passkey(models.Model):
    """One credential of one person. Guards: only the counter changes, and never back; none for a leaver."""

    credential_id = models.BinaryField(primary_key=True)
    staff = models.ForeignKey("access.Staff", on_delete=models.PROTECT)
    rp_id = models.TextField()
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField()
    invited_by = models.TextField()
    registered_by = models.TextField()
    registered_at = models.DateTimeField()

    privacy = Privacy(
        open="staff rp_id sign_count invited_by registered_by registered_at",
        sealed="credential_id public_key",
        keep=Period(days=1, since="staff.left_on", law=PURPOSE_ENDED, elsewhere="access"),
    )

    class Meta:
        db_table = "access_passkey"
        constraints = [
            models.CheckConstraint(
                condition=Q(registered_by=F("staff")) & ~Q(invited_by=F("staff")),
                name="passkey_invited_by_another",
            ),
            models.CheckConstraint(condition=Q(sign_count__gte=0), name="passkey_counter_counts_up"),
        ]
        indexes = [models.Index(fields=["staff"], name="passkey_of_staff")]
