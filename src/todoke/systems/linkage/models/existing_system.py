"""既存業務システム: the city's other systems, which know persons by numbers of their own."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class ExistingSystem(models.Model):
    """A system that files and messages are exchanged with. `code` is also the `system` of its local numbers.

    `duties`: the 事務 (JM…) it works for. Whatever it may do is declared beside it; this row alone allows nothing.
    """

    code = models.TextField(primary_key=True)
    title = models.TextField()
    duties = ArrayField(models.TextField())
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    registered_at = models.DateTimeField()
    registered_by = models.TextField()

    privacy = Privacy(
        open="code title duties valid_from valid_until registered_at registered_by",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(code__regex="^[a-z][a-z0-9-]{1,19}$"), name="existing_system_code_is_a_word"
            ),
            models.CheckConstraint(
                condition=~Q(title="") & Q(duties__len__gt=0), name="existing_system_described"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="existing_system_dates_in_order",
            ),
        ]

    def is_valid(self, on: date) -> bool:
        """Whether the system is in use on that day."""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)
