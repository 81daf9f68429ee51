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
    name: (journey, page)
    for journey, pages in {
        "every_page.py::test_every_page_of": {"home": "home", "staff-person": "staff-person", "log": "log"},
        "household_screens.py::test_a_resident_is_found_and_enter_opens_the_household": {
            "search": "benefits-found",
        },
        "household_screens.py::test_a_moved_household_shows_its_differences_in_words": {
            "household": "benefits-household-moved",
        },
        "case_screens.py::test_an_officer_explains_a_paid_household_on_the_phone": {"why": "benefits-why"},
        "case_screens.py::test_every_number_of_the_figures_opens_as_many_rows": {
            "dashboard": "benefits-dashboard",
        },
        "import_screens.py::test_a_bad_file_is_answered_in_plain_japanese_with_its_own_row_numbers": {
            "import-new": "benefits-import-new",
        },
        "intake_screens.py::test_sheets_are_received_one_after_the_other_and_a_second_one_stops_the_loop": {
            "scan": "benefits-scan-received",
            "scan-stopped": "benefits-scan-stopped",
        },
        "intake_screens.py::test_a_sheet_is_found_moved_and_in_the_end_destroyed": {
            "papers": "benefits-papers"
        },
        "a_whole_round.py::test_everybody_does_their_part_from_the_register_to_the_last_look": {
            "mailing-count": "benefits-mailing-count",
            "mailing-pulls": "benefits-mailing-pulls",
            "entry": "benefits-entry-third",
            "examination": "benefits-examination",
            "approval": "benefits-approval",
            "return-stopped": "benefits-return-stopped",
            "payments": "benefits-payments",
            "payment-release": "benefits-payment-release",
            "call": "benefits-call",
            "failed": "benefits-failed",
            "log-person": "log-person-found",
        },
        "payment_screens.py::test_a_recall_and_the_end_of_the_day_by_two_people": {"day": "benefits-day"},
        "programme_screens.py::test_what_a_rule_change_does_before_and_after_a_second_person_approves": {
            "edition": "benefits-edition",
        },
        "letter_screens.py::test_letters_are_printed_at_the_screen_and_one_to_a_protected_person": {
            "print": "benefits-print-new",
            "protected-letters": "benefits-protected-letters",
        },
        "applicant_screens.py::test_a_household_applies_is_calculated_line_by_line_and_examined": {
            "protected-examination": "benefits-protected-examination",
        },
        "aftermath_screens.py::test_a_refund_from_the_claim_to_the_last_yen": {"refund": "benefits-refund"},
        "assurance_screens.py::test_the_board_its_promises_and_who_confirms_them": {
            "board": "assurance-board",
            "promise": "assurance-promise-checked",
            "incident": "assurance-incident",
        },
        "disclosure_screens.py::test_a_request_from_the_counter_to_the_paper": {
            "disclosure-held": "disclosure-held",
        },
        "inquiry_screens.py::test_the_matrix_sums_up_and_every_number_leads_to_as_many_rows": {
            "inquiry-order": "inquiry-order",
        },
        "number_work.py::test_a_person_is_found_by_number_and_shown_without_the_number_itself": {
            "number-search": "linkage-find",
        },
        "replica_screens.py::test_masters_are_registered_compared_and_registered_anew": {
            "replicas": "linkage-replicas",
        },
        "held_screens.py::test_two_officers_decide": {"held": "intermediary-held"},
        "network_screens.py::test_an_edition_is_drafted_by_one_and_published_by_another": {
            "lists": "network-lists",
        },
    }.items()
    for name, page in pages.items()
}
"""Name in the manual → the journey that opens the page, and the name under which it checks it."""
WIDTH, HEIGHT, LARGEST = 960, 840, 60 * 1024
"""A picture shows the page's upper part; it is readable at this width, and so many bytes are enough for it."""
COLOURS = (32, 16, 8)
"""As many as fit."""


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
        for colours in COLOURS:
            small.convert("RGB").quantize(colours).save(to, optimize=True)
            if to.stat().st_size <= LARGEST:
                break


if __name__ == "__main__":
    main(sys.argv[1:])
