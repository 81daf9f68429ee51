"""支給判定: one run per round, one decision per household; both append-only."""

from __future__ import annotations

from django.db import models

from todoke.engine.engines import NAMES
from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, with_parent, years
from todoke.systems.benefits.rules.deciding.outcome import Outcome, Reason

_SHA256 = "^[0-9a-f]{64}$"


class DecisionRun(models.Model):
    """One judging of the whole city, sealed with the hash of everything it was made from. Newest counts.

    `persons_path` holds each person's status and what it was read from. `rules_path` is the statement that was run,
    `outcome_sha256` and `trace_sha256` are the digests of the rows (engine/rows.py) of households and of persons.
    With DecisionInput that is all it takes to judge again. Append-only.
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
    engine = models.TextField(db_default="")
    engine_version = models.TextField(db_default="")
    rules_path = models.TextField(db_default="")
    rules_sha256 = models.TextField(db_default="")
    code_version = models.TextField(db_default="")
    outcome_sha256 = models.TextField(db_default="")
    trace_sha256 = models.TextField(db_default="")
    decided_at = models.DateTimeField()
    decided_by = models.TextField()

    privacy = Privacy(
        open=(
            "id programme edition round base_snapshot latest_snapshot tax_sha256 "
            "assistance_sha256 answers_sha256 paid_sha256 applications_sha256 result_path "
            "result_sha256 persons_path persons_sha256 residents households engine engine_version rules_path "
            "rules_sha256 code_version outcome_sha256 trace_sha256 decided_at decided_by"
        ),
        keep=years(5, since="decided_at", law=CLAIMS, files=("result_path", "persons_path")),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "round"], name="decision_round_once"),
            models.CheckConstraint(
                # runs of before 2026-11-26 have no seal; a new one has all of it
                condition=models.Q(engine="", rules_sha256="", outcome_sha256="", trace_sha256="")
                | models.Q(
                    engine__in=NAMES, rules_sha256__regex=_SHA256, outcome_sha256__regex=_SHA256,
                    trace_sha256__regex=_SHA256,
                ),
                name="decision_sealed_whole",
            ),
        ]  # fmt: skip


class DecisionInput(models.Model):
    """A sealed file that a decision was made from, by the name that the rules call it. Append-only.

    `own_path`: the file again when it was made for this run alone and goes with it; empty for an import's.
    """

    run = models.ForeignKey(DecisionRun, on_delete=models.PROTECT)
    relation = models.TextField()
    path = models.TextField()
    own_path = models.TextField(blank=True)
    sha256 = models.TextField()

    privacy = Privacy(
        open="id run relation path own_path sha256",
        keep=years(5, since="run.decided_at", law=CLAIMS, parent="run", files=("own_path",)),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "relation"], name="decision_input_once"),
            models.CheckConstraint(condition=models.Q(sha256__regex=_SHA256), name="decision_input_sealed"),
        ]


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
