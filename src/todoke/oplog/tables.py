"""SQL of the log's tables and of the three functions that do, with the owner's rights, what the app role may not.

The app role inserts and reads. It cannot make, detach or drop a table, nor change a row: `oplog_open_month` makes
a month's partition, `oplog_drop_month` and `oplog_erase` insist on the record that two people left behind.
"""

from __future__ import annotations

from typing import Final

RECORDS: Final = (
    "oplog_segment", "oplog_checkpoint", "oplog_witnessed", "oplog_cosignature",
    "oplog_drop_request", "oplog_deletion", "oplog_erasure_request", "oplog_erasure",
)  # fmt: skip
"""The tables beside the log itself; append-only like it."""

# A partition holds one month in Japan. xid is the transaction's, so that the sealer can tell which rows are settled.
TABLES: Final = """
CREATE SEQUENCE oplog_operation_id_seq;
CREATE TABLE oplog_operation (
    id bigint NOT NULL DEFAULT nextval('oplog_operation_id_seq'),
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL,
    actor text NOT NULL DEFAULT '', organisation text NOT NULL DEFAULT '', session_id text NOT NULL DEFAULT '',
    terminal text NOT NULL DEFAULT '', duty text NOT NULL DEFAULT '', purpose text NOT NULL DEFAULT '',
    verb text NOT NULL, subject text NOT NULL DEFAULT '', persons bigint NOT NULL DEFAULT 0,
    object_type text NOT NULL DEFAULT '', object_index bytea,
    outcome text NOT NULL DEFAULT 'done' CHECK (outcome IN ('done', 'refused', 'failed')),
    permit_id text NOT NULL DEFAULT '',
    detail bytea, salt bytea, commitment bytea,
    leaf bytea NOT NULL CHECK (octet_length(leaf) = 32),
    PRIMARY KEY (at, id),
    CHECK (octet_length(salt) = 16 AND (object_index IS NOT NULL OR detail IS NOT NULL) AND commitment IS NULL
        OR salt IS NULL AND object_index IS NULL AND detail IS NULL)
) PARTITION BY RANGE (at);
ALTER SEQUENCE oplog_operation_id_seq OWNED BY oplog_operation.id;
CREATE INDEX oplog_operation_sealing ON oplog_operation (xid, id);
CREATE INDEX oplog_operation_actor ON oplog_operation (actor, at, id);
CREATE INDEX oplog_operation_person ON oplog_operation (object_index, at, id) WHERE object_index IS NOT NULL;

CREATE TABLE oplog_segment (
    seg bigint PRIMARY KEY CHECK (seg >= 0),
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    n integer NOT NULL CHECK (n > 0),
    first_xid xid8 NOT NULL, first_id bigint NOT NULL, last_xid xid8 NOT NULL, last_id bigint NOT NULL,
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    prev bytea NOT NULL UNIQUE CHECK (octet_length(prev) = 32),
    sealed_at timestamptz NOT NULL,
    UNIQUE (first_xid, first_id), UNIQUE (last_xid, last_id)
);
CREATE INDEX oplog_segment_month ON oplog_segment (month, seg);
CREATE TABLE oplog_mark (seg bigint PRIMARY KEY REFERENCES oplog_segment, marks bytea NOT NULL);
CREATE TABLE oplog_checkpoint (
    size bigint PRIMARY KEY CHECK (size > 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    at timestamptz NOT NULL,
    note text NOT NULL
);
CREATE TABLE oplog_witnessed (
    origin text NOT NULL, size bigint NOT NULL CHECK (size > 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    note text NOT NULL, cosignature text NOT NULL, witnessed_at timestamptz NOT NULL,
    PRIMARY KEY (origin, size)
);
CREATE TABLE oplog_cosignature (
    origin text NOT NULL, size bigint NOT NULL, witness text NOT NULL,
    note text NOT NULL, cosignature text NOT NULL, received_at timestamptz NOT NULL,
    PRIMARY KEY (origin, witness, size)
);
CREATE TABLE oplog_drop_request (
    month date PRIMARY KEY CHECK (extract(day FROM month) = 1),
    n bigint NOT NULL, root bytea NOT NULL CHECK (octet_length(root) = 32), legal_basis text NOT NULL CHECK (legal_basis <> ''),
    requested_by text NOT NULL CHECK (requested_by <> ''), requested_at timestamptz NOT NULL,
    UNIQUE (month, n, root, legal_basis, requested_by, requested_at)
);
CREATE TABLE oplog_deletion (
    number bigint PRIMARY KEY CHECK (number >= 0),
    month date NOT NULL UNIQUE,
    n bigint NOT NULL, root bytea NOT NULL, legal_basis text NOT NULL,
    requested_by text NOT NULL, requested_at timestamptz NOT NULL,
    confirmed_by text NOT NULL CHECK (confirmed_by <> ''), confirmed_at timestamptz NOT NULL,
    prev bytea NOT NULL UNIQUE CHECK (octet_length(prev) = 32),
    CHECK (confirmed_by <> requested_by),
    FOREIGN KEY (month, n, root, legal_basis, requested_by, requested_at)
        REFERENCES oplog_drop_request (month, n, root, legal_basis, requested_by, requested_at)
);
CREATE TABLE oplog_erasure_request (
    operation_id bigint PRIMARY KEY, operation_at timestamptz NOT NULL,
    legal_basis text NOT NULL CHECK (legal_basis <> ''),
    requested_by text NOT NULL CHECK (requested_by <> ''), requested_at timestamptz NOT NULL,
    UNIQUE (operation_id, operation_at, legal_basis, requested_by, requested_at)
);
CREATE TABLE oplog_erasure (
    operation_id bigint PRIMARY KEY, operation_at timestamptz NOT NULL, legal_basis text NOT NULL,
    requested_by text NOT NULL, requested_at timestamptz NOT NULL,
    confirmed_by text NOT NULL CHECK (confirmed_by <> ''), confirmed_at timestamptz NOT NULL,
    CHECK (confirmed_by <> requested_by),
    FOREIGN KEY (operation_id, operation_at, legal_basis, requested_by, requested_at)
        REFERENCES oplog_erasure_request (operation_id, operation_at, legal_basis, requested_by, requested_at)
);
"""

