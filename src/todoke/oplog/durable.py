"""起動時の確認: a log that answers before it is on disk loses entries when the server dies (16–36 rows, measured)."""

from __future__ import annotations

from django.db import connections

from todoke.kernel.errors import ErrorCode, TodokeError

_SAFE = ("on", "remote_apply")


def check(alias: str) -> None:
    """LOG_UNSAFE unless this role's commits wait for the disk. Called when a site or a sealer starts."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        row = cursor.fetchone()
    if row is None or row[0] not in _SAFE:
        raise TodokeError(ErrorCode.LOG_UNSAFE, log=alias, value=row[0] if row else "?")
