"""一人分の照会 at the screen, by keyboard, amid the sample city: asked, followed, answered once."""

from __future__ import annotations

from tests.screens.keys import Keys
from tests.screens.office import Office
from tests.systems.test_single_query import NEIGHBOUR, mover
from tests.systems.world import World
from todoke.access.permissions import Role
from todoke.systems.linkage.models import Query, SingleQuery


def _ask(page, person, provider: str = NEIGHBOUR) -> Keys:
    keys = Keys(page)
    keys.fill("#id_number", person.pk)
    keys.fill("#id_birth_date", f"{person.birth_date:%Y-%m-%d}")
    keys.fill("#id_provider", provider)
    keys.fill("#id_purpose", "窓口での相談への回答")
    return keys.press("内容を確かめる")


def test_one_person_is_asked_about_and_the_answer_is_shown_once(
    office: Office, sample_city: World, examiner
) -> None:
    person, clerk = mover(), office.person(Role.CLERK)
    page = clerk.open("linkage-query-new")
    examiner.check(page, "linkage-query-new")
    _ask(page, person, "14100").see("自分の市には照会できません")
    examiner.check(page, "linkage-query-refused")
    assert not Query.objects.using("linkage").exists()

    page = clerk.open("linkage-query-new")
    _ask(page, person).see("まだ送っていません")
    examiner.check(page, "linkage-query-confirm")
    assert not Query.objects.using("linkage").exists()
    assert person.pk not in page.locator("form").last.inner_html()
    Keys(page).press("照会する").see("照会の内容")
    row = SingleQuery.objects.using("linkage").get()
    assert row.purpose == "窓口での相談への回答"
    examiner.check(page, "linkage-query")
    for _ in range(4):
        sample_city.drain(10)
        page = clerk.open("linkage-query", row.pk)
    Keys(page).see("回答が届いています")
    examiner.check(page, "linkage-query-answered")
    Keys(page).press("回答を表示する").see("値がない項目は0ではありません")
    Keys(page).see("NotAcceptable")
    examiner.check(page, "linkage-query-answer")
    assert Query.objects.using("linkage").get().item_values is None
    page = clerk.open("linkage-query", row.pk)
    Keys(page).see("表示済み（残っていません）")
    page = clerk.open("linkage-queries")
    Keys(page).see(row.pk)
    examiner.check(page, "linkage-queries")
    other = office.person(Role.CLERK, staff_id="s002")
    other.open("linkage-query", row.pk, status=404)
