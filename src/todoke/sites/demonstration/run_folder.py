"""The folder of one demonstration run: input/, output/, and the marker that ties it to its instance."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from todoke.kernel.errors import ErrorCode, TodokeError

MARKER = "run.json"


@dataclass(frozen=True, kw_only=True)
class RunFolder:
    """`out` with its input and output, for a city of `residents` drawn from `seed`."""

    out: Path
    residents: int
    seed: int

    @property
    def input(self) -> Path:
        return self.out / "input"

    @property
    def output(self) -> Path:
        return self.out / "output"

    @property
    def instance_name(self) -> str:
        """Each folder has databases of its own, so that two runs never meet."""
        return "demo_" + hashlib.sha256(str(self.out.resolve()).encode()).hexdigest()[:8]

    def unfinished(self, instance: Path) -> bool:
        """Whether an earlier run with the same arguments was stopped and can be continued."""
        return (
            (self.out / MARKER).is_file()
            and (instance / MARKER).is_file()
            and (self.out / MARKER).read_bytes() == (instance / MARKER).read_bytes() == self._marker()
            and not (self.output / "summary.json").exists()
        )

    def begin(self, instance: Path) -> None:
        """Empty input and output and mark the run as begun. The databases must be gone already."""
        for folder in (self.input, self.output):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        for place in (self.out, instance):
            (place / MARKER).write_bytes(self._marker())

    def _marker(self) -> bytes:
        return json.dumps({"residents": self.residents, "seed": self.seed}).encode()


def newest_instance(var: Path) -> Path:
    """The folder of the instance that a demonstration used last; SETUP_MISSING when there is none."""
    markers = sorted(var.glob(f"demo_*/{MARKER}"), key=lambda file: file.stat().st_mtime)
    if not markers:
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail="見本のインスタンスがありません",
            todo="先に「make demo」を実行してください。",
        )
    return markers[-1].parent
