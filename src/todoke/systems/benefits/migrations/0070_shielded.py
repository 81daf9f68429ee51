"""Who is protected by a list, and not by a register; a case whose household comes to be protected loses its ward, and no more."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

# The rest of 0014's function is as it was
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
    {protected}IF NEW.decision_run_id > OLD.decision_run_id AND (OLD.state, NEW.state) IN (
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
_PROTECTED = """IF NEW.protected AND NEW.ward_code = '' THEN
        kept.protected := OLD.protected;
        kept.ward_code := OLD.ward_code;
    END IF;
    """


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0060_known_account_paid")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Shielded",
            fields=[
                ("resident_code", models.TextField(primary_key=True, serialize=False)),
                ("noted_on", models.DateField()),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="benefits.source"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="resident",
            index=models.Index(
                condition=models.Q(("hidden", True)), fields=["resident_code"], name="resident_hidden"
            ),
        ),
        migrations.RunSQL(_MOVES.format(protected=_PROTECTED), _MOVES.format(protected="")),
    ]
