"""日締め: what the bank took from the city's account on a day, and the day closed by a second person to the yen."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class BankDebit(models.Model):
    """引落し: one line of the bank's statement, whether or not we ordered it. Append-only; a line that the bank took
    back is a line of its own, below zero (阿武町 2022: a second debit beside the file was seen by nobody)."""

    day = models.DateField()
    amount_yen = models.BigIntegerField()
    reference = models.TextField()
    entered_at = models.DateTimeField()
    entered_by = models.TextField()

    privacy = Privacy(open="id day amount_yen reference entered_at entered_by", keep=for_ever(NOT_PERSONAL))

    class Meta:
        db_table = "benefits_bank_debit"
        constraints = [
            models.UniqueConstraint(fields=["day", "reference"], name="debit_line_once"),
            models.CheckConstraint(condition=~Q(amount_yen=0), name="debit_is_some_money"),
        ]


class DayClosing(models.Model):
    """日締め of one day: ordered = debited = paid + failed + open. Append-only; after it the day takes no debit."""

    day = models.DateField(unique=True)
    file_yen = models.BigIntegerField()
    debit_yen = models.BigIntegerField()
    paid_yen = models.BigIntegerField()
    failed_yen = models.BigIntegerField()
    open_yen = models.BigIntegerField()
    closed_at = models.DateTimeField()
    closed_by = models.TextField()

    privacy = Privacy(
        open="id day file_yen debit_yen paid_yen failed_yen open_yen closed_at closed_by",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_day_closing"
        constraints = [
            models.CheckConstraint(condition=Q(file_yen=F("debit_yen")), name="day_debit_is_file"),
            models.CheckConstraint(
                condition=Q(file_yen=F("paid_yen") + F("failed_yen") + F("open_yen")), name="day_adds_up"
            ),
        ]
