"""番号検索, 紐付け情報, 統合・分割・個人番号の変更 at the screen: by keyboard alone, on the invented city."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import Page

from tests.browser import Examiner
from tests.screens.keys import Keys
from tests.screens.office import Office
from tests.systems.linkage import office as linkage_office
from tests.systems.world import World
from todoke.access.permissions import Role
from todoke.kernel.clock import wareki
from todoke.oplog.models import Operation
from todoke.sites.realms import Realm
from todoke.systems.linkage.models import Correction, IndividualNumber, NumberAlias, Person

PURPOSE = "二重登録の確認"
REASON, EVIDENCE = "窓口での申出による", "住民票の写し 令和3年第12号"


def somebody(place: int) -> Person:
    return Person.objects.using("linkage").order_by("pk")[place]


def find(page: Page, person: Person, born: date | None = None) -> Keys:
    """From the menu: purpose, number, birth date, Enter."""
    Keys(page).press("番号検索").see("番号で検索する目的").fill("#purpose", PURPOSE).press("記入して進む")
    keys = Keys(page).see("検索は、見つからないときも").fill("#id_number", person.pk)
    keys.fill("#id_birth_date", wareki(born or person.birth_date))
    return keys.press("検索する")


def asked(keys: Keys) -> None:
    keys.fill("#id_reason", REASON).fill("#id_evidence", EVIDENCE).press("依頼する")


def test_a_person_is_found_by_number_and_shown_without_the_number_itself(
    office: Office, sample_city: World, examiner: Examiner
) -> None:
    page = office.person(Role.CLERK).open("home")
    Keys(page).press("番号検索").see("番号で検索する目的")
    examiner.check(page, "linkage-find-purpose")
    Keys(page).fill("#purpose", PURPOSE).press("記入して進む").see("検索は、見つからないときも")
    examiner.check(page, "linkage-find")
    keys = Keys(page).fill("#id_number", somebody(3).pk).fill("#id_birth_date", "昭和1年12月31日")
    keys.press("検索する").see("該当する人はいません")
    examiner.check(page, "linkage-find-nobody")
    person = somebody(3)
    assert person.pk not in page.content()
    Keys(page).fill("#id_number", person.pk).fill("#id_birth_date", wareki(person.birth_date)).press(
        "検索する"
    ).see(person.name_kanji)
    examiner.check(page, "linkage-person")
    main = page.inner_text("main")
    assert person.pk in main
    assert "統合番号の付番" in main
    assert "登録あり" in main
    assert "個人番号の末尾" not in main
    assert person.pk not in page.url
    row = linkage_office.source(3)
    assert row["resident_code"] in main
    assert row["individual_number"] not in page.content()


def test_a_wrong_check_digit_is_said_at_the_form(
    office: Office, sample_city: World, examiner: Examiner
) -> None:
    page = office.person(Role.CLERK).open("linkage-find", query=f"?purpose={PURPOSE}")
    keys = Keys(page).fill("#id_number", "000000000000001").fill("#id_birth_date", "昭和55年1月1日")
    keys.press("検索する").see("検査数字")
    examiner.check(page, "linkage-find-wrong")


def test_the_reason_and_the_address_of_a_protected_person_are_for_those_who_may(
    office: Office, sample_city: World
) -> None:
    person = somebody(4)
    Person.objects.using("linkage").filter(pk=person.pk).update(
        auto_reply_prohibited=True, auto_reply_reason="支援措置（令和3年10月から）"
    )
    office.hire(Realm.CITY, {"s001": [Role.CLERK], "s002": [Role.SUPERVISOR]})
    clerk = office.seat(Realm.CITY, "s001").open("home")
    find(clerk, person).see("理由を見る権限がありません")
    assert person.address not in clerk.inner_text("main")
    supervisor = office.seat(Realm.CITY, "s002").open("home")
    find(supervisor, person).see("支援措置（令和3年10月から）")
    main = supervisor.inner_text("main")
    assert person.address in main
    assert "＊" * 9 + linkage_office.source(4)["individual_number"][-3:] in main
    verbs = set(Operation.objects.using("linkage").filter(actor="s002").values_list("verb", flat=True))
    assert {"linkage:protection:read", "linkage:number:mask", "linkage:person:open"} <= verbs


def test_two_numbers_are_merged_by_two_persons(
    office: Office, sample_city: World, examiner: Examiner
) -> None:
    stays, goes = somebody(1), somebody(2)
    office.hire(Realm.CITY, {"s001": [Role.CLERK], "s002": [Role.SUPERVISOR]})
    clerk = office.seat(Realm.CITY, "s001").open("home")
    find(clerk, goes).see("紐付け情報").see(goes.name_kanji)
    find(clerk, stays).see("紐付け情報").see(stays.name_kanji).press("統合を依頼する").see("統合を依頼します")
    examiner.check(clerk, "linkage-merge")
    asked(Keys(clerk).fill("#id_former", goes.pk))
    Keys(clerk).see("依頼しました").press("番号の訂正").see("確認待ちの依頼")
    examiner.check(clerk, "linkage-corrections")
    Keys(clerk).press("第").see("残る統合番号")
    assert clerk.get_by_role("link", name="確認して実施する").count() == 0
    supervisor = office.seat(Realm.CITY, "s002").open("home")
    Keys(supervisor).press("番号の訂正").see("確認待ちの依頼").press("第").see(goes.name_kanji)
    Keys(supervisor).see(stays.name_kanji)
    examiner.check(supervisor, "linkage-correction")
    Keys(supervisor).press("確認して実施する").see("訂正を実施します")
    examiner.check(supervisor, "linkage-correction-confirm")
    Keys(supervisor).press("確認して実施する").see("訂正を実施しました")
    assert NumberAlias.objects.using("linkage").get().former_id == goes.pk
    # the old number still finds the person, who says so
    find(supervisor, goes, stays.birth_date).see("統合された番号")
    Keys(supervisor).see("統合番号の統合").see(goes.pk)


def test_a_person_is_split_and_a_request_may_be_refused_or_withdrawn(
    office: Office, sample_city: World, examiner: Examiner
) -> None:
    person = somebody(1)
    extra = linkage_office.link(person.pk, "T-1")
    office.hire(Realm.CITY, {"s001": [Role.CLERK], "s002": [Role.SUPERVISOR]})
    clerk, supervisor = office.seat(Realm.CITY, "s001"), office.seat(Realm.CITY, "s002")
    for end, heading, decider, checked in (
        ("取り下げる", "依頼を取り下げます", clerk, "linkage-correction-withdraw"),
        ("不承認とする", "依頼を不承認とします", supervisor, "linkage-correction-refuse"),
        ("確認して実施する", "訂正を実施します", supervisor, ""),
    ):
        clerk.sit_down()
        page = clerk.open("home")
        find(page, person).see("紐付け情報").press("分割を依頼する").see("分割を依頼します")
        if not checked:
            examiner.check(page, "linkage-split")
        keys = Keys(page).to(f"input[value='{extra.pk}']")
        page.keyboard.press("Space")
        keys.fill("#id_name_kanji", "架空　花子").choose("#id_sex", "2")
        asked(keys.fill("#id_birth_date", "昭和55年4月5日").fill("#id_address", "神奈川県横浜市中区本町1-1"))
        Keys(page).see("依頼しました")
        decider.sit_down()
        made = Correction.objects.using("linkage").latest("id").pk
        page = decider.open("linkage-correction", made)
        Keys(page).see("架空　花子").press(end).see(heading)
        if checked:
            examiner.check(page, checked)
        Keys(page).press(end).see("ました")
    new = str(Correction.objects.using("linkage").latest("id").other_id)
    extra.refresh_from_db()
    assert extra.person_id == new


def test_a_changed_number_is_typed_by_both(office: Office, sample_city: World, examiner: Examiner) -> None:
    person, number = somebody(1), linkage_office.fresh_number(7)
    office.hire(Realm.CITY, {"s001": [Role.CLERK], "s002": [Role.SUPERVISOR]})
    clerk = office.seat(Realm.CITY, "s001").open("home")
    find(clerk, person).see("紐付け情報").press("個人番号の変更を依頼する").see("個人番号の変更を依頼します")
    examiner.check(clerk, "linkage-number-change")
    asked(Keys(clerk).fill("#id_number", number))
    Keys(clerk).see("依頼しました")
    made = Correction.objects.using("linkage").latest("id")
    supervisor = office.seat(Realm.CITY, "s002").open("linkage-correction-confirm", made.pk)
    keys = Keys(supervisor).fill("#id_number", linkage_office.fresh_number(8)).press("確認して実施する")
    keys.see("一致しません")
    assert number not in supervisor.content()
    Keys(supervisor).fill("#id_number", number).press("確認して実施する").see("訂正を実施しました")
    rows = IndividualNumber.objects.using("linkage").filter(person_id=person.pk)
    assert sorted(rows.values_list("standing", flat=True)) == ["former", "live"]
