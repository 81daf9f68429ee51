"""The files of the sample city: their columns (docs/data.md explains each) and how they are written."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from todoke.sample.city.text import Text

REGISTER = (
    "resident_code",
    "household_code",
    "is_head",
    "relationship",
    "name_kanji",
    "name_kana",
    "sex",
    "birth_date",
    "postal_code",
    "address",
    "ward_code",
    "moved_in_on",
    "previous_municipality",
    "left_on",
    "left_reason",
    "nationality",
    "protected",
)
# Items 31–46 of 別添1.
REPLICA_ITEMS = (
    "tax_year",
    "gross_income",
    "total_income",
    "dependants_general",
    "dependants_specific",
    "dependants_elderly",
    "dependants_under16",
    "housing_credit",
    "housing_credit_before_transfer",
    "donation_credit",
    "donation_credit_before_transfer",
    "income_levy",
    "income_levy_before_transfer",
    "per_capita_levy",
    "taxed_elsewhere",
    "taxing_municipality",
)
COLUMNS: dict[str, tuple[str, ...]] = {
    "residents_base.csv": REGISTER,
    "residents_latest.csv": REGISTER,
    "changes/<day>.csv": ("serial", "kind", "changed_on", *REGISTER),
    "tax.csv": (
        "resident_code",
        "tax_year",
        "declared",
        "total_income",
        "gross_income",
        "income_levy",
        "per_capita_levy",
        "levy_waived",
        "treaty_exempt",
        "supporter",
        "supporter_taxed",
    ),
    "assistance.csv": ("resident_code", "kind", "valid_from", "valid_to"),
    "individual_numbers.csv": (
        "resident_code",
        "individual_number",
        "name_kanji",
        "sex",
        "birth_date",
        "address",
    ),
    "responses.csv": (
        "household_code",
        "received_on",
        "route",
        "declines",
        "declared_supporter_taxed",
        "bank_code",
        "branch_code",
        "account_type",
        "account_number",
        "account_holder_kana",
    ),
    "national/juki.csv": ("juki_code", "individual_number"),
    "neighbours/<code>/numbers.csv": ("integrated_number", "individual_number"),
    "neighbours/<code>/replica.csv": (
        "integrated_number",
        *REPLICA_ITEMS,
        *(f"{item}_reason" for item in REPLICA_ITEMS),
        "auto_reply_prohibited",
    ),
}


def write(out: Path, name: str, columns: dict[str, Text], *, layout: str | None = None) -> int:
    """Write one file under `out` in the column order of its layout, and return its number of rows.

    UTF-8, LF, a header row, no quotation marks: no value contains a comma, a quotation mark or a line end,
    and one that did would be refused by the writer.
    """
    order = COLUMNS[layout or name]
    if set(order) != set(columns):
        raise AssertionError(f"{name}: {set(order) ^ set(columns)}")
    table = pa.table({column: columns[column] for column in order})
    path = out / name
    path.parent.mkdir(parents=True, exist_ok=True)
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
    with path.open("wb") as file:
        file.write((",".join(order) + "\n").encode())
        pyarrow.csv.write_csv(table, file, options)
    return int(table.num_rows)
