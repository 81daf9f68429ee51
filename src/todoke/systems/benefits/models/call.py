"""電話の応対 (calls): who was looked up for whom, what the caller could tell, and who is to be called back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, with_parent, years
from todoke.systems.benefits.rules.aftermath.calls import Item


class Call(models.Model):
    """One call: what was asked by, and the person and case that it led to. Append-only.

    Without a person it led to nobody of whom may be told by telephone: unknown, several, or one who is protected; the row
    does not say which.
    """

    case = models.ForeignKey("benefits.Case", on_delete=models.PROTECT, null=True)
    resident_code = models.TextField(blank=True)
    household_key = models.TextField(blank=True)
    asked_number = models.TextField(blank=True)
    asked_kana = models.TextField(blank=True)
    asked_birth = models.DateField(null=True)
    purpose = models.TextField()
    opened_at = models.DateTimeField()
    opened_by = models.TextField()

    privacy = Privacy(
        open="id case opened_at opened_by",
        personal="resident_code household_key asked_number asked_kana asked_birth purpose",
        keep=years(5, since="opened_at", law=CLAIMS, parent="case"),
    )

    class Meta:
        db_table = "benefits_call"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(asked_number="") | (~Q(asked_kana="") & Q(asked_birth__isnull=False)),
                name="call_asked_enough",
            ),
            models.CheckConstraint(condition=~Q(purpose=""), name="call_has_a_purpose"),
            models.CheckConstraint(
                condition=Q(resident_code="", household_key="", case__isnull=True)
                | (~Q(resident_code="") & ~Q(household_key="")),
                name="call_of_somebody_or_nobody",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["opened_at"], name="call_opened")]


class CallCheck(models.Model):
    """One answer of the caller, right or wrong; not what was said. Append-only; none after three wrong ones (trigger)."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT)
    item = models.TextField(choices=[(item.value, item.name) for item in Item])
    agreed = models.BooleanField()
    at = models.DateTimeField()
    by = models.TextField()

    privacy = Privacy(open="id call item agreed at by", keep=with_parent("call"))

    class Meta:
        db_table = "benefits_call_check"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["call", "item"], condition=Q(agreed=True), name="call_check_agreed_once"
            ),
            models.CheckConstraint(
                condition=Q(item__in=[item.value for item in Item]), name="call_check_known"
            ),
        ]


class CallNote(models.Model):
    """応対の記録, and whether somebody is to be called back at a number. Append-only."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT)
    text = models.TextField()
    call_back = models.BooleanField()
    phone = models.TextField(blank=True)
    noted_at = models.DateTimeField()
    noted_by = models.TextField()

    privacy = Privacy(
        open="id call call_back noted_at noted_by", personal="text phone", keep=with_parent("call")
    )

    class Meta:
        db_table = "benefits_call_note"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text=""), name="call_note_says_something"),
            models.CheckConstraint(
                condition=Q(call_back=False, phone="") | Q(phone__regex="^0[0-9]{9,10}$"),
                name="call_note_phone",
            ),
        ]


class CallReturn(models.Model):
    """折り返し: that somebody was called back, once. Append-only."""

    note = models.OneToOneField(CallNote, on_delete=models.PROTECT)
    text = models.TextField()
    returned_at = models.DateTimeField()
    returned_by = models.TextField()

    privacy = Privacy(open="id note returned_at returned_by", personal="text", keep=with_parent("note"))

    class Meta:
        db_table = "benefits_call_return"
