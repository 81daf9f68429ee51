"""保有個人情報: what 住民記録システム holds on one person, model by model."""

from __future__ import annotations

from typing import Final

from todoke.contracts.holding import Asked
from todoke.custody.holding import Reader, gather
from todoke.privacy.holding import Holding, Kept, Section

ALIAS = "residents"
HOLDING: Final = Holding(
    system="residents",
    title="住民記録システム",
    kept=(
        Kept(
            model="Resident", title="住民記録（最新）", by="resident_code", key="resident_code",
            guarded="protected", person=True,
        ),
        Kept(
            model="Change", title="住民の異動", by="resident_code", key="resident_code",
            unsaid="head_before head_after",
        ),
        Kept(
            model="Lineage", title="世帯の系譜（世帯主であったもの）", by="former_head", key="resident_code",
            others="successor_code new_head", unsaid="members",
        ),
    ),
    left_out={},
)  # fmt: skip


def held(asked: Asked) -> list[Section]:
    """Everything, with what is not told withheld."""
    codes = asked.known_as.resident_codes
    reader = Reader(resident_codes=codes, keys={"resident_code": codes}, alone=asked.alone)
    return gather(ALIAS, HOLDING, reader)
