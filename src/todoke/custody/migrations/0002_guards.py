"""What the database holds of purges and exports: two people, nothing changed afterwards, and the one way past the guards
that refuse DELETE everywhere else."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.forward_only import forward_only
from todoke.workflow.guards import Act, distinct_persons, state_starts

_PURGE_STEPS = {"requested": ("confirmed", "withdrawn"), "confirmed": ("done",)}
_EXPORT_STEPS = {"requested": ("approved", "refused", "made"), "approved": ("made",), "made": ("reaped",)}

# The list of keys is what two people agree on: fixed when the second one confirms, empty when the purge is done.
_LIST = """
CREATE FUNCTION custody_purge_list() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    listed record;
BEGIN
    IF NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    SELECT count(*) AS rows, sha256(convert_to(coalesce(string_agg(key, E'\\n' ORDER BY key COLLATE "C"), ''), 'UTF8'))
        AS digest INTO STRICT listed FROM custody_purge_key WHERE purge_id = NEW.id;
    IF NEW.state = 'confirmed' AND (listed.rows, listed.digest) IS DISTINCT FROM (NEW.rows, NEW.digest) THEN
        RAISE EXCEPTION 'the list of rows is not the one that was requested' USING ERRCODE = '23514';
    END IF;
    IF NEW.state = 'done' AND listed.rows > 0 THEN
        RAISE EXCEPTION 'rows of the purge are still there' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER custody_purge_list BEFORE UPDATE ON custody_purge
    FOR EACH ROW EXECUTE FUNCTION custody_purge_list();

CREATE FUNCTION custody_purge_key_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        SELECT state INTO standing FROM custody_purge WHERE id = OLD.purge_id;
        -- the function below runs as the owner; nobody who works with the application's role can become it
        IF standing = 'withdrawn' OR current_user = (
            SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID
        ) THEN
            RETURN OLD;
        END IF;
    ELSIF TG_OP = 'INSERT' THEN
        SELECT state INTO standing FROM custody_purge WHERE id = NEW.purge_id FOR SHARE;
        IF standing = 'requested' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the list of a purge is fixed' USING ERRCODE = '23514';
END $$;
CREATE TRIGGER custody_purge_key_kept BEFORE INSERT OR UPDATE OR DELETE ON custody_purge_key
    FOR EACH ROW EXECUTE FUNCTION custody_purge_key_kept();
"""
_LIST_UNDO = """
DROP TRIGGER custody_purge_key_kept ON custody_purge_key;
DROP FUNCTION custody_purge_key_kept();
DROP TRIGGER custody_purge_list ON custody_purge;
DROP FUNCTION custody_purge_list();
"""

# The table's guards stand aside inside this transaction only, under a lock that keeps every other writer out; references
# are checked before they stand again. Logs have a procedure of their own.
_DELETE = """
CREATE FUNCTION custody_delete(wanted bigint, chosen text[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    purge custody_purge;
    target regclass;
    key_name name;
    key_type text;
    guards text[];
    guard text;
    listed bigint;
    gone bigint;
BEGIN
    SELECT * INTO purge FROM custody_purge WHERE id = wanted AND state = 'confirmed' FOR UPDATE;
    IF NOT FOUND OR purge.table_name ~ '^(oplog|custody|django)_' THEN
        RAISE EXCEPTION 'no confirmed purge' USING ERRCODE = '23514';
    END IF;
    DELETE FROM custody_purge_key WHERE purge_id = wanted AND key = ANY(chosen);
    GET DIAGNOSTICS listed = ROW_COUNT;
    IF listed <> cardinality(chosen) THEN
        RAISE EXCEPTION 'not on the list of the purge' USING ERRCODE = '23514';
    END IF;
    target := format('public.%I', purge.table_name)::regclass;
    SELECT a.attname, format_type(a.atttypid, a.atttypmod) INTO STRICT key_name, key_type
        FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
        WHERE i.indrelid = target AND i.indisprimary;
    SELECT coalesce(array_agg(tgname::text), '{}') INTO guards FROM pg_trigger
        WHERE tgrelid = target AND NOT tgisinternal AND tgenabled = 'O' AND tgtype & 9 = 9;
    SET LOCAL lock_timeout = '10s';
    FOREACH guard IN ARRAY guards LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', target, guard);
    END LOOP;
    EXECUTE format('DELETE FROM %s t USING unnest($1) AS k(key) WHERE t.%I = k.key::%s', target, key_name, key_type)
        USING chosen;
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone <> listed THEN
        RAISE EXCEPTION 'rows of the purge are not there' USING ERRCODE = '23514';
    END IF;
    SET CONSTRAINTS ALL IMMEDIATE;
    FOREACH guard IN ARRAY guards LOOP
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER %I', target, guard);
    END LOOP;
    RETURN gone;
END $$;
"""

_FILE = """
CREATE FUNCTION custody_export_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.file_name, NEW.file_sha256) IS DISTINCT FROM (OLD.file_name, OLD.file_sha256)
        AND NOT (OLD.state <> 'made' AND NEW.state = 'made') THEN
        RAISE EXCEPTION 'the file of an export is written once' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER custody_export_file BEFORE UPDATE ON custody_export
    FOR EACH ROW EXECUTE FUNCTION custody_export_file();
"""

_CONFIRMED = Act(
    before="requested", after="confirmed", act="confirmed_by", unlike=("requested_by",), approvals=1
)
_APPROVED = Act(
    before="requested", after="approved", act="approved_by", unlike=("requested_by",), approvals=1
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("custody", "0001_initial")]
    operations: ClassVar = [
        forward_only(
            "custody_purge",
            state="state",
            time="state_at",
            steps=_PURGE_STEPS,
            also=("state_by", "confirmed_by", "confirmed_at"),
        ),
        state_starts("custody_purge", ("requested",)),
        distinct_persons("custody_purge", [_CONFIRMED]),
        migrations.RunSQL(_LIST, _LIST_UNDO),
        migrations.RunSQL(_DELETE, "DROP FUNCTION custody_delete(bigint, text[])"),
        forward_only(
            "custody_export",
            state="state",
            time="state_at",
            steps=_EXPORT_STEPS,
            also=("state_by", "approved_by", "approved_at", "file_name", "file_sha256"),
        ),
        state_starts("custody_export", ("requested",)),
        distinct_persons("custody_export", [_APPROVED]),
        migrations.RunSQL(
            _FILE, "DROP TRIGGER custody_export_file ON custody_export; DROP FUNCTION custody_export_file();"
        ),
    ]
