"""受領確認の受領: what an existing system says of the files it got."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.exchange.files import notes
from todoke.exchange.files.folders import Folder
from todoke.exchange.files.notes import MANIFEST, Acknowledgement, Result, Unfinished
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.linkage.flows import EXCHANGED_FILE, FileState
from todoke.systems.linkage.models import ExchangedFile, FileFault, FilePartner, FileQueue
from todoke.systems.linkage.queries import file_places
from todoke.workflow.runner import move, of

ALIAS = "linkage"


def hear_acknowledgements(*, queue: FileQueue, by: Actor) -> int:
    """Move every file that its receiver has spoken of; how many.

    A note that is not the receiver's, or of no file of ours, stays where it is: SENDER_REFUSED at the end.
    """
    require(by, Permission.LINKAGE_FILE_RUN)
    partner = file_places.partner(queue)
    folder = file_places.folder(queue, partner.account)
    heard, strange = 0, 0
    for name in folder.acknowledgements():
        try:
            heard += _hear(queue, partner, folder, name, by)
        except Unfinished:
            continue
        except TodokeError as error:
            if error.code not in (ErrorCode.SENDER_REFUSED, ErrorCode.MESSAGE_INVALID, ErrorCode.NOT_FOUND):
                raise
            strange += 1
    if strange:
        detail = f"受領確認 {strange} 件の署名または内容が正しくありません"
        raise TodokeError(ErrorCode.SENDER_REFUSED, detail=detail)
    return heard


def _hear(queue: FileQueue, partner: FilePartner, folder: Folder, name: str, by: Actor) -> bool:
    note = notes.opened(folder.read_answer(name), Acknowledgement, file_places.public_key(partner))
    files = ExchangedFile.objects.using(ALIAS).filter(queue=queue, file_name=note.file, sha256=note.sha256)
    file = files.first()
    if file is None or (note.system, note.direction, note.kind) != (
        queue.system_id,
        queue.direction,
        queue.kind,
    ):
        raise TodokeError(ErrorCode.NOT_FOUND, what="受領確認のファイル")
    changed = _end(file, note, by)
    folder.remove(file.file_name + MANIFEST, file.file_name)  # no manifest ever stands without its file
    folder.remove_answer(name)
    return changed


def _end(file: ExchangedFile, note: Acknowledgement, by: Actor) -> bool:
    """The file's last step; False when it was made before."""
    to = FileState.ACKNOWLEDGED if note.result is Result.TAKEN else FileState.ERROR
    rows = of(EXCHANGED_FILE, [file.pk])
    subject = f"{file.queue.name} {file.number}"
    with transaction.atomic(using=ALIAS):
        file = ExchangedFile.objects.using(ALIAS).select_for_update().get(pk=file.pk)
        if file.state == FileState.MADE:  # we were killed after the file had appeared
            move(ALIAS, EXCHANGED_FILE, rows, to=FileState.SENT, by=by, subject=f"{subject} sent", persons=0)
        elif file.state != FileState.SENT:
            return False
        also: dict[str, object] = {"accepted": note.records, "cleared": True}
        if to is FileState.ERROR:
            FileFault.objects.using(ALIAS).bulk_create(
                FileFault(file=file, row=row, column=column, rule=rule) for row, column, rule in note.bad_rows
            )
            also |= {"accepted": 0, "refusal": "receiver", "bad_rows": len(note.bad_rows)}
        move(ALIAS, EXCHANGED_FILE, rows, to=to, by=by, subject=f"{subject} {to.value}", persons=0, also=also)
    return True
