"""住民の異動 as dated history, and the files that brought it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, REGISTER, for_ever


class ChangeFile(models.Model):
    """A daily file that was taken in whole. Append-only; the serials of all files follow on from each other (trigger)."""

    sha256 = models.TextField(unique=True)
    first_serial = models.BigIntegerField(unique=True)
    last_serial = models.BigIntegerField(unique=True)
    as_of = models.DateField()
    snapshot_id = models.TextField()
    imported_at = models.DateTimeField()
    imported_by = models.TextField()

    privacy = Privacy(
        open="id sha256 first_serial last_serial as_of snapshot_id imported_at imported_by",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "residents_change_file"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(first_serial__gte=1, last_serial__gte=F("first_serial")),
                name="change_file_has_serials",
            ),
        ]


class Change(models.Model):
    """One change of one resident: who was where before and after, and since when. Append-only.

    `serial` is that of the daily file; NULL when two whole registers were compared (then `changed_on` is their day).
    """

    serial = models.BigIntegerField(unique=True, null=True)
    kind = models.TextField()
    changed_on = models.DateField()
    resident_code = models.TextField()
    household_before = models.TextField(null=True)
    household_after = models.TextField()
    ward_before = models.TextField(null=True)
    ward_after = models.TextField()
    address_before = models.TextField(null=True)
    address_after = models.TextField()
    name_before = models.TextField(null=True)
    name_after = models.TextField()
    head_before = models.BooleanField(null=True)
    head_after = models.BooleanField()
    previous_municipality = models.TextField(null=True)
    left_on = models.DateField(null=True)
    left_reason = models.TextField(null=True)
    snapshot_id = models.TextField()

    privacy = Privacy(
        open="id serial snapshot_id",
        personal=(
            "kind changed_on resident_code household_before household_after ward_before ward_after address_before "
            "address_after name_before name_after head_before head_after previous_municipality left_on left_reason"
        ),
        keep=for_ever(REGISTER),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(serial__isnull=False, serial__gte=1) | Q(serial__isnull=True, kind="照合"),
                name="change_has_serial",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["resident_code", "changed_on"], name="change_of_resident")]


class Lineage(models.Model):
    """世帯の系譜: a household came out of another (or got another head, or ended). Append-only.

    `successor_code` is the household itself for a change of head, NULL for one that ended.
    """

    household_code = models.TextField()
    successor_code = models.TextField(null=True)
    happened_on = models.DateField()
    reason = models.TextField()
    members = models.BigIntegerField()
    former_head = models.TextField(null=True)
    new_head = models.TextField(null=True)
    snapshot_id = models.TextField()

    privacy = Privacy(
        open="id snapshot_id",
        personal="household_code successor_code happened_on reason members former_head new_head",
        keep=for_ever(REGISTER),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["snapshot_id", "household_code", "successor_code", "reason", "happened_on"],
                name="lineage_step_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(reason="ended", successor_code__isnull=True)
                | Q(reason__in=["new_head", "head_died", "head_left"], successor_code=F("household_code"))
                | (
                    Q(reason__in=["split", "joined", "renumbered", "merged"], successor_code__isnull=False)
                    & ~Q(successor_code=F("household_code"))
                ),
                name="lineage_reason_fits",
            ),
            models.CheckConstraint(condition=Q(members__gte=1), name="lineage_of_somebody"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["household_code"], name="lineage_from"),
            models.Index(fields=["successor_code"], name="lineage_to"),
        ]
