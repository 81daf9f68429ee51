"""人事情報の反映: newcomers enter, rights end with a transfer, leavers' sessions end at once. All of the file or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import IntegrityError, connections, transaction

from todoke.access import directory, feed
from todoke.access.factors import enrolment
from todoke.access.feed import Differences
from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.records.layouts.personnel_v2022 import CONTRACTOR

# Rights given in the former post end the day before the transfer; those given for the new post stay.
_RIGHTS_END = """
WITH ending AS (
    SELECT f.staff_id, least(f.left_on, CASE
        WHEN (p.organisation, p.section, p.contract_id) IS DISTINCT FROM (f.organisation, f.section, f.contract)
        THEN f.moved_on END) AS day
    FROM feed f JOIN access_staff p USING (staff_id))
UPDATE access_grant g SET
    valid_until = CASE WHEN g.valid_from < e.day THEN least(g.valid_until, e.day - 1) ELSE g.valid_until END,
    state = CASE WHEN g.valid_from < e.day THEN g.state ELSE 'revoked' END,
    ended_by = CASE WHEN g.valid_from < e.day THEN '' ELSE %(by)s END,
    ended_at = CASE WHEN g.valid_from < e.day THEN NULL ELSE %(now)s END
FROM ending e JOIN feed f USING (staff_id)
WHERE g.staff_id = e.staff_id AND e.day IS NOT NULL AND g.state IN ('requested', 'set', 'confirmed')
  AND g.valid_until >= e.day AND (g.valid_from < e.day OR f.left_on IS NOT NULL)
"""
_ENTER = f"""
INSERT INTO access_staff (staff_id, name, kana, organisation, section, employer, contract_id, hired_on, left_on,
                          imported_by, imported_at, password, must_change, password_by)
SELECT staff_id, name, kana, organisation, section, CASE employer WHEN '{CONTRACTOR}' THEN 'contractor' ELSE 'own' END,
       contract, hired_on, left_on, %(by)s, %(now)s, '', true, ''
FROM feed
ON CONFLICT (staff_id) DO UPDATE SET
    name = excluded.name, kana = excluded.kana, organisation = excluded.organisation, section = excluded.section,
    contract_id = excluded.contract_id, left_on = excluded.left_on,
    imported_by = excluded.imported_by, imported_at = excluded.imported_at
WHERE (access_staff.name, access_staff.kana, access_staff.organisation, access_staff.section, access_staff.contract_id,
       access_staff.left_on)
   IS DISTINCT FROM (excluded.name, excluded.kana, excluded.organisation, excluded.section, excluded.contract_id,
       excluded.left_on)
"""
_SESSIONS_END = """
UPDATE access_session s SET ended_at = %(now)s, ended_by = %(by)s, end_reason = 'left'
FROM access_staff p
WHERE p.staff_id = s.staff_id AND s.ended_at IS NULL AND p.left_on <= %(today)s
"""


def apply_feed(*, file: Path, digest: str, by: Actor) -> Differences:
    """Apply the very file that `check_feed` showed; returns what it changed. Applied again it changes nothing.

    Errors: INPUT_CHANGED (another file than shown), INPUT_MISSING, InputRefused (every bad row), CONTRACT_FULL.
    """
    require(by, Permission.ACCESS_STAFF_IMPORT)
    alias = directory.alias()
    try:
        with transaction.atomic(using=alias):
            found = feed.stage(alias, file)
            feed.refuse_other(file, digest, found)
            return enter(alias, found, by=by)
    except IntegrityError as error:
        if "head-count" not in str(error):
            raise
        raise TodokeError(ErrorCode.CONTRACT_FULL) from None


def enter(alias: str, digest: str, *, by: Actor) -> Differences:
    """Apply the staged file, in the caller's transaction."""
    require(by, Permission.ACCESS_STAFF_IMPORT)
    differences = feed.compare(alias, digest)
    values: dict[str, Any] = {"by": by.staff_id, "now": clock.now(), "today": clock.today()}
    with connections[alias].cursor() as cursor:
        for statement in (_RIGHTS_END, _ENTER, _SESSIONS_END):
            cursor.execute(statement, values)
    gone = [row.staff_id for row in differences.rows if row.left_on and row.left_on <= values["today"]]
    enrolment.forget(gone, by=by)
    verb, subject = Permission.ACCESS_STAFF_IMPORT.value, f"apply:{digest[:16]}"
    record(alias, by=by, verb=verb, subject=subject, persons=len(differences.rows))
    return differences
