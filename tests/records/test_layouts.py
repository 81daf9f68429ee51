"""Released layouts are frozen, documented, and complete in what they declare."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from todoke.contracts.information import TAX_ITEMS
from todoke.records import catalogue, masking
from todoke.records.fields import Kind, RecordLayout
from todoke.records.layouts import city_inputs_v2021, inquiry_answer_v2021

FROZEN: dict[str, str] = {
    "special_persons-2026": "42e6b7f71f2749341c3aa7b8bd79b2b83a2ea71476fd6728c3e0463d2ee860a6",
    "hardship_figures-2026": "512f2dc1368ba2bf84e8ee92c15de35da0a8be7178c43b239638f37f5d1f8c13",
    "shortfall_figures-2026": "ce4fb9961bbe26a28ac79b371c13d8d26e848980aceada83aa3cbb614b493d84",
    "earlier_rounds-2026": "7e97ab784fca1131df0d3e6dbe01e95970ef379bc0db229b52850814af7cbf2b",
    "permission_list-2026": "8c43b1a11ddccd36e4f8685ed4cf2a1ec12263aebb2039c2b8ac265e41bc4bed",
    "replica_masters-2021": "4a821be97faf30941e57fe94357280782cc3905df90c5a4cb5c1a17d46fb128f",
    "number_conversion-2026": "e995c2e7c2b4873240d74441a4676dae7224377d5017e9d802cd886f8e0a58e3",
    "number_conversion_answer-2026": "3f0840fc8588502d2633d0ec64d0529cf38119454904a39986bdc08d55c63f08",
    "number_notices-2022": "1e06edaa2f50c322251ab3588ebee2851a69aae58d130fae9ee7f975f2c8d503",
    "query_results-2022": "d8c47f9bcdd700a13923b485647b1b29326ae70445ead567e1cf36ff737b3a9a",
    "individual_numbers_host-2022": "54d44c0e31ca200a70c3fb91dc0646b540ed4789fcf6e935ae2a6fe071a1b18c",
    "number_notices_host-2022": "014b41a6cf2fc56f399ad723dd0789179ab58d64a89ce5db555b242e20ad1e83",
    "personnel-2022": "05e33ebb1287f33b1c6167871a6612eb0de8707e9a79575d397db9217ed26fa6",
    "residents-2021": "86d3bc91237d80c65112d732fd6e5925abdfaf2c52e3ec019c4f64851dda44c1",
    "tax-2021": "d87ff671d598f40b00c87ff8ef8ded072c7bc2203ac32d22f4e9ed73687c9291",
    "assistance-2021": "5398cc5e591690519180bc06fe5e6c6480b29728e6703c5cb401f0ec8506a744",
    "individual_numbers-2021": "e03ab55f1699c711bfa9a9d3eaad69b6e046d5f9db7acdae9dbd4ec4aa1dd207",
    "responses-2021": "82fc6c3079a25e44e083d0d4467f2baf4b48d8f600fc191a97bfa1cfd0104ee1",
    "neighbour_numbers-2021": "369ce85bb0664c356ad545f8d29911031f3b896ff7fe4b5dc9fbdd1deb28664a",
    "neighbour_replica-2021": "83e9bff54fc3ab2f922d6fbe913a98d7b0c11f92745b35d7528db840798a15f5",
    "juki-2021": "0763a4d6dea7a8a269b3bc4904a0b762293d7263e97d3af0b47ca974a96a9f16",
    "inquiry_request.common-2021": "3c3030528e8a2396cac08584f646af802b23c9fbb4141fd102a22f7ab4483442",
    "inquiry_request.request-2021": "270bd005bf284c6b20fdc06762457246ce3e665c0a725b9f459615b547516d28",
    "inquiry_answer-2021": "993e4ea3e4d4847b467f7202bbcf676df32feacc70cba79fe3065adfdf3a50cc",
    "zengin_transfer.header-2019": "adcc5416d41f5f4e3bd5c4987eaf4b18868ce34335af1a9af42f4f17b5dcc52e",
    "registration_requests-2026": "16ea27a0958ebaa2b22433555d83503504f7afba63a89bc17a6ae6b19c2bf9bf",
    "service_applications-2026": "2c6b7096d4bb5eaad733b2a74f83beb4388deaeea36b2323a349f7d340c38bf6",
    "bank_branches-2026": "aabdf9eae73dd2e6d01e9905ec711b720ce513bb710594ec8e95cc7a19f69c4d",
    "public_accounts-2026": "17cc2515cd65a93add7d7d5d453aa45fa43a5b01e2b67bbe2812cdf004418093",
    "transfer_results-2026": "23c4508edeee5cabf93950d13282845eca20325bb35396e5f778713a2bf653f4",
    "resident_changes-2026": "5d25562e92e8e05cb66e2cfb8f4aaa9a0c58665da452c0e6e1fb90235dc83cc8",
    "juki_attributes-2026": "95892ddc30153987cc848bd096c86dd0bf1526193d6589e9fcb6eb4083e86e9f",
    "zengin_transfer.data-2019": "2eb6f1f44b6a6140da9eb2b90a2735713d58453abde563be82f41e8127dda171",
    "zengin_transfer.trailer-2019": "8712f5bb60da7edae7f6a0323c4ca4e3d0a2de23767f9effad6efd8fe6550265",
    "zengin_transfer.end-2019": "68d324f69297f656e193844750fbe2150419414a5cce6bfc52c4d576e223d99a",
    "ward_request-2024": "bb2de9be29883e0a2b4b8ef79fc5c909e3b07dc6c494d728a1ed2dd5c0a1972f",
    "ward_request-2024-draft": "2eada967b2fc89bfe73b289c94cef7ccb40f231af0fc50300dc9e9b0f3c4dc0e",
    "ward_reply-2024": "d6cd506ac4005cf47281d60bad62c7cdbfa307dbb71dac3e122d02f6c64caf90",
    "ward_reply-2024-draft": "fbf5c160a014cc996822b4331d2727bfe8daa305cbf249b59c0772b103b196b6",
}
DOCUMENT = Path(__file__).parents[2] / "docs" / "made" / "layouts.md"


@pytest.mark.parametrize("layout", catalogue.LAYOUTS, ids=lambda layout: f"{layout.name}-{layout.edition}")
def test_a_released_edition_never_changes(layout: catalogue.Layout) -> None:
    assert layout.checksum == FROZEN[f"{layout.name}-{layout.edition}"], (
        "a released layout was changed: leave it as it was and make a new edition beside it"
    )


def test_every_frozen_layout_is_still_there() -> None:
    assert set(FROZEN) == {f"{layout.name}-{layout.edition}" for layout in catalogue.LAYOUTS}
    assert len(FROZEN) == len(catalogue.LAYOUTS)


def test_every_layout_module_is_in_the_catalogue() -> None:
    folder = Path(catalogue.__file__).parent / "layouts"
    modules = {path.stem for path in folder.glob("*_v*.py")}
    assert modules == {
        "city_inputs_v2021",
        "decision_lists_v2026",
        "existing_systems_v2022",
        "inquiry_answer_v2021",
        "inquiry_request_v2021",
        "juki_attributes_v2026",
        "number_conversion_v2026",
        "permission_list_v2026",
        "personnel_v2022",
        "registration_requests_v2026",
        "replica_masters_v2021",
        "support_service_v2026",
        "resident_changes_v2026",
        "public_accounts_v2026",
        "transfer_results_v2026",
        "bank_branches_v2026",
        "ward_reply_v2024",
        "ward_request_v2024",
        "zengin_transfer_v2019",
    }


def test_the_document_is_fresh() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == catalogue.page(), "run: make made"


@pytest.mark.parametrize("layout", catalogue.RECORD_LAYOUTS, ids=lambda layout: layout.name)
def test_fields_cover_the_record_and_are_described(layout: RecordLayout) -> None:
    assert sum(placed.field.width for placed in layout.placed) == layout.length
    assert all(placed.field.label for placed in layout.placed)
    assert all(
        placed.field.personal or placed.field.kind is not Kind.WIDE for placed in layout.columns.values()
    )


def test_tax_items_are_those_of_the_contract() -> None:
    assert inquiry_answer_v2021.ITEMS == TAX_ITEMS
    names = city_inputs_v2021.REPLICA.names
    assert tuple(names[1:17]) == TAX_ITEMS
    assert tuple(names[17:33]) == tuple(f"{name}_reason" for name in TAX_ITEMS)


@pytest.mark.parametrize(
    ("text", "personal", "expected"),
    [
        ("横浜花子", True, "横…(4字)"),
        ("", True, ""),
        ("横浜花子", False, "横浜花子"),
        ("x" * 41, False, "x" * 40 + "…"),
        ("a\tb", False, "a<U+0009>b"),
        ("123456789018", False, "…(12字)"),
        ("番号 1234-5678-9018 です", False, "…(20字)"),
        ("1234567890", False, "1234567890"),
    ],
)
def test_values_shown_safely(text: str, personal: bool, expected: str) -> None:
    assert masking.shown(text, personal=personal) == expected


def test_masked_columns() -> None:
    assert masking.masked_column(pa.chunked_array([["横浜", None, ""]])).to_pylist() == ["横…(2字)", None, ""]
    assert masking.masked_column(pa.chunked_array([[5, None]])).to_pylist() == ["＊", None]
