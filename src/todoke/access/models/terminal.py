"""端末: known by the SHA-256 of its TLS client certificate; without registration nobody signs in there."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class TerminalKind(models.TextChoices):
    """What a terminal is used with."""

    SCREEN = "screen", "画面"
    CLI = "cli", "コマンド"


class Terminal(models.Model):
    """A registered terminal. Both dates are included; a withdrawn one ends at once."""

    fingerprint = models.TextField(primary_key=True)
    name = models.TextField(unique=True)
    place = models.TextField()
    kind = models.TextField(choices=TerminalKind)
    valid_from = models.DateField()
    valid_until = models.DateField()
    registered_by = models.TextField()
    registered_at = models.DateTimeField()
    withdrawn_by = models.TextField(default="")
    withdrawn_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open=(
            "fingerprint name place kind valid_from valid_until registered_by registered_at "
            "withdrawn_by withdrawn_at"
        ),
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "access_terminal"
        constraints = [
            models.CheckConstraint(
                condition=Q(fingerprint__regex=r"^[0-9a-f]{64}$"), name="terminal_is_a_sha256"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="terminal_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="")),
                name="terminal_withdrawn_by_somebody",
            ),
        ]
