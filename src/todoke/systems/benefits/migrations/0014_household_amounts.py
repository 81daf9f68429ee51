"""支給額 per household: decision → case → approval → payment → transfer, each link held by a key or a trigger.

Cases of before have the amount of their programme; every programme paid one amount until now.
"""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import F, Q

from todoke.workflow.guards import evidence

_BACKFILL = """
ALTER TABLE benefits_case DISABLE TRIGGER USER;
ALTER TABLE benefits_approval DISABLE TRIGGER USER;
UPDATE benefits_case c SET base_yen = p.amount_yen, amount_yen = p.amount_yen
FROM benefits_programme p WHERE p.code = c.programme;
UPDATE benefits_approval a SET amount_yen = c.amount_yen FROM benefits_case c WHERE c.id = a.case_id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE benefits_case ENABLE TRIGGER USER;
ALTER TABLE benefits_approval ENABLE TRIGGER USER;
"""
_KEYS_BEFORE = (
    ("payment_batch", "programme_amount", "programme, amount_yen", "programme", "code, amount_yen"),
    ("payment", "programme_amount", "programme, amount_yen", "programme", "code, amount_yen"),
    ("payment", "lineage_of_case", "case_id, programme, lineage", "case", "id, programme, lineage"),
    ("payment", "approved", "approval_id, case_id, examined_by, approved_by", "approval", "id, case_id, examined_by, approved_by"),
    ("transfer", "batch_amount", "batch_id, amount_yen", "payment_batch", "id, amount_yen"),
)  # fmt: skip
_KEYS = (
    ("payment", "amount_of_case", "case_id, programme, lineage, amount_yen", "case", "id, programme, lineage, amount_yen"),
    ("payment", "approved", "approval_id, case_id, examined_by, approved_by, amount_yen", "approval", "id, case_id, examined_by, approved_by, amount_yen"),
)  # fmt: skip


def _make(keys: tuple[tuple[str, ...], ...]) -> str:
    return "\n".join(
        f"ALTER TABLE benefits_{table} ADD CONSTRAINT {table}_{name} FOREIGN KEY ({columns}) "
        f"REFERENCES benefits_{target} ({target_columns});"
        for table, name, columns, target, target_columns in keys
    )


def _drop(keys: tuple[tuple[str, ...], ...]) -> str:
    return "\n".join(f"ALTER TABLE benefits_{key[0]} DROP CONSTRAINT {key[0]}_{key[1]};" for key in keys)


