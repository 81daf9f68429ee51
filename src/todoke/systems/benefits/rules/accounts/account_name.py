"""口座名義の照合: when a kana name from a passbook and one from the register are the same name.

Kana form, width, dakuten spelling, small kana, hyphens and spaces do not count; anything else does. Cities that
paid in spite of different names paid other people (facts/benefit.md §3, 公金受取口座 2023).
"""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute

from todoke.records.ragged import Texts
from todoke.records.repertoires import ZENGIN_PARTY, to_zengin_kana_column

pc: Any = pyarrow.compute
LENGTH = 30
"""Bytes of 受取人名 in a 総合振込 record; a sound mark takes one of its own."""

_WRITABLE = f"^[{re.escape(ZENGIN_PARTY.characters)}]{{1,{LENGTH}}}$"


def comparable(names: Texts) -> Texts:
    """The comparable form of each kana name; a name that is not there (null) becomes empty. Shape (n,) in and out."""
    found: Texts = pc.replace_substring(to_zengin_kana_column(pc.fill_null(names, "")), " ", "")
    return found


def writable(names: Texts) -> Texts:
    """Each name as it goes into a bank file; null when it does not fit or holds a character that banks refuse."""
    kana = to_zengin_kana_column(pc.fill_null(names, ""))
    found: Texts = pc.if_else(pc.match_substring_regex(kana, _WRITABLE), kana, pa.scalar(None, pa.string()))
    return found
