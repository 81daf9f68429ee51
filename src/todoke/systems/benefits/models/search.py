"""検索と連絡先: what somebody typed into the search box, and telephone numbers that people left with the office."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, NO_LONGER_NEEDED, days, years


class Search(models.Model):
    """One search of one member of staff, who alone may open it again; the handle stands in the address, not the words."""

    handle = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    staff_id = models.TextField()
    purpose = models.TextField()
    words = models.TextField()

    privacy = Privacy(
        open="handle at staff_id",
        personal="purpose words",
        keep=days(7, since="at", law=NO_LONGER_NEEDED),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(purpose=""), name="search_has_a_purpose"),
            models.CheckConstraint(condition=~Q(words=""), name="search_has_words"),
        ]
        indexes = [models.Index(fields=["staff_id", "-at"], name="search_of_staff")]


class Contact(models.Model):
    """連絡先: a telephone number that a resident gave, and where it was heard. Append-only; the newest counts."""

    resident_code = models.TextField()
    phone = models.TextField()
    source = models.TextField()
    noted_at = models.DateTimeField()
    noted_by = models.TextField()

    privacy = Privacy(
        open="id noted_at noted_by",
        personal="resident_code phone source",
        keep=years(5, since="noted_at", law=CLAIMS),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(phone__regex="^0[0-9]{9,10}$"), name="contact_is_a_phone"),
        ]
        indexes = [
            models.Index(fields=["phone"], name="contact_by_phone"),
            models.Index(fields=["resident_code", "-id"], name="contact_of_resident"),
        ]
