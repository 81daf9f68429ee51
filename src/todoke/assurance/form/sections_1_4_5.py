"""様式 表紙, I 基本情報, IV 開示請求、問合せ, V 評価実施手続."""

from __future__ import annotations

from typing import Final

from todoke.assurance.form.parts import Choice, Heading, Part, Row, Section, Text, marks
from todoke.assurance.form.scales import PERSONS
from todoke.assurance.form.threshold import RESULTS

COVER: Final = Section(
    "特定個人情報保護評価書(重点項目評価書)",
    (
        Part("", (Text("表紙.評価書番号", "評価書番号"), Text("表紙.評価書名", "評価書名"))),
        Part("個人のプライバシー等の権利利益の保護の宣言", (Text("表紙.宣言", ""),)),
        Part("特記事項", (Text("表紙.特記事項", ""),)),
        Part("評価実施機関名", (Text("表紙.評価実施機関名", ""),)),
        Part("公表日", (Text("表紙.公表日", ""),)),
        Part("項目一覧", (Text("表紙.項目一覧", ""),)),
    ),
)


def basics(systems: int) -> Section:
    """I 基本情報."""
    return Section(
        "I 基本情報",
        (
            Part(
                "1. 特定個人情報ファイルを取り扱う事務",
                (
                    Text("I.1.①", "①事務の名称"),
                    Text("I.1.②", "②事務の内容"),
                    Choice("I.1.③", "③対象人数", PERSONS.options),
                ),
            ),
            Part(
                "2. 特定個人情報ファイルを取り扱う事務において使用するシステム",
                tuple(row for number in range(1, systems + 1) for row in _system(number, systems)),
            ),
            Part("3. 特定個人情報ファイル名", (Text("I.3", ""),)),
            Part("4. 個人番号の利用 ※", (Text("I.4", "法令上の根拠"),)),
            Part(
                "5. 情報提供ネットワークシステムによる情報連携 ※",
                (
                    Choice("I.5.①", "①実施の有無", ("実施する", "実施しない", "未定")),
                    Text("I.5.②", "②法令上の根拠"),
                ),
            ),
            Part(
                "6. 評価実施機関における担当部署",
                (Text("I.6.①", "①部署"), Text("I.6.②", "②所属長の役職名")),
            ),
            Part("7. 他の評価実施機関", (Text("I.7", ""),)),
        ),
    )


def _system(number: int, last: int) -> tuple[Row, ...]:
    opening = (Heading(f"システム2～{max(5, last)}"),) if number == 2 else ()
    key = f"I.2.システム{number}"
    return (
        *opening,
        Heading(f"システム{number}"),
        Text(f"{key}.①", "①システムの名称"),
        Text(f"{key}.②", "②システムの機能"),
        marks(
            f"{key}.③",
            "③他のシステムとの接続",
            "情報提供ネットワークシステム",
            "庁内連携システム",
            "住民基本台帳ネットワークシステム",
            "既存住民基本台帳システム",
            "宛名システム等",
            "税務システム",
            "その他( )",
        ),
    )


DISCLOSURE: Final = Section(
    "IV 開示請求、問合せ",
    (
        Part(
            "1. 特定個人情報の開示・訂正・利用停止請求",
            (
                Text("IV.1.①", "①請求先"),
                Text("IV.1.②", "②請求方法"),
                Text("IV.1.③", "③法令による特別の手続"),
                Text("IV.1.④", "④個人情報ファイル簿への不記載等"),
            ),
        ),
        Part(
            "2. 特定個人情報ファイルの取扱いに関する問合せ",
            (Text("IV.2.①", "①連絡先"), Text("IV.2.②", "②対応方法")),
        ),
    ),
)

PROCEDURE: Final = Section(
    "V 評価実施手続",
    (
        Part(
            "1. 基礎項目評価",
            (Text("V.1.①", "①実施日"), Choice("V.1.②", "②しきい値判断結果", RESULTS)),
        ),
        Part(
            "2. 国民・住民等からの意見の聴取【任意】",
            (Text("V.2.①", "①方法"), Text("V.2.②", "②実施日・期間"), Text("V.2.③", "③主な意見の内容")),
        ),
        Part(
            "3. 第三者点検【任意】",
            (Text("V.3.①", "①実施日"), Text("V.3.②", "②方法"), Text("V.3.③", "③結果")),
        ),
    ),
)
