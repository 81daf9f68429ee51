"""Where files of numbers lie while they are needed: below the instance's data, for its account alone (0600)."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from django.conf import settings


def folder() -> Path:
    """The protected folder."""
    path = Path(settings.TODOKE_DATA_FOLDER) / "linkage" / "conversions"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def asked(job_id: str) -> Path:
    """The file of a job as it came."""
    return folder() / f"{job_id}.asked.csv"


def answer(job_id: str) -> Path:
    """The answer of a job."""
    return folder() / f"{job_id}.answer.csv"


def write(path: Path, data: bytes) -> str:
    """The whole file or none under its name, readable by its owner alone; returns its SHA-256."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return hashlib.sha256(data).hexdigest()
