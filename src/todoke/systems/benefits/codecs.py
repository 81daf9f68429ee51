"""Files of other departments, returned forms, answer files and bank files ↔ tables of the benefits system."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.compute
import zxingcpp
from django.conf import settings

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.privacy import key_sets, wrapping
from todoke.privacy.key_sets import Column
from todoke.privacy.wrapping import Wrapper
from todoke.records.csv_input import parse, read_checked, refuse_broken_rules
from todoke.records.fixed import LineEnd
from todoke.records.layouts import inquiry_answer_v2021
from todoke.records.layouts import zengin_transfer_v2019 as zengin
from todoke.records.layouts.city_inputs_v2021 import ASSISTANCE, RESPONSES, TAX
from todoke.records.layouts.public_accounts_v2026 import ACCOUNTS
from todoke.records.layouts.transfer_results_v2026 import RESULTS
from todoke.systems.benefits.rules.payments.office import PayingOffice

pc: Any = pyarrow.compute
_YEN = frozenset({"total_income", "gross_income", "income_levy", "per_capita_levy"})
_FLAGS = frozenset({"declared", "levy_waived", "treaty_exempt", "supporter_taxed"})
_DATES = frozenset({"valid_from", "valid_to"})


def read_tax(file: Path) -> pa.Table:
    """課税情報 ordered by resident: yen as int64, flags as bool, empty cells as null — never zero.

    Raises InputRefused with every bad row.
    """
    return _typed(read_checked(file, TAX)).sort_by(
        [("resident_code", "ascending"), ("tax_year", "ascending")]
    )


def read_assistance(file: Path) -> pa.Table:
    """付帯状況 ordered by resident: dates as date32, an open end as null. Raises InputRefused."""
    return _typed(read_checked(file, ASSISTANCE)).sort_by(
        [("resident_code", "ascending"), ("kind", "ascending")]
    )


def read_answers(files: Sequence[Path]) -> pa.Table:
    """他市転入者出力レコード of all files, with `file` and `row` (from 1): yen and counts as int64, absent as null.

    Raises INPUT_MISSING, or InputRefused with every bad field of the first bad file.
    """
    return pa.concat_tables([_answers(file) for file in files])


def _answers(file: Path) -> pa.Table:
    if not file.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=file.name)
    table = inquiry_answer_v2021.decode(file.read_bytes(), file=file.name)
    rows = pa.array(np.arange(1, table.num_rows + 1, dtype=np.int32))
    names = pa.repeat(file.name, table.num_rows)
    return table.append_column("file", names).append_column("row", rows)


def _typed(text: pa.Table) -> pa.Table:
    return pa.table({name: _column(name, text[name].combine_chunks()) for name in text.column_names})


def _column(name: str, cells: Any) -> Any:  # noqa: ANN401 - Arrow's stubs do not type compute kernels
    filled = pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)
    if name in _YEN:
        return pc.cast(filled, pa.int64())
    if name in _FLAGS:
        return pc.equal(filled, "1")
    return pc.cast(filled, pa.date32()) if name in _DATES else filled


def read_returned_forms(file: Path) -> pa.Table:
    """responses.csv (返送された確認書) in its own order, with `source_row` (the header is line 1).

    Dates as date32, flags as bool (declared_supporter_taxed null when the box was left empty), the rest as text
    (empty when not filled in). Raises InputRefused with every bad row.
    """
    text = read_checked(file, RESPONSES)
    columns = {name: text[name].combine_chunks() for name in text.column_names}
    columns["received_on"] = pc.cast(columns["received_on"], pa.date32())
    columns["declines"] = pc.equal(columns["declines"], "1")
    declared = columns["declared_supporter_taxed"]
    columns["declared_supporter_taxed"] = pc.if_else(
        pc.equal(declared, ""), pa.scalar(None, pa.bool_()), pc.equal(declared, "1")
    )
    columns["source_row"] = pa.array(np.arange(2, len(text) + 2, dtype=np.int32))
    return pa.table(columns)


def bank_file(transfers: pa.Table, *, office: PayingOffice, transfer_on: date) -> bytes:
    """総合振込 with one data record per transfer, in the order given; CR LF after each record.

    `transfers`: case_number, bank_code, branch_code, account_type, account_number, account_holder_kana (in banks'
    characters), amount_yen. The 給付管理番号 fills 顧客コード1・2 (20 digits, zeros in front), so that a returned
    transfer leads back to its case. Raises RECORD_INVALID with every bad value.
    """
    header = zengin.Header(
        requester_code=office.requester_code,
        requester_kana=office.requester_name,
        transfer_on=transfer_on.strftime("%m%d"),
        bank_code=office.bank_code,
        bank_name=None,
        branch_code=office.branch_code,
        branch_name=None,
        account_type=office.account_type,
        account_number=office.account_number,
    )
    customer = pc.utf8_lpad(transfers["case_number"], 20, "0")
    payments = pa.table(
        {
            "bank_code": transfers["bank_code"],
            "branch_code": transfers["branch_code"],
            "account_type": transfers["account_type"],
            "account_number": transfers["account_number"],
            "holder_kana": transfers["account_holder_kana"],
            "amount": transfers["amount_yen"],
            "customer_code_1": pc.utf8_slice_codeunits(customer, 0, 10),
            "customer_code_2": pc.utf8_slice_codeunits(customer, 10, 20),
        }
    )
    return zengin.encode(header, payments, line_end=LineEnd.CRLF)


def bank_file_totals(data: bytes, *, file: str) -> tuple[int, int]:
    """Count and yen of a 総合振込 file's data records. InputRefused when its trailer does not agree with them."""
    payments = zengin.decode(data, file=file)[1]
    return payments.num_rows, int(pc.sum(payments["amount"]).as_py())


