"""What the database holds of confirmations, sheets and incidents: nothing is taken back, and two people are two people."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.append_only import append_only
from todoke.oplog.forward_only import forward_only
from todoke.workflow.guards import Act, distinct_persons, state_starts, state_steps

_AUDIT = """
CREATE FUNCTION assurance_audit_other() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM assurance_confirmation
        WHERE id = NEW.audits_id AND (confirmed_by = NEW.confirmed_by OR promise <> NEW.promise)
    ) THEN
        RAISE EXCEPTION 'another person audits a confirmation of the same promise'
            USING ERRCODE = '23514', CONSTRAINT = 'assurance_audit_other';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assurance_audit_other BEFORE INSERT ON assurance_confirmation
    FOR EACH ROW WHEN (NEW.audits_id IS NOT NULL) EXECUTE FUNCTION assurance_audit_other();
"""

# A question is fixed when the sheet is opened; an answer is written while the sheet is open.
_ITEM = """
CREATE FUNCTION assurance_sheet_item_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['answer', 'note', 'answered_by', 'answered_at'];
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
CREATE TRIGGER assurance_sheet_item_kept BEFORE INSERT OR UPDATE OR DELETE ON assurance_sheet_item
    FOR EACH ROW EXECUTE FUNCTION assurance_sheet_item_kept();
CREATE TRIGGER assurance_sheet_item_no_truncate BEFORE TRUNCATE ON assurance_sheet_item
    FOR EACH STATEMENT EXECUTE FUNCTION assurance_sheet_item_kept();

CREATE FUNCTION assurance_sheet_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM assurance_sheet_item WHERE sheet_id = NEW.id AND (answer = '' OR answered_by = NEW.closed_by)) THEN
        RAISE EXCEPTION 'a sheet is closed when all is answered, by somebody who answered nothing'
            USING ERRCODE = '23514', CONSTRAINT = 'assurance_sheet_closing';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assurance_sheet_closing BEFORE UPDATE ON assurance_sheet
    FOR EACH ROW WHEN (NEW.state = 'closed') EXECUTE FUNCTION assurance_sheet_closing();
"""
_UNDO = """
DROP TRIGGER assurance_sheet_closing ON assurance_sheet;
DROP FUNCTION assurance_sheet_closing();
DROP TRIGGER assurance_sheet_item_no_truncate ON assurance_sheet_item;
DROP TRIGGER assurance_sheet_item_kept ON assurance_sheet_item;
DROP FUNCTION assurance_sheet_item_kept();
"""


# Of an incident that is open, the publication and what prevents the next one are still written.
_INCIDENT = """
CREATE FUNCTION assurance_incident_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'state_at', 'state_by', 'closed_by', 'closed_at', 'announced_on', 'prevention',
        'answered_by_promises'];
BEGIN
    IF TG_OP <> 'UPDATE' OR OLD.state = 'closed' OR (to_jsonb(NEW) - free) IS DISTINCT FROM (to_jsonb(OLD) - free) THEN
        RAISE EXCEPTION 'what was registered of an incident stays' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assurance_incident_kept BEFORE UPDATE OR DELETE ON assurance_incident
    FOR EACH ROW EXECUTE FUNCTION assurance_incident_kept();
CREATE TRIGGER assurance_incident_no_truncate BEFORE TRUNCATE ON assurance_incident
    FOR EACH STATEMENT EXECUTE FUNCTION assurance_incident_kept();
"""
_INCIDENT_UNDO = """
DROP TRIGGER assurance_incident_no_truncate ON assurance_incident;
DROP TRIGGER assurance_incident_kept ON assurance_incident;
DROP FUNCTION assurance_incident_kept();
"""
_STEPS = {"open": ("closed",)}


def _closing(opener: str) -> Act:
    return Act(before="open", after="closed", act="closed_by", unlike=(opener,), approvals=1)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("assurance", "0001_initial")]
    operations: ClassVar = [
        append_only("assurance_confirmation"),
        migrations.RunSQL(
            _AUDIT,
            "DROP TRIGGER assurance_audit_other ON assurance_confirmation; DROP FUNCTION assurance_audit_other();",
        ),
        forward_only(
            "assurance_sheet",
            state="state",
            time="state_at",
            steps=_STEPS,
            also=("state_by", "closed_by", "closed_at"),
        ),
        state_starts("assurance_sheet", ("open",)),
        distinct_persons("assurance_sheet", [_closing("opened_by")]),
        migrations.RunSQL(_ITEM, _UNDO),
        state_steps("assurance_incident", _STEPS, rows_stay=False),
        state_starts("assurance_incident", ("open",)),
        distinct_persons("assurance_incident", [_closing("registered_by")]),
        migrations.RunSQL(_INCIDENT, _INCIDENT_UNDO),
        append_only("assurance_incident_step"),
    ]
