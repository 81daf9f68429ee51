"""Running `todoke demo` as a newcomer does: a process of its own, in a folder of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from todoke.sites.database import postgres_home

ROOT = Path(__file__).parents[2]
TOTALS = (
    "residents", "households", "eligible", "ineligible", "undecided", "queried", "answered", "held",
    "failed", "exchange_records", "paid_count", "paid_yen",
)  # fmt: skip


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder that the database server's account can reach, and no trace of it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="todoke-journey-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        postgres_home.remove(folder / "var" / "postgres")
        shutil.rmtree(folder, ignore_errors=True)


def start(folder: Path, *, residents: int, seed: int) -> subprocess.Popen[str]:
    """The demo as a process; its `var/` lies in `folder` too."""
    command = [sys.executable, "-m", "todoke.cli", "demo", "--residents", str(residents), "--seed", str(seed)]
    folder.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [*command, "--out", str(folder / "out")],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONWARNINGS": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finish(folder: Path, *, residents: int, seed: int) -> dict[str, Any]:
    """Run the demo to its end and return summary.json."""
    process = start(folder, residents=residents, seed=seed)
    said, _ = process.communicate(timeout=600)
    assert process.returncode == 0, said
    return summary(folder)


def summary(folder: Path) -> dict[str, Any]:
    text = (folder / "out" / "output" / "summary.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def totals(found: dict[str, Any]) -> dict[str, Any]:
    """The part of the summary that two runs with one seed must share."""
    return {name: found[name] for name in TOTALS}


def results(folder: Path) -> dict[str, bytes]:
    """decisions.csv and every bank file, byte for byte."""
    output = folder / "out" / "output"
    files = [output / "decisions.csv", *sorted((output / "payments").iterdir())]
    return {file.name: file.read_bytes() for file in files}
