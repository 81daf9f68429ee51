"""符号管理: which 符号 belongs to which 統合番号, per 機関. The city never gets to see a 符号."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import REGISTER, for_ever


class LinkCode(models.Model):
    """A 統合番号 at one organisation; while its 符号 is asked for a 取得番号, afterwards the 符号 (never both); or why there is none.

    Two organisations of one municipality have different 符号 for the same person.
    """

    pk = models.CompositePrimaryKey("organisation", "integrated_number")
    organisation = models.TextField()
    integrated_number = models.TextField()
    state = models.TextField()
    acquisition_number = models.TextField(null=True)
    link_code = models.TextField(null=True)
    requested_at = models.DateTimeField(null=True)
    acquired_at = models.DateTimeField(null=True)
    failure = models.TextField(db_default="")

    privacy = Privacy(
        open="organisation state requested_at acquired_at failure",
        specific="integrated_number",
        sealed="acquisition_number link_code",
        keep=for_ever(REGISTER),
    )

    class Meta:
        db_table = "intermediary_link_code"
        constraints = [
            models.UniqueConstraint(fields=["acquisition_number"], name="acquisition_number_once"),
            models.UniqueConstraint(fields=["link_code"], name="link_code_once"),
            models.CheckConstraint(
                condition=Q(
                    state__in=["not_requested", "failed"],
                    acquisition_number__isnull=True,
                    link_code__isnull=True,
                )
                | Q(state="requested", acquisition_number__isnull=False, link_code__isnull=True)
                | Q(state="acquired", acquisition_number__isnull=True, link_code__isnull=False),
                name="link_code_by_state",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(failure="") | ~Q(state="failed") & Q(failure=""),
                name="link_code_failure_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["requested_at"], name="link_code_waiting", condition=Q(state="requested"))
        ]
