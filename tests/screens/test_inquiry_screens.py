"""税情報一括照会 on the screen: the matrix and its sums, the rows behind a number, asking again, one subject. Keyboard only."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, expect

from tests.screens.keys import Keys
from tests.screens.office import Office, Person
from tests.systems import city
from tests.systems.world import World
from todoke.access.permissions import Role
from todoke.oplog.models import Operation
from todoke.sites.realms import Realm
from todoke.systems.inquiry import jobs, queries
from todoke.systems.inquiry.models import Query, RequestFile, Subject
from todoke.systems.inquiry.rules.matrix_columns import Column
from todoke.systems.inquiry.serves import InquiryService

ORDER = "r3-screen"
WHY = "令和3年1月2日以後の転入で、本市に課税の記録がない"
PURPOSE = "?purpose=問合せ"


@pytest.fixture
def asked(sample_city: World, tmp_path: Path) -> World:
    """An order about everybody who moved in: really exchanged, with held, missing and failed questions among them."""
    rows = city.rows("residents_latest.csv")
    codes = [row["resident_code"] for row in rows if row["previous_municipality"]]
    by = city.actor(city.OPERATOR)
    reasons = dict.fromkeys(codes, WHY)
    hold_back("13112", "27100")
    InquiryService().order(order_id=ORDER, resident_codes=codes, by=city.CLERK, reasons=reasons)
    jobs.write_requests(ORDER, tmp_path, by=by)
    sample_city.exchange(jobs.batches(ORDER))
    jobs.collect(ORDER, tmp_path, by=by, exchange=sample_city.exchange)
    return sample_city


def hold_back(*towns: str) -> None:
    """自動応答不可 for everybody whom these municipalities know."""
    for town in towns:
        with connections[f"intermediary_{town}"].cursor() as cursor:
            cursor.execute("UPDATE intermediary_replica SET auto_reply_prohibited = true")


@pytest.fixture
def operator(office: Office, asked: World) -> Person:
    return office.person(Role.OPERATOR)


def numbers(page: Page, row: str) -> list[int]:
    """The numbers of the matrix in the row with that title."""
    cells = page.locator("#matrix table").first.locator(
        "tr", has=page.get_by_role("rowheader", name=row, exact=True)
    )
    return [int(text.replace(",", "")) for text in cells.locator("td").all_inner_texts()]


def test_the_matrix_sums_up_and_every_number_leads_to_as_many_rows(operator: Person, examiner) -> None:
    page = operator.open("inquiry-orders")
    examiner.check(page, "inquiry-orders")
    keys = Keys(page).press(ORDER).see("照会状況表")
    examiner.check(page, "inquiry-order")
    sums = queries.completeness(ORDER)[ORDER]
    keys.see(f"照会 {sums.asked:,} = 回答 {sums.answered:,} + エラー {sums.failed:,} + 待ち {sums.waiting:,}")
    titles = page.locator("#matrix tbody.providers th").all_inner_texts()
    assert any("川崎市（14130）" in title for title in titles)
    lines = [numbers(page, title) for title in titles]
    total = numbers(page, "計")
    assert [sum(column) for column in zip(*lines, strict=True)] == total
    assert all(sum(line[3:]) == line[0] for line in [*lines, total])
    found = queries.matrix(ORDER).total.counts
    assert found[Column.HELD] > 0
    assert found[Column.ANSWERED] > 0
    for number, stage in ((total[3 + list(Column).index(Column.ANSWERED)], "answered"), (total[0], "")):
        page = operator.open("inquiry-rows", ORDER, query=f"?stage={stage}")
        expect(page.locator("caption")).to_contain_text(f"{number:,}件")


def test_the_rows_behind_a_number_name_no_person(operator: Person, examiner) -> None:
    page = operator.open("inquiry-order", ORDER)
    held = queries.matrix(ORDER).total.counts[Column.HELD]
    keys = (
        Keys(page).press(str(held))
        if held > 9
        else Keys(operator.open("inquiry-rows", ORDER, query="?stage=held"))
    )
    keys.choose("#id_stage", "held").press("絞り込む").see("提供者確認中").see(f"{held}件")
    examiner.check(keys.page, "inquiry-rows")
    text = keys.page.inner_text("main")
    for code, number in Subject.objects.using("inquiry").values_list("resident_code", "integrated_number"):
        assert code not in text
        assert not number or number not in text
    assert keys.page.locator("tbody th a").count() == 0  # an operator opens nobody
    with keys.page.expect_download() as saved:
        keys.press("CSV で保存").fill("#purpose", "委託先への進捗報告").press("記入して進む")
    lines = Path(saved.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == held + 1
    operator.open("inquiry-subject", ORDER, 1, query=PURPOSE, status=403)


def test_only_the_failed_ones_are_asked_again(operator: Person, examiner) -> None:
    held, errors = queries.matrix(ORDER).total.counts[Column.HELD], queries.error_counts(ORDER)
    assert errors["unknown_provider"] > 0
    page = operator.open("inquiry-reask", ORDER)
    examiner.check(page, "inquiry-reask")
    Keys(page).see("先に必要なこと").see("提供者へ文書で照会してください").see("該当する照会はありません")
    keys = Keys(operator.open("inquiry-expire", ORDER)).see("該当する照会はありません")
    keys.fill("#id_answer_days", "0").fill("#id_held_days", "0").press("絞り込む").see(f"{held} 件")
    examiner.check(keys.page, "inquiry-expire")
    late = Query.objects.using("inquiry").filter(state="held").first()
    assert late is not None
    Query.objects.using("inquiry").filter(pk=late.pk).update(state="no_record")  # an answer comes in between
    keys.fill("#id_reason", "提供者から連絡がない").press("期限切れにする").see(f"{held - 1} 件です")
    keys = Keys(operator.open("inquiry-expire", ORDER, query="?answer_days=0&held_days=0"))
    keys.fill("#id_reason", "提供者から連絡がない").press("期限切れにする").see("期限切れにしました")
    keys.press("失敗した照会だけを再照会").see(f"{held - 1} 件を再照会する")
    keys.press(f"{held - 1} 件を再照会する").see("まだ照会していません")
    keys.see("次にすること").see(f"todoke inquiry collect --order {ORDER}")
    examiner.check(keys.page, "inquiry-order-next")
    batches = jobs.batches(ORDER)
    assert batches
    for batch in batches:
        keys.see(f"--batch {batch}")
    files = RequestFile.objects.using("inquiry").filter(order_id=ORDER, again=True)
    assert sum(files.values_list("records", flat=True)) == held - 1
    again = Query.objects.using("inquiry").filter(attempt=2)
    assert {row.request_file_id for row in again} == {file.number for file in files}
    assert again.filter(state="asked").count() == held - 1
    page = operator.open("inquiry-files", ORDER)
    examiner.check(page, "inquiry-files")
    Keys(page).see("再照会").see("送付済み").see("SHA-256")
    a_lost_question_is_a_red_alarm(operator, examiner)


def a_lost_question_is_a_red_alarm(operator: Person, examiner) -> None:
    Query.objects.using("inquiry").filter(state="asked").update(current=False)
    page = operator.open("inquiry-order", ORDER)
    expect(page.get_by_role("alert")).to_contain_text("件数が合いません")
    examiner.check(page, "inquiry-alarm")
    page = operator.open("inquiry-orders")
    expect(page.locator("main")).to_contain_text("不一致")


def test_the_benefits_section_sees_why_and_what_became_of_it(office: Office, asked: World, examiner) -> None:
    clerk = office.person(Role.CLERK)
    subject = Subject.objects.using("inquiry").filter(order_id=ORDER, query__state="held").first()
    assert subject is not None
    keys = Keys(clerk.open("inquiry-order", ORDER)).press("対象者を見る").fill("#purpose", "世帯からの問合せ")
    keys.press("記入して進む").see("利用目的：世帯からの問合せ")
    examiner.check(keys.page, "inquiry-find")
    keys.press("開く").see("どちらか一つを入力してください")
    keys.fill("#id_resident_code", "0000000000").press("開く").see("照会対象者が見つかりません")
    keys.fill("#id_resident_code", subject.resident_code).press("開く")
    keys.see(WHY).see(subject.resident_code).see("提供者確認中").see("一次照会 1回目：作成").see("送付")
    examiner.check(keys.page, "inquiry-subject")
    looks = Operation.objects.using("inquiry").filter(verb="inquiry:subject:read", persons=1).order_by("-id")
    assert [entry.subject for entry in looks[:2]] == [f"order {ORDER}", f"search {ORDER}"]
    assert {(entry.actor, entry.purpose) for entry in looks} == {("s001", "世帯からの問合せ")}
    assert subject.resident_code not in "".join(entry.subject for entry in looks)
    assert looks[0].object_type == "resident_code"
    answered = Subject.objects.using("inquiry").filter(order_id=ORDER, query__state="answered").first()
    assert answered is not None
    page = clerk.open("inquiry-subject", ORDER, answered.position, query=PURPOSE)
    Keys(page).see("明細単位 09（正常終了）").see("特定個人情報名単位 01（正常終了）")
    clerk.open("inquiry-reask", ORDER, status=403)


def test_the_matrix_renews_itself_while_the_exchange_runs(
    office: Office, sample_city: World, tmp_path: Path, chromium: Browser
) -> None:
    rows = city.rows("residents_latest.csv")
    codes = [row["resident_code"] for row in rows if row["previous_municipality"]][:20]
    by = city.actor(city.OPERATOR)
    InquiryService().order(order_id=ORDER, resident_codes=codes, by=city.CLERK)
    jobs.write_requests(ORDER, tmp_path, by=by)
    office.hire(Realm.CITY, {"s001": [Role.OPERATOR]})
    with chromium.new_context(locale="ja-JP", timezone_id="Asia/Tokyo") as scripted:
        office.context = scripted
        page = office.seat(Realm.CITY, "s001").open("inquiry-order", ORDER)
        expect(page.locator("#sums")).to_contain_text("回答 0 +")
        page.evaluate("document.querySelectorAll('[data-live]').forEach(part => part.dataset.live = '2')")
        sample_city.exchange(jobs.batches(ORDER))
        jobs.collect(ORDER, tmp_path, by=by)
        answered = queries.completeness(ORDER)[ORDER].answered
        assert answered
        expect(page.locator("#sums")).to_contain_text(f"回答 {answered} +")


def test_an_original_is_opened_with_a_purpose_by_who_may(office: Office, asked: World, examiner) -> None:
    supervisor = office.person(Role.SUPERVISOR)
    query = Query.objects.using("inquiry").filter(subject__order_id=ORDER, state="answered").first()
    assert query is not None
    place = Subject.objects.using("inquiry").get(pk=query.subject_id).position
    keys = Keys(supervisor.open("inquiry-subject", ORDER, place, query=PURPOSE)).press(
        "一次照会 1回目の回答の原本"
    )
    keys.fill("#purpose", "課税内容の争い").press("記入して進む").see("届いたままの内容")
    keys.see("市町村民税所得割額【税源移譲前】").see("09（正常終了）").see(query.record_id)
    examiner.check(keys.page, "inquiry-original")
    look = Operation.objects.using("inquiry").filter(verb="inquiry:original:read").latest("id")
    assert (look.purpose, look.persons) == ("課税内容の争い", 1)
