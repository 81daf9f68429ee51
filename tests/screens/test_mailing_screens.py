"""発送: the clerk hands over, counts and matches; the supervisor counts again and confirms. By keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import Examiner
from tests.screens import decided_office
from tests.screens.keys import Keys
from tests.screens.office import Office, Sites
from todoke.access.permissions import Role
from todoke.systems.benefits.models import Letter, Mailing


@pytest.fixture(autouse=True)
def decided(office: Office, sites: Sites, tmp_path: Path) -> None:
    decided_office.open_office(tmp_path)


def test_letters_go_to_the_post_by_two_people(office: Office, examiner: Examiner) -> None:
    letters = Letter.objects.using("benefits").count()
    clerk = office.person(Role.CLERK)
    page = clerk.open("benefits-mailings")
    Keys(page).see("発送はまだありません").press("を印刷所に渡す").see("印刷ファイルは1回だけ渡せます")
    examiner.check(page, "benefits-mailing-new")
    Keys(page).press("通を渡す").see("印刷中")
    examiner.check(page, "benefits-mailings", thorough=True)
    Keys(page).press("発送 1").see("渡した数と印刷所の数")
    examiner.check(page, "benefits-mailing")
    Keys(page).press("印刷所の数を入れる").see("印刷所の報告書のとおりに")
    kinds = page.locator("input[name^=enclosed_]").count()
    _figures(page, kinds, letters, spoiled="1")
    Keys(page).press("数を合わせる").see("数が合わないため")
    examiner.check(page, "benefits-mailing-count", thorough=True)
    _figures(page, kinds, letters, spoiled="0")
    Keys(page).press("数を合わせる").see("数の確認済み").press("住民記録と照合する").see("抜き取ります")
    examiner.check(page, "benefits-mailing-match")
    Keys(page).press("照合する").see("照合済み").see("送る必要がなくなった").press("抜き取る手紙を見る").see(
        "何通目"
    )
    examiner.check(page, "benefits-mailing-pulls", thorough=True)
    mailing = Mailing.objects.using("benefits").get()
    assert mailing.pulled == 2, "one household was paid, one form is deficient: nothing more to ask of them"
    chief = office.person(Role.SUPERVISOR, staff_id="s002")
    page = chief.open("benefits-mailing", mailing.pk)
    Keys(page).press("発送を確認する").see("束を自分で数えて")
    examiner.check(page, "benefits-mailing-confirm")
    Keys(page).fill("#id_taken_out", "0").fill("#id_posted", str(letters)).press("発送を確認する").see(
        "束を数え直してください"
    )
    Keys(page).fill("#id_taken_out", "2").fill("#id_posted", str(letters - 2)).press("発送を確認する").see(
        "発送済み"
    )
    assert Mailing.objects.using("benefits").get().confirmed_by == "s002"


def _figures(page: object, kinds: int, letters: int, *, spoiled: str) -> None:
    """Every kind as it was handed over, read from the page's own table; the first with `spoiled` sheets."""
    rows = page.locator("table tbody tr")
    for place in range(kinds):
        cells = rows.nth(place).locator("td").all_inner_texts()
        keys = Keys(page)
        keys.fill(f"#id_printed_{place}", cells[1]).fill(
            f"#id_spoiled_{place}", spoiled if place == 0 else "0"
        )
        keys.fill(f"#id_reprinted_{place}", "0").fill(f"#id_enclosed_{place}", cells[0])
