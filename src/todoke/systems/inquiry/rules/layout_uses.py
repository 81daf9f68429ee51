"""Which edition the request files of an organisation have, from which day: dated data, replaceable by a file.

The file `inquiry-layouts.toml` of an instance, if there is one, takes the place of USES:

    [[use]]
    municipality = "14100"
    from = 2024-07-01
    layout = "ward-2024"
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from todoke.kernel.errors import ErrorCode, TodokeError

FILE: Final = "inquiry-layouts.toml"


@dataclass(frozen=True)
class LayoutUse:
    """From `valid_from` on the request files of `municipality` ("" = every other one) have the edition `layout`."""

    municipality: str
    valid_from: date
    layout: str


USES: Final = (LayoutUse("", date(2021, 12, 20), "pia-2021"),)
"""The PIA's 別添1 from the first day of this benefit's linkage."""


def parse(text: str) -> tuple[LayoutUse, ...]:
    """The uses of a configuration file. Raises SETUP_MISSING for anything that is not as above."""
    try:
        rows = tomllib.loads(text)["use"]
        uses = tuple(LayoutUse(row["municipality"], row["from"], row["layout"]) for row in rows)
    except (tomllib.TOMLDecodeError, KeyError, TypeError):
        raise _wrong(f"{FILE} を読めません") from None
    if not uses or any(type(use.valid_from) is not date for use in uses):
        raise _wrong(f"{FILE} に use がないか、from が日付ではありません")
    return uses


def layout_on(day: date, municipality: str, uses: Sequence[LayoutUse] = USES) -> str:
    """The edition in use: the municipality's own newest, else the general newest. SETUP_MISSING when there is none."""
    begun = [use for use in uses if use.valid_from <= day and use.municipality in ("", municipality)]
    if not begun:
        raise _wrong(f"{day.isoformat()} に使う照会ファイルの版が決まっていません")
    return max(begun, key=lambda use: (bool(use.municipality), use.valid_from)).layout


def _wrong(detail: str) -> TodokeError:
    return TodokeError(ErrorCode.SETUP_MISSING, detail=detail, todo="様式の設定を直してください。")
