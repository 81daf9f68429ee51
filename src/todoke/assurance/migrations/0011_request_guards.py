"""What the database holds of requests: what was asked stays, the steps, and that whoever decides did nothing before."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.append_only import append_only
from todoke.workflow.guards import Act, distinct_persons, state_starts, state_steps

_KEPT = """
CREATE FUNCTION assurance_request_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'state_at', 'state_by', 'documents', 'resident_code', 'integrated_number',
        'identified_by', 'identified_at', 'extended_by', 'extended_at', 'extended_because', 'decided_by', 'decided_at',
        'outcome', 'reason', 'executed_by', 'executed_at', 'handed_to', 'handed_documents', 'pages', 'fee_yen',
        'fee_exempt', 'paper_sha256'];
BEGIN
    IF (to_jsonb(NEW) - free) IS DISTINCT FROM (to_jsonb(OLD) - free) THEN
        RAISE EXCEPTION 'what was asked for stays' USING ERRCODE = '23514', CONSTRAINT = 'assurance_request_kept';
    END IF;
    IF OLD.state IN ('executed', 'withdrawn') OR OLD.extended_by IS NOT NULL AND NEW.extended_by <> OLD.extended_by
        OR OLD.state = 'decided' AND (NEW.outcome, NEW.reason, NEW.resident_code) <> (OLD.outcome, OLD.reason, OLD.resident_code)
    THEN
        RAISE EXCEPTION 'what was decided stays' USING ERRCODE = '23514', CONSTRAINT = 'assurance_request_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assurance_request_kept BEFORE UPDATE ON assurance_request
    FOR EACH ROW EXECUTE FUNCTION assurance_request_kept();
"""
_KEPT_UNDO = (
    "DROP TRIGGER assurance_request_kept ON assurance_request; DROP FUNCTION assurance_request_kept();"
)

# A section is withheld before the decision, a measure recorded after it.
_TIMES = """
CREATE FUNCTION assurance_request_when() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT state INTO standing FROM assurance_request WHERE id = OLD.request_id FOR SHARE;
    ELSE
        SELECT state INTO standing FROM assurance_request WHERE id = NEW.request_id FOR SHARE;
    END IF;
    IF standing <> TG_ARGV[0] THEN
        RAISE EXCEPTION 'the request is not %', TG_ARGV[0] USING ERRCODE = '23514', CONSTRAINT = 'assurance_request_when';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER assurance_request_withheld_when BEFORE INSERT OR UPDATE OR DELETE ON assurance_request_withheld
    FOR EACH ROW EXECUTE FUNCTION assurance_request_when('identified');
CREATE TRIGGER assurance_request_measure_when BEFORE INSERT ON assurance_request_measure
    FOR EACH ROW EXECUTE FUNCTION assurance_request_when('decided');

CREATE FUNCTION assurance_request_pause_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR OLD.until IS NOT NULL
        OR (to_jsonb(NEW) - 'until' - 'ended_by') IS DISTINCT FROM (to_jsonb(OLD) - 'until' - 'ended_by') THEN
        RAISE EXCEPTION 'a pause only ends' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assurance_request_pause_kept BEFORE UPDATE OR DELETE ON assurance_request_pause
    FOR EACH ROW EXECUTE FUNCTION assurance_request_pause_kept();
"""
_TIMES_UNDO = """
DROP TRIGGER assurance_request_pause_kept ON assurance_request_pause;
DROP FUNCTION assurance_request_pause_kept();
DROP TRIGGER assurance_request_measure_when ON assurance_request_measure;
DROP TRIGGER assurance_request_withheld_when ON assurance_request_withheld;
DROP FUNCTION assurance_request_when();
"""
_STEPS = {
    "received": ("identified", "incomplete", "withdrawn"),
    "incomplete": ("received", "withdrawn"),
    "identified": ("decided", "withdrawn"),
    "decided": ("executed",),
}


class Migration(migrations.Migration):
    dependencies: ClassVar = [("assurance", "0010_requests")]
    operations: ClassVar = [
        state_steps("assurance_request", _STEPS),
        state_starts("assurance_request", ("received",)),
        distinct_persons(
            "assurance_request",
            [
                Act(
                    before="identified", after="decided", act="decided_by", unlike=("received_by", "identified_by"), approvals=2
                )
            ],
        ),
        migrations.RunSQL(_KEPT, _KEPT_UNDO),
        migrations.RunSQL(_TIMES, _TIMES_UNDO),
        append_only("assurance_request_measure"),
    ]  # fmt: skip
