"""判定の一覧 (overview): the newest decision laid out by ward and by what is missing, for counts and lists on the screen.

Everything here is derived from a sealed decision and made anew from it by one step (actions/deciding/make_overview.py); only the
newest run of a programme is kept. A protected household has no ward here, since its ward is what must not be known.
"""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.benefits.rules.deciding.outcome import Outcome, Reason
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

_STATUSES = [(status.value, status.name) for status in TaxStatus if status.unknown]


class JudgedHousehold(models.Model):
    """One household of the run, with its ward on the base date: what a list behind a number is drawn from."""

    run = models.ForeignKey("benefits.DecisionRun", on_delete=models.PROTECT)
    household_key = models.TextField()
    ward_code = models.TextField()
    outcome = models.TextField(choices=[(outcome.value, outcome.name) for outcome in Outcome])
    reason_code = models.TextField(choices=[(reason.value, reason.name) for reason in Reason])

    privacy = Privacy(
        open="id run", personal="household_key ward_code outcome reason_code", keep=with_parent("run")
    )

    class Meta:
        db_table = "benefits_judged_household"
        constraints = [models.UniqueConstraint(fields=["run", "household_key"], name="judged_once_per_run")]
        indexes = [
            models.Index(fields=["run", "outcome", "ward_code", "household_key"], name="judged_by_outcome"),
            models.Index(
                fields=["run", "reason_code", "ward_code", "household_key"], name="judged_by_reason"
            ),
        ]


class JudgedCount(models.Model):
    """How many households and persons of a ward had which outcome for which reason."""

    run = models.ForeignKey("benefits.DecisionRun", on_delete=models.PROTECT)
    ward_code = models.TextField()
    outcome = models.TextField(choices=[(outcome.value, outcome.name) for outcome in Outcome])
    reason_code = models.TextField(choices=[(reason.value, reason.name) for reason in Reason])
    households = models.BigIntegerField()
    persons = models.BigIntegerField()

    privacy = Privacy(open="id run ward_code outcome reason_code households persons", keep=with_parent("run"))

    class Meta:
        db_table = "benefits_judged_count"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "ward_code", "outcome", "reason_code"], name="judged_count_once"
            )
        ]


class MissingStatus(models.Model):
    """One person of an undecided household whose tax status is not known: who was asked, and since when.

    `asked` is the municipality that must answer; empty where the person must (未申告, 国外から), or is protected.
    """

    run = models.ForeignKey("benefits.DecisionRun", on_delete=models.PROTECT)
    resident_code = models.TextField()
    household_key = models.TextField()
    ward_code = models.TextField()
    status = models.TextField(choices=_STATUSES)
    asked = models.TextField()
    since = models.DateTimeField()

    privacy = Privacy(
        open="id run",
        personal="resident_code household_key ward_code",
        specific="status asked since",
        keep=with_parent("run"),
    )

    class Meta:
        db_table = "benefits_missing_status"
        constraints = [
            models.UniqueConstraint(fields=["run", "resident_code"], name="missing_once_per_run"),
            models.CheckConstraint(
                condition=models.Q(status__in=[value for value, _ in _STATUSES]), name="missing_is_unknown"
            ),
        ]
        indexes = [
            models.Index(fields=["run", "asked", "status", "since"], name="missing_by_asked"),
        ]


class MissingCount(models.Model):
    """How many persons and households wait for which municipality, by status, and since when the oldest does."""

    run = models.ForeignKey("benefits.DecisionRun", on_delete=models.PROTECT)
    asked = models.TextField()
    status = models.TextField(choices=_STATUSES)
    persons = models.BigIntegerField()
    households = models.BigIntegerField()
    oldest = models.DateTimeField()

    privacy = Privacy(open="id run asked status persons households oldest", keep=with_parent("run"))

    class Meta:
        db_table = "benefits_missing_count"
        constraints = [models.UniqueConstraint(fields=["run", "asked", "status"], name="missing_count_once")]
