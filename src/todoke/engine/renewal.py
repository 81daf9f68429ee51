"""Whole tables made anew beside the ones in use, indexes built once, and put in their place in one commit.

For a load that replaces most of a table: a row written under nine indexes costs nine walks, an index built over all rows one
sort. Readers see the old table until the commit. The app role owns nothing (ADR 0002), so functions of the owner do what
needs one, for the tables that a migration names and for whoever may write and delete all their rows anyhow.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db.migrations import RunSQL

from todoke.engine import postgres

SCHEMA: Final = "renewal"

_BEGIN: Final = """
CREATE SCHEMA renewal;
GRANT USAGE ON SCHEMA renewal TO PUBLIC;

CREATE FUNCTION renewal_begin(renewed text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    old regclass := to_regclass(format('public.%I', renewed));
    options text := (SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = old);
    counter text := pg_get_serial_sequence(format('public.%I', renewed), 'id');
BEGIN
    IF renewed <> ALL ('{{names}}'::text[]) OR NOT has_table_privilege(session_user, old, 'INSERT')
        OR NOT has_table_privilege(session_user, old, 'DELETE') THEN
        RAISE EXCEPTION 'table % is not renewed by %', renewed, session_user USING ERRCODE = '42501';
    END IF;
    EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', old);
    EXECUTE format('CREATE TABLE renewal.%I (LIKE %s INCLUDING ALL EXCLUDING INDEXES)', renewed, old);
    IF options <> '' THEN EXECUTE format('ALTER TABLE renewal.%I SET (%s)', renewed, options); END IF;
    EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, ''id''), last_value, is_called) FROM %s',
        format('renewal.%I', renewed), counter);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON renewal.%I TO %I', renewed, session_user);
    EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %I',
        pg_get_serial_sequence(format('renewal.%I', renewed), 'id'), session_user);
END $$;
"""
# Keys and indexes keep their names: a schema of its own has room for them beside the old ones
_BUILD: Final = """
CREATE FUNCTION renewal_build(renewed text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET maintenance_work_mem = '512MB' AS $$
DECLARE
    old regclass := format('public.%I', renewed)::regclass;
    command text;
BEGIN
    FOR command IN
        SELECT format('ALTER TABLE renewal.%I ADD CONSTRAINT %I %s', renewed, conname, pg_get_constraintdef(oid))
            FROM pg_constraint WHERE conrelid = old AND contype IN ('p', 'u', 'x', 'f')
        UNION ALL
        SELECT replace(pg_get_indexdef(indexrelid), format(' ON public.%I ', renewed), format(' ON renewal.%I ', renewed))
            FROM pg_index WHERE indrelid = old AND indexrelid NOT IN
                (SELECT conindid FROM pg_constraint WHERE conrelid = old AND contype IN ('p', 'u', 'x'))
        UNION ALL
        SELECT replace(pg_get_triggerdef(oid), format(' ON public.%I ', renewed), format(' ON renewal.%I ', renewed))
            FROM pg_trigger WHERE tgrelid = old AND NOT tgisinternal
    LOOP
        EXECUTE command;
    END LOOP;
    EXECUTE format('ANALYZE renewal.%I', renewed);
END $$;
"""
# Whoever reads for long is waited for, but nobody else waits in the queue behind this lock for longer than 0.2 s
_SWAP: Final = """
CREATE FUNCTION renewal_swap(renewed text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
    old regclass := format('public.%I', renewed)::regclass;
    new regclass := format('renewal.%I', renewed)::regclass;
    command text;
BEGIN
    IF (SELECT array_agg(conname ORDER BY conname) FROM pg_constraint WHERE conrelid = new AND contype <> 'n')
        IS DISTINCT FROM (SELECT array_agg(conname ORDER BY conname) FROM pg_constraint WHERE conrelid = old AND contype <> 'n')
        OR (SELECT count(*) FROM pg_index WHERE indrelid = new) <> (SELECT count(*) FROM pg_index WHERE indrelid = old) THEN
        RAISE EXCEPTION 'table % is not built yet', renewed USING ERRCODE = '55000';
    END IF;
    LOOP
        BEGIN
            EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', old);
            EXIT;
        EXCEPTION WHEN lock_not_available THEN PERFORM pg_sleep(1);
        END;
    END LOOP;
    FOR command IN
        SELECT format('GRANT %s ON %s %s TO %s', privilege_type, kind, target,
            CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END)
        FROM (SELECT 'TABLE' AS kind, old::oid AS source, new::text AS target UNION ALL
            SELECT 'SEQUENCE', pg_get_serial_sequence(old::text, 'id')::regclass, pg_get_serial_sequence(new::text, 'id')) t
        JOIN pg_class c ON c.oid = t.source, aclexplode(c.relacl)
        WHERE grantee <> c.relowner
    LOOP
        EXECUTE command;
    END LOOP;
    EXECUTE format('DROP TABLE %s', old);
    EXECUTE format('ALTER TABLE %s SET SCHEMA public', new);
END $$;
"""
_UNDO: Final = """
DROP FUNCTION renewal_begin(text); DROP FUNCTION renewal_build(text); DROP FUNCTION renewal_swap(text);
DROP SCHEMA renewal;
"""


def renewable(*tables: str) -> RunSQL:
    """The migration operation that lets the app role renew these tables; each has a counted column `id`."""
    begin = _BEGIN.replace("{{names}}", "{" + ",".join(tables) + "}")
    return RunSQL(begin + _BUILD + _SWAP, _UNDO)


@contextmanager
def renewed(alias: str, *tables: str) -> Iterator[list[str]]:
    """New, empty tables to fill in the place of these, in the current transaction; nobody else writes to them meanwhile.

    On leaving they get every key, index, constraint, trigger and right of the old ones and replace them, last of all:
    from then to the commit readers wait. Numbers in `id` go on where the old table's counter stood.
    """
    for table in tables:
        postgres.fetch(alias, "SELECT renewal_begin(%s)", [table])
    yield [f"{SCHEMA}.{table}" for table in tables]
    for function in ("renewal_build", "renewal_swap"):
        for table in tables:
            postgres.fetch(alias, f"SELECT {function}(%s)", [table])
