"""措置 (Promise): one sentence of the assessment by which the city, or the platform, binds itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class File(Enum):
    """特定個人情報ファイル: the assessment speaks of each in turn. The letter stands in ids: III-A, III-B."""

    BENEFIT = "住民税非課税世帯等臨時特別給付金ファイル"
    LINKAGE = "統合番号連携システムファイル"


class Maker(Enum):
    """誰の措置か."""

    CITY = "市"
    SOFTWARE = "中間サーバー・ソフトウェア"
    PLATFORM = "中間サーバー・プラットフォーム"


class System(Enum):
    """どのシステムの措置か: a system of the assessment, all of them, or none because people keep it."""

    BENEFITS = "給付管理システム"
    LINKAGE = "統合番号連携システム"
    INTERMEDIARY = "自治体中間サーバー"
    ALL = "共通"
    PEOPLE = "運用"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What is promised, where it stands in the form, and where in this software it is kept."""

    id: str  # stable: `III-A.3.2-認証-04`
    item: str  # key of the form's item that it answers: `III-A.3.リスク2.具体的な管理方法`
    text: str  # word for word; where the form only asks for a choice, a date or an address: what the city answers for by it
    maker: Maker
    system: System
    file: File | None = None  # None: of both, as in IV, V and 別紙
    control: str = ""  # dotted name in the code; empty: people keep it, and confirm it with a date
    heading: str = ""  # what stands above it in its item; {city} is the name of the city
    mark: str = "・"


@dataclass(frozen=True, slots=True)
class Answer:
    """Promises as one item of the form shows them."""

    key: str
    promises: tuple[Promise, ...]
    cause: str = ""  # what stands before them: in 別紙, why it happened
    note: str = ""  # what stands after them: (※1) …
