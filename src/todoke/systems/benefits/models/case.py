"""支給管理: one case per household of a programme, known by its 給付管理番号."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, NOT_PERSONAL, for_ever, years
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.deciding.push import Route


class Case(models.Model):
    """A household that was sent, or may ask for, a form. Only its state changes, along `flows.CASE`, and until it is
    paid its amount, with a newer decision that says another one (triggers), and whoever comes to be protected loses the ward;
    rows are never deleted.

    `lineage` is the household as it stood on the base date, `ward_code` its ward then, for the counts; empty for a
    protected household. `amount_yen` is what the decision `decision_run` gives it: a basic amount and so much for each
    of its children. `route` is the letter that the push table gave it when it was numbered, with what the table asked;
    an お知らせ goes to the account of `known_transfer`. `requested`: numbered for an applicant before any favourable decision;
    it is approved only when its `decision_run` has become one (trigger).
    """

    programme = models.ForeignKey(
        "benefits.RegisteredProgramme", on_delete=models.PROTECT, db_column="programme"
    )
    serial = models.BigIntegerField()
    case_number = models.TextField(unique=True)
    household_key = models.TextField()
    lineage = models.TextField()
    payee_resident_code = models.TextField()
    protected = models.BooleanField()
    requested = models.BooleanField(db_default=False)
    ward_code = models.TextField(db_default="")
    decision_run = models.ForeignKey("benefits.DecisionRun", on_delete=models.PROTECT)
    route = models.TextField(choices=[(route.value, route.name) for route in Route])
    route_reason = models.TextField(blank=True)
    # no key of the database: the earlier programme's rows are deleted at their own time
    known_transfer = models.ForeignKey(
        "benefits.Transfer", on_delete=models.DO_NOTHING, null=True, db_constraint=False, db_index=False
    )
    base_yen = models.BigIntegerField()
    children = models.SmallIntegerField()
    child_yen = models.BigIntegerField()
    amount_yen = models.BigIntegerField()
    state = models.TextField(choices=[(state.value, state.name) for state in CaseState])
    state_at = models.DateTimeField()
    state_by = models.TextField()
    created_at = models.DateTimeField()
    created_by = models.TextField()

    privacy = Privacy(
        open="id programme serial decision_run known_transfer state state_at state_by created_at created_by",
        personal=(
            "case_number household_key lineage payee_resident_code protected requested ward_code route route_reason base_yen"
            " children child_yen amount_yen"
        ),
        keep=years(5, since="state_at", law=CLAIMS),
    )

    class Meta:
        db_table = "benefits_case"
        constraints = [
            models.UniqueConstraint(fields=["programme", "lineage"], name="case_once_per_lineage"),
            models.UniqueConstraint(fields=["programme", "serial"], name="case_serial_once"),
            models.UniqueConstraint(
                fields=["id", "programme", "lineage", "amount_yen"], name="case_lineage_amount_key"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    amount_yen=models.F("base_yen") + models.F("children") * models.F("child_yen")
                ),
                name="case_amount_is_sum_of_parts",
            ),
            models.CheckConstraint(
                condition=models.Q(route=Route.NOTICE.value, known_transfer__isnull=False)
                | models.Q(
                    route__in=[Route.CONFIRMATION.value, Route.APPLICATION.value], known_transfer__isnull=True
                ),
                name="case_notice_has_account",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_yen__gt=0, base_yen__gte=0, children__gte=0, child_yen__gte=0),
                name="case_amount_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(case_number__regex=r"^[0-9]{13}$"), name="case_number_13_digits"
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "state"], name="case_state"),
            models.Index(fields=["programme", "ward_code", "state", "state_at"], name="case_ward_state"),
            models.Index(fields=["programme", "household_key"], name="case_household"),
        ]


class CaseTally(models.Model):
    """So many cases more, or fewer, of a ward in a state since a day (in Japan): a trigger writes it with every statement
    about cases and now and then adds up what it wrote. The sum is the count, at any moment and without reading a case."""

    programme = models.ForeignKey(
        "benefits.RegisteredProgramme", on_delete=models.PROTECT, db_column="programme", db_index=False
    )
    ward_code = models.TextField()
    state = models.TextField()
    since = models.DateField()
    cases = models.BigIntegerField()

    privacy = Privacy(open="id programme ward_code state since cases", keep=for_ever(NOT_PERSONAL))

    class Meta:
        db_table = "benefits_case_tally"
