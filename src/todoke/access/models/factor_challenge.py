"""本人確認の受付番号 (challenge): random, single-use and short-lived; spending one deletes its row."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.access.models.face_template import PURPOSE_ENDED
from todoke.privacy.classes import Privacy
from todoke.privacy.retention import days


class Ceremony(models.TextChoices):
    """What a challenge was given out for."""

    REGISTER = "register", "パスキーの登録"
    VERIFY = "verify", "本人確認"


class FactorChallenge(models.Model):
    """One open challenge, bound to person, terminal and ceremony. A registration was allowed by somebody else."""

    challenge = models.BinaryField(primary_key=True)
    ceremony = models.TextField(choices=Ceremony)
    staff = models.ForeignKey("access.Staff", on_delete=models.PROTECT)
    terminal = models.TextField()
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    valid_until = models.DateTimeField()

    privacy = Privacy(
        open="ceremony staff terminal asked_by asked_at valid_until",
        sealed="challenge",
        keep=days(1, since="valid_until", law=PURPOSE_ENDED),
    )

    class Meta:
        db_table = "access_factor_challenge"
        constraints = [
            models.CheckConstraint(
                condition=(Q(ceremony="verify") & Q(asked_by=F("staff")))
                | (Q(ceremony="register") & ~Q(asked_by=F("staff"))),
                name="challenge_asked_by",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("asked_at")), name="challenge_ends_after_it_begins"
            ),
        ]
        indexes = [models.Index(fields=["staff", "ceremony"], name="challenge_of_staff")]
