"""A protected household's form passes only by a person who confirmed what is to be confirmed of it, whoever writes."""

from typing import ClassVar

from django.db import migrations

_SHIELDED = """
CREATE FUNCTION benefits_examination_shielded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n JOIN benefits_case c ON c.id = n.case_id
        WHERE n.outcome = 'passed' AND c.protected
            AND NOT n.checks @> ARRAY['PROTECTION_PROOF', 'PROTECTION_HOUSEHOLD', 'PROTECTION_ADDRESS']
    ) THEN
        RAISE EXCEPTION 'what is to be confirmed of a protected household was not confirmed'
            USING ERRCODE = '23514', CONSTRAINT = 'examination_shielded';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_examination_shielded AFTER INSERT ON benefits_examination
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION benefits_examination_shielded();
"""
_BEFORE = """
DROP TRIGGER benefits_examination_shielded ON benefits_examination;
DROP FUNCTION benefits_examination_shielded();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0111_declared_income_guards")]
    operations: ClassVar = [migrations.RunSQL(_SHIELDED, _BEFORE)]
