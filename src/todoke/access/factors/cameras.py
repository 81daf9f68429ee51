"""Cameras: a picture that a browser sent, or one in a file beside a terminal without a browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from todoke.access.factors.faces import MAX_MEGABYTES
from todoke.kernel.errors import ErrorCode, TodokeError


@dataclass(frozen=True)
class Upload:
    """The picture of a form (`camera.js`, or a file field without JavaScript): `Upload(request.FILES["face"].read())`."""

    content: bytes = field(repr=False)

    def picture(self) -> bytearray:
        return bytearray(self.content)


@dataclass(frozen=True)
class PictureFile:
    """A picture that a program took at this terminal; the file stays the program's own."""

    path: Path

    def picture(self) -> bytearray:
        """PICTURE_UNREADABLE when there is no such file."""
        try:
            with self.path.open("rb") as file:
                return bytearray(file.read(MAX_MEGABYTES * 1_000_000 + 1))
        except OSError:
            raise TodokeError(ErrorCode.PICTURE_UNREADABLE, megabytes=MAX_MEGABYTES) from None
