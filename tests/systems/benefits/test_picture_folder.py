"""A scanner's folder of pictures: each bound to its sheet by name or code, what is bound to none is named, stopped anywhere."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp
from click.testing import CliRunner

from tests.systems.benefits.test_form_entry import case, opened, scan
from tests.systems.benefits.test_letters import LETTERS, TEXT
from tests.systems.benefits.world import CLERK, TREASURER, World
from todoke.identifiers import case_number
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.benefits import codecs, form_commands
from todoke.systems.benefits.jobs import pictures as jobs
from todoke.systems.benefits.models import FormImage
from todoke.systems.benefits.queries.intake import form_entries as reads
from todoke.systems.benefits.rules.intake import pictures as rules
from todoke.systems.benefits.rules.intake.pictures import SAID, Left, Place
from todoke.systems.benefits.web.letters import typesetting

GOOD, OTHER = (case_number.mint(101, serial) for serial in (1, 2))


@pytest.fixture
def world(databases: object, tmp_path: Path) -> World:
    return opened(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "scanned"
    made.mkdir()
    return made


def picture(folder: Path, name: str, *codes: str, shade: int = 255) -> bytes:
    """A side of a form with these codes; `shade` makes it another picture."""
    page = np.full((420, 300), shade, np.uint8)
    for place, code in enumerate(codes):
        symbol = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode)
        pixels = np.array(symbol.to_image(scale=4, add_quiet_zones=True))
        page[20 + 180 * place : 20 + 180 * place + pixels.shape[0], 20 : 20 + pixels.shape[1]] = pixels
    data = cv2.imencode(Path(name).suffix, page)[1].tobytes()
    (folder / name).write_bytes(data)
    return data


def left(folder: Path) -> dict[str, str]:
    with (folder / jobs.REPORT).open(encoding="utf-8", newline="") as file:
        return {row["file"]: row["reason"] for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("name", "codes", "found"),
    [
        (f"{GOOD}.png", [], Place(GOOD, 0)), (f"{GOOD}-2.jpg", [GOOD], Place(GOOD, 2)), (f"{GOOD}_02.JPG", [], Place(GOOD, 2)),
        ("IMG_0001.png", [GOOD, GOOD, "4902777000000"], Place(GOOD, 0)), ("IMG_0001.png", [], Left.NO_NUMBER),
        (f"{GOOD[:-1]}{(int(GOOD[-1]) + 1) % 10}.png", [], Left.NO_NUMBER), (f"{GOOD}.png", [OTHER], Left.OTHER_NUMBER),
        ("IMG_0001.png", [GOOD, OTHER], Left.TWO_NUMBERS), (f"{GOOD}-100.png", [], Left.NO_NUMBER),
    ],
)  # fmt: skip
def test_a_picture_says_where_it_belongs_or_is_left(name: str, codes: list[str], found: Place | Left) -> None:
    assert rules.place(name, codes) == found
    assert set(SAID) == set(Left)


def test_our_own_form_is_read_askew_upside_down_and_badly_scanned(tmp_path: Path) -> None:
    typesetting.prepare(tmp_path, TEXT)
    page = typesetting.typeset(LETTERS[:1], tmp_path, form="png", ppi=200)[1]
    pixels = cv2.imdecode(np.frombuffer(page, np.uint8), cv2.IMREAD_GRAYSCALE)
    height, width = pixels.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 3, 1)
    askew = cv2.warpAffine(pixels, turn, (width, height), borderValue=255)
    noisy = np.clip(askew + np.random.default_rng(1).normal(0, 12, askew.shape), 0, 255).astype(np.uint8)
    for scanned in (noisy, cv2.rotate(noisy, cv2.ROTATE_180)):
        data = cv2.imencode(".jpg", scanned, [cv2.IMWRITE_JPEG_QUALITY, 60])[1].tobytes()
        assert rules.place("IMG_0001.jpg", codecs.codes_on(data)) == Place(LETTERS[0].number, 0)


@pytest.mark.usefixtures("world")
def test_every_picture_lies_beside_its_sheet_and_the_others_are_named(folder: Path) -> None:
    papers = [scan(0), scan(1)]
    first, second, third = (case(place).case_number for place in range(3))
    sides = [
        picture(folder, "IMG_1.png", first),
        picture(folder, "IMG_2.jpg", first, shade=250),
        picture(folder, f"{second}-2.png"),
    ]
    (folder / "IMG_3.png").write_bytes(sides[0])
    picture(folder, "IMG_4.png", second, shade=240)
    picture(folder, "IMG_5.png", first, second, shade=230)
    picture(folder, f"{second}.png", first, shade=220)
    picture(folder, f"{third}.png", shade=210)
    picture(folder, f"{case_number.mint(101, 99)}.png", shade=200)
    picture(folder, "blank.png", shade=190)
    (folder / "broken.png").write_bytes(b"GIF89a")
    (folder / "note.txt").write_text("no picture")
    counts = jobs.keep(folder, by=CLERK).counts
    assert (counts.taken, counts.accepted, counts.refused) == (11, 4, 7)
    assert left(folder) == {
        "IMG_3.png": "same_file", "IMG_5.png": "two_numbers", f"{second}.png": "other_number", f"{third}.png": "no_sheet",
        f"{case_number.mint(101, 99)}.png": "no_case", "blank.png": "no_number", "broken.png": "no_picture",
    }  # fmt: skip
    assert [reads.pages(paper) for paper in papers] == [[1, 2], [1, 2]]
    assert [reads.picture(papers[0], page)[1] for page in (1, 2)] == sides[:2]
    assert reads.picture(papers[1], 2)[1] == sides[2]
    assert Operation.objects.using("benefits").filter(verb="benefits:form:picture", persons=1).count() == 2
    scan(2)  # its sheet arrives later: the same folder once more
    again = jobs.keep(folder, by=CLERK).counts
    assert (again.accepted, again.totals["before"], again.refused) == (5, 4, 6)
    late = folder.parent / "late"
    late.mkdir()
    picture(late, "IMG_9.png", first, shade=100)
    assert jobs.keep(late, by=CLERK).counts.totals == {"before": 0, "page_taken": 1}


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("at", [1, 4, 6])
def test_a_stop_anywhere_leaves_whole_sheets_and_the_next_go_ends_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    papers = [scan(place) for place in range(3)]
    for place in range(3):
        for side in (1, 2):
            picture(folder, f"{case(place).case_number}-{side}.png", shade=200 + 10 * place + side)
    monkeypatch.setattr("todoke.systems.benefits.actions.intake.keep_pictures._TOGETHER", 1)
    with monkeypatch.context() as broken:
        broken.setattr(codecs, "seal_image", _stops(codecs.seal_image, at))
        with pytest.raises(KeyboardInterrupt):
            jobs.keep(folder, by=CLERK)
    assert [len(reads.pages(paper)) for paper in papers] == [2] * ((at - 1) // 2) + [0] * (3 - (at - 1) // 2)
    counts = jobs.keep(folder, by=CLERK).counts
    assert (counts.accepted, counts.totals["before"], counts.refused) == (6, (at - 1) // 2 * 2, 0)
    assert [reads.pages(paper) for paper in papers] == [[1, 2]] * 3
    assert FormImage.objects.using("benefits").count() == 6


def _stops(real: Callable[..., object], at: int) -> Callable[..., object]:
    """The process is stopped while it encrypts that picture."""
    done = 0

    def seal(*arguments: object) -> object:
        nonlocal done
        done += 1
        if done == at:
            raise KeyboardInterrupt
        return real(*arguments)

    return seal


@pytest.mark.usefixtures("world")
def test_who_may_not_receive_keeps_nothing_and_an_empty_folder_is_said(folder: Path) -> None:
    with pytest.raises(TodokeError) as error:
        jobs.keep(folder, by=CLERK)
    assert error.value.code is ErrorCode.NOT_FOUND
    picture(folder, f"{GOOD}.png")
    with pytest.raises(TodokeError):
        jobs.keep(folder, by=TREASURER)
    assert not (folder / jobs.REPORT).exists()
    assert "picture-report.csv" in CliRunner().invoke(form_commands.pictures_, ["--help"]).output
