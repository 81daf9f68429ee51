"""ファイルの到着: what an existing system has completely put into its folder is checked, sealed and noted, once.

The order makes it repeatable after a kill: seal, note (one transaction), then empty the folder. A file that is noted and
still lies there is our own leftover, not a duplicate.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.exchange.files import notes
from todoke.exchange.files.folders import SETTLE, Folder
from todoke.exchange.files.notes import MANIFEST, Manifest, Unfinished
from todoke.exchange.files.vault import Vault
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.linkage.flows import FileState
from todoke.systems.linkage.models import ExchangedFile, FilePartner, FileQueue
from todoke.systems.linkage.queries import file_places
from todoke.systems.linkage.rules import file_order

ALIAS = "linkage"
_REASONS = {
    ErrorCode.SENDER_REFUSED: "signature",
    ErrorCode.MESSAGE_INVALID: "manifest",
}
_AT_FAULT = {
    ErrorCode.SENDER_REFUSED: "owner",
    ErrorCode.INPUT_CHANGED: "altered",
    ErrorCode.INPUT_MISSING: "altered",
}
"""What the sender has done; any other error is ours, and the file waits."""


def collect_files(*, queue: FileQueue, by: Actor) -> int:
    """Everything that is complete in the queue's folder; how many files were noted, refused ones included."""
    require(by, Permission.LINKAGE_FILE_RUN)
    partner = file_places.partner(queue)
    door = _Door(queue, partner, file_places.folder(queue, partner.account), file_places.vault(), by)
    return sum(door.look_at(name) for name in door.folder.manifests())


@dataclass(frozen=True)
class _Refused(Exception):
    """Why a file does not come in; `wait`: unless it is still being written."""

    reason: str
    repeats: ExchangedFile | None = None
    wait: bool = False


@dataclass(frozen=True)
class _Door:
    """The door of one queue."""

    queue: FileQueue
    partner: FilePartner
    folder: Folder
    vault: Vault
    by: Actor

    def look_at(self, name: str) -> bool:
        """One manifest and its file; whether it was noted now."""
        data_name = name.removesuffix(MANIFEST)
        try:
            note = self.folder.read_note(name)
        except TodokeError as error:
            if error.code is ErrorCode.INPUT_MISSING:
                return False
            if error.code is not ErrorCode.SENDER_REFUSED:
                raise
            return self._clear_leftover(data_name, "") or self._refuse(data_name, "", None, "owner")
        return self._judge(name, data_name, note)

    def _judge(self, name: str, data_name: str, note: bytes) -> bool:
        sha256, manifest = hashlib.sha256(note).hexdigest(), None
        try:
            manifest = self._manifest(note)
            sha256 = manifest.sha256
            if self._clear_leftover(data_name, sha256):
                return False
            self._compare(manifest, name)
            return self._admit(manifest)
        except _Refused as refusal:
            if refusal.wait and min(self.folder.age(name), self.folder.age(data_name)) < SETTLE:
                return False
            if self._clear_leftover(data_name, sha256):
                return False
            return self._refuse(data_name, sha256, manifest, refusal.reason, refusal.repeats)

    def _manifest(self, note: bytes) -> Manifest:
        try:
            return notes.opened(note, Manifest, file_places.public_key(self.partner))
        except Unfinished:
            raise _Refused("unfinished", wait=True) from None
        except TodokeError as error:
            raise _Refused(_REASONS[error.code]) from None

    def _compare(self, manifest: Manifest, name: str) -> None:
        """Queue, name, number and content against what is known."""
        queue, number = self.queue, manifest.number
        if (manifest.system, manifest.direction, manifest.kind) != (
            queue.system_id,
            queue.direction,
            queue.kind,
        ):
            raise _Refused("other_queue")
        named = file_order.is_named(manifest.file, queue.system_id, queue.kind, number)
        if name != manifest.file + MANIFEST or not named:
            raise _Refused("name")
        ours = ExchangedFile.objects.using(ALIAS).filter(queue=queue, in_order=True)
        if same := ours.filter(number=number).first():
            raise _Refused("duplicate_number", same)
        # a refused content may come again: what stood against it may have been put right here
        if same := ours.filter(sha256=manifest.sha256).exclude(state=FileState.REFUSED).first():
            raise _Refused("duplicate_content", same)
        if number < queue.next_number:
            raise _Refused("late")

    def _admit(self, manifest: Manifest) -> bool:
        """Seal the content, compare it with the manifest, note it, empty the folder."""
        size = self.folder.size(manifest.file)
        if size is None:
            raise _Refused("missing", wait=True)
        if not manifest.sealed and size != manifest.size:
            raise _Refused("altered", wait=True)
        sealed = f"{self.queue.pk}-{manifest.number}-{secrets.token_hex(6)}.age"
        try:
            with self.folder.open(manifest.file) as source:
                digest = self.vault.take_in(sealed, source, sealed=manifest.sealed)
        except TodokeError as error:
            if error.code not in _AT_FAULT:
                raise
            reason = _AT_FAULT[error.code]
            raise _Refused(reason, wait=reason == "altered") from None
        if (digest.sha256, digest.size) != (manifest.sha256, manifest.size):
            self.vault.remove(sealed)
            raise _Refused("altered", wait=True)
        file = self._note(
            manifest.file,
            manifest.sha256,
            manifest,
            state=FileState.ARRIVED,
            in_order=True,
            sealed=sealed,
            repeats=self._corrected(manifest),
        )
        self._clear(file)
        return True

    def _corrected(self, manifest: Manifest) -> ExchangedFile | None:
        """The refused file that this one corrects, as the sender says."""
        if manifest.repeats is None:
            return None
        files = ExchangedFile.objects.using(ALIAS).filter(queue=self.queue, state=FileState.REFUSED)
        return files.filter(number=manifest.repeats, in_order=True).first()

    def _refuse(
        self,
        name: str,
        sha256: str,
        manifest: Manifest | None,
        reason: str,
        repeats: ExchangedFile | None = None,
    ) -> bool:
        file = self._note(
            name,
            sha256,
            manifest,
            state=FileState.REFUSED,
            in_order=False,
            refusal=reason,
            repeats=repeats,
        )
        self._clear(file)
        return True

    def _note(self, name: str, sha256: str, manifest: Manifest | None, **values: object) -> ExchangedFile:
        now = clock.now()
        claims: dict[str, object] = {}
        if manifest:
            claims = {"number": manifest.number, "size": manifest.size, "records": manifest.records}
        with transaction.atomic(using=ALIAS):
            file = ExchangedFile.objects.using(ALIAS).create(
                queue=self.queue,
                direction=self.queue.direction,
                file_name=name,
                sha256=sha256,
                arrived_at=now,
                state_at=now,
                state_by=self.by.staff_id,
                **claims,
                **values,
            )
            subject = f"{self.queue.name} {name} {file.refusal or 'arrived'} sha256:{sha256}"
            record(ALIAS, by=self.by, verb="linkage:file:arrive", subject=subject)
        return file

    def _clear_leftover(self, name: str, sha256: str) -> bool:
        """Whether the file had been noted before the folder could be emptied; it is emptied now."""
        files = ExchangedFile.objects.using(ALIAS).filter(queue=self.queue, cleared=False)
        left = files.filter(file_name=name, sha256=sha256).first()
        if left is None:
            return False
        self._clear(left)
        return True

    def _clear(self, file: ExchangedFile) -> None:
        self.folder.remove(file.file_name, file.file_name + MANIFEST)
        ExchangedFile.objects.using(ALIAS).filter(pk=file.pk).update(cleared=True)