# The amount follows a newer decision until there is a payment, whose key then holds it. Where it was approved, the
# case goes back to examination in the same statement.
_MOVES = """
CREATE OR REPLACE FUNCTION benefits_case_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept benefits_case;
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'a case is never removed' USING ERRCODE = '23514';
    END IF;
    kept := NEW;
    kept.state := OLD.state;
    kept.state_at := OLD.state_at;
    kept.state_by := OLD.state_by;
    IF NEW.decision_run_id > OLD.decision_run_id AND (OLD.state, NEW.state) IN (
        ('numbered', 'numbered'), ('printed', 'printed'), ('received', 'received'), ('deficient', 'deficient'),
        ('passed', 'passed'), ('approved', 'received')
    ) THEN
        kept.decision_run_id := OLD.decision_run_id;
        kept.base_yen := OLD.base_yen;
        kept.children := OLD.children;
        kept.amount_yen := OLD.amount_yen;
    END IF;
    IF kept IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'only the state of a case may change, and by a newer decision its amount'
            USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
"""
_MOVES_BEFORE = """
CREATE OR REPLACE FUNCTION benefits_case_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept benefits_case;
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'a case is never removed' USING ERRCODE = '23514';
    END IF;
    kept := NEW;
    kept.state := OLD.state;
    kept.state_at := OLD.state_at;
    kept.state_by := OLD.state_by;
    IF kept IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'only the state of a case may change' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
"""
_AWARDED = """
CREATE FUNCTION benefits_case_{event}_awarded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM {rows} JOIN benefits_programme p ON p.code = n.programme
        JOIN benefits_decisionrun r ON r.id = n.decision_run_id
        LEFT JOIN benefits_decision d ON d.run_id = n.decision_run_id AND d.household_key = n.household_key
        WHERE r.programme <> n.programme OR d.outcome IS DISTINCT FROM 'eligible'
            OR d.amount_yen IS DISTINCT FROM n.amount_yen OR n.child_yen <> p.child_yen
            OR (NOT p.own_amounts AND n.base_yen <> p.amount_yen)
    ) THEN
        RAISE EXCEPTION 'the amount of a case is not what its decision says'
            USING ERRCODE = '23514', CONSTRAINT = 'case_awarded';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_case_{event}_awarded AFTER {event} ON benefits_case
    REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION benefits_case_{event}_awarded();
"""
_UNAWARDED = """
DROP TRIGGER benefits_case_{event}_awarded ON benefits_case;
DROP FUNCTION benefits_case_{event}_awarded();
"""
_EVENTS = {
    "insert": {"rows": "added n", "tables": "NEW TABLE AS added"},
    "update": {
        "rows": "moved_to n JOIN moved_from o ON o.id = n.id AND o.decision_run_id <> n.decision_run_id",
        "tables": "OLD TABLE AS moved_from NEW TABLE AS moved_to",
    },
}
_APPROVAL_BEFORE = """
SELECT FROM benefits_approval a
WHERE a.case_id = n.id AND a.approved_by = n.state_by AND a.approved_at = n.state_at
"""
_APPROVAL = f"{_APPROVAL_BEFORE.rstrip()} AND a.amount_yen = n.amount_yen\n"
_WHAT = "its approval by another person"
_before = evidence("benefits_case", "approved", what=_WHAT, proof=_APPROVAL_BEFORE)
_after = evidence("benefits_case", "approved", what=_WHAT, proof=_APPROVAL)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0013_cases_vacuumed")]
    operations: ClassVar = [
        migrations.RunSQL(_drop(_KEYS_BEFORE), _make(_KEYS_BEFORE)),
        migrations.RemoveConstraint("registeredprogramme", "programme_amount_key"),
        migrations.RemoveConstraint("paymentbatch", "batch_total_is_count_by_amount"),
        migrations.RemoveConstraint("paymentbatch", "batch_amount_key"),
        migrations.RemoveConstraint("case", "case_lineage_key"),
        migrations.RemoveConstraint("approval", "approval_key"),
        migrations.RemoveField("paymentbatch", "amount_yen"),
        migrations.AddField("registeredprogramme", "child_yen", models.BigIntegerField(db_default=0)),
        migrations.AddField("registeredprogramme", "own_amounts", models.BooleanField(db_default=False)),
        migrations.AddField("case", "base_yen", models.BigIntegerField(default=0), preserve_default=False),
        migrations.AddField("case", "children", models.SmallIntegerField(default=0), preserve_default=False),
        migrations.AddField("case", "child_yen", models.BigIntegerField(default=0), preserve_default=False),
        migrations.AddField("case", "amount_yen", models.BigIntegerField(default=0), preserve_default=False),
        migrations.AddField(
            "approval", "amount_yen", models.BigIntegerField(default=0), preserve_default=False
        ),
        migrations.RunSQL(_BACKFILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "registeredprogramme",
            models.CheckConstraint(condition=Q(child_yen__gte=0), name="programme_child_not_negative"),
        ),
        migrations.AddConstraint(
            "paymentbatch",
            models.CheckConstraint(
                condition=Q(total_yen__gte=F("payments")), name="batch_total_of_whole_yen"
            ),
        ),
        migrations.AddConstraint(
            "case",
            models.UniqueConstraint(
                fields=("id", "programme", "lineage", "amount_yen"), name="case_lineage_amount_key"
            ),
        ),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                condition=Q(amount_yen=F("base_yen") + F("children") * F("child_yen")),
                name="case_amount_is_sum_of_parts",
            ),
        ),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                condition=Q(amount_yen__gt=0, base_yen__gte=0, children__gte=0, child_yen__gte=0),
                name="case_amount_positive",
            ),
        ),
        migrations.AddConstraint(
            "approval",
            models.UniqueConstraint(
                fields=("id", "case", "examined_by", "approved_by", "amount_yen"), name="approval_amount_key"
            ),
        ),
        migrations.RunSQL(_make(_KEYS), _drop(_KEYS)),
        migrations.RunSQL(_MOVES, _MOVES_BEFORE),
        *(
            migrations.RunSQL(_AWARDED.format(event=event, **words), _UNAWARDED.format(event=event))
            for event, words in _EVENTS.items()
        ),
        migrations.RunSQL(_before.reverse_sql or "", _before.sql),
        _after,
    ]
