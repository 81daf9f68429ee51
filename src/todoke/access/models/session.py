"""サインインの状態: at most one live session per user ID, held by the database (PIA III.3 同時ログインの制限)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import SAFEGUARDS, years


class EndReason(models.TextChoices):
    """Why a session ended; the label is what the person is told at the next request."""

    SIGNED_OUT = "signed_out", "サインアウト済み"
    IDLE = "idle", "15分間操作がなかったため終了"
    EXPIRED = "expired", "10時間を過ぎたため終了"
    TAKEN_OVER = "taken_over", "責任職の許可により別の端末に引き継がれたため終了"
    REENTERED = "reentered", "同じ端末で入り直したため終了"
    LEFT = "left", "異動または退職により職員IDが失効"
    ENDED = "ended", "管理者により終了"


class Session(models.Model):
    """One sign-in. The token itself is never kept, only its SHA-256; an ended session never changes again.

    `take_over_by/until`: a supervisor's leave to begin anew elsewhere, good for one sign-in.
    """

    token_hash = models.TextField(unique=True)
    staff = models.ForeignKey("access.Staff", on_delete=models.PROTECT)
    terminal = models.ForeignKey("access.Terminal", on_delete=models.PROTECT)
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    factor = models.TextField()
    factor_at = models.DateTimeField()
    take_over_by = models.TextField(default="")
    take_over_until = models.DateTimeField(null=True)
    taken_over_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(default="")
    end_reason = models.TextField(choices=EndReason, default="")

    privacy = Privacy(
        open=(
            "id staff terminal begun_at seen_at factor factor_at take_over_by take_over_until "
            "taken_over_from ended_at ended_by end_reason"
        ),
        sealed="token_hash",
        keep=years(1, since="ended_at", law=SAFEGUARDS),
    )

    class Meta:
        db_table = "access_session"
        constraints = [
            models.UniqueConstraint(
                fields=["staff"], condition=Q(ended_at__isnull=True), name="session_one_live_per_staff"
            ),
            models.CheckConstraint(
                condition=Q(token_hash__regex=r"^[0-9a-f]{64}$"),  # noqa: S106 - a form, not a token
                name="session_token_is_a_sha256",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="", end_reason="")
                | (Q(ended_at__isnull=False) & ~Q(ended_by="") & ~Q(end_reason="")),
                name="session_ends_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(take_over_until__isnull=True, take_over_by="")
                | (Q(take_over_until__isnull=False) & ~Q(take_over_by="") & ~Q(take_over_by=F("staff"))),
                name="session_taken_over_by_another",
            ),
        ]
        indexes = [models.Index(fields=["staff", "begun_at"], name="session_of_staff")]
