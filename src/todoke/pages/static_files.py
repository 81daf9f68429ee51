"""The screens' own files (style sheet, scripts): served from where they lie, under an address that changes with them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class FingerprintedFiles(StaticFilesStorage):
    """`{% static %}` gives `todoke.css?v=<digest>`, so browsers may keep a file and still see a new one at once.

    There is no collect step: a trial runs straight from the package. Raises ValueError for a file that is not ours.
    """

    def url(self, name: str | None, *args: object, **options: object) -> str:
        """The file's address with the digest of its content."""
        return f"{super().url(name)}?v={_digest(name or '')}"


@cache
def _digest(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        raise ValueError(f"no static file {name!r}")
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:16]
