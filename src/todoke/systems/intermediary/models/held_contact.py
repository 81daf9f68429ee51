"""照会元への確認の記録: what an officer asked the inquirer before a held request may be released (append-only)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.intermediary.models.provision_case import ProvisionCase


class HeldContact(models.Model):
    """One contact: when, with which office and official (never the person asked about), and what was confirmed.

    A release needs one that confirmed law, need and handling (trigger on the decision).
    """

    case = models.ForeignKey(
        ProvisionCase, on_delete=models.PROTECT, db_column="permit_id", related_name="contacts"
    )
    contacted_at = models.DateTimeField()
    means = models.TextField()
    office = models.TextField()
    official = models.TextField()
    law_confirmed = models.BooleanField()
    need_confirmed = models.BooleanField()
    handling_confirmed = models.BooleanField()
    note = models.TextField(default="")
    noted_by = models.TextField()
    noted_at = models.DateTimeField()

    privacy = Privacy(
        open=(
            "id case contacted_at means office law_confirmed need_confirmed handling_confirmed noted_by noted_at"
        ),
        personal="official note",
        keep=with_parent("case"),
    )

    class Meta:
        db_table = "intermediary_held_contact"
        constraints = [
            models.CheckConstraint(
                condition=~Q(office="") & ~Q(official="") & Q(means__in=["telephone", "letter", "visit"]),
                name="contact_says_with_whom",
            ),
            models.CheckConstraint(
                condition=Q(contacted_at__lte=F("noted_at")), name="contact_is_not_in_the_future"
            ),
        ]
