"""Pictures of the manual, taken by the browser journeys of the tests: `make pictures`. Invented people only.

A journey that runs with TODOKE_SHOTS=/folder photographs every page that it checks. This runs the journeys named below,
makes their pictures small, and keeps them under stable names in docs/manual/pictures. Names on the command line: only those.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "manual" / "pictures"
SCREENS = "tests/screens/test_"
PICTURES = {
    "home": ("every_page.py::test_every_page_of", "home"),
    "staff-person": ("every_page.py::test_every_page_of", "staff-person"),
    "log": ("every_page.py::test_every_page_of", "log"),
    "search": (
        "household_screens.py::test_a_resident_is_found_and_enter_opens_the_household",
        "benefits-found",
    ),
    "household": (
        "household_screens.py::test_a_moved_household_shows_its_differences_in_words",
        "benefits-household-moved",
    ),
    "why": ("case_screens.py::test_an_officer_explains_a_paid_household_on_the_phone", "benefits-why"),
    "dashboard": (
        "case_screens.py::test_every_number_of_the_figures_opens_as_many_rows",
        "benefits-dashboard",
    ),
    "import-new": (
        "import_screens.py::test_a_bad_file_is_answered_in_plain_japanese_with_its_own_row_numbers",
        "benefits-import-new",
    ),
    "scan": (
        "intake_screens.py::test_sheets_are_received_one_after_the_other_and_a_second_one_stops_the_loop",
        "benefits-scan-received",
    ),
    "scan-stopped": (
        "intake_screens.py::test_sheets_are_received_one_after_the_other_and_a_second_one_stops_the_loop",
        "benefits-scan-stopped",
    ),
    "entry": (
        "examination_screens.py::test_two_people_key_a_form_with_the_ten_key_and_a_third_settles_their_difference",
        "benefits-entry-third",
    ),
    "examination": (
        "examination_screens.py::test_two_people_key_a_form_with_the_ten_key_and_a_third_settles_their_difference",
        "benefits-examination",
    ),
    "approval": (
        "examination_screens.py::test_two_people_key_a_form_with_the_ten_key_and_a_third_settles_their_difference",
        "benefits-approval",
    ),
    "payments": ("payment_screens.py::test_three_people_bring_one_file_to_the_bank", "benefits-payments"),
    "payment-release": (
        "payment_screens.py::test_three_people_bring_one_file_to_the_bank",
        "benefits-payment-release",
    ),
    "day": ("payment_screens.py::test_a_recall_and_the_end_of_the_day_by_two_people", "benefits-day"),
    "call": ("call_screens.py::test_a_call_is_answered_within_seconds", "benefits-call"),
    "inquiry-order": (
        "inquiry_screens.py::test_the_matrix_sums_up_and_every_number_leads_to_as_many_rows",
        "inquiry-order",
    ),
    "number-search": (
        "number_work.py::test_a_person_is_found_by_number_and_shown_without_the_number_itself",
        "linkage-find",
    ),
    "replicas": (
        "replica_screens.py::test_masters_are_registered_compared_and_registered_anew",
        "linkage-replicas",
    ),
    "held": ("held_screens.py::test_two_officers_decide", "intermediary-held"),
    "lists": (
        "network_screens.py::test_an_edition_is_drafted_by_one_and_published_by_another",
        "network-lists",
    ),
}
"""Name in the manual → the journey that opens the page, and the name under which it checks it."""
WIDTH, HEIGHT, COLOURS = 960, 840, 32
"""A picture shows the page's upper part; it is readable at this width, and 60 KB are enough for it."""


def main(wanted: list[str]) -> None:
    """Run the journeys once each and keep their pictures."""
    chosen = {name: PICTURES[name] for name in wanted or PICTURES}
    journeys = list(dict.fromkeys(f"{SCREENS}{journey}" for journey, _ in chosen.values()))
    with tempfile.TemporaryDirectory() as shots:
        environment = {**os.environ, "TODOKE_SHOTS": shots}
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n", "0", *journeys],
            env=environment,
            check=True,
            cwd=ROOT,
        )
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, (_, page) in chosen.items():
            keep(Path(shots) / f"{page}-1280.png", FOLDER / f"{name}.png")


def keep(shot: Path, to: Path) -> None:
    """The upper part of a picture, small and in few colours."""
    with Image.open(shot) as whole:
        scale = WIDTH / whole.width
        upper = whole.crop((0, 0, whole.width, min(whole.height, round(HEIGHT / scale))))
        small = upper.resize((WIDTH, round(upper.height * scale)), Image.Resampling.LANCZOS)
        small.convert("RGB").quantize(COLOURS).save(to, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
