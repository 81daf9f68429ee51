"""種別 of 機関. Only the code of the mayor's departments is public; the others are invented for this reference network."""

from __future__ import annotations

from typing import Final

from todoke.identifiers.municipality import MAIN_KIND

BOARD_OF_EDUCATION: Final = "01800"

KINDS: Final = {
    MAIN_KIND: "市区町村長",
    BOARD_OF_EDUCATION: "教育委員会",
    "01900": "選挙管理委員会",
    "02000": "公営企業管理者",
}
"""Title by the last five digits of the 機関コード."""
