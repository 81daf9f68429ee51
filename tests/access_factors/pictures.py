"""Pictures of faces for tests: read from installed packages at run time, never copied into the tree.

One sharp portrait (scikit-image's astronaut) changed in many ways stands for one person; other faces are the
photographer in `camera.png` and 25×25 faces of `lfw_subset.npy`, enlarged. `photographs` adds five photographs of two
more persons from the source archive of face_recognition 1.3.0, fetched into a cache by slow tests only.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import skimage
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

_DATA = Path(skimage.__file__).parent / "data"
_ARCHIVE = "face_recognition==1.3.0"
_CACHE = Path(tempfile.gettempdir()) / "todoke-test-pictures"
Change = Callable[[Image.Image], Image.Image]


def jpeg(picture: Image.Image, quality: int = 90) -> bytearray:
    """The picture as a camera would send it."""
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=quality)
    return bytearray(out.getvalue())


def gif(picture: Image.Image) -> bytearray:
    """The picture in a form that no camera sends."""
    out = io.BytesIO()
    picture.save(out, "GIF")
    return bytearray(out.getvalue())


def astronaut() -> Image.Image:
    """A portrait of one person, 512×512; the face is 90 pixels wide."""
    return Image.open(_DATA / "astronaut.png").convert("RGB")


def photographer() -> Image.Image:
    """Another person, grey, from the side; enlarged so that the face is 120 pixels wide."""
    return Image.open(_DATA / "camera.png").convert("RGB").resize((1024, 1024), Image.Resampling.LANCZOS)


def cat() -> Image.Image:
    """No human face."""
    return Image.open(_DATA / "chelsea.png").convert("RGB")


def small_faces() -> list[Image.Image]:
    """A hundred faces of 25×25 grey pixels, enlarged: other persons, but far from a camera's quality."""
    faces = np.load(_DATA / "lfw_subset.npy")[:100]
    found = []
    for face in faces:
        picture = Image.fromarray((face * 255).astype("uint8")).resize((224, 224), Image.Resampling.BICUBIC)
        found.append(ImageOps.expand(picture, 80, fill=128).convert("RGB"))
    return found


def two_people() -> Image.Image:
    """The astronaut and the photographer beside each other."""
    both = Image.new("RGB", (1024, 512))
    both.paste(astronaut(), (0, 0))
    both.paste(photographer().crop((256, 100, 768, 612)), (512, 0))
    return both


def photographs() -> dict[str, Image.Image]:
    """Named photographs of two persons out of a source archive; fetched once into a cache folder (slow tests)."""
    _CACHE.mkdir(exist_ok=True)
    if not list(_CACHE.glob("face_recognition-*.tar.gz")):
        fetch = ["pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(_CACHE), _ARCHIVE]
        if subprocess.run(fetch, capture_output=True, check=False).returncode:
            pytest.skip("the source archive with photographs cannot be fetched here")
    found = {}
    with tarfile.open(next(_CACHE.glob("face_recognition-*.tar.gz"))) as archive:
        for member in archive.getmembers():
            if member.name.endswith(".jpg") and (file := archive.extractfile(member)):
                found[Path(member.name).stem] = Image.open(io.BytesIO(file.read())).convert("RGB")
    return found


def _noise(strength: int) -> Change:
    def change(picture: Image.Image) -> Image.Image:
        values = np.asarray(picture).astype("int16")
        values += np.random.default_rng(7).normal(0, strength, values.shape).astype("int16")
        return Image.fromarray(values.clip(0, 255).astype("uint8"))

    return change


def _crop(share: float) -> Change:
    """Cut the same share off at each side; the face stays whole."""

    def change(picture: Image.Image) -> Image.Image:
        width, height = picture.size
        return picture.crop(
            (int(width * share), int(height * share / 3), int(width * (1 - share)), int(height * (1 - share)))
        )

    return change


def _scaled(factor: float) -> Change:
    def change(picture: Image.Image) -> Image.Image:
        size = (int(picture.width * factor), int(picture.height * factor))
        return picture.resize(size, Image.Resampling.LANCZOS)

    return change


TRANSFORMS: dict[str, Change] = {
    "darker": lambda p: ImageEnhance.Brightness(p).enhance(0.6),
    "brighter": lambda p: ImageEnhance.Brightness(p).enhance(1.35),
    "low contrast": lambda p: ImageEnhance.Contrast(p).enhance(0.6),
    "grey": lambda p: ImageOps.grayscale(p).convert("RGB"),
    "warm light": lambda p: Image.merge(
        "RGB",
        [
            c.point(lambda v, f=f: min(255, int(v * f)))
            for c, f in zip(p.split(), (1.15, 1, 0.8), strict=True)
        ],
    ),
    "turned 12°": lambda p: p.rotate(12, resample=Image.Resampling.BICUBIC),
    "turned -12°": lambda p: p.rotate(-12, resample=Image.Resampling.BICUBIC),
    "nearer": lambda p: _scaled(1.5)(_crop(0.15)(p)),
    "cropped": _crop(0.12),
    "farther": lambda p: _scaled(0.9)(ImageOps.expand(p, 100, fill=90)),
    "mirrored": ImageOps.mirror,
    "noise": _noise(12),
    "soft": lambda p: p.filter(ImageFilter.GaussianBlur(1.0)),
    "jpeg 30": lambda p: Image.open(io.BytesIO(bytes(jpeg(p, 30)))),
}
