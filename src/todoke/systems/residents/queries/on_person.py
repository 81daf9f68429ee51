"""保有個人情報: what 住民記録システム holds on one person, model by model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from todoke.contracts.holding import Asked
from todoke.custody.holding import Reader, gather, looks
from todoke.oplog.person import Person
from todoke.privacy.holding import Holding, Kept, Section
from todoke.systems.residents.models import Change, Resident

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
            others="household_code successor_code new_head", unsaid="members",
        ),
        Kept(
            model="Lineage", title="世帯の系譜（新しく世帯主になったもの）", by="new_head", key="resident_code",
            others="household_code successor_code former_head", unsaid="members",
        ),
    ),
    left_out={},
)  # fmt: skip


def held(asked: Asked) -> list[Section]:
    """Everything, with what is not told withheld."""
    codes = asked.known_as.resident_codes
    keys = {"resident_code": codes, "household_code": _households(codes)}
    reader = Reader(resident_codes=codes, keys=keys, alone=asked.alone)
    persons = [Person("resident_code", code) for code in codes]
    return [*gather(ALIAS, HOLDING, reader), *looks(ALIAS, HOLDING, persons, alone=asked.alone)]


def _households(codes: Sequence[str]) -> list[str]:
    """Every household that the person was in, as far as the register and its history know."""
    now = (
        Resident.objects.using(ALIAS).filter(resident_code__in=codes).values_list("household_code", flat=True)
    )
    changes = Change.objects.using(ALIAS).filter(resident_code__in=codes)
    pairs = changes.values_list("household_before", "household_after")
    return sorted({*now, *(code for pair in pairs for code in pair if code)})
