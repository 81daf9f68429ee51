"""証人との比較: whether a backup is older than what another realm has witnessed of its logs.

A witness's export names the largest checkpoint that our own key signed and the witness co-signed. A backup whose log ends
before it, or went another way, would take back what happened since: entries, payments, answers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog import archive, keys, notes
from todoke.sites.backup.manifest import Database, Manifest


@dataclass(frozen=True, kw_only=True)
class Behind:
    """A log that a witness knows further, or otherwise."""

    log: str
    ours: int
    known: int

    def __str__(self) -> str:
        return f"{self.log}: 控え {self.ours} 区間、証人 {self.known} 区間"


def behind(manifest: Manifest, witnesses: Iterable[Path]) -> list[Behind]:
    """Every log of the backup that a witness knows further. INPUT_MISSING for a folder that is no export of a witness."""
    logs = {keys.origin(manifest.instance, one.alias): one for one in manifest.databases}
    found: dict[str, Behind] = {}
    for folder in witnesses:
        for origin, note in _notes(folder):
            one = _compare(manifest, logs[origin], note) if origin in logs else None
            if one is not None and (one.log not in found or found[one.log].known < one.known):
                found[one.log] = one
    return [found[log] for log in sorted(found)]


def export(
    witnessed: Iterable[dict[str, object]], folder: Path, *, instance: str, realm: str, at: int
) -> int:
    """What a realm has witnessed of the others, as a folder that `oplog verify --witness` and a restore read."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = list(witnessed)
    archive.write_lines(folder / "witnessed.jsonl", iter(lines))
    head = {
        "format": archive.FORMAT, "instance": instance, "realm": realm, "logs": [], "exported_at": at, "keys": {},
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(head, indent=1), encoding="utf-8")
    return len(lines)


def _compare(manifest: Manifest, one: Database, note: str) -> Behind | None:
    """Nothing for a note that our key did not sign: a stranger's cannot keep anybody from restoring."""
    signer = keys.signer_name(manifest.instance, manifest.realm)
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(manifest.log_key))
    try:
        seen = notes.read(note)
    except ValueError:
        return None
    if not notes.signed_by(note, signer, public):
        return None
    ours = notes.read(one.log.checkpoint) if one.log.checkpoint else None
    size = ours.size if ours else 0
    if seen.size > size or (ours is not None and seen.size == size and seen.root != ours.root):
        return Behind(log=one.alias, ours=size, known=seen.size)
    return None


def _notes(folder: Path) -> Iterator[tuple[str, str]]:
    try:
        for line in archive.lines(folder / "witnessed.jsonl"):
            yield str(line["origin"]), str(line["note"])
    except (OSError, ValueError, KeyError, TypeError):
        raise TodokeError(ErrorCode.INPUT_MISSING, file=f"{folder.name}/witnessed.jsonl") from None
