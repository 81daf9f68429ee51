"""一件ずつの審査: by whom the papers were seen and what was confirmed; a proxy's form passes only so, and only the form
that counts is examined."""

from typing import ClassVar

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import Q

_EXAMINED = """
CREATE FUNCTION benefits_examination_of_form() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n JOIN benefits_application a ON a.id = n.application_id
        WHERE n.outcome = 'passed' AND (
            a.proxy <> '' AND NOT n.checks @> ARRAY['FORM', 'IDENTITY', 'ACCOUNT', 'PROXY_IDENTITY', 'PROXY_AUTHORITY']
            OR n.by_hand AND NOT n.checks @> ARRAY['FORM', 'IDENTITY', 'ACCOUNT'])
    ) THEN
        RAISE EXCEPTION 'what is to be confirmed on the papers was not confirmed'
            USING ERRCODE = '23514', CONSTRAINT = 'examination_confirmed';
    END IF;
    IF EXISTS (SELECT FROM added n JOIN benefits_application r ON r.replaces_id = n.application_id)
        OR EXISTS (SELECT FROM added n JOIN benefits_application a ON a.id = n.application_id WHERE a.refusal <> '')
    THEN
        RAISE EXCEPTION 'only the form that counts is examined'
            USING ERRCODE = '23514', CONSTRAINT = 'examination_of_current_form';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_examination_of_form AFTER INSERT ON benefits_examination
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION benefits_examination_of_form();
"""
_EXAMINED_BEFORE = """
DROP TRIGGER benefits_examination_of_form ON benefits_examination;
DROP FUNCTION benefits_examination_of_form();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0070_shielded")]
    operations: ClassVar = [
        migrations.AddField("examination", "by_hand", models.BooleanField(db_default=False)),
        migrations.AddField(
            "examination",
            "checks",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), db_default=[], size=None
            ),
        ),
        migrations.AddConstraint(
            "examination",
            models.CheckConstraint(
                condition=Q(by_hand=False, checks=[]) | Q(by_hand=True), name="examination_checks_by_hand"
            ),
        ),
        migrations.RunSQL(_EXAMINED, _EXAMINED_BEFORE),
    ]
