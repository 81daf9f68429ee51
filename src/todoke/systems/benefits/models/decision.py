"""支給判定: one run per round, one decision per household; both append-only."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, with_parent, years
from todoke.systems.benefits.rules.outcome import Outcome, Reason


class DecisionRun(models.Model):
    """One judging of the whole city, sealed with the hash of everything it was made from. Newest counts.

    `persons_path` holds each person's status and what it was read from. Append-only.
    """

    programme = models.TextField()
    edition = models.TextField()
    round = models.TextField()
    base_snapshot = models.TextField()
    latest_snapshot = models.TextField()
    tax_sha256 = models.TextField()
    assistance_sha256 = models.TextField()
    answers_sha256 = models.TextField()
    paid_sha256 = models.TextField()
    applications_sha256 = models.TextField()
    result_path = models.TextField()
    result_sha256 = models.TextField()
    persons_path = models.TextField()
    persons_sha256 = models.TextField()
    residents = models.BigIntegerField()
    households = models.BigIntegerField()
    decided_at = models.DateTimeField()
    decided_by = models.TextField()

    privacy = Privacy(
        open=(
            "id programme edition round base_snapshot latest_snapshot tax_sha256 "
            "assistance_sha256 answers_sha256 paid_sha256 applications_sha256 result_path "
            "result_sha256 persons_path persons_sha256 residents households decided_at "
            "decided_by"
        ),
        keep=years(5, since="decided_at", law=CLAIMS, files=("result_path", "persons_path")),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "round"], name="decision_round_once")]


class Decision(models.Model):
    """What one household gets and why. `household_key` is the base-date household, `-1` its protected part, `-2` and on
    children placed in institutions; the resident code where a programme pays persons."""

    run = models.ForeignKey(DecisionRun, on_delete=models.PROTECT)
    household_key = models.TextField()
    base_household_code = models.TextField()
    payee_resident_code = models.TextField()
    outcome = models.TextField(choices=[(outcome.value, outcome.name) for outcome in Outcome])
    reason_code = models.TextField(choices=[(reason.value, reason.name) for reason in Reason])
    reasons = models.TextField()
    members = models.SmallIntegerField()
    needs_declaration = models.BooleanField()
    protected = models.BooleanField()
    amount_yen = models.BigIntegerField(db_default=0)

    privacy = Privacy(
        open="id run",
        personal=(
            "household_key base_household_code payee_resident_code outcome reason_code reasons "
            "members needs_declaration protected amount_yen"
        ),
        keep=with_parent("run"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "household_key"], name="decision_once_per_run"),
            models.CheckConstraint(
                condition=models.Q(outcome="eligible", reason_code="EXEMPT")
                | models.Q(outcome="undecided", reason_code="UNKNOWN")
                | models.Q(
                    outcome="ineligible",
                    reason_code__in=[r.value for r in Reason if r.outcome is Outcome.INELIGIBLE],
                ),
                name="decision_reason_fits_outcome",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="eligible", amount_yen__gte=0) | models.Q(amount_yen=0),
                name="decision_pays_only_the_eligible",
            ),
        ]
