"""様式 II 特定個人情報ファイルの概要: once for each file."""

from __future__ import annotations

from typing import Final

from todoke.assurance.form.parts import Boxes, Choice, Heading, Marks, Part, Row, Section, Text, marks
from todoke.assurance.form.scales import HANDLERS, HELD, ITEMS

_RECORDED: Final = (
    Boxes("・識別情報", ("個人番号", "個人番号対応符号", "その他識別情報(内部番号)")),
    Boxes(
        "・連絡先等情報",
        ("4情報(氏名、性別、生年月日、住所)", "連絡先(電話番号等)", "その他住民票関係情報"),
    ),
    Boxes(
        "・業務関係情報",
        (
            "国税関係情報",
            "地方税関係情報",
            "健康・医療関係情報",
            "医療保険関係情報",
            "児童福祉・子育て関係情報",
            "障害者福祉関係情報",
            "生活保護・社会福祉関係情報",
            "介護・高齢者福祉関係情報",
            "雇用・労働関係情報",
            "年金関係情報",
            "学校・教育関係情報",
            "災害関係情報",
            "その他( )",
        ),
    ),
)
_MEDIA: Final = ("専用線", "電子メール", "電子記録媒体(フラッシュメモリを除く。)", "フラッシュメモリ", "紙")


def overview(letter: str, contracts: int) -> Section:
    """The section about file A or B with its number of 委託事項."""
    key = f"II-{letter}"
    return Section(
        "II 特定個人情報ファイルの概要",
        (
            Part("1. 特定個人情報ファイル名", (Text(f"{key}.1", ""),)),
            Part("2. 基本情報", _basics(f"{key}.2")),
            Part("3. 特定個人情報の入手・使用", _use(f"{key}.3")),
            Part("4. 特定個人情報ファイルの取扱いの委託", _outsourcing(f"{key}.4", contracts)),
            Part(
                "5. 特定個人情報の提供・移転(委託に伴うものを除く。)",
                (
                    marks(
                        f"{key}.5", "提供・移転の有無",
                        "提供を行っている( ) 件", "移転を行っている( ) 件", "行っていない",
                    ),
                    *_handing_on(f"{key}.5.提供先1", "提供", "情報提供ネットワークシステム"),
                    *_handing_on(f"{key}.5.移転先1", "移転", "庁内連携システム"),
                ),
            ),
            Part("6. 特定個人情報の保管・消去", (Text(f"{key}.6.保管場所", "保管場所 ※"),)),
            Part("7. 備考", (Text(f"{key}.7", ""),)),
        ),
        file=letter,
    )  # fmt: skip


def _basics(key: str) -> tuple[Row, ...]:
    return (
        Choice(
            f"{key}.①",
            "①ファイルの種類 ※",
            ("システム用ファイル", "その他の電子ファイル(表計算ファイル等)"),
        ),
        Choice(f"{key}.②", "②対象となる本人の数", HELD.options),
        Text(f"{key}.③", "③対象となる本人の範囲 ※"),
        Text(f"{key}.③.その必要性", "その必要性"),
        Choice(f"{key}.④", "④記録される項目", ITEMS.options),
        Marks(f"{key}.④.主な記録項目", "主な記録項目 ※", _RECORDED),
        Text(f"{key}.④.その妥当性", "その妥当性"),
        Text(f"{key}.④.全ての記録項目", "全ての記録項目"),
        Text(f"{key}.⑤", "⑤保有開始日"),
        Text(f"{key}.⑥", "⑥事務担当部署"),
    )


def _use(key: str) -> tuple[Row, ...]:
    return (
        marks(
            f"{key}.①",
            "①入手元 ※",
            "本人又は本人の代理人",
            "評価実施機関内の他部署( )",
            "行政機関・独立行政法人等( )",
            "地方公共団体・地方独立行政法人( )",
            "民間事業者( )",
            "その他( )",
        ),
        marks(
            f"{key}.②",
            "②入手方法",
            "紙",
            "電子記録媒体(フラッシュメモリを除く。)",
            "フラッシュメモリ",
            "電子メール",
            "専用線",
            "庁内連携システム",
            "情報提供ネットワークシステム",
            "その他( )",
        ),
        Text(f"{key}.③", "③使用目的 ※"),
        Heading("④使用の主体", over=f"{key}.④"),
        Text(f"{key}.④.使用部署", "使用部署"),
        Choice(f"{key}.④.使用者数", "使用者数", HANDLERS.options),
        Text(f"{key}.⑤", "⑤使用方法"),
        Text(f"{key}.⑤.情報の突合", "情報の突合"),
        Text(f"{key}.⑥", "⑥使用開始日"),
    )


def _outsourcing(key: str, contracts: int) -> tuple[Row, ...]:
    return (
        Choice(key, "委託の有無 ※", ("委託する", "委託しない")),
        Text(f"{key}.件数", "件数"),
        *(row for number in range(1, contracts + 1) for row in _contract(key, number, contracts)),
    )


def _contract(key: str, number: int, last: int) -> tuple[Row, ...]:
    opening = (Heading(f"委託事項2～{max(5, last)}"),) if number == 2 else ()
    one = f"{key}.委託{number}"
    return (
        *opening,
        Text(one, f"委託事項{number}"),
        Text(f"{one}.①", "①委託内容"),
        Choice(f"{one}.②", "②委託先における取扱者数", HANDLERS.options),
        Text(f"{one}.③", "③委託先名"),
        Heading("再委託"),
        Choice(f"{one}.④", "④再委託の有無 ※", ("再委託する", "再委託しない")),
        Text(f"{one}.⑤", "⑤再委託の許諾方法"),
        Text(f"{one}.⑥", "⑥再委託事項"),
    )


def _handing_on(key: str, act: str, first: str) -> tuple[Row, ...]:
    """提供先1 or 移転先1: the form prints one of each, also where there is none."""
    return (
        Text(key, f"{act}先1"),
        Text(f"{key}.①", "①法令上の根拠"),
        Text(f"{key}.②", f"②{act}先における用途"),
        Text(f"{key}.③", f"③{act}する情報"),
        Choice(f"{key}.④", f"④{act}する情報の対象となる本人の数", HELD.options),
        Text(f"{key}.⑤", f"⑤{act}する情報の対象となる本人の範囲"),
        marks(f"{key}.⑥", f"⑥{act}方法", first, *_MEDIA, "その他( )"),
        Text(f"{key}.⑦", "⑦時期・頻度"),
    )
