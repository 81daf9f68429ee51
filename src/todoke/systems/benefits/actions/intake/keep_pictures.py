"""フォルダーの画像の登録: a scanner's pictures, each encrypted beside the sheet that its name or the code on it says.

All sides of a sheet are kept together or not at all. What is kept is known again by its SHA-256: whoever begins anew after a stop
goes on, and nothing is kept twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.batch.progress import Meter
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record_many
from todoke.systems.benefits import codecs
from todoke.systems.benefits.actions.entry.keep_image import MOST_BYTES
from todoke.systems.benefits.models import FormImage
from todoke.systems.benefits.rules.intake import pictures
from todoke.systems.benefits.rules.intake.pictures import Left, Place

ALIAS = "benefits"
_TOGETHER: Final = 20
"""Sheets of one transaction: their pictures are in memory at a time."""
_KNOWN = "SELECT sha256 FROM benefits_form_image WHERE sha256 = ANY(%s)"
_SHEETS = """
SELECT DISTINCT ON (c.id) c.case_number, p.id FROM benefits_case c
LEFT JOIN benefits_paper p ON p.case_id = c.id AND p.kind IN ('form', 'correction') AND p.state IN ('held', 'out')
WHERE c.case_number = ANY(%s) ORDER BY c.id, p.id DESC
"""
_LOCK = "SELECT FROM benefits_paper WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_TAKEN = "SELECT paper_id, page FROM benefits_form_image WHERE paper_id = ANY(%s)"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A file that says where it belongs."""

    path: Path
    sha256: str
    place: Place


Sides = Mapping[int, Picture]


@dataclass(kw_only=True)
class Kept:
    """How many pictures lie beside their sheets now, how many of them did before, and why each other file does not."""

    kept: int = 0
    before: int = 0
    left: dict[str, Left] = field(default_factory=dict)


def keep_pictures(*, files: Sequence[Path], by: Actor, meter: Meter) -> Kept:
    """Keep what can be kept of these files, in their order. INPUT_CHANGED for a file that is changed meanwhile."""
    require(by, Permission.BENEFITS_RECEIVE)
    meter.total(len(files))
    found = Kept()
    sheets = list(_sheets(_read(files, found), found).items())
    meter.advance(found.before + len(found.left))
    for start in range(0, len(sheets), _TOGETHER):
        chosen = dict(sheets[start : start + _TOGETHER])
        with transaction.atomic(using=ALIAS):
            _keep(chosen, found, by)
        meter.advance(sum(map(len, chosen.values())))
    return found


def _read(files: Sequence[Path], found: Kept) -> list[Picture]:
    """The new pictures with their places. Codes are looked for on those only that are not kept yet."""
    digests = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    known = {sha256 for (sha256,) in postgres.fetch(ALIAS, _KNOWN, [list(digests.values())])}
    seen: set[str] = set()
    new = []
    for path, sha256 in digests.items():
        place = Left.SAME_FILE if sha256 in seen else None if sha256 in known else _place(path)
        seen.add(sha256)
        if place is None:
            found.before += 1
        elif isinstance(place, Left):
            found.left[path.name] = place
        else:
            new.append(Picture(path=path, sha256=sha256, place=place))
    return new


def _place(path: Path) -> Place | Left:
    data = path.read_bytes()
    if not codecs.media_type(data) or len(data) > MOST_BYTES:
        return Left.NO_PICTURE
    return pictures.place(path.name, codecs.codes_on(data))


def _sheets(new: Sequence[Picture], found: Kept) -> dict[str, Sides]:
    """The sides of each sheet by case number."""
    of: dict[str, list[Picture]] = {}
    for one in new:
        of.setdefault(one.place.number, []).append(one)
    sheets: dict[str, Sides] = {}
    for number, group in of.items():
        sides = pictures.sides(group)
        if isinstance(sides, Left):
            found.left |= {one.path.name: sides for one in group}
        else:
            sheets[number] = sides
    return sheets


def _keep(sheets: Mapping[str, Sides], found: Kept, by: Actor) -> None:
    papers = dict(postgres.fetch(ALIAS, _SHEETS, [list(sheets)]))
    known = [paper for paper in papers.values() if paper is not None]
    postgres.fetch(ALIAS, _LOCK, [known])
    taken = set(postgres.fetch(ALIAS, _TAKEN, [known]))
    rows, numbers = [], []
    for number, sides in sheets.items():
        paper = papers.get(number)
        if paper is None:
            why = Left.NO_SHEET if number in papers else Left.NO_CASE
        elif any((paper, page) in taken for page in sides):
            why = Left.PAGE_TAKEN
        else:
            rows += [_sealed(one, paper, page, by) for page, one in sorted(sides.items())]
            numbers.append(number)
            continue
        found.left |= {one.path.name: why for one in sides.values()}
    FormImage.objects.using(ALIAS).bulk_create(rows)
    found.kept += len(rows)
    about = (Person("case_number", number) for number in numbers)
    record_many(ALIAS, by=by, verb="benefits:form:picture", subject="folder of pictures", about=about)


def _sealed(one: Picture, paper: int, page: int, by: Actor) -> FormImage:
    data = one.path.read_bytes()
    sealed = codecs.seal_image(data, codecs.bound(paper, page))
    if sealed.sha256 != one.sha256:
        raise TodokeError(ErrorCode.INPUT_CHANGED, file=one.path.name)
    return FormImage(
        paper_id=paper, page=page, media_type=codecs.media_type(data), key_id=sealed.key_id, sha256=sealed.sha256,
        sealed=sealed.sealed, added_at=clock.now(), added_by=by.staff_id,
    )  # fmt: skip
