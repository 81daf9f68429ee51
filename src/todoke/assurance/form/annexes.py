"""様式 (別添1) 記録項目, (別添2) 変更箇所, and 別紙 of the accidents."""

from __future__ import annotations

from typing import Final

from todoke.assurance.form.parts import Grid, Listing, Part, Section

RECORDED: Final = Section(
    "(別添1) 特定個人情報ファイル記録項目",
    (
        Part("<非課税世帯等臨時特別給付金ファイル>", (Listing("別添1-A", "", numbered=True),)),
        Part("<統合番号連携ファイル>", (Listing("別添1-B", "", numbered=False),)),
    ),
)

CHANGES: Final = "別添2"
CHANGE_COLUMNS: Final = (
    "変更日", "項目", "変更前の記載", "変更後の記載", "提出時期", "提出時期に係る説明",
)  # fmt: skip

ACCIDENTS: Final = "別紙"
ACCIDENT_COLUMNS: Final = ("公表年月日", "内容", "件数", "再発防止策")


def changes(rows: int) -> Section:
    """(別添2): empty in a first edition."""
    return Section("(別添2) 変更箇所", (Part("", (Grid(CHANGES, CHANGE_COLUMNS, rows),)),))


def accidents(rows: int) -> Section:
    """別紙 behind III.7②."""
    title = "過去3年以内に評価実施機関において発生した個人情報に関する重大事故の内容及び再発防止策の内容"
    return Section(title, (Part("", (Grid(ACCIDENTS, ACCIDENT_COLUMNS, rows),)),))
