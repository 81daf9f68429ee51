"""受付 and 文書台帳: one arrival a case, sheets with their boxes, disposal by two people; forms of before have arrivals, too."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.append_only import append_only
from todoke.workflow.guards import Act, distinct_persons, evidence, state_starts, state_steps

_STEPS_BEFORE = {
    "numbered": ("printed", "received"),
    "printed": ("received",),
    "received": ("passed", "deficient", "declined", "ineligible"),
    "deficient": ("received",),
    "passed": ("received", "approved"),
    "approved": ("received", "reserved"),
    "reserved": ("ordered",),
    "ordered": ("paid", "failed"),
}
_STEPS = {**_STEPS_BEFORE, "received": (*_STEPS_BEFORE["received"], "numbered", "printed")}
_steps_before = state_steps("benefits_case", _STEPS_BEFORE, rows_stay=False)

# Forms that were received before this table: their arrivals, as files.
_BACKFILL = """
INSERT INTO benefits_arrival (programme, case_id, channel, source, received_on, before_state, arrived_at, arrived_by)
SELECT a.programme, a.case_id, 'file', a.source_sha256, a.received_on,
    CASE WHEN EXISTS (SELECT FROM benefits_letter l WHERE l.case_id = a.case_id) THEN 'printed' ELSE 'numbered' END,
    a.received_at, a.received_by
FROM benefits_application a WHERE a.refusal = '';
SET CONSTRAINTS ALL IMMEDIATE;
"""
_FIXED = """
CREATE FUNCTION {table}_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY[{free}];
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'table {table}: rows stay' USING ERRCODE = '23514';
    END IF;
    IF (to_jsonb(NEW) - free) IS DISTINCT FROM (to_jsonb(OLD) - free) THEN
        RAISE EXCEPTION 'table {table}: what was received is fixed' USING ERRCODE = '23514';
    END IF;
    {more}
    RETURN NEW;
END $$;
CREATE TRIGGER {table}_fixed BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_fixed();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_fixed();
"""
_FIXED_UNDO = """
DROP TRIGGER {table}_fixed ON {table};
DROP TRIGGER {table}_no_truncate ON {table};
DROP FUNCTION {table}_fixed();
"""
_UNDONE_ONCE = """
    IF OLD.undone_at IS NOT NULL OR EXISTS (
        SELECT FROM benefits_application f WHERE f.case_id = OLD.case_id AND f.refusal = ''
    ) THEN
        RAISE EXCEPTION 'an arrival is undone once, and not when its form is keyed'
            USING ERRCODE = '23514', CONSTRAINT = 'arrival_undone_before_entry';
    END IF;
"""
_LISTED_ONCE = """
    IF NEW.disposal_id IS DISTINCT FROM OLD.disposal_id AND (NEW.state <> 'held' OR OLD.state <> 'held') THEN
        RAISE EXCEPTION 'only a sheet in its box is listed for disposal' USING ERRCODE = '23514';
    END IF;
    IF NEW.box_id <> OLD.box_id AND OLD.disposal_id IS NOT NULL THEN
        RAISE EXCEPTION 'a sheet that is listed for disposal stays in its box' USING ERRCODE = '23514';
    END IF;
"""


def _fixed(table: str, free: str, more: str = "") -> migrations.RunSQL:
    names = ", ".join(f"'{name}'" for name in free.split())
    return migrations.RunSQL(
        _FIXED.format(table=table, free=names, more=more), _FIXED_UNDO.format(table=table)
    )


_NOT_UNDONE = """
CREATE FUNCTION benefits_case_not_undone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM benefits_application f WHERE f.case_id = OLD.id AND f.refusal = '')
        OR EXISTS (SELECT FROM benefits_arrival a WHERE a.case_id = OLD.id AND a.undone_at IS NULL)
    THEN
        RAISE EXCEPTION 'a case waits for its form again only when its arrival was undone before anybody keyed it'
            USING ERRCODE = '23514', CONSTRAINT = 'benefits_case_not_undone';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_case_not_undone BEFORE UPDATE ON benefits_case
    FOR EACH ROW WHEN (OLD.state = 'received' AND NEW.state IN ('numbered', 'printed'))
    EXECUTE FUNCTION benefits_case_not_undone();
"""
_NOT_UNDONE_BEFORE = """
DROP TRIGGER benefits_case_not_undone ON benefits_case;
DROP FUNCTION benefits_case_not_undone();
"""
_ARRIVED = """
CREATE FUNCTION benefits_application_arrived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n WHERE n.refusal = '' AND NOT EXISTS (
            SELECT FROM benefits_arrival a WHERE a.case_id = n.case_id AND a.undone_at IS NULL)
    ) THEN
        RAISE EXCEPTION 'a form counts only when it arrived' USING ERRCODE = '23514', CONSTRAINT = 'application_arrived';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_application_arrived AFTER INSERT ON benefits_application
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION benefits_application_arrived();
"""
_ARRIVED_BEFORE = """
DROP TRIGGER benefits_application_arrived ON benefits_application;
DROP FUNCTION benefits_application_arrived();
"""
_PAPER_STEPS = {"held": ("out", "cancelled", "disposed"), "out": ("held",)}
_DISPOSAL_STEPS = {"proposed": ("approved", "withdrawn")}
_APPROVED = Act(before="proposed", after="approved", act="approved_by", unlike=("proposed_by",), approvals=1)
_DISPOSED = """
SELECT FROM benefits_paper_disposal d WHERE d.id = n.disposal_id AND d.state = 'approved' AND d.box_id = n.box_id
AND n.received_on <= d.received_until AND d.received_until < (now() AT TIME ZONE 'Asia/Tokyo')::date - interval '5 years'
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0017_forms_in")]
    operations: ClassVar = [
        migrations.RunSQL(_BACKFILL, ""),
        migrations.RunSQL(_steps_before.reverse_sql or "", _steps_before.sql),
        state_steps("benefits_case", _STEPS, rows_stay=False),
        migrations.RunSQL(_NOT_UNDONE, _NOT_UNDONE_BEFORE),
        evidence(
            "benefits_case",
            "received",
            what="the arrival of its form",
            proof="SELECT FROM benefits_arrival a WHERE a.case_id = n.id AND a.undone_at IS NULL",
        ),
        migrations.RunSQL(_ARRIVED, _ARRIVED_BEFORE),
        _fixed("benefits_arrival", "undone_at undone_by", _UNDONE_ONCE),
        _fixed("benefits_paper", "state state_at state_by box_id disposal_id", _LISTED_ONCE),
        _fixed("benefits_box", "place placed_at placed_by"),
        state_steps("benefits_paper", _PAPER_STEPS),
        state_starts("benefits_paper", ("held",)),
        evidence("benefits_paper", "disposed", what="an approved disposal after its time", proof=_DISPOSED),
        _fixed("benefits_paper_disposal", "state state_at state_by approved_at approved_by"),
        state_steps("benefits_paper_disposal", _DISPOSAL_STEPS),
        state_starts("benefits_paper_disposal", ("proposed",)),
        distinct_persons("benefits_paper_disposal", [_APPROVED]),
        append_only("benefits_paper_move"),
    ]
