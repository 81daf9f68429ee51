"""What the menu offers to whom, and what a page says that one may not open."""

from __future__ import annotations

import pytest

from tests.screens.office import Office
from todoke.access.permissions import Role


@pytest.mark.parametrize(
    ("role", "menu"),
    [
        (
            Role.CLERK,
            [
                "ホーム",
                "世帯・住民の検索",
                "世帯の判定",
                "給付の集計",
                "事業と判定ルール",
                "金融機関の一覧",
                "振込不能",
                "ファイルの取込",
                "印刷",
                "発送",
                "返戻",
                "連続スキャン受付",
                "様式の入力",
                "審査",
                "お知らせの期限",
                "文書台帳",
                "電話の応対",
                "折り返し",
                "返還",
                "辞退",
                "実績報告",
                "不服の申出",
                "税情報一括照会",
                "住登外者の登録",
                "住基ネットとの整合性",
                "番号検索",
                "番号の訂正",
                "番号変換",
                "一人分の照会",
                "副本の訂正",
            ],
        ),
        (Role.PERSONNEL, ["ホーム", "人事情報"]),
        (
            Role.AUDITOR,
            [
                "ホーム",
                "番号変換の許可",
                "措置の状況",
                "自己点検・内部監査",
                "契約の条項",
                "媒体と搬送の台帳",
                "評価書の版",
                "事故の記録",
                "利用者",
                "権限",
                "サインイン中",
                "委託契約",
                "研修",
                "端末",
                "データの出力",
                "保存期間と消去",
                "操作の記録",
            ],
        ),
    ],
)
def test_the_menu_offers_what_one_may_open_and_nothing_else(office: Office, role: Role, menu) -> None:
    page = office.person(role).open("home")
    assert [link.inner_text() for link in page.locator(".menu a").all()] == menu


def test_a_page_that_one_may_not_open_says_so(office: Office, examiner) -> None:
    person = office.person(Role.CLERK)
    page = person.open("staff", status=403)
    assert "PERMISSION_DENIED" in page.inner_text("main")
    examiner.check(page, "denied")
