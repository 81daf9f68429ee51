"""送り直し: a file that its receiver refused goes again under a new number, corrected or as it was."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.db.models import F

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records.converting import canonical
from todoke.systems.linkage.actions.files.make_files import seal_file
from todoke.systems.linkage.flows import FileState
from todoke.systems.linkage.models import ExchangedFile, FileQueue
from todoke.systems.linkage.queries import file_places

ALIAS = "linkage"


def repeat_file(*, file: ExchangedFile, by: Actor, corrected: Path | None = None) -> ExchangedFile:
    """The new file. `corrected`: its content in the system's own form; without it the old content, while it is kept.

    Errors: STATE_CONFLICT unless the file is an error and not repeated yet; InputRefused, RECORD_INVALID for the
    content; NOT_FOUND when the old one is deleted.
    """
    require(by, Permission.LINKAGE_FILE_RUN)
    with transaction.atomic(using=ALIAS), file_places.vault().work() as work:
        queue = FileQueue.objects.using(ALIAS).select_for_update().get(pk=file.queue_id)
        _check_state(file)
        content = corrected or work / file.file_name
        if corrected is None:
            file_places.vault().open(file.sealed, content)
        records = canonical.read(content, work / "rows.csv", queue.file_form)
        if not 0 < records <= queue.record_limit:
            detail = f"{records:,} 件は一回の件数（1～{queue.record_limit:,} 件）に合いません"
            raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)
        new = seal_file(
            queue=queue, number=queue.next_number, content=content, records=records, by=by, repeats=file
        )
        FileQueue.objects.using(ALIAS).filter(pk=queue.pk).update(next_number=F("next_number") + 1)
    return new


def _check_state(file: ExchangedFile) -> None:
    file.refresh_from_db(using=ALIAS)
    if file.state != FileState.ERROR:
        detail = "送り直せるのは、相手が拒んだファイルだけです。受け取ったファイルは送り手が新しい番号で送り直します"
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
    if ExchangedFile.objects.using(ALIAS).filter(repeats=file).exists():
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="このファイルは既に送り直されています")
