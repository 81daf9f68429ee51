"""A forger's tools: an archive taken apart, changed, put together again, as far as the forger's power reaches."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.oplog.honest import ALIAS
from todoke.oplog import archive, entry, merkle, notes, segments
from todoke.oplog.archive import Row
from todoke.oplog.segments import Segment

AUGUST, OCTOBER, JULY = date(2026, 8, 1), date(2026, 10, 1), date(2026, 7, 1)


def edited(row: Row, **changes: Any) -> Row:
    """The row with other values in its public part; `at`, `persons` or a text."""
    at, persons, personal, texts = entry.parse_public(row.form)
    named = dict(zip(entry.TEXTS, texts, strict=True)) | {
        key: value for key, value in changes.items() if key in entry.TEXTS
    }
    form = entry.public(
        changes.get("at", at), changes.get("persons", persons), personal, tuple(named.values())
    )
    return replace(row, form=form)


def honest_leaf(row: Row) -> Row:
    """The row with the leaf that its contents have."""
    return replace(row, leaf=entry.leaf(row.form, row.committed))


class Forger:
    """The benefits log of an archive, in memory. `save` writes it back as it is, `reseal` and `resign` first if wanted."""

    def __init__(self, city: Path) -> None:
        self.folder = city / ALIAS
        self.city = city
        self.segments: list[Segment] = [archive.segment_of(line) for line in self.lines("segments")]
        self.checkpoints = self.lines("checkpoints")
        self.cosignatures = self.lines("cosignatures")
        self.deletions = self.lines("deletions")
        self.erasures = self.lines("erasures")
        self.rows: dict[tuple[date, int], list[Row]] = {}
        self.marks: dict[int, bytes] = {}
        for file in sorted(self.folder.glob("rows-*.bin")):
            for block in archive.blocks(file):
                marks, data = block.read()
                self.rows[archive.month_of_file(file), block.seg] = list(archive.rows(data))
                self.marks[block.seg] = marks

    def lines(self, name: str) -> list[dict[str, Any]]:
        return list(archive.lines(self.folder / f"{name}.jsonl"))

    def change(self, key: tuple[date, int], place: int, how: Callable[[Row], Row]) -> None:
        """One row changed; the forger knows no better."""
        self.rows[key][place] = how(self.rows[key][place])

    def reseal(self) -> None:
        """Everything recomputed that needs no key: marks, roots, links."""
        prev = segments.FIRST
        for place, segment in enumerate(self.segments):
            rows = self.rows.get((segment.month, segment.seg))
            found = replace(segment, seg=place, prev=prev)
            if rows is not None:
                leaves = [entry.tree_leaf(row.xid, row.id, row.leaf) for row in rows]
                self.marks[segment.seg] = b"".join(leaf[: segments.MARK_BYTES] for leaf in leaves)
                found = replace(
                    found,
                    n=len(rows),
                    root=merkle.root(leaves),
                    first=(rows[0].xid, rows[0].id),
                    last=(rows[-1].xid, rows[-1].id),
                )
            self.segments[place] = found
            prev = found.leaf()

    def resign(self, key: Ed25519PrivateKey, *, name: str | None = None) -> None:
        """Every checkpoint signed again over what the segments now are."""
        leaves = [segment.leaf() for segment in self.segments]
        signed = []
        for line in self.checkpoints:
            old = notes.read(line["note"])
            if old.size <= len(leaves):
                rows = sum(segment.n for segment in self.segments[: old.size])
                signer = name or line["note"].partition("— ")[2].split(" ")[0]
                signed.append(
                    sign(replace(old, root=merkle.root(leaves[: old.size]), rows=rows), signer, key)
                )
        self.checkpoints = signed

    def save(self) -> None:
        for file in self.folder.glob("rows-*.bin"):
            file.unlink()
        for (month, seg), rows in sorted(self.rows.items()):
            with archive.rows_file(self.folder, month).open("ab") as out:
                data = b"".join(row.write() for row in rows)
                archive.write_block(out, seg, len(rows), self.marks.get(seg, b""), data)
        archive.write_lines(self.folder / "segments.jsonl", map(archive.segment_line, self.segments))
        for name in ("checkpoints", "cosignatures", "deletions", "erasures"):
            archive.write_lines(self.folder / f"{name}.jsonl", iter(getattr(self, name)))

    def manifest(self, **changes: Any) -> None:
        file = self.city / "manifest.json"
        file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | changes), encoding="utf-8")


def sign(checkpoint: notes.Checkpoint, signer: str, key: Ed25519PrivateKey) -> dict[str, Any]:
    return {"size": checkpoint.size, "note": notes.sign(checkpoint, signer, key)}
