"""職員: one person, one ID. Filled from the personnel feed, never typed by hand."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import SAFEGUARDS, years


class Employer(models.TextChoices):
    """Who employs the person."""

    OWN = "own", "職員"
    CONTRACTOR = "contractor", "委託先"


class Staff(models.Model):
    """A member of staff or of a contractor. `left_on` is the first day without any right (失効日).

    `password` is a hash, empty until one was issued; `must_change` marks an issued one that nobody has replaced.
    Guards: never removed; an account of a contractor lies within its contract's dates and head-count.
    """

    staff_id = models.TextField(primary_key=True)
    name = models.TextField()
    kana = models.TextField()
    organisation = models.TextField()
    section = models.TextField()
    employer = models.TextField(choices=Employer)
    contract = models.ForeignKey("access.Contract", on_delete=models.PROTECT, null=True)
    hired_on = models.DateField()
    left_on = models.DateField(null=True)
    imported_by = models.TextField()
    imported_at = models.DateTimeField()
    password = models.TextField(default="")
    must_change = models.BooleanField(default=True)
    password_by = models.TextField(default="")
    password_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open=(
            "staff_id organisation section employer contract imported_by imported_at must_change "
            "password_by password_at"
        ),
        personal="name kana hired_on left_on",
        sealed="password",
        keep=years(7, since="left_on", law=SAFEGUARDS),
    )

    class Meta:
        db_table = "access_staff"
        constraints = [
            models.CheckConstraint(
                condition=Q(staff_id__regex=r"^[a-z][a-z0-9]{2,15}$"), name="staff_id_is_plain"
            ),
            models.CheckConstraint(
                condition=Q(employer="own", contract__isnull=True)
                | Q(employer="contractor", contract__isnull=False),
                name="staff_contractor_has_contract",
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("hired_on")),
                name="staff_leaves_after_hiring",
            ),
            models.CheckConstraint(
                condition=Q(password="", password_at__isnull=True)
                | (~Q(password="") & Q(password_at__isnull=False) & ~Q(password_by="")),
                name="staff_password_has_issuer",
            ),
        ]
