"""お知らせの期限: a clerk takes the notices whose last day is over, with their count stated, and sees what is left."""

from __future__ import annotations

from pathlib import Path

from tests.browser import Examiner
from tests.clocks import Clock, moved
from tests.screens.keys import Keys
from tests.screens.office import Office
from tests.systems import city as staff
from tests.systems.benefits.asking_city import take_in_anew
from tests.systems.benefits.children_city import CODE, ChildrenCity
from tests.systems.benefits.test_routes import on, paid_before
from tests.systems.benefits.world import CLERK, rows
from todoke.access.permissions import Role
from todoke.kernel import clock
from todoke.systems.benefits import jobs

__all__ = ["moved"]


def test_notices_past_their_last_day_are_taken_at_the_screen(
    office: Office, examiner: Examiner, moved: Clock, tmp_path: Path
) -> None:
    staff.open_site()
    today = clock.now()
    on(moved, 2024, 3, 1)
    city = ChildrenCity(tmp_path, {1: (), 2: ()}).serve()
    paid_before(city, [1, 2])
    on(moved, 2025, 2, 15)
    jobs.decide(CODE, "first", by=CLERK)
    jobs.number_cases(CODE, by=CLERK)
    take_in_anew()
    jobs.print_letters(CODE, tmp_path, by=CLERK)
    moved.ahead += today - clock.now()

    page = office.person(Role.CLERK).open("home")
    Keys(page).see("期限の過ぎたお知らせ").press("お知らせの期限").see("うち期限の過ぎたもの").see("2")
    examiner.check(page, "benefits-notices", thorough=True)
    Keys(page).press("受け付ける").see("前回の給付で支払った口座").see("2件")
    examiner.check(page, "benefits-notices-close", thorough=True)
    Keys(page).press("2 件を受け付ける").see("受け付けました").see("返事を待つお知らせはありません")
    query = "SELECT state FROM benefits_case WHERE programme = %s"
    assert rows(query, CODE) == [("received",), ("received",)]