# ATTACH and not PARTITION OF: it lets others go on inserting. The row trigger comes along, the one against TRUNCATE not.
FUNCTIONS: Final = """
CREATE FUNCTION oplog_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.salt IS NOT NULL AND NEW.salt IS NULL AND NEW.object_index IS NULL AND NEW.detail IS NULL
            AND octet_length(NEW.commitment) = 32
            AND to_jsonb(NEW) - ARRAY['salt', 'object_index', 'detail', 'commitment']
                = to_jsonb(OLD) - ARRAY['salt', 'object_index', 'detail', 'commitment']
            AND EXISTS (SELECT FROM oplog_erasure WHERE operation_id = OLD.id AND operation_at = OLD.at)
        THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'table oplog_operation is append-only: % refused', TG_OP USING ERRCODE = '23514';
END $$;
CREATE TRIGGER oplog_operation_append_only BEFORE UPDATE OR DELETE ON oplog_operation
    FOR EACH ROW EXECUTE FUNCTION oplog_guard();
CREATE TRIGGER oplog_operation_no_truncate BEFORE TRUNCATE ON oplog_operation
    FOR EACH STATEMENT EXECUTE FUNCTION oplog_guard();

CREATE FUNCTION oplog_open_month(wanted date) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', wanted);
    part text := 'oplog_operation_' || to_char(first, 'YYYY_MM');
    stranger text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('oplog_open_month', 0));
    IF to_regclass(part) IS NOT NULL THEN RETURN false; END IF;
    IF first < date '2000-01-01' OR first > now() + interval '2 years' THEN
        RAISE EXCEPTION 'no log is kept for %', first USING ERRCODE = '23514';
    END IF;
    IF EXISTS (SELECT FROM oplog_deletion WHERE month = first) THEN
        RAISE EXCEPTION 'the log of % was deleted and takes no more entries', first USING ERRCODE = '23514';
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE oplog_operation INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
    FOR stranger IN
        SELECT DISTINCT quote_ident(rolname) FROM pg_class AS c, aclexplode(c.relacl) AS a, pg_roles AS r
        WHERE c.oid = part::regclass AND r.oid = a.grantee AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('REVOKE ALL ON %I FROM %s', part, stranger);
    END LOOP;
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION oplog_guard()',
        part || '_no_truncate', part);
    EXECUTE format('ALTER TABLE oplog_operation ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part,
        first::timestamp AT TIME ZONE 'Asia/Tokyo', (first + interval '1 month') AT TIME ZONE 'Asia/Tokyo');
    RETURN true;
END $$;

CREATE FUNCTION oplog_drop_month(dropped date) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    part text := 'oplog_operation_' || to_char(dropped, 'YYYY_MM');
    record oplog_deletion;
    rows bigint;
BEGIN
    SELECT * INTO record FROM oplog_deletion WHERE month = dropped;
    IF record IS NULL THEN
        RAISE EXCEPTION 'no deletion record of two people for %', dropped USING ERRCODE = '23514';
    END IF;
    IF to_regclass(part) IS NULL THEN RETURN 0; END IF;
    EXECUTE format('ALTER TABLE oplog_operation DETACH PARTITION %I', part);
    EXECUTE format('SELECT count(*) FROM %I', part) INTO rows;
    IF rows <> record.n OR rows <> (SELECT coalesce(sum(n), 0) FROM oplog_segment WHERE month = dropped) THEN
        RAISE EXCEPTION 'the log of % holds % rows, not those of its record', dropped, rows USING ERRCODE = '23514';
    END IF;
    EXECUTE format('DROP TABLE %I', part);
    DELETE FROM oplog_mark WHERE seg IN (SELECT seg FROM oplog_segment WHERE month = dropped);
    RETURN rows;
END $$;

CREATE FUNCTION oplog_erase(erased bigint, committed bytea) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE oplog_operation AS o SET salt = NULL, object_index = NULL, detail = NULL, commitment = committed
    FROM oplog_erasure AS e
    WHERE e.operation_id = erased AND o.id = e.operation_id AND o.at = e.operation_at AND o.salt IS NOT NULL;
    RETURN FOUND;
END $$;

SELECT oplog_open_month((date_trunc('month', now() AT TIME ZONE 'Asia/Tokyo') + n * interval '1 month')::date)
FROM generate_series(0, 1) AS n;
"""
