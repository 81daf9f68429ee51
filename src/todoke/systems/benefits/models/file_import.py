"""ファイルの取込: files of other departments on their way to becoming the edition in use."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, NOT_PERSONAL, for_ever, with_parent, years
from todoke.records.encodings import Encoding
from todoke.systems.benefits.flows import ImportState
from todoke.systems.benefits.rules.imports.kinds import OF_PROGRAMME, ImportKind

_OPEN = [ImportState.RECEIVED, ImportState.CHECKED, ImportState.PROPOSED, ImportState.CONFIRMED]


class FileImport(models.Model):
    """One file in its five steps; one open import a kind. What was found in it is fixed once it is checked.

    before_sha256, before_rows: the edition that it was compared with; empty and 0 when there was none.
    added … removed: rows against that edition. Of forms, `same` were received before and `unmatched` have no case.
    counted, counted_of: what the share for a second person is taken of (both 0 for a first edition).
    path: the file as it came, while the import is open; the other paths are sealed Parquet.
    """

    kind = models.TextField(choices=[(kind.value, kind.label) for kind in ImportKind])
    programme = models.TextField(db_default="")
    tax_year = models.TextField(db_default="")
    as_of = models.DateField()
    encoding = models.TextField(choices=[(encoding.value, encoding.label) for encoding in Encoding])
    file_name = models.TextField()
    expected_rows = models.BigIntegerField(null=True)
    sha256 = models.TextField()
    size = models.BigIntegerField()
    path = models.TextField()
    state = models.TextField(choices=ImportState.choices)
    state_at = models.DateTimeField()
    state_by = models.TextField()
    reason = models.TextField(db_default="")
    stage = models.SmallIntegerField(db_default=0)
    uploaded_by = models.TextField()
    uploaded_at = models.DateTimeField()
    rows = models.BigIntegerField(db_default=0)
    table_path = models.TextField(db_default="")
    table_sha256 = models.TextField(db_default="")
    before_sha256 = models.TextField(db_default="")
    before_rows = models.BigIntegerField(db_default=0)
    added = models.BigIntegerField(db_default=0)
    changed = models.BigIntegerField(db_default=0)
    same = models.BigIntegerField(db_default=0)
    removed = models.BigIntegerField(db_default=0)
    unmatched = models.BigIntegerField(db_default=0)
    counted = models.BigIntegerField(db_default=0)
    counted_of = models.BigIntegerField(db_default=0)
    limit_percent = models.SmallIntegerField(db_default=0)
    needs_second = models.BooleanField(db_default=True)
    differences_path = models.TextField(db_default="")
    faults = models.BigIntegerField(db_default=0)
    faults_path = models.TextField(db_default="")
    proposed_by = models.TextField(null=True)
    proposed_at = models.DateTimeField(null=True)
    confirmed_by = models.TextField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open=(
            "id kind programme tax_year as_of encoding file_name expected_rows sha256 size path state state_at state_by"
            " reason stage uploaded_by uploaded_at rows table_path table_sha256 before_sha256 before_rows added changed"
            " same removed unmatched counted counted_of limit_percent needs_second differences_path faults faults_path"
            " proposed_by proposed_at confirmed_by confirmed_at"
        ),
        keep=years(
            5,
            since="uploaded_at",
            law=CLAIMS,
            files=("path", "table_path", "differences_path", "faults_path"),
        ),
    )

    class Meta:
        db_table = "benefits_file_import"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "programme"], condition=Q(state__in=_OPEN), name="import_one_open"
            ),
            models.UniqueConstraint(
                fields=["kind", "programme", "as_of", "sha256"],
                condition=Q(state=ImportState.TAKEN),
                name="import_taken_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OF_PROGRAMME) ^ Q(programme=""), name="import_of_its_programme"
            ),
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="import_of_known_bytes"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True)
                | ~Q(confirmed_by=F("uploaded_by")) & ~Q(confirmed_by=F("proposed_by")),
                name="import_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(needs_second=True) | Q(counted__lte=F("counted_of") * F("limit_percent") / 100),
                name="import_share_needs_second",
            ),
            models.CheckConstraint(
                condition=~Q(state=ImportState.TAKEN) | Q(needs_second=False) | Q(confirmed_by__isnull=False),
                name="import_large_has_second",
            ),
            models.CheckConstraint(
                condition=~Q(state=ImportState.REFUSED) | Q(faults__gt=0), name="import_refused_has_faults"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[*_OPEN[1:], ImportState.TAKEN])
                | Q(faults=0, rows=F("added") + F("changed") + F("same") + F("unmatched")),
                name="import_counts_add_up",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "-uploaded_at"], name="import_newest")]


class ImportTotal(models.Model):
    """A control total of a checked file (件数・金額), in the order of `place`."""

    file_import = models.ForeignKey(FileImport, on_delete=models.PROTECT, related_name="totals")
    place = models.SmallIntegerField()
    name = models.TextField()
    value = models.BigIntegerField()
    before = models.BigIntegerField(null=True)

    privacy = Privacy(open="id file_import place name value before", keep=with_parent("file_import"))

    class Meta:
        db_table = "benefits_import_total"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file_import", "name"], name="import_total_once")
        ]


class ImportLimit(models.Model):
    """二人目の確認が要る変更の割合 of a kind, from a time on. Append-only: the newest counts."""

    kind = models.TextField(choices=[(kind.value, kind.label) for kind in ImportKind])
    percent = models.SmallIntegerField()
    reason = models.TextField()
    set_at = models.DateTimeField()
    set_by = models.TextField()

    privacy = Privacy(open="id kind percent reason set_at set_by", keep=for_ever(NOT_PERSONAL))

    class Meta:
        db_table = "benefits_import_limit"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=50) & ~Q(reason=""), name="import_limit_reasoned"
            )
        ]
