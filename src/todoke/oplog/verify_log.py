"""一つの記録の検証: segments, checkpoints, witnesses and deletions of one log; its rows go to `verify_rows`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from todoke.oplog import archive, merkle, notes
from todoke.oplog.archive import Block
from todoke.oplog.deletions import FIRST, Deletion, Erasure
from todoke.oplog.faults import Fault, Reason
from todoke.oplog.notes import Checkpoint
from todoke.oplog.segments import FIRST as NO_SEGMENT
from todoke.oplog.verify_rows import Checked, Task

Ring = Mapping[str, Ed25519PublicKey]
Run = Callable[[Iterable[Task]], Iterator[Checked]]


@dataclass(frozen=True, kw_only=True)
class Witnessed:
    """A checkpoint that a witness saw, with its co-signature."""

    note: str
    cosignature: str
    witness: str
    signer: str

    def signed(self, ring: Ring) -> bool:
        """Whether the log itself signed it."""
        return self.signer in ring and notes.signed_by(self.note, self.signer, ring[self.signer])


@dataclass(kw_only=True)
class LogReport:
    """What one log says: entries by the three words, and what is wrong with it."""

    log: str
    verified: int = 0
    deleted: int = 0
    missing: int = 0
    unsealed: int = 0
    erased: int = 0
    segments: int = 0
    checkpoints: int = 0
    witnessed: int = 0
    faults: list[Fault] = field(default_factory=list)


def verify_log(
    folder: Path, log: str, *, manifest: dict[str, Any], ring: Ring, witnessed: list[Witnessed], run: Run
) -> LogReport:
    """Verify one log of an archive."""
    report = LogReport(log=log)
    if not folder.is_dir():
        report.faults.append(Fault(log=log, reason=Reason.LOG_MISSING))
        return report
    signer = f"todoke.{manifest['instance']}/{manifest['realm']}"
    origin = f"todoke.{manifest['instance']}/log/{log}"
    try:
        _Verification(folder, report, signer=signer, origin=origin, ring=ring).go(witnessed, run)
    except (OSError, ValueError, KeyError, TypeError):
        report.faults.append(Fault(log=log, reason=Reason.FILE))
    return report


class _Verification:
    def __init__(self, folder: Path, report: LogReport, *, signer: str, origin: str, ring: Ring) -> None:
        self._folder, self._report, self._log = folder, report, report.log
        self._signer, self._origin, self._ring = signer, origin, ring
        self._segments = [archive.segment_of(line) for line in archive.lines(folder / "segments.jsonl")]
        self._erased: list[int] = []
        self._evidence: set[str] = set()

    def go(self, witnessed: list[Witnessed], run: Run) -> None:
        """Segments and signatures first, then every row, then what the rows say about deletions."""
        of_segments, checkpoint_times = self._chain(self._claims(witnessed))
        deletions, of_deletions = self._deletions()
        of_rows = self._rows(run, {one.month for one in deletions}, checkpoint_times)
        # in the order of sealing: what is wrong with a segment's rows, then with the segment
        found = [
            *of_rows,
            *of_segments,
            *self._report.faults,
            *of_deletions,
            *self._evidence_faults(deletions),
        ]
        found.sort(key=lambda fault: (fault.segment is None, fault.segment or 0))
        self._report.faults = found

    def _fault(self, reason: Reason, segment: int | None = None, number: int | None = None) -> Fault:
        return Fault(log=self._log, reason=reason, segment=segment, id=number)

    def _claims(self, witnessed: list[Witnessed]) -> list[tuple[Checkpoint, bool]]:
        """Every checkpoint that somebody holds us to: our own signed ones (False) and witnesses' (True)."""
        claims, faults = [], self._report.faults
        for line in archive.lines(self._folder / "checkpoints.jsonl"):
            checkpoint = self._signed(line["note"])
            if checkpoint is not None:
                claims.append((checkpoint, False))
                self._report.checkpoints += 1
        kept = [
            Witnessed(note=line["note"], cosignature=line["cosignature"], witness=line["witness"], signer=self._signer)
            for line in archive.lines(self._folder / "cosignatures.jsonl")
        ]  # fmt: skip
        for claim in (*kept, *witnessed):
            key = self._ring.get(claim.witness)
            if key is None:
                faults.append(self._fault(Reason.KEY_UNKNOWN))
                continue
            checkpoint = notes.read(claim.note)
            if not notes.cosigned_by(checkpoint, claim.cosignature, claim.witness, key):
                faults.append(self._fault(Reason.WITNESS_SIGNATURE))
            elif self._signed(claim.note) is not None:
                claims.append((checkpoint, True))
                self._report.witnessed += 1
        return claims

    def _signed(self, note: str) -> Checkpoint | None:
        """The checkpoint of a note when it is this log's and signed with the realm's key; else a fault."""
        try:
            checkpoint = notes.read(note)
        except ValueError:
            self._report.faults.append(self._fault(Reason.CHECKPOINT_FORM))
            return None
        if checkpoint.origin != self._origin:
            self._report.faults.append(self._fault(Reason.CHECKPOINT_ORIGIN))
        elif self._signer not in self._ring:
            self._report.faults.append(self._fault(Reason.KEY_UNKNOWN))
        elif not notes.signed_by(note, self._signer, self._ring[self._signer]):
            self._report.faults.append(self._fault(Reason.CHECKPOINT_SIGNATURE))
        else:
            return checkpoint
        return None

    def _chain(self, claims: list[tuple[Checkpoint, bool]]) -> tuple[list[Fault], list[int]]:
        """Segments against each other and against every claim. Also, per segment, the time of the checkpoint before."""
        faults: list[Fault] = []
        by_size: dict[int, list[tuple[Checkpoint, bool]]] = {}
        for claim in claims:
            by_size.setdefault(claim[0].size, []).append(claim)
        faults += self._splits(by_size)
        tree, prev, rows, sealed_at, last_at = merkle.Frontier(), NO_SEGMENT, 0, 0, 0
        times = []
        for place, segment in enumerate(self._segments):
            if segment.seg != place:
                reason = Reason.SEGMENT_MISSING if segment.seg > place else Reason.SEGMENT_ORDER
                faults.append(self._fault(reason, place))
                break
            if segment.prev != prev:
                faults.append(self._fault(Reason.SEGMENT_LINK, place))
            if segment.sealed_at < sealed_at:
                faults.append(self._fault(Reason.SEGMENT_TIME, place))
            times.append(last_at)
            prev, sealed_at, rows = segment.leaf(), segment.sealed_at, rows + segment.n
            tree.append(prev)
            for checkpoint, by_witness in by_size.pop(tree.size, []):
                faults += self._against(checkpoint, tree, rows, by_witness=by_witness)
                if not by_witness and checkpoint.at < max(last_at, sealed_at):
                    faults.append(self._fault(Reason.CHECKPOINT_TIME, place))
                last_at = max(last_at, checkpoint.at)
        self._report.segments = tree.size
        return faults + self._ends(by_size, [claim for claim, _ in claims], tree.size), times

    def _against(
        self, checkpoint: Checkpoint, tree: merkle.Frontier, rows: int, *, by_witness: bool
    ) -> list[Fault]:
        if checkpoint.root != tree.root():
            reason = Reason.WITNESS_DIFFERS if by_witness else Reason.CHECKPOINT_ROOT
            return [self._fault(reason, tree.size - 1)]
        return [] if checkpoint.rows == rows else [self._fault(Reason.CHECKPOINT_ROWS, tree.size - 1)]

    def _ends(
        self, ahead: Mapping[int, list[tuple[Checkpoint, bool]]], claims: list[Checkpoint], size: int
    ) -> list[Fault]:
        """Claims for more segments than there are, and segments that no claim covers."""
        faults = []
        for wanted in sorted(ahead):
            for by_witness in sorted({witness for _, witness in ahead[wanted]}):
                reason = Reason.WITNESS_AHEAD if by_witness else Reason.CHECKPOINT_AHEAD
                faults.append(self._fault(reason, size))
        accounted = sum(segment.n for segment in self._segments[:size])
        self._report.missing += max(0, max((claim.rows for claim in claims), default=0) - accounted)
        covered = max((claim.size for claim in claims), default=0)
        if covered < size:
            faults.append(self._fault(Reason.CHECKPOINT_MISSING, covered))
        return faults

    def _splits(self, by_size: Mapping[int, list[tuple[Checkpoint, bool]]]) -> list[Fault]:
        """Two signed checkpoints of one size that differ: the log showed different people different histories."""
        return [
            self._fault(Reason.WITNESS_SPLIT, size - 1)
            for size, claims in by_size.items()
            if len({claim.root for claim, _ in claims}) > 1
        ]

    def _deletions(self) -> tuple[list[Deletion], list[Fault]]:
        """The deletion records, each against the segments and the record before."""
        records, faults, prev = [], [], FIRST
        for place, line in enumerate(archive.lines(self._folder / "deletions.jsonl")):
            record = Deletion.of_line(line)
            mine = [segment for segment in self._segments if segment.month == record.month]
            if record.requested_by == record.confirmed_by or not (
                record.requested_by and record.confirmed_by
            ):
                faults.append(self._fault(Reason.DELETION_ONE_PERSON))
            if record.n != sum(segment.n for segment in mine):
                faults.append(self._fault(Reason.DELETION_NUMBERS))
            if record.root != merkle.root([segment.leaf() for segment in mine]):
                faults.append(self._fault(Reason.DELETION_ROOT))
            if record.prev != prev or record.number != place:
                faults.append(self._fault(Reason.DELETION_CHAIN))
            prev = record.digest()
            records.append(record)
        return records, faults

    def _rows(self, run: Run, deleted: set[date], times: Sequence[int]) -> list[Fault]:
        blocks, faults = self._blocks()
        report = self._report
        tasks = []
        after = max((segment.last for segment in self._segments), default=(-1, -1))
        for segment, since in zip(self._segments, times, strict=False):
            mine = blocks.pop((segment.month, segment.seg), None)
            if mine is not None:
                tasks.append(Task(self._log, segment, tuple(mine), segment.month, since, after))
                if segment.month in deleted:
                    faults.append(self._fault(Reason.DELETION_NOT_DONE, segment.seg))
            elif segment.month in deleted:
                report.deleted += segment.n
            else:
                report.missing += segment.n
                faults.append(self._fault(Reason.SEGMENT_ROWS, segment.seg))
        for (month, seg), rest in blocks.items():
            if seg == archive.UNSEALED:
                tasks += [Task(self._log, None, (block,), month, 0, after) for block in rest]
            else:
                faults.append(self._fault(Reason.SEGMENT_MISSING, seg))
        for done in run(tasks):
            if done.task.segment is None:
                report.unsealed += done.verified
            else:
                report.verified += done.verified
            report.missing += done.missing
            self._erased += done.erased
            self._evidence.update(done.evidence)
            faults += [done.fault] if done.fault else []
        return faults

    def _blocks(self) -> tuple[dict[tuple[date, int], list[Block]], list[Fault]]:
        """Blocks by month and segment, from their headers only."""
        found: dict[tuple[date, int], list[Block]] = {}
        faults = []
        for file in sorted(self._folder.glob("rows-*.bin")):
            month = archive.month_of_file(file)
            try:
                for block in archive.blocks(file):
                    found.setdefault((month, block.seg), []).append(block)
            except ValueError:
                faults.append(self._fault(Reason.FILE))
        return found, faults

    def _evidence_faults(self, deletions: list[Deletion]) -> list[Fault]:
        """Deletions and erasures that the log itself does not know, and erasures without any record."""
        faults = []
        if deletions and deletions[-1].subject() not in self._evidence:
            faults.append(self._fault(Reason.DELETION_UNLOGGED))
        recorded = {}
        for line in archive.lines(self._folder / "erasures.jsonl"):
            erasure = Erasure(**line)
            recorded[erasure.operation_id] = erasure
            if erasure.requested_by == erasure.confirmed_by:
                faults.append(self._fault(Reason.ERASURE_ONE_PERSON, number=erasure.operation_id))
        for number in self._erased:
            if number not in recorded:
                faults.append(self._fault(Reason.ERASURE_UNRECORDED, number=number))
            elif recorded[number].subject() not in self._evidence:
                faults.append(self._fault(Reason.ERASURE_UNLOGGED, number=number))
        self._report.erased = len(self._erased)
        return faults
