"""口座名義の照合: when a kana name from a passbook and one from the register are the same name.

Compatibility forms, dakuten, small kana, hyphens and spaces do not count; anything else does. Cities that paid
in spite of different names paid other people (facts/benefit.md §3, 公金受取口座 2023).
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute

_SMALL = dict(zip("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", strict=True))
_HYPHENS = "[ー‐‑‒–—―−─]"


def comparable(names: pa.Array) -> pa.Array:
    """The comparable form of each kana name; names without one (null) become empty. Shape (n,) in and out."""
    text = pc.utf8_upper(pc.utf8_normalize(pc.fill_null(names, ""), "NFKD"))
    text = pc.replace_substring_regex(text, _HYPHENS, "-")
    text = pc.replace_substring_regex(text, r"\s", "")
    for small, large in _SMALL.items():
        text = pc.replace_substring(text, small, large)
    return text
