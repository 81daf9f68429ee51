"""金融機関・店舗コードの一覧: which bank branches exist, from the installed edition of `zengin-code`.

The package holds no validity dates (a merged branch vanishes), so the edition is stored with every examination.
"""

from __future__ import annotations

from functools import cache

import pyarrow as pa
import zengin_code


def edition() -> str:
    """The edition of the list, for example `zengin-code 1.1.0.20260824`."""
    return f"zengin-code {zengin_code.__version__}"


def name(bank_code: str, branch_code: str) -> str:
    """Names of bank and branch as far as the list knows them, else the codes."""
    bank = zengin_code.Bank.all.get(bank_code)
    branch = bank.branches.get(branch_code) if bank else None
    if bank is None or branch is None:
        return f"金融機関 {bank_code}　支店 {branch_code}"
    return f"{bank.name}　{branch.name}"


@cache
def branches() -> pa.Table:
    """Every branch of every bank: bank_code (4 digits), branch_code (3 digits)."""
    pairs = [(bank, branch) for bank, entry in zengin_code.Bank.all.items() for branch in entry.branches]
    codes = list(zip(*pairs, strict=True))
    return pa.table({"bank_code": pa.array(codes[0]), "branch_code": pa.array(codes[1])})


def knows(bank_code: str, branch_code: str | None = None) -> bool:
    """Whether the edition has the bank, or that branch of it."""
    bank = zengin_code.Bank.all.get(bank_code)
    return bank is not None and (branch_code is None or branch_code in bank.branches)
