"""家族 of households (once-per-lineage payment): households that came out of each other, under one name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def families(steps: Iterable[tuple[str, str]], codes: Sequence[str]) -> dict[str, str]:
    """Household code → the lowest code of its family; itself where no step of descent (before, after) touches it.

    Union-find over the steps, which are few: a whole city is named in one pass.
    """
    above: dict[str, str] = {}

    def top(code: str) -> str:
        path = []
        while (upper := above.get(code, code)) != code:
            path.append(code)
            code = upper
        for passed in path:
            above[passed] = code
        return code

    for before, after in steps:
        low, high = sorted((top(before), top(after)))
        above[high] = low
    return {code: top(code) for code in codes}
