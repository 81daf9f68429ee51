"""媒体・搬送の台帳 (PIA Ⅱ.6, Ⅲ.7): which medium holds what, who carried it where, and who received it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.assurance.models.backup import Backup
from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class MediumContent(models.TextChoices):
    """What lies on it; data and keys never lie on the same medium."""

    DATA = "data", "控え（暗号化したデータ）"
    KEYS = "keys", "鍵の控え（暗号化した鍵）"


class Medium(models.Model):
    """One medium (媒体) with the label it bears and the backup on it. Append-only."""

    label = models.TextField(unique=True)
    kind = models.TextField()
    content = models.TextField(choices=MediumContent)
    backup = models.ForeignKey(Backup, on_delete=models.PROTECT)
    registered_by = models.TextField()
    registered_at = models.DateTimeField()

    privacy = Privacy(
        open="id label kind content backup registered_by registered_at", keep=for_ever(NOT_PERSONAL)
    )

    class Meta:
        db_table = "assurance_medium"
        constraints = [
            models.CheckConstraint(
                condition=~Q(label="") & ~Q(kind="") & ~Q(registered_by=""), name="medium_is_described"
            )
        ]


class Transport(models.Model):
    """One way of one medium (搬送): two people carry it, a third receives it. `received_*` are written once, later.

    `seal`: the number of the seal (封印) that `handed_by` put on it; whoever receives it reads the same number there.
    """

    medium = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="transports")
    origin = models.TextField()
    destination = models.TextField()
    carried_by = models.TextField()
    accompanied_by = models.TextField()
    seal = models.TextField(default="", db_default="")
    handed_by = models.TextField()
    handed_at = models.DateTimeField()
    received_by = models.TextField(null=True)
    received_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open=(
            "id medium origin destination carried_by accompanied_by seal handed_by handed_at received_by"
            " received_at"
        ),
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "assurance_transport"
        constraints = [
            models.CheckConstraint(
                condition=~Q(origin="") & ~Q(destination="") & ~Q(origin=F("destination")),
                name="transport_goes_somewhere",
            ),
            models.CheckConstraint(
                condition=~Q(carried_by="") & ~Q(accompanied_by="") & ~Q(carried_by=F("accompanied_by")),
                name="transport_by_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(received_by__isnull=True, received_at__isnull=True)
                | (
                    Q(received_by__isnull=False, received_at__gte=F("handed_at"))
                    & ~Q(received_by=F("carried_by"))
                    & ~Q(received_by=F("accompanied_by"))
                ),
                name="transport_received_by_another",
            ),
            models.UniqueConstraint(
                fields=["medium"], condition=Q(received_by__isnull=True), name="transport_one_way_at_a_time"
            ),
        ]


class MediumEnding(models.TextChoices):
    """How a medium leaves the register."""

    DESTROYED = "destroyed", "廃棄"
    RETURNED = "returned", "返却"


class MediumEnd(models.Model):
    """The end of a medium (廃棄・返却): one person does it, another saw it done. `confirmed_*` are written once, later.

    While it is on its way it has no end, and after its end it goes nowhere (triggers).
    """

    medium = models.OneToOneField(Medium, on_delete=models.PROTECT, related_name="end")
    how = models.TextField(choices=MediumEnding)
    method = models.TextField()
    done_by = models.TextField()
    done_at = models.DateTimeField()
    confirmed_by = models.TextField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open="id medium how method done_by done_at confirmed_by confirmed_at", keep=for_ever(NOT_PERSONAL)
    )

    class Meta:
        db_table = "assurance_medium_end"
        constraints = [
            models.CheckConstraint(condition=~Q(method="") & ~Q(done_by=""), name="medium_end_says_how"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__gte=F("done_at"))
                & ~Q(confirmed_by=F("done_by")),
                name="medium_end_two_persons",
            ),
        ]
