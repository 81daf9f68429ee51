"""Second chapter: the forms are printed and posted; one letter comes back, one form lacks something."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import Page, expect

from tests.screens import decided_office
from tests.screens.decided_office import PROGRAMME
from tests.screens.keys import Keys
from tests.screens.story.cast import DEAD, SILENT, UNREACHED, Story
from tests.systems import city
from todoke.access.permissions import Role
from todoke.systems.benefits import jobs
from todoke.systems.benefits.models import Letter, Mailing, ResendOrder, ReturnedMail
from todoke.systems.benefits.rules.letters.kind import LetterKind

LETTERS = 8
"""Four households of the decided office and those of the round."""


def an_officer_prints_the_forms(story: Story) -> None:
    """At the screen, with the count that is seen before."""
    page = story.enter("letter1", Role.CLERK).open("home")
    Keys(page).press("印刷").choose("#id_programme", PROGRAMME).choose("#id_kind", "forms").press("絞り込む")
    Keys(page).see("印刷する手紙").press("通の印刷を始める").see("始めました").worked().see("終了")
    assert Letter.objects.using("benefits").count() == LETTERS


def the_letters_go_to_the_post_by_two(story: Story) -> None:
    """Handed over, counted and matched by the clerk: somebody died meanwhile. Counted again and confirmed by the chief."""
    decided_office.died(story.folder, DEAD, on=date(2022, 2, 20))
    page = story.enter("letter2", Role.CLERK).open("benefits-mailings")
    Keys(page).see("発送はまだありません").press("を印刷所に渡す").see("印刷ファイルは1回だけ渡せます")
    story.check(page, "benefits-mailing-new")
    Keys(page).press("通を渡す").see("印刷中")
    story.check(page, "benefits-mailings", thorough=True)
    Keys(page).press("発送 1").see("渡した数と印刷所の数")
    story.check(page, "benefits-mailing")
    Keys(page).press("印刷所の数を入れる").see("印刷所の報告書のとおりに")
    kinds = page.locator("input[name^=enclosed_]").count()
    _figures(page, kinds, spoiled="1")
    Keys(page).press("数を合わせる").see("数が合わないため")
    story.check(page, "benefits-mailing-count", thorough=True)
    _figures(page, kinds, spoiled="0")
    Keys(page).press("数を合わせる").see("数の確認済み").press("住民記録と照合する").see("抜き取ります")
    story.check(page, "benefits-mailing-match")
    Keys(page).press("照合する").see("照合済み").see("亡くなった 1 通").press("抜き取る手紙を見る").see(
        "何通目"
    )
    story.check(page, "benefits-mailing-pulls", thorough=True)
    mailing = Mailing.objects.using("benefits").get()
    assert mailing.pulled == 1, "平川 2024: nobody writes to the dead"

    chief = story.enter("letter3", Role.SUPERVISOR)
    page = chief.open("benefits-mailing", mailing.pk)
    Keys(page).press("発送を確認する").see("束を自分で数えて")
    story.check(page, "benefits-mailing-confirm")
    Keys(page).fill("#id_taken_out", "0").fill("#id_posted", str(LETTERS)).press("発送を確認する")
    Keys(page).see("束を数え直してください")
    Keys(page).fill("#id_taken_out", "1").fill("#id_posted", str(LETTERS - 1)).press("発送を確認する")
    Keys(page).see("発送済み")
    assert Mailing.objects.using("benefits").get().confirmed_by == chief.staff_id


def _figures(page: Page, kinds: int, *, spoiled: str) -> None:
    """Every kind as it was handed over, read from the page's own table; the first with `spoiled` sheets."""
    rows = page.locator("table tbody tr")
    for place in range(kinds):
        letters, sheets = rows.nth(place).locator("td").all_inner_texts()[:2]
        keys = Keys(page).fill(f"#id_printed_{place}", sheets)
        keys.fill(f"#id_spoiled_{place}", spoiled if place == 0 else "0")
        keys.fill(f"#id_reprinted_{place}", "0").fill(f"#id_enclosed_{place}", letters)


def envelopes_come_back_and_one_goes_again(story: Story) -> None:
    """The mail room reads envelope after envelope, stops where it must, and has a letter sent again."""
    first, second = (decided_office.case(number).case_number for number in (UNREACHED, SILENT))
    jobs.print_kind(PROGRAMME, LetterKind.DEFICIENCY, story.folder / "out", by=city.actor(city.CLERK))
    page = story.enter("mail2", Role.CLERK).open("benefits-returns")
    Keys(page).see("返戻はありません").press("返戻を読み取る").see("封筒の印")
    story.check(page, "benefits-return-start")
    Keys(page).choose("#id_reason", "2").press("読み取りを始める").see("転居先不明")
    story.check(page, "benefits-return-scan")
    Keys(page).press("直前の1通を取り消す").see("見つかりません")
    story.check(page, "benefits-return-undo")
    Keys(page).fill("#key", first).press("登録する").see("返戻を登録しました").see("1 通")
    scanned(page, first).see("この手紙の返戻は登録済みです")
    story.check(page, "benefits-return-stopped", thorough=True)
    scanned(page, second).see("まだ止まっています")
    scanned(page, "0").see("給付管理番号")
    scanned(page, second).see("返戻を登録しました").see("2 通")
    Keys(page).press("直前の1通を取り消す").see(f"{second} の返戻の登録を取り消しました")
    assert ReturnedMail.objects.using("benefits").filter(undone_at=None).count() == 1
    assert first not in page.url
    Keys(page).press("返戻").see(first).see("転居先不明").see("印刷した住所・氏名のまま")
    story.check(page, "benefits-returns", thorough=True)
    Keys(page).press("住所を確かめて再発送する").see("住所をどう確かめたか")
    story.check(page, "benefits-return-resend")
    Keys(page).fill("#id_checked", "本人からの電話").press("再発送を指示する")
    Keys(page).see("再発送の印刷を待っています")
    assert ResendOrder.objects.using("benefits").get().checked == "本人からの電話"
    Keys(page).press("不備のお知らせの期限を見る").see("あと30日")
    story.check(page, "benefits-deadlines", thorough=True)


def scanned(page: Page, text: str) -> Keys:
    """As a hand scanner types: into whatever has the focus, with Enter."""
    expect(page.locator("#key")).to_be_focused()
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")
    return Keys(page)
