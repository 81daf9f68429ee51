"""Every released layout, and the document that is made from them."""

from __future__ import annotations

import sys

from todoke.records import describe
from todoke.records.comma_fixed import CommaLayout
from todoke.records.csv_input import CsvLayout
from todoke.records.fields import RecordLayout
from todoke.records.layouts import (
    bank_branches_v2026,
    city_inputs_v2021,
    decision_lists_v2026,
    existing_systems_v2022,
    inquiry_answer_v2021,
    inquiry_request_v2021,
    juki_attributes_v2026,
    number_conversion_v2026,
    permission_list_v2026,
    personnel_v2022,
    public_accounts_v2026,
    registration_requests_v2026,
    replica_masters_v2021,
    resident_changes_v2026,
    support_service_v2026,
    transfer_results_v2026,
    ward_reply_v2024,
    ward_request_v2024,
    zengin_transfer_v2019,
)
from todoke.records.wide_csv import WideLayout

Layout = CsvLayout | RecordLayout | CommaLayout | WideLayout
CSV_LAYOUTS: tuple[CsvLayout, ...] = (
    *city_inputs_v2021.LAYOUTS,
    *juki_attributes_v2026.LAYOUTS,
    *personnel_v2022.LAYOUTS,
    *replica_masters_v2021.LAYOUTS,
    *number_conversion_v2026.LAYOUTS,
    *permission_list_v2026.LAYOUTS,
    *existing_systems_v2022.CSV_LAYOUTS,
    *registration_requests_v2026.LAYOUTS,
    *public_accounts_v2026.LAYOUTS,
    *support_service_v2026.LAYOUTS,
    *decision_lists_v2026.LAYOUTS,
    *resident_changes_v2026.LAYOUTS,
    *transfer_results_v2026.LAYOUTS,
    *bank_branches_v2026.LAYOUTS,
)
RECORD_LAYOUTS: tuple[RecordLayout, ...] = (
    *inquiry_request_v2021.LAYOUTS,
    *inquiry_answer_v2021.LAYOUTS,
    *zengin_transfer_v2019.LAYOUTS,
    *existing_systems_v2022.RECORD_LAYOUTS,
)
COMMA_LAYOUTS: tuple[CommaLayout, ...] = ward_request_v2024.LAYOUTS
WIDE_LAYOUTS: tuple[WideLayout, ...] = ward_reply_v2024.LAYOUTS
LAYOUTS: tuple[Layout, ...] = (*CSV_LAYOUTS, *RECORD_LAYOUTS, *COMMA_LAYOUTS, *WIDE_LAYOUTS)


def page() -> str:
    """docs/made/layouts.md: all layouts as Markdown."""
    return describe.page(CSV_LAYOUTS, RECORD_LAYOUTS, COMMA_LAYOUTS, WIDE_LAYOUTS)


if __name__ == "__main__":
    sys.stdout.write(page())
