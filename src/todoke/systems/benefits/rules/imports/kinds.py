"""取込の種類と、二人目の確認が要る変更の割合: what comes from other departments, and how much of it may change unseen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ImportKind(StrEnum):
    """What a file holds. A wrong choice is seen at its header."""

    REGISTER_BASE = "register_base"
    REGISTER_LATEST = "register_latest"
    TAX = "tax"
    ASSISTANCE = "assistance"
    SPECIAL_PERSONS = "special_persons"
    HARDSHIP_FIGURES = "hardship_figures"
    SHORTFALL_FIGURES = "shortfall_figures"
    EARLIER_ROUNDS = "earlier_rounds"
    FORMS = "forms"
    SERVICE_APPLICATIONS = "service_applications"

    @property
    def label(self) -> str:
        """As the screens say it."""
        return KINDS[self].title


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind: its key, the share of rows (percent) that one person may change alone, and why that share.

    adds: rows are added to what is there (申請書); else a whole edition replaces the one in use.
    of_year: its rows name a 課税年度. of_programme: each 事業 has its own. key: columns by which two editions are compared.
    """

    title: str
    key: tuple[str, ...]
    percent: int
    because: str
    adds: bool = False
    of_year: bool = False
    of_programme: bool = False

    def wrong_programme(self, code: str) -> str:
        """What is wrong with having chosen that 事業, or none (empty), for such a file; empty when nothing is."""
        if self.of_programme == bool(code):
            return ""
        if self.of_programme:
            return f"「{self.title}」は事業ごとのファイルです。どの事業のものかを選んでください"
        return f"「{self.title}」は事業ごとのファイルではありません。事業を選ばないでください"

    @property
    def of_persons(self) -> bool:
        """Whether a row is about one resident."""
        return "resident_code" in self.key


KINDS: Final[dict[ImportKind, Kind]] = {
    ImportKind.REGISTER_BASE: Kind(
        title="住民記録（基準日）",
        key=("resident_code",),
        percent=1,
        because="基準日の名簿は確定しており、後からの訂正だけで変わるため",
    ),
    ImportKind.REGISTER_LATEST: Kind(
        title="住民記録（最新）",
        key=("resident_code",),
        percent=3,
        because="転入・転出・転居・出生・死亡は合わせて一か月に人口の1%前後で、繁忙期の3月と4月でも3%に届かないため",
    ),
    ImportKind.TAX: Kind(
        title="課税情報",
        key=("resident_code", "tax_year"),
        percent=2,
        of_year=True,
        because="当初課税の後は更正と未申告の解消だけで、一か月に1%に届かないため",
    ),
    ImportKind.ASSISTANCE: Kind(
        title="付帯状況（生活保護など）",
        key=("resident_code", "kind", "valid_from"),
        percent=5,
        because="開始と廃止を合わせて一か月に数%のため",
    ),
    ImportKind.SPECIAL_PERSONS: Kind(
        title="配慮を要する人（避難者・施設入所児童・再登録）",
        key=("resident_code", "kind"),
        percent=10,
        because="人数が少なく、申出と措置で日々変わるため",
    ),
    ImportKind.HARDSHIP_FIGURES: Kind(
        title="家計急変の申立て",
        key=("resident_code",),
        percent=20,
        because="受付期間のあいだは申立てが増え続けるため（訂正と取下げが多ければ超える）",
        of_programme=True,
    ),
    ImportKind.SHORTFALL_FIGURES: Kind(
        title="調整給付の算定額",
        key=("resident_code",),
        percent=2,
        because="当初課税の後は更正だけで変わるため",
        of_programme=True,
    ),
    ImportKind.EARLIER_ROUNDS: Kind(
        title="先行する給付の対象世帯",
        key=("household_code", "programme"),
        percent=1,
        because="先行する給付は終わっており、返還と訂正だけで変わるため",
    ),
    ImportKind.FORMS: Kind(
        title="返送された確認書・申請書",
        key=("household_code",),
        percent=10,
        because="重複と該当なしが一割を超えるのは、別の事業の束や取込済みの束を選んだときのため",
        adds=True,
        of_programme=True,
    ),
    ImportKind.SERVICE_APPLICATIONS: Kind(
        title="給付支援サービスの申請一覧",
        key=("household_code",),
        percent=10,
        because="重複と該当なしが一割を超えるのは、別の事業の一覧や取込済みの一覧を選んだときのため",
        adds=True,
        of_programme=True,
    ),
}

KEPT_HERE: Final = tuple(
    kind
    for kind in ImportKind
    if not KINDS[kind].adds and kind not in (ImportKind.REGISTER_BASE, ImportKind.REGISTER_LATEST)
)
"""Kinds whose editions this system keeps (models/source.py); a register's are 住民記録システム's."""

OF_PROGRAMME: Final = tuple(kind for kind in ImportKind if KINDS[kind].of_programme)
"""Kinds of which each 事業 has a file of its own."""

STRANGERS_PERCENT: Final = 20
"""From this share of persons who are not in the register, a tax or assistance file is another municipality's.

A tax roll of 1 January still names people who have left since, but the register keeps them as 消除者.
"""


def needs_second(*, counted: int, of: int, percent: int) -> bool:
    """Whether `counted` rows are more than `percent` of `of`. A first edition changes nothing that is in use: of = 0, counted = 0."""
    return counted * 100 > percent * of


def strangers_too_many(*, strangers: int, rows: int) -> bool:
    """Whether so many persons are unknown that the file cannot be this city's."""
    return strangers * 100 > STRANGERS_PERCENT * rows
