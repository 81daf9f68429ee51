"""取引番号の起点: entries go on counting where the log stood when a database was restored on another server (ADR 0031)."""

from django.db import migrations

_SQL = """
CREATE FUNCTION oplog_xid_base() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 0::bigint';
ALTER TABLE oplog_operation
    ALTER COLUMN xid SET DEFAULT ((pg_current_xact_id()::text::bigint + oplog_xid_base())::text::xid8);
"""
_UNDO = """
ALTER TABLE oplog_operation ALTER COLUMN xid SET DEFAULT pg_current_xact_id();
DROP FUNCTION oplog_xid_base();
"""


class Migration(migrations.Migration):
    dependencies = [("oplog", "0001_initial")]
    operations = [migrations.RunSQL(_SQL, _UNDO)]
