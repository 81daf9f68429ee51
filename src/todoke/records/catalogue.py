"""Every released layout, and the document that is made from them."""

from __future__ import annotations

import sys

from todoke.records import describe
from todoke.records.csv_input import CsvLayout
from todoke.records.fields import RecordLayout
from todoke.records.layouts import (
    city_inputs_v2021,
    inquiry_answer_v2021,
    inquiry_request_v2021,
    juki_attributes_v2026,
    personnel_v2022,
    registration_requests_v2026,
    zengin_transfer_v2019,
)

CSV_LAYOUTS: tuple[CsvLayout, ...] = (
    *city_inputs_v2021.LAYOUTS,
    *juki_attributes_v2026.LAYOUTS,
    *personnel_v2022.LAYOUTS,
    *registration_requests_v2026.LAYOUTS,
)
RECORD_LAYOUTS: tuple[RecordLayout, ...] = (
    *inquiry_request_v2021.LAYOUTS,
    *inquiry_answer_v2021.LAYOUTS,
    *zengin_transfer_v2019.LAYOUTS,
)
LAYOUTS: tuple[CsvLayout | RecordLayout, ...] = (*CSV_LAYOUTS, *RECORD_LAYOUTS)


def page() -> str:
    """docs/made/layouts.md: all layouts as Markdown."""
    return describe.page(CSV_LAYOUTS, RECORD_LAYOUTS)


if __name__ == "__main__":
    sys.stdout.write(page())
