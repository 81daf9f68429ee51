"""What the database holds of the end of media and of editions: nothing is taken back, and two people are two people."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.forward_only import forward_only
from todoke.workflow.guards import Act, distinct_persons, state_starts

_END = """
CREATE FUNCTION assurance_medium_end_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['confirmed_by', 'confirmed_at'];
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'table %: rows stay', TG_TABLE_NAME USING ERRCODE = '23514';
    END IF;
    IF OLD.confirmed_by IS NOT NULL OR (to_jsonb(NEW) - free) IS DISTINCT FROM (to_jsonb(OLD) - free) THEN
        RAISE EXCEPTION 'the end of a medium is confirmed once, and nothing else of it changes'
            USING ERRCODE = '23514', CONSTRAINT = 'assurance_medium_end_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assurance_medium_end_kept BEFORE UPDATE OR DELETE ON assurance_medium_end
    FOR EACH ROW EXECUTE FUNCTION assurance_medium_end_kept();
CREATE TRIGGER assurance_medium_end_no_truncate BEFORE TRUNCATE ON assurance_medium_end
    FOR EACH STATEMENT EXECUTE FUNCTION assurance_medium_end_kept();
"""
_END_UNDO = """
DROP TRIGGER assurance_medium_end_no_truncate ON assurance_medium_end;
DROP TRIGGER assurance_medium_end_kept ON assurance_medium_end;
DROP FUNCTION assurance_medium_end_kept();
"""

# Both sides lock the medium, so that of an end and a transport at the same moment one sees the other.
_GONE = """
CREATE FUNCTION assurance_medium_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM assurance_medium WHERE id = NEW.medium_id FOR UPDATE;
    IF TG_TABLE_NAME = 'assurance_transport' AND EXISTS (SELECT FROM assurance_medium_end WHERE medium_id = NEW.medium_id)
        OR TG_TABLE_NAME = 'assurance_medium_end'
            AND EXISTS (SELECT FROM assurance_transport WHERE medium_id = NEW.medium_id AND received_by IS NULL) THEN
        RAISE EXCEPTION 'a medium has no end on its way, and goes nowhere after its end'
            USING ERRCODE = '23514', CONSTRAINT = 'assurance_medium_gone';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assurance_medium_gone BEFORE INSERT ON assurance_transport
    FOR EACH ROW EXECUTE FUNCTION assurance_medium_gone();
CREATE TRIGGER assurance_medium_gone BEFORE INSERT ON assurance_medium_end
    FOR EACH ROW EXECUTE FUNCTION assurance_medium_gone();
"""
_GONE_UNDO = """
DROP TRIGGER assurance_medium_gone ON assurance_medium_end;
DROP TRIGGER assurance_medium_gone ON assurance_transport;
DROP FUNCTION assurance_medium_gone();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("assurance", "0042_media_and_editions")]
    operations: ClassVar = [
        migrations.RunSQL(_END, _END_UNDO),
        migrations.RunSQL(_GONE, _GONE_UNDO),
        forward_only(
            "assurance_edition", state="state", time="state_at", steps={"draft": ("published", "dropped")},
            also=("state_by", "published_by", "published_at"),
        ),
        state_starts("assurance_edition", ("draft",)),
        distinct_persons(
            "assurance_edition",
            [Act(before="draft", after="published", act="published_by", unlike=("drafted_by",), approvals=1)],
        ),
    ]  # fmt: skip
