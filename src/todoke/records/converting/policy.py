"""What to do with what cannot be converted: decided before the run, by name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from todoke.records.codes.reduction import Reduction

GETA = "〓"


class Unmappable(Enum):
    """A character that the target does not hold, or a code that stands for none."""

    ERROR = "error"
    """Nothing is written."""
    GETA = "geta"
    """〓 stands for it; reported."""
    HEX = "hex"
    """<U+9AD9> or <X'71F7'> stands for it; reported."""


@dataclass(frozen=True)
class Policy:
    """`keep_selectors`: an IVS that the target does not hold makes its character unmappable; else it is dropped,
    and counted. `reduction`: tried before a character counts as unmappable."""

    unmappable: Unmappable = Unmappable.ERROR
    keep_selectors: bool = True
    reduction: Reduction | None = None

    def instead_of(self, text: str) -> str:
        """What stands for an unmappable character; nothing under the error policy, where it is never written."""
        points = " ".join(f"U+{ord(character):04X}" for character in text)
        return {Unmappable.ERROR: "", Unmappable.GETA: GETA, Unmappable.HEX: f"<{points}>"}[self.unmappable]

    def instead_of_code(self, hexes: str) -> str:
        """The same for a code without a character."""
        return {Unmappable.ERROR: "", Unmappable.GETA: GETA, Unmappable.HEX: f"<{hexes}>"}[self.unmappable]
