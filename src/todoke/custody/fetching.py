"""出力ファイルの受取り: the encrypted file goes to the person who asked, as long as it lies."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.custody.exports import folder
from todoke.custody.flows import ExportState
from todoke.custody.models import Export
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record

FETCHED: Final = "privacy:export:fetch"


def fetch(alias: str, *, number: int, by: Actor) -> Path:
    """The file, for the person who asked, as long as it lies; logged. NOT_FOUND when it does not."""
    require(by, Permission.PRIVACY_EXPORT_LIST)
    with transaction.atomic(using=alias):
        made = Export.objects.using(alias).filter(pk=number, state=ExportState.MADE, requested_by=by.staff_id)
        asked = made.filter(expires_at__gt=clock.now()).first()
        path = folder() / asked.file_name if asked else None
        if asked is None or path is None or not path.is_file():
            raise TodokeError(ErrorCode.NOT_FOUND, what="本人が申請した、期限内の出力ファイル")
        record(alias, by=by, verb=FETCHED, subject=f"{number} {asked.file_sha256}", persons=asked.rows)
    return path
