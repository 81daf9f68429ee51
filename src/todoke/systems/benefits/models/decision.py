"""STAND-IN until the benefits slice is merged."""

from __future__ import annotations

from django.db import models


class DecisionRun(models.Model):
    programme = models.TextField()
    decided_at = models.DateTimeField()
    decided_by = models.TextField()


class Decision(models.Model):
    run = models.ForeignKey(DecisionRun, on_delete=models.PROTECT)
    household_key = models.TextField()
    base_household_code = models.TextField()
    payee_resident_code = models.TextField()
    outcome = models.TextField()
    reason_code = models.TextField()
    reasons = models.TextField()
    members = models.IntegerField()
    needs_declaration = models.BooleanField()
    protected = models.BooleanField()
