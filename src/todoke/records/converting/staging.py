"""A new file that takes its name only when it is complete and allowed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def staged(target: Path, *, keep: bool = True) -> Iterator[Path]:
    """A path beside the target to write to; it becomes the target if the block ends well, else it is removed.

    Not `keep`: it is removed in any case.
    """
    waiting = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield waiting
        if keep:
            waiting.replace(target)
    finally:
        with suppress(FileNotFoundError):
            waiting.unlink()
