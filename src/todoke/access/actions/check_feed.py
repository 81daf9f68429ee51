"""人事情報の確認: what the file would change; nothing is changed (PIA III.3 「手入力による設定ミス等を削減」)."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from todoke.access import directory, feed
from todoke.access.feed import Differences
from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.record import record


def check_feed(*, file: Path, by: Actor) -> Differences:
    """The differences between the file and the directory. Raises INPUT_MISSING, InputRefused (every bad row)."""
    require(by, Permission.ACCESS_STAFF_IMPORT)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        found = feed.compare(alias, feed.stage(alias, file))
        verb, subject = Permission.ACCESS_STAFF_IMPORT.value, f"check:{found.digest[:16]}"
        record(alias, by=by, verb=verb, subject=subject, persons=len(found.rows))
    return found
