"""The list of banks and branches in use: the newest dated edition that was imported, else the one of the software."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import pyarrow as pa

from todoke.engine import postgres
from todoke.systems.benefits.models import BankBranch, BankList
from todoke.systems.benefits.rules.accounts import bank_list
from todoke.systems.benefits.rules.accounts.bank_account import BankAccount, Fault

ALIAS = "benefits"
_HOPS: Final = 5
"""Mergers of mergers that are followed."""
_BRANCHES = """
SELECT bank_code, branch_code,
    coalesce(valid_from, $2::text::date) <= $2::text::date AND coalesce(valid_until, $2::text::date) >= $2::text::date AS open
FROM benefits_bank_branch WHERE edition_id = $1
"""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A branch on a day: known at all, open, and the open branch that took it over (None: nobody is named)."""

    known: bool
    open: bool
    successor: BankBranch | None = None


def newest() -> BankList | None:
    """The edition in use; None while none was imported."""
    return BankList.objects.using(ALIAS).order_by("as_of", "id").last()


def edition() -> str:
    """What an examination keeps: which list it used."""
    found = newest()
    return f"bank list {found.pk} as of {found.as_of}" if found else bank_list.edition()


def branches(on: date) -> pa.Table:
    """bank_code, branch_code, open on that day; committed rows only."""
    found = newest()
    if found:
        return postgres.read(ALIAS, _BRANCHES, (found.pk, on.isoformat()))
    known = bank_list.branches()
    return known.append_column("open", pa.array([True] * known.num_rows))


def standing(bank_code: str, branch_code: str, on: date) -> Standing:
    """Where that branch stands on the day."""
    found = newest()
    if found is None:
        known = bank_list.knows(bank_code, branch_code)
        return Standing(known=known, open=known)
    row = _row(found, bank_code, branch_code)
    if row is None or _open(row, on):
        return Standing(known=row is not None, open=row is not None)
    return Standing(known=True, open=False, successor=_heir(found, row, on))


def _heir(edition: BankList, row: BankBranch, on: date) -> BankBranch | None:
    heir: BankBranch | None = row
    for _ in range(_HOPS):
        heir = _row(edition, heir.successor_bank, heir.successor_branch) if heir else None
        if heir is None or _open(heir, on):
            return heir
    return None


def fault(account: BankAccount, on: date) -> Fault | None:
    """What the dated list has against an account whose codes have the right form."""
    found = newest()
    if (
        found
        and not BankBranch.objects.using(ALIAS).filter(edition=found, bank_code=account.bank_code).exists()
    ):
        return Fault(field="bank_code", code="BANK_UNKNOWN", sentence="金融機関コードが一覧にありません。")
    stands = standing(account.bank_code, account.branch_code, on)
    if stands.open:
        return None
    if not stands.known:
        return Fault(
            field="branch_code",
            code="BRANCH_UNKNOWN",
            sentence="支店コードがこの金融機関の一覧にありません。",
        )
    heir = stands.successor
    said = (
        f"今は {heir.bank_name} {heir.branch_name}（{heir.bank_code}-{heir.branch_code}）です。"
        if heir
        else "承継先は一覧にありません。"
    )
    return Fault(
        field="branch_code",
        code="BRANCH_CLOSED",
        sentence=f"この支店は統廃合されています。{said}口座番号も変わっていないか確かめてください。",
    )


def _row(edition: BankList, bank_code: str, branch_code: str) -> BankBranch | None:
    rows = BankBranch.objects.using(ALIAS).filter(edition=edition)
    return rows.filter(bank_code=bank_code, branch_code=branch_code).first()


def _open(row: BankBranch, on: date) -> bool:
    return (row.valid_from is None or row.valid_from <= on) and (
        row.valid_until is None or on <= row.valid_until
    )
