"""電話番号: ten or eleven digits from any usual writing."""

from __future__ import annotations

import re
import unicodedata


def phone(text: str) -> str | None:
    """０４５－６７１－２１２１ → 0456712121; None for what is no Japanese telephone number."""
    digits = re.sub(r"[\s()ー‐‑‒–—―−-]", "", unicodedata.normalize("NFKC", text))
    if digits.startswith("+81"):
        digits = "0" + digits.removeprefix("+81").removeprefix("0")
    return digits if re.fullmatch(r"0[0-9]{9,10}", digits) else None
