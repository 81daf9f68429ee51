"""What the database holds of backups and media: nothing is taken back; a transport is received once."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.append_only import append_only

_RECEIVED = """
CREATE FUNCTION assurance_transport_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['received_by', 'received_at'];
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'table %: rows stay', TG_TABLE_NAME USING ERRCODE = '23514';
    END IF;
    IF OLD.received_by IS NOT NULL OR (to_jsonb(NEW) - free) IS DISTINCT FROM (to_jsonb(OLD) - free) THEN
        RAISE EXCEPTION 'a transport is received once, and nothing else of it changes'
            USING ERRCODE = '23514', CONSTRAINT = 'assurance_transport_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assurance_transport_kept BEFORE UPDATE OR DELETE ON assurance_transport
    FOR EACH ROW EXECUTE FUNCTION assurance_transport_kept();
CREATE TRIGGER assurance_transport_no_truncate BEFORE TRUNCATE ON assurance_transport
    FOR EACH STATEMENT EXECUTE FUNCTION assurance_transport_kept();
"""
_UNDO = """
DROP TRIGGER assurance_transport_no_truncate ON assurance_transport;
DROP TRIGGER assurance_transport_kept ON assurance_transport;
DROP FUNCTION assurance_transport_kept();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("assurance", "0030_backups")]
    operations: ClassVar = [
        append_only("assurance_backup"),
        append_only("assurance_backup_event"),
        append_only("assurance_medium"),
        migrations.RunSQL(_RECEIVED, _UNDO),
    ]
