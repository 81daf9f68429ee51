"""The other side of file exchange: existing systems that sign, drop, fetch and acknowledge files, as a stranger's program would."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests import hiring
from tests.systems import city
from todoke.access.permissions import Actor, Role
from todoke.records.converting.canonical import FileForm
from todoke.records.converting.records import Format
from todoke.systems.linkage.actions.conversions.register_system import register_system
from todoke.systems.linkage.actions.files.set_file_partner import set_file_partner
from todoke.systems.linkage.actions.files.set_file_queue import QueueLimits, set_file_queue
from todoke.systems.linkage.jobs import files as jobs
from todoke.systems.linkage.models import ExchangedFile, ExistingSystem, FileQueue
from todoke.systems.linkage.queries import file_places
from todoke.systems.linkage.rules.file_kinds import Direction

ADMINISTRATOR = "a001"
NUMBERS = FileForm(layout="individual_numbers", edition="2021", form=Format.CSV, charset="utf-8")
LONG_AGO = time.time() - 3600
DOMAIN = b"todoke.exchange.files.v1\x00"


def administrator() -> Actor:
    """Who sets queues up; hired once a test."""
    from todoke.access.models import Staff

    if not Staff.objects.using(city.DIRECTORY).filter(pk=ADMINISTRATOR).exists():
        hiring.hire(city.DIRECTORY, {ADMINISTRATOR: [Role.ADMINISTRATOR]})
        hiring.sit_down(city.DIRECTORY, ADMINISTRATOR)
    return city.actor(ADMINISTRATOR)


def operator() -> Actor:
    return city.actor(city.OPERATOR)


@dataclass
class System:
    """An existing system with its signing key."""

    code: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @classmethod
    def joined(cls, code: str, title: str = "", **partner: str) -> System:
        """Registered with its key."""
        system, by = cls(code), administrator()
        if not ExistingSystem.objects.using("linkage").filter(pk=code).exists():
            register_system(
                code=code,
                title=title or {"residents": "住民記録システム"}.get(code, code),
                duties=["JM01000000121000"],
                valid_from=date(2021, 12, 20),
                by=by,
            )
        public = system.key.public_key().public_bytes_raw().hex()
        set_file_partner(system=code, signing_key=public, by=by, **partner)
        return system

    def queue(
        self,
        kind: str = "numbers",
        direction: Direction = Direction.IN,
        form: FileForm = NUMBERS,
        **limits: Any,
    ) -> FileQueue:
        """A queue of ours with this system."""
        limit = QueueLimits(**limits)
        return set_file_queue(
            system=self.code, direction=direction, kind=kind, form=form, limits=limit, by=administrator()
        )

    def folder(self, kind: str = "numbers", direction: str = "in") -> Path:
        folder = file_places.root() / self.code / direction / kind
        (folder / "ack").mkdir(parents=True, exist_ok=True)
        return folder

    def signed(self, kind: str, content: dict[str, Any]) -> bytes:
        line = json.dumps(content).encode()
        signature = self.key.sign(DOMAIN + kind.encode() + b"\x00" + line)
        return line + b"\n" + base64.b64encode(signature) + b"\n"

    def manifest(self, number: int, content: bytes, records: int, **other: Any) -> dict[str, Any]:
        kind = other.get("kind", "numbers")
        return {
            "system": self.code,
            "kind": kind,
            "direction": "in",
            "number": number,
            "file": f"{self.code}-{kind}-{number:08d}.csv",
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content),
            "records": records,
            "made_at": "2022-05-01T00:00:00Z",
            **other,
        }

    def drop(self, number: int, content: bytes, records: int, *, old: bool = True, **other: Any) -> Path:
        """Put a file and then its manifest into our folder, an hour ago unless it is not `old`."""
        manifest = self.manifest(number, content, records, **other)
        folder = self.folder(other.get("to", manifest["kind"]))
        manifest.pop("to", None)
        path = folder / manifest["file"]
        path.write_bytes(content)
        note = path.with_name(path.name + ".manifest")
        note.write_bytes(self.signed("Manifest", manifest))
        if old:
            for each in (path, note):
                os.utime(each, (LONG_AGO, LONG_AGO))
        return path

    def answer(self, name: str, kind: str = "numbers") -> dict[str, Any]:
        """What we said of a file, after checking our signature."""
        lines = (self.folder(kind) / "ack" / f"{name}.ack").read_bytes().split(b"\n")
        key = file_places.vault().signing_key.public_key()
        key.verify(base64.b64decode(lines[1]), DOMAIN + b"Acknowledgement\x00" + lines[0])
        return dict(json.loads(lines[0]))

    def acknowledge(self, file: ExchangedFile, result: str = "taken", **other: Any) -> None:
        """Say that a file of ours arrived (or not)."""
        note = {
            "system": self.code,
            "kind": file.queue.kind,
            "direction": "out",
            "file": file.file_name,
            "sha256": file.sha256,
            "result": result,
            "records": file.records,
            **other,
        }
        path = self.folder(file.queue.kind, "out") / "ack" / f"{file.file_name}.ack"
        path.write_bytes(self.signed("Acknowledgement", note))


def number_rows(begin: int, end: int) -> tuple[bytes, int]:
    """Some lines of the sample city's individual_numbers.csv, and how many."""
    lines = (city.files() / "individual_numbers.csv").read_bytes().splitlines(keepends=True)
    chosen = lines[1 + begin : 1 + end]
    return lines[0] + b"".join(chosen), len(chosen)


def run(*queues: str) -> jobs.Walked:
    return jobs.run_files(by=operator(), queues=queues)


def states(queue: FileQueue) -> list[tuple[int | None, str, str]]:
    """(number, state, refusal) of every file, in the order of arrival."""
    files = ExchangedFile.objects.using("linkage").filter(queue=queue).order_by("pk")
    return list(files.values_list("number", "state", "refusal"))
