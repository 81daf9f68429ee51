"""Calls are only ever added to, and after three wrong answers nothing more is compared."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.append_only import append_only

_STOPPED = """
CREATE FUNCTION benefits_call_stopped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM benefits_call c WHERE c.id = NEW.call_id FOR UPDATE;
    IF (SELECT count(*) FROM benefits_call_check k WHERE k.call_id = NEW.call_id AND NOT k.agreed) >= 3 THEN
        RAISE EXCEPTION 'nothing is compared after three wrong answers'
            USING ERRCODE = '23514', CONSTRAINT = 'call_stopped_after_three';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_call_stopped BEFORE INSERT ON benefits_call_check
    FOR EACH ROW EXECUTE FUNCTION benefits_call_stopped();
"""
_UNDO = "DROP TRIGGER benefits_call_stopped ON benefits_call_check; DROP FUNCTION benefits_call_stopped();"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0050_calls")]
    operations: ClassVar = [
        migrations.RunSQL(_STOPPED, _UNDO),
        *(append_only(f"benefits_{table}") for table in ("call", "call_check", "call_note", "call_return")),
    ]
