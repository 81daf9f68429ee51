"""住民情報管理: the two registers that this system keeps (基準日 and 最新), and one line per person to find them by."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, with_parent, years

SIDES = [("base", "基準日"), ("latest", "最新")]


class Register(models.Model):
    """One of the two registers as it was taken over last: which sealed snapshot, of which day, when and by whom, and how
    many of its residents were new, other than before and gone."""

    side = models.TextField(primary_key=True, choices=SIDES)
    snapshot_id = models.TextField()
    sha256 = models.TextField()
    as_of = models.DateField()
    rows = models.BigIntegerField()
    added = models.BigIntegerField(db_default=0)
    changed = models.BigIntegerField(db_default=0)
    gone = models.BigIntegerField(db_default=0)
    taken_at = models.DateTimeField()
    taken_by = models.TextField()

    privacy = Privacy(
        open="side snapshot_id sha256 as_of rows added changed gone taken_at taken_by",
        keep=years(5, since="taken_at", law=CLAIMS),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(side__in=["base", "latest"]), name="register_side_known"),
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="register_sealed"),
        ]


class RegisterEntry(models.Model):
    """One resident in one register, with all columns that residents_*.csv has. Changed only by taking over a snapshot."""

    side = models.ForeignKey(Register, on_delete=models.PROTECT, db_column="side", db_index=False)
    resident_code = models.TextField()
    household_code = models.TextField()
    is_head = models.BooleanField()
    relationship = models.TextField()
    name_kanji = models.TextField()
    name_kana = models.TextField(null=True)
    sex = models.TextField()
    birth_date = models.DateField()
    postal_code = models.TextField()
    address = models.TextField()
    ward_code = models.TextField()
    moved_in_on = models.DateField(null=True)
    previous_municipality = models.TextField(null=True)
    left_on = models.DateField(null=True)
    left_reason = models.TextField(null=True)
    nationality = models.TextField()
    protected = models.BooleanField()

    privacy = Privacy(
        open="id side",
        personal=(
            "resident_code household_code is_head relationship name_kanji name_kana sex birth_date postal_code "
            "address ward_code moved_in_on previous_municipality left_on left_reason nationality protected"
        ),
        keep=with_parent("side"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["side", "resident_code"], name="register_entry_once"),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True, left_reason__isnull=True)
                | Q(left_on__isnull=False, left_reason__isnull=False),
                name="register_left_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["side", "household_code"], name="register_household"),
            models.Index(fields=["resident_code"], condition=Q(protected=True), name="register_protected"),
        ]


def _key() -> models.TextField[str | None, str | None]:
    """A form of comparison; sorted by character, so that one index finds beginnings and puts them in order."""
    return models.TextField(null=True, db_collation="C")


class Resident(models.Model):
    """A person of either register, found by any of these keys (rules/households/search_forms.py makes them from `register`).

    `id` stands in addresses of screens in place of a number; it stays the same while the person is in a register.
    `protected`: by either register or by a list (models/shielded.py). `hidden`: protected, or lives with somebody who is,
    so that the address is shown to few.
    """

    resident_code = models.TextField()
    register = models.ForeignKey(Register, on_delete=models.PROTECT, db_column="register", db_index=False)
    household_code = models.TextField()
    birth_date = models.DateField()
    protected = models.BooleanField()
    hidden = models.BooleanField()
    name_key = _key()
    given_key = _key()
    kana_key = _key()
    given_kana_key = _key()
    address_key = _key()
    town_key = _key()
    edition = models.TextField()

    privacy = Privacy(
        open="id register edition",
        personal=(
            "resident_code household_code birth_date protected hidden name_key given_key kana_key given_kana_key "
            "address_key town_key"
        ),
        keep=with_parent("register"),
    )

    class Meta:
        constraints = [
            # not `unique=True`, which makes a second index for LIKE beside it
            models.UniqueConstraint(fields=["resident_code"], name="resident_once"),
            models.CheckConstraint(
                condition=Q(protected=False) | Q(hidden=True), name="resident_protected_is_hidden"
            ),
        ]
        indexes = [
            models.Index(fields=["household_code"], name="resident_by_household"),
            models.Index(fields=["birth_date"], name="resident_by_birth"),
            models.Index(fields=["name_key"], name="resident_by_name"),
            models.Index(fields=["given_key"], name="resident_by_given"),
            models.Index(fields=["kana_key"], name="resident_by_kana"),
            models.Index(fields=["given_kana_key"], name="resident_by_given_kana"),
            models.Index(fields=["address_key"], name="resident_by_address"),
            models.Index(fields=["town_key"], name="resident_by_town"),
            models.Index(fields=["resident_code"], condition=Q(hidden=True), name="resident_hidden"),
        ]
