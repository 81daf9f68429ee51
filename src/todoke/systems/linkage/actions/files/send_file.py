"""ファイルの送出: the next file appears whole in its system's folder, then its manifest. Twice is the same as once."""

from __future__ import annotations

from todoke.access.permissions import Actor, Permission, require
from todoke.exchange.files import notes
from todoke.exchange.files.notes import MANIFEST, Manifest
from todoke.systems.linkage.flows import EXCHANGED_FILE, FileState
from todoke.systems.linkage.models import ExchangedFile
from todoke.systems.linkage.queries import file_places
from todoke.workflow.runner import move, of

ALIAS = "linkage"


def send_file(*, file: ExchangedFile, by: Actor) -> None:
    """Write file and manifest, sealed for the system where it has a key for that; then it is 送出."""
    require(by, Permission.LINKAGE_FILE_RUN)
    queue, vault = file.queue, file_places.vault()
    partner = file_places.partner(queue)
    folder = file_places.folder(queue, partner.account)
    with vault.work() as work:
        content = work / file.file_name
        if partner.recipient:
            vault.sealed_for(file.sealed, partner.recipient, content)
        else:
            vault.open(file.sealed, content)
        folder.put(file.file_name, content)
    manifest = Manifest(
        system=queue.system_id,
        kind=queue.kind,
        direction=queue.direction,
        number=file.number or 0,
        file=file.file_name,
        sha256=file.sha256,
        size=file.size,
        records=file.records,
        made_at=file.arrived_at,
        sealed=bool(partner.recipient),
        repeats=file.repeats.number if file.repeats else None,
    )
    folder.write(file.file_name + MANIFEST, notes.signed(manifest, vault.signing_key))
    subject = f"{queue.name} {file.number} sent"
    rows = of(EXCHANGED_FILE, [file.pk])
    move(ALIAS, EXCHANGED_FILE, rows, to=FileState.SENT, by=by, subject=subject, persons=file.records)