def read_results(file: Path, *, name: str) -> pa.Table:
    """transfer_results.csv (総合振込の結果): yen as int64, the day as date32, the rest as text. InputRefused."""
    text = parse(name, file.read_bytes(), RESULTS)
    refuse_broken_rules(name, text, RESULTS)
    columns = {column: text[column].combine_chunks() for column in text.column_names}
    columns["amount"] = pc.cast(columns["amount"], pa.int64())
    columns["settled_on"] = pc.cast(columns["settled_on"], pa.date32())
    return pa.table(columns)


_MEDIA = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


class SealedImage(NamedTuple):
    """The picture of a form, encrypted (AES-256-GCM) by the keys of one generation, and the SHA-256 of what it was."""

    key_id: int
    sha256: str
    sealed: bytes


def media_type(picture: bytes) -> str:
    """By its first bytes; empty for anything but PNG and JPEG."""
    return next((name for start, name in _MEDIA.items() if picture.startswith(start)), "")


_CODES = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128])
"""Those of our own forms; to look for all kinds takes five times as long."""


def codes_on(picture: bytes) -> list[str]:
    """What the codes on a picture say; nothing on what is no picture."""
    pixels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    return [] if pixels is None else [code.text for code in zxingcpp.read_barcodes(pixels, formats=_CODES)]


def bound(paper_id: int, page: int) -> bytes:
    """What a picture is bound to: moved to another sheet or side, it no longer opens."""
    return f"{paper_id}|{page}".encode()


def seal_image(picture: bytes, binding: bytes) -> SealedImage:
    """Encrypt; the first generation of keys is made when there is none."""
    path, column, wrapper = _image_keys()
    key_sets.make(path, column, wrapper)
    seal = key_sets.read(path, column, wrapper).newest
    (sealed,) = seal.seal([picture], [binding])
    return SealedImage(key_id=seal.key_id, sha256=hashlib.sha256(picture).hexdigest(), sealed=sealed)


def open_image(image: SealedImage, binding: bytes) -> bytes:
    """The picture. INPUT_CHANGED when anything of it was altered, SETUP_MISSING without its keys."""
    seal = key_sets.read(*_image_keys()).find(image.key_id)
    if seal is None:
        detail = f"様式の画像の鍵の第 {image.key_id} 世代がありません"
        raise TodokeError(ErrorCode.SETUP_MISSING, detail=detail, todo="控えから戻してください。")
    (picture,) = seal.open([image.sealed], [binding])
    if hashlib.sha256(picture).hexdigest() != image.sha256:
        raise TodokeError(ErrorCode.INPUT_CHANGED, file="benefits_form_image.sha256")
    return bytes(picture)


def _image_keys() -> tuple[Path, Column, Wrapper]:
    folder, municipality = settings.TODOKE_KEYS_FOLDER, settings.TODOKE_MUNICIPALITY
    column = Column(municipality=municipality, table="benefits_form_image", column="sealed")
    return folder / f"benefits-{municipality}-form-image.keys", column, wrapping.of(folder, municipality)


def read_public_accounts(file: Path, *, name: str) -> pa.Table:
    """public_accounts.csv (公金受取口座の照会の結果) with `source_row` (the header is line 1), the day as date32. InputRefused."""
    text = parse(name, file.read_bytes(), ACCOUNTS)
    refuse_broken_rules(name, text, ACCOUNTS)
    columns = {column: text[column].combine_chunks() for column in text.column_names}
    columns["asked_on"] = pc.cast(columns["asked_on"], pa.date32())
    columns["source_row"] = pa.array(np.arange(2, text.num_rows + 2, dtype=np.int32))
    return pa.table(columns)
