"""受領確認の作成: for every incoming file that has ended, a signed note in its folder says what became of it."""

from __future__ import annotations

from todoke.access.permissions import Actor, Permission, require
from todoke.exchange.files import notes
from todoke.exchange.files.notes import ACKNOWLEDGEMENT, Acknowledgement, Result
from todoke.systems.linkage.flows import FileState
from todoke.systems.linkage.models import ExchangedFile, FileQueue
from todoke.systems.linkage.queries import file_places

ALIAS = "linkage"
_ENDS = (FileState.TAKEN, FileState.REFUSED)


def answer_files(*, queue: FileQueue, by: Actor) -> int:
    """Write what is not written yet; how many. A note that a killed process wrote is written again, the same."""
    require(by, Permission.LINKAGE_FILE_RUN)
    files = ExchangedFile.objects.using(ALIAS).filter(queue=queue, state__in=_ENDS, answered=False)
    ended = list(files.order_by("pk"))
    if not ended:
        return 0
    folder, vault = file_places.folder(queue, file_places.partner(queue).account), file_places.vault()
    for file in ended:
        note = notes.signed(_note(queue, file), vault.signing_key)
        # one note per arrival: a duplicate's refusal must not hide what became of the first
        name = file.file_name if file.in_order else f"{file.file_name}.{file.pk}"
        folder.write_answer(name + ACKNOWLEDGEMENT, note)
        ExchangedFile.objects.using(ALIAS).filter(pk=file.pk).update(answered=True)
    return len(ended)


def _note(queue: FileQueue, file: ExchangedFile) -> Acknowledgement:
    faults = file.faults.using(ALIAS).order_by("row", "pk").values_list("row", "column", "rule")
    reason = file.refusal
    if file.repeats is not None and not file.in_order:
        reason += f" {file.repeats.file_name}"
    return Acknowledgement(
        system=queue.system_id,
        kind=queue.kind,
        direction=queue.direction,
        file=file.file_name,
        sha256=file.sha256,
        result=Result.TAKEN if file.state == FileState.TAKEN else Result.REFUSED,
        records=file.accepted,
        reason=reason,
        bad_rows=tuple(faults),
    )
