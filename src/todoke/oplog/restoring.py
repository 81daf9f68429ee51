"""取引番号の起点 (base): a restored log goes on above every transaction number that it holds.

PostgreSQL numbers transactions per server, and a new server begins at 3. Without a base the entries written after a
restore would sort before the sealed ones, and the sealer refuses such a log (LOG_TIME_BACK).
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

_HIGHEST = """
SELECT greatest(
    (SELECT o.xid::text::bigint FROM oplog_operation AS o ORDER BY o.xid DESC, o.id DESC LIMIT 1),
    (SELECT s.last_xid::text::bigint FROM oplog_segment AS s ORDER BY s.last_xid DESC, s.last_id DESC LIMIT 1), 0)
"""
_BASE = """
CREATE OR REPLACE FUNCTION oplog_xid_base() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT {}::bigint'
"""


def go_on(owner: psycopg.Connection[tuple[Any, ...]]) -> int:
    """Set the base of a log that was just loaded, as the owner of its tables; returns it."""
    row = owner.execute(_HIGHEST).fetchone()
    base = int(row[0]) if row else 0
    owner.execute(sql.SQL(_BASE).format(sql.SQL(str(base))))
    return base
