"""個人番号・4情報のファイル of 住民記録システム: what `load_numbers` takes, as it comes by file exchange."""

from __future__ import annotations

from pathlib import Path

from todoke.access.permissions import Actor, Permission, require
from todoke.systems.linkage.actions.numbers.load_numbers import load_numbers
from todoke.systems.linkage.rules import file_kinds
from todoke.systems.linkage.rules.file_kinds import Taken


@file_kinds.takes(
    "numbers",
    title="個人番号と4情報",
    layouts=("individual_numbers", "individual_numbers_host"),
    unattended=True,
)
def take_number_file(*, file: Path, by: Actor) -> Taken:
    """Mint, link and renew; a row that contradicts a known link refuses the whole file."""
    require(by, Permission.LINKAGE_OPERATE)
    loaded = load_numbers(file=file, by=by)
    totals = {"統合番号の付番": loaded.minted, "4情報の更新": loaded.renewed}
    return Taken(accepted=loaded.persons, totals=totals)
