"""A file is imported step by step and by two people where much changes; what was found in it is fixed once it is checked."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.append_only import append_only
from todoke.workflow.guards import Act, distinct_persons, state_starts, state_steps

_STEPS = {
    "received": ("refused", "checked", "cancelled"),
    "checked": ("proposed", "cancelled"),
    "proposed": ("confirmed", "taken", "cancelled"),
    "confirmed": ("taken", "cancelled"),
}
_CONFIRMED = Act(
    before="proposed",
    after="confirmed",
    act="confirmed_by",
    unlike=("uploaded_by", "proposed_by"),
    approvals=2,
)
_FIXED = """
CREATE FUNCTION benefits_file_import_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'state_at', 'state_by', 'reason', 'path', 'proposed_by', 'proposed_at',
        'confirmed_by', 'confirmed_at'];
BEGIN
    IF OLD.state = 'received' THEN
        free := free || ARRAY['stage', 'rows', 'table_path', 'table_sha256', 'before_sha256', 'before_rows', 'added',
            'changed', 'same', 'removed', 'unmatched', 'counted', 'counted_of', 'limit_percent', 'needs_second',
            'differences_path', 'faults', 'faults_path'];
    END IF;
    IF (to_jsonb(NEW) - free) IS DISTINCT FROM (to_jsonb(OLD) - free) THEN
        RAISE EXCEPTION 'what was found in the file of an import is fixed' USING ERRCODE = '23514';
    END IF;
    IF NEW.proposed_by IS DISTINCT FROM OLD.proposed_by AND (OLD.state, NEW.state) <> ('checked', 'proposed') THEN
        RAISE EXCEPTION 'an import is proposed only in its step' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_file_import_fixed BEFORE UPDATE ON benefits_file_import
    FOR EACH ROW EXECUTE FUNCTION benefits_file_import_fixed();
"""
_FIXED_UNDO = """
DROP TRIGGER benefits_file_import_fixed ON benefits_file_import;
DROP FUNCTION benefits_file_import_fixed();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0010_file_imports")]
    operations: ClassVar = [
        state_steps("benefits_file_import", _STEPS),
        state_starts("benefits_file_import", ("received",)),
        distinct_persons("benefits_file_import", [_CONFIRMED]),
        migrations.RunSQL(_FIXED, _FIXED_UNDO),
        append_only("benefits_import_total"),
        append_only("benefits_import_limit"),
    ]
