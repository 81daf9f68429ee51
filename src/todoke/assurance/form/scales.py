"""人数・項目数の区分: the classes that the form offers, and the one in which a number lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Scale:
    """Classes from below: each ends before its limit. `beyond` begins at the last limit; the form may not offer it."""

    steps: tuple[tuple[int, str], ...]
    beyond: str
    offered: bool = True

    @property
    def options(self) -> tuple[str, ...]:
        """選択肢, as the form numbers them."""
        return (*(label for _, label in self.steps), *((self.beyond,) if self.offered else ()))

    def of(self, number: int) -> str:
        """The class of a number."""
        return next((label for limit, label in self.steps if number < limit), self.beyond)


PERSONS: Final = Scale(
    (
        (1_000, "1,000人未満"),
        (10_000, "1,000人以上1万人未満"),
        (100_000, "1万人以上10万人未満"),
        (300_000, "10万人以上30万人未満"),
    ),
    "30万人以上",
    offered=False,  # from there on it is another form: 全項目評価書 (規則第7条1項1号)
)
"""対象人数."""

HELD: Final = Scale(
    (
        (10_000, "1万人未満"),
        (100_000, "1万人以上10万人未満"),
        (1_000_000, "10万人以上100万人未満"),
        (10_000_000, "100万人以上1,000万人未満"),
    ),
    "1,000万人以上",
)
"""対象となる本人の数."""

ITEMS: Final = Scale(
    ((10, "10項目未満"), (50, "10項目以上50項目未満"), (100, "50項目以上100項目未満")), "100項目以上"
)
"""記録される項目."""

HANDLERS: Final = Scale(
    (
        (10, "10人未満"),
        (50, "10人以上50人未満"),
        (100, "50人以上100人未満"),
        (500, "100人以上500人未満"),
        (1_000, "500人以上1,000人未満"),
    ),
    "1,000人以上",
)
"""使用者数 and 委託先における取扱者数."""
