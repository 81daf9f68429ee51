"""操作の記録の検証 (`todoke oplog verify`): an archive, with public keys alone. No database, no site, flat memory.

Three words for every entry: 検証済 (verified), 適法に削除 (lawfully deleted under a record of two people), 欠落 (missing).
Anything else is a fault, named by log, segment, entry and reason; the first one in the order of sealing comes first.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog import archive, verify_log
from todoke.oplog.faults import Fault, Reason
from todoke.oplog.verify_log import LogReport, Witnessed
from todoke.oplog.verify_rows import Checked, Task, check


@dataclass(kw_only=True)
class Report:
    """What an archive says. `trusted` is False when its own keys had to be believed."""

    logs: list[LogReport] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    trusted: bool = False

    @property
    def verified(self) -> int:
        return sum(log.verified for log in self.logs)

    @property
    def deleted(self) -> int:
        return sum(log.deleted for log in self.logs)

    @property
    def missing(self) -> int:
        return sum(log.missing for log in self.logs)

    @property
    def first(self) -> Fault | None:
        """The first fault, if any."""
        return self.faults[0] if self.faults else None


def verify(
    folder: Path,
    *,
    trusted: Mapping[str, str] | None = None,
    witnesses: Sequence[Path] = (),
    processes: int | None = None,
) -> Report:
    """Verify an archive. `trusted`: key name → public key (hex) known from elsewhere; `witnesses`: other realms'
    archives, whose `witnessed.jsonl` tells what they saw. Raises INPUT_MISSING for a folder that is no archive.
    """
    manifest = _manifest(folder)
    ring, faults = _ring(manifest, trusted)
    report = Report(trusted=trusted is not None, faults=faults)
    seen = _witnessed(manifest, witnesses)
    with _pool(processes) as run:
        for log in manifest["logs"]:
            found = verify_log.verify_log(
                folder / log, log, manifest=manifest, ring=ring, witnessed=seen.pop(log, []), run=run
            )
            report.logs.append(found)
            report.faults += found.faults
    for log, claims in seen.items():
        if any(claim.signed(ring) for claim in claims):
            report.faults.append(Fault(log=log, reason=Reason.LOG_MISSING))
    return report


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["format"] != archive.FORMAT:
            raise ValueError("unknown format")
        for name in ("instance", "realm", "logs", "keys"):
            manifest[name]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TodokeError(ErrorCode.INPUT_MISSING, file=f"{folder.name}/manifest.json") from error
    return manifest


def _ring(
    manifest: dict[str, Any], trusted: Mapping[str, str] | None
) -> tuple[dict[str, Ed25519PublicKey], list[Fault]]:
    """The keys to verify with: the trusted ones where given, else the archive's own."""
    faults = []
    if trusted is not None:
        for name, key in sorted(manifest["keys"].items()):
            if name in trusted and trusted[name] != key:
                faults.append(Fault(log=name, reason=Reason.KEY_DIFFERS))
            elif name not in trusted:
                faults.append(Fault(log=name, reason=Reason.KEY_UNKNOWN))
    keys = trusted if trusted is not None else manifest["keys"]
    ring = {name: Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)) for name, key in keys.items()}
    return ring, faults


def _witnessed(manifest: dict[str, Any], folders: Iterable[Path]) -> dict[str, list[Witnessed]]:
    """What the witnesses saw of this realm's logs, by log."""
    found: dict[str, list[Witnessed]] = {}
    start = f"todoke.{manifest['instance']}/log/"
    for folder in folders:
        other = _manifest(folder)
        name = f"todoke.{other['instance']}/{other['realm']}"
        for line in archive.lines(folder / "witnessed.jsonl"):
            claim = Witnessed(
                note=line["note"],
                cosignature=line["cosignature"],
                witness=name,
                signer=f"todoke.{manifest['instance']}/{manifest['realm']}",
            )
            if line["origin"].startswith(start):
                found.setdefault(line["origin"].removeprefix(start), []).append(claim)
    # of logs that are not this realm's only those matter that this realm has signed
    return {log: claims for log, claims in found.items() if log in manifest["logs"] or claims}


class _pool:  # noqa: N801 - reads as a context manager
    """Runs checks in worker processes, in order, a few ahead; in this one when `processes` is 0 or one core."""

    def __init__(self, processes: int | None) -> None:
        count = os.cpu_count() or 1 if processes is None else processes
        self._ahead = 4 * count
        # not fork: the caller may have threads
        context = get_context("forkserver")
        self._executor = ProcessPoolExecutor(count, mp_context=context) if count > 1 else None

    def __enter__(self) -> _pool:
        return self

    def __exit__(self, *_: object) -> None:
        if self._executor:
            self._executor.shutdown(cancel_futures=True)

    def __call__(self, tasks: Iterable[Task]) -> Iterator[Checked]:
        """The results, in the order of the tasks."""
        if self._executor is None:
            yield from map(check, tasks)
            return
        waiting = iter(tasks)
        running = [self._executor.submit(check, task) for task in islice(waiting, self._ahead)]
        while running:
            done = running.pop(0).result()
            running += [self._executor.submit(check, task) for task in islice(waiting, 1)]
            yield done
