"""番号変換の許可: which system may have which numbers converted, in which duty, from when until when."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever
from todoke.systems.linkage.flows import RightState
from todoke.systems.linkage.models.existing_system import ExistingSystem


class ConversionRight(models.Model):
    """One allowed conversion of one system in one duty; counts only while confirmed by a second person, and in its dates."""

    system = models.ForeignKey(ExistingSystem, on_delete=models.PROTECT, related_name="rights")
    duty = models.TextField()
    direction = models.TextField()
    local_system = models.ForeignKey(ExistingSystem, on_delete=models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    law = models.TextField()
    state = models.TextField(choices=RightState.choices)
    state_at = models.DateTimeField()
    state_by = models.TextField()
    declared_by = models.TextField()
    declared_at = models.DateTimeField()
    confirmed_by = models.TextField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open=(
            "id system duty direction local_system valid_from valid_until law state state_at state_by"
            " declared_by declared_at confirmed_by confirmed_at"
        ),
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    direction__in=["local_to_integrated", "integrated_to_local"], local_system__isnull=False
                )
                | Q(
                    direction__in=["individual_to_integrated", "integrated_to_individual"],
                    local_system__isnull=True,
                ),
                name="conversion_right_is_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="conversion_right_dates_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(law="") & ~Q(duty=""), name="conversion_right_says_by_which_law"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("declared_by")),
                name="conversion_right_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state="declared", confirmed_by__isnull=True)
                | Q(state="confirmed", confirmed_by__isnull=False, confirmed_at__isnull=False)
                | Q(state="ended"),
                name="conversion_right_confirmed_by_somebody",
            ),
        ]
