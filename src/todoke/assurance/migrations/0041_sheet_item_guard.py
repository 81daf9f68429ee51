"""An answer is written with its remedy and deadline, too; everything else of a question stays as 0002_guards has it."""

from typing import ClassVar

from django.db import migrations

_KEPT = """
CREATE OR REPLACE FUNCTION assurance_sheet_item_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY[{free}];
    standing text;
BEGIN
    IF TG_OP NOT IN ('INSERT', 'UPDATE') THEN
        RAISE EXCEPTION 'table %: rows stay', TG_TABLE_NAME USING ERRCODE = '23514';
    END IF;
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - free) IS DISTINCT FROM (to_jsonb(OLD) - free) THEN
        RAISE EXCEPTION 'a question of a sheet is fixed' USING ERRCODE = '23514';
    END IF;
    SELECT state INTO standing FROM assurance_sheet WHERE id = NEW.sheet_id FOR SHARE;
    IF standing <> 'open' THEN
        RAISE EXCEPTION 'the sheet is closed' USING ERRCODE = '23514', CONSTRAINT = 'assurance_sheet_item_kept';
    END IF;
    RETURN NEW;
END $$;
"""
_BEFORE = "'answer', 'note', 'answered_by', 'answered_at'"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("assurance", "0040_sheet_follow_up")]
    operations: ClassVar = [
        migrations.RunSQL(_KEPT.format(free=f"{_BEFORE}, 'remedy', 'due_on'"), _KEPT.format(free=_BEFORE))
    ]
