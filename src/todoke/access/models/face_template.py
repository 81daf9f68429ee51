"""顔の登録データ: templates of staff's faces, sealed; the keys lie outside the database (PIA III.3 画像との紐づけ)."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import Period

PURPOSE_ENDED: Final = "個人情報の保護に関する法律61条2項（利用目的に必要な範囲を超えて保有しない）"
"""Deleted by `factors.enrolment.forget_leavers`."""


class TemplateStage(models.TextChoices):
    """What a template is for."""

    LINKED = "linked", "紐づけ済み・本人の確認待ち"
    CONFIRMED = "confirmed", "本人が確認済み"
    LATEST = "latest", "最後に受け付けた顔"


class FaceTemplate(models.Model):
    """One face of one person at one stage. An administrator links it, the person confirms it: two people.

    `sealed` is bound to realm, table, person and stage. Deleted when the person leaves; guards refuse a leaver's.
    """

    staff = models.ForeignKey("access.Staff", on_delete=models.PROTECT)
    stage = models.TextField(choices=TemplateStage)
    model = models.TextField()
    key_id = models.PositiveSmallIntegerField()
    sealed = models.BinaryField()
    made_by = models.TextField()
    made_at = models.DateTimeField()
    confirmed_by = models.TextField(default="")
    confirmed_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open="id staff stage model key_id made_by made_at confirmed_by confirmed_at",
        sealed="sealed",
        keep=Period(days=1, since="staff.left_on", law=PURPOSE_ENDED, elsewhere="access"),
    )

    class Meta:
        db_table = "access_face_template"
        constraints = [
            models.UniqueConstraint(fields=["staff", "stage"], name="face_one_per_stage"),
            models.CheckConstraint(
                condition=(Q(stage="latest") & Q(made_by=F("staff")))
                | (Q(stage__in=["linked", "confirmed"]) & ~Q(made_by=F("staff"))),
                name="face_linked_by_another",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["linked", "latest"], confirmed_by="", confirmed_at__isnull=True)
                | Q(stage="confirmed", confirmed_by=F("staff"), confirmed_at__isnull=False),
                name="face_confirmed_by_its_owner",
            ),
        ]
