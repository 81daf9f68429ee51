"""公表された評価書の本文: 横浜市 評価書54 as extracted from its PDF, made into plain pieces that a rendering must contain in order.

The extraction is not the document. Where it went wrong is listed here, each place with its reason, and nowhere else.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).with_name("published")
SECTIONS = ("cover", "i", "ii_a", "ii_b", "annex_1", "iii_a", "iii_b", "iv", "v", "accidents")

ARTEFACTS = (
    ("cover", "評価書番号\t評価書名\n54\t", "評価書番号\t54\n評価書名\t", "a table of two columns, read line by line"),
    ("ii_a", " ( ) 1) 件", " ( 1 ) 件", "a digit that slipped out of its brackets"),
    ("ii_b", " ( 3 ) 件", "\n( 3 ) 件", "a cell of its own, run into the one before"),
    ("ii_b", "[ O ]", "[ ○ ]", "a circle read as a letter"),
    ("iii_a", "[ O ]", "[ ○ ]", "a circle read as a letter"),
    ("iii_b", "[ O ]", "[ ○ ]", "a circle read as a letter"),
    ("iii_a", "事務に必要な情報との", "事務に必要のない情報との", "two characters lost; the sentence would say the opposite"),
    ("iii_b", "必要なない情報", "必要のない情報", "a character misread"),
    ("iii_b", "事務の情報入手", "事務の情報を入手", "a particle lost"),
    ("iii_b", "特定個人情報不正に", "特定個人情報が不正に", "a particle lost"),
    ("iii_a", "従業員に対する", "従業者に対する", "the form's own label, right in the other section"),
    ("iii_a", "監視を実現\n", "監視を実現する。\n", "the page ends in the middle of the sentence"),
    ("iii_b", "情報漏えい\n", "情報漏えい等のリスクを極小化する。\n", "the page ends in the middle of the sentence"),
)  # fmt: skip
"""Section, what the extraction has, what the document says, and how we know."""

_TAG = re.compile(r"</?[a-z]+[0-9]?(?:\s[^<>]*)?/?>")
_PIECES = re.compile(r"[\n\t]| {2,}|(?<=\s)(?=\d\) )|(?=\[)|(?<=\])(?= )|(?<=\] )")
_BULLET = re.compile(r"^(?:#+|-(?=.))")
_RULED_LINE = re.compile(r"-{2,}")


def plain(text: str) -> str:
    """Without tags, without spaces, one width."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", html.unescape(_TAG.sub("", text))))


def pieces(section: str) -> Iterator[str]:
    """The section's sentences, labels and chosen options in order."""
    text = (FOLDER / f"{section}.txt").read_text("utf-8")
    for place, found, meant, _ in ARTEFACTS:
        if place == section:
            assert found in text, (section, found)
            text = text.replace(found, meant)
    text = "\n".join(_once(text.split("\n")))
    text = _TAG.sub("\n", re.sub(r"<input[^>]*>", "", text))  # ticks were read at random: see MARKED
    for raw in _PIECES.split(unicodedata.normalize("NFKC", html.unescape(text))):
        piece = _BULLET.sub("", re.sub(r"\s", "", raw))
        if piece and piece not in "()[]" and not _RULED_LINE.fullmatch(piece):
            yield piece


def _once(lines: list[str]) -> Iterator[str]:
    """A table inside a cell is followed by its cells once more: to the end of the line, and in lines of their own."""
    table = ""
    for line in lines:
        if "</table>" in line:
            before, _, after = line.rpartition("</table>")
            table = plain(line)
            yield f"{before}\n{after.partition(chr(9))[0]}"
        elif not table or any(plain(cell) not in table for cell in line.split("\t")):
            table = ""
            yield line


def is_option(piece: str) -> bool:
    """選択肢 stand in two columns and come out in another order."""
    return piece == "<選択肢>" or re.match(r"\d\)", piece) is not None


MARKED = {
    "I.2.システム1.③": [],
    "I.2.システム2.③": ["庁内連携システム", "既存住民基本台帳システム", "税務システム", "その他"],
    # システム3: every tick came out empty; marked is what its functions (1), (4) and (7) connect it with
    "I.2.システム3.③": ["情報提供ネットワークシステム", "既存住民基本台帳システム", "宛名システム等"],
    "I.2.システム4.③": [
        "庁内連携システム", "住民基本台帳ネットワークシステム", "宛名システム等", "税務システム", "その他",
    ],
    "II-A.2.④.主な記録項目": [
        "その他識別情報(内部番号)", "4情報(氏名、性別、生年月日、住所)", "地方税関係情報", "児童福祉・子育て関係情報",
        "障害者福祉関係情報", "生活保護・社会福祉関係情報", "介護・高齢者福祉関係情報",
    ],
    # file B: every box came out alike; marked is what その妥当性 below it names
    "II-B.2.④.主な記録項目": [
        "個人番号", "その他識別情報(内部番号)", "4情報(氏名、性別、生年月日、住所)", "その他住民票関係情報",
    ],
    "II-A.3.①": ["評価実施機関内の他部署", "地方公共団体・地方独立行政法人"],
    "II-B.3.①": ["評価実施機関内の他部署", "その他"],
    "II-A.3.②": ["庁内連携システム", "情報提供ネットワークシステム", "その他"],
    "II-B.3.②": ["紙", "電子記録媒体(フラッシュメモリを除く。)", "専用線", "庁内連携システム", "その他"],
    "II-A.5": ["行っていない"],
    "II-B.5": ["行っていない"],
    "III-A.4": [],
    "III-B.4": [],
    "III-A.5": ["提供・移転しない"],
    "III-B.5": ["提供・移転しない"],
    # file A: both ticks are lost; リスク2 (提供) is greyed out, so 提供 is what it is not connected for
    "III-A.6": ["接続しない(提供)"],
    "III-B.6": [],
    "III-A.8.実施の有無": ["自己点検", "内部監査"],
    "III-B.8.実施の有無": ["自己点検", "内部監査"],
}  # fmt: skip
"""Where ○ stands."""
