"""QR codes of 給付管理番号 as runs of dark modules, which print sharply at any size."""

from __future__ import annotations

import numpy as np
import zxingcpp

SIDE = 21
"""Modules a side: version 1, which holds 34 digits at error correction M (ISO/IEC 18004)."""


def runs(number: str) -> list[list[int]]:
    """The dark runs of the symbol, row by row, each [x, y, width] in modules from the upper left corner.

    Raises ValueError for a text that does not fit version 1.
    """
    symbol = zxingcpp.create_barcode(number, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    pixels = np.array(symbol.to_image(scale=1, add_quiet_zones=False))
    if pixels.shape != (SIDE, SIDE):
        raise ValueError("the text does not fit a QR code of version 1")
    edges = np.diff(np.pad((pixels == 0).astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    found: list[list[int]] = np.stack([starts, rows, ends - starts], axis=1).tolist()
    return found
