"""Letters: the right people, the right code on every page, the same bytes again."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp
from pypdf import PdfReader

from tests.systems.benefits.world import CLERK, CODE, PROGRAMME, World, decide, resident, rows
from todoke.identifiers import case_number
from todoke.pages import typeface
from todoke.systems.benefits import jobs
from todoke.systems.benefits.rules.deciding.push import Route
from todoke.systems.benefits.rules.letters import customer_barcode
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY
from todoke.systems.benefits.web.letters import typesetting, wording
from todoke.systems.benefits.web.letters.typesetting import Letter, Sheaf

TEXT = wording.common(PROGRAMME, SAMPLE_CITY, Route.CONFIRMATION, date(2022, 3, 1))
LETTERS = tuple(
    Letter(number=case_number.mint(101, serial), postal="220-0012", address="横浜市西区", name="𠮷田 髙﨑")
    for serial in (1, 2, 123456789)
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("letters")
    typesetting.prepare(made, TEXT)
    return made


def test_the_code_on_every_page_is_the_case_number(folder: Path) -> None:
    """Kamakura 2023, Iga 2022, Nobeoka 2024: another person's sheet in the envelope. Read by other programs than those that draw
    them: the QR code by OpenCV, the bars by ZXing."""
    pages = typesetting.typeset(LETTERS, folder, form="png", ppi=200)
    assert len(pages) == 2 * len(LETTERS)
    reader = cv2.QRCodeDetector()
    for page, letter in zip(pages, (letter for letter in LETTERS for _ in range(2)), strict=True):
        top = picture(page)
        assert reader.detectAndDecode(top)[0] == letter.number
        found = {str(code.format): code.text for code in zxingcpp.read_barcodes(top)}
        assert found == {"QR Code": letter.number, "Code 128": letter.number}


def test_the_barcode_of_the_post_can_be_measured_on_the_page(folder: Path) -> None:
    letter = Letter(
        number=LETTERS[0].number, postal="100-0013", address="東京都千代田区霞が関1丁目3番2号　郵便プラザ503室", name="届　花子"
    )  # fmt: skip
    first, _ = typesetting.typeset([letter], folder, form="png", ppi=200)
    assert measured(picture(first)) == customer_barcode.bars("10000131-3-2-503dddd")
    unknown = Letter(number=letter.number, postal="100-0000", address=letter.address, name=letter.name)
    assert measured(picture(typesetting.typeset([unknown], folder, form="png", ppi=200)[0])) == ""


def test_names_amount_and_deadline_can_be_read(folder: Path) -> None:
    (document,) = typesetting.typeset(LETTERS[:1], folder)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(document)).pages]
    assert len(pages) == 2
    assert "𠮷田 髙﨑" in pages[0]
    assert "𠮷田 髙﨑" in pages[1]
    for text in ("100,000", "令和4年9月30日", "令和3年12月10日", "令和3年度"):
        assert text in pages[0].replace(" ", "").replace("\n", "")


def test_the_same_letters_are_the_same_bytes_in_other_processes(tmp_path: Path, folder: Path) -> None:
    sheaves = [Sheaf(path=tmp_path / f"{n}.pdf", letters=LETTERS) for n in range(2)]
    first, second = typesetting.print_sheaves(sheaves, TEXT)
    assert first.sha256 == second.sha256
    assert sheaves[0].path.read_bytes() == typesetting.typeset(LETTERS, folder)[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.pdf", "1.pdf"]


def test_characters_without_a_glyph_are_found() -> None:
    names = ["𠮷田", "髙﨑", "葛\U000e0100城", "外\ue000字", "", "André", "改\n行"]
    assert typeface.undrawable(names).tolist() == [False, False, True, True, False, False, True]


def test_those_who_must_not_get_a_letter_are_left_out_and_counted(databases: object, tmp_path: Path) -> None:
    """Yokosuka 2024: 462 letters to the dead. Hino 2023: the address of a protected person on a form."""
    world = World(tmp_path, size=9)
    decide(dict.fromkeys(range(9), "eligible"), protected=frozenset({0}))
    world.people[1]["protected"] = True  # only since the decision
    world.people[2] |= {"left_on": date(2022, 1, 20), "left_reason": "死亡"}
    world.people[3] |= {"left_on": date(2022, 1, 21), "left_reason": "転出"}
    world.people[4]["name_kanji"] = "外\ue000字"
    world.people[5]["address"] = "横浜市" * 40
    del world.people[6]
    world.serve()
    jobs.number_cases(CODE, by=CLERK)
    (report,) = jobs.print_letters(CODE, tmp_path, by=CLERK)
    assert (report.counts.taken, report.counts.accepted, report.counts.refused) == (9, 2, 7)
    assert report.counts.totals == {
        "files": 1, "confirmation": 2, "excluded_protected": 2, "excluded_died": 1, "excluded_moved_out": 1,
        "excluded_undrawable": 1, "excluded_too_long": 1, "excluded_unknown": 1,
    }  # fmt: skip
    listed = (tmp_path / "letters/excluded.csv").read_text(encoding="utf-8").split()
    assert listed[1:] == [
        f"{case_number.mint(101, n + 1)},{reason}"
        for n, reason in enumerate(("died", "moved_out", "undrawable", "too_long", "unknown"), start=2)
    ]
    printed = rows("SELECT payee_resident_code FROM benefits_case WHERE state = 'printed' ORDER BY serial")
    assert printed == [(resident(7),), (resident(8),)]
    pages = PdfReader(tmp_path / "letters/letters-00001.pdf").pages
    text = "".join("".join(page.extract_text().split()) for page in pages)
    assert "髙﨑7" in text
    assert not any(f"髙﨑{n}" in text for n in range(7))


def test_a_newer_register_is_heeded_and_only_new_cases_are_printed(databases: object, tmp_path: Path) -> None:
    world = World(tmp_path, size=3)
    decide({0: "eligible", 1: "eligible"})
    world.people[1] |= {"left_on": date(2022, 1, 21), "left_reason": "転出"}
    world.serve()
    jobs.number_cases(CODE, by=CLERK)
    jobs.print_letters(CODE, tmp_path, by=CLERK)
    first = (tmp_path / "letters/letters-00001.pdf").read_bytes()
    world.people[1] |= {"left_on": None, "left_reason": None}
    decide({0: "eligible", 1: "eligible", 2: "eligible"})
    world.serve()
    jobs.number_cases(CODE, by=CLERK)
    (report,) = jobs.print_letters(CODE, tmp_path, by=CLERK)
    assert report.counts.totals == {"files": 2, "confirmation": 3}
    assert report.counts.accepted == 3
    assert (tmp_path / "letters/letters-00001.pdf").read_bytes() == first
    assert rows("SELECT cases, register_snapshot FROM benefits_letter_file ORDER BY number") == [
        (1, "latest-1"), (2, "latest-2"),
    ]  # fmt: skip


def picture(png: bytes) -> np.ndarray:
    """Grey pixels of the upper sixth of a page of 200 dots an inch."""
    page = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert page is not None
    return np.ascontiguousarray(page[: page.shape[0] // 6])


def measured(top: np.ndarray) -> str:
    """The bars from 24 mm, in the strip between 14 and 18.5 mm: F, A, D or T by where each begins and ends."""
    dots = 200 / 25.4
    strip = top[round(14 * dots) : round(18.5 * dots), round(23.5 * dots) : round(97 * dots)] < 128
    edges = np.flatnonzero(np.diff(np.pad(strip.any(axis=0).astype(np.int8), 1)))
    rows = np.flatnonzero(strip.any(axis=1))
    found = ""
    for start, end in edges.reshape(-1, 2):
        dark = np.flatnonzero(strip[:, start:end].all(axis=1)) - rows[0]
        upper, lower = dark[0] < 0.6 * dots, dark[-1] > 2.6 * dots
        found += {(True, True): "F", (True, False): "A", (False, True): "D", (False, False): "T"}[
            upper, lower
        ]
    return found
