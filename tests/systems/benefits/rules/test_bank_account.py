"""Accounts: twenty bad ones, each refused by its own rule; ゆうちょ 記号・番号 with their check digit; the bank calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from todoke.systems.benefits.rules.accounts.bank_account import (
    BankAccount,
    UnreadableSymbol,
    faults,
    of_yucho,
    same_holder,
    yucho_check_digit,
)
from todoke.systems.benefits.rules.payments import bank_days

GOOD = BankAccount(
    bank_code="0138", branch_code="200", account_type="1", account_number="0012345", holder_kana="ﾄﾄﾞｹ ﾊﾅｺ"
)
YUCHO = replace(GOOD, bank_code="9900", branch_code="408", account_number="1234567")


@pytest.mark.parametrize(
    "account",
    [
        GOOD,
        YUCHO,
        replace(YUCHO, account_type="4"),
        replace(YUCHO, branch_code="019", account_type="2"),
        replace(GOOD, account_type="2"),
        replace(GOOD, holder_kana="トドケ　ハナコ"),
        replace(GOOD, holder_kana="SMITH JOHN (A-1.)"),
    ],
)
def test_a_good_account_has_no_fault(account: BankAccount) -> None:
    assert faults(account) == []


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (replace(GOOD, bank_code=""), "BANK_FORM"),
        (replace(GOOD, bank_code="138"), "BANK_FORM"),
        (replace(GOOD, bank_code="０１３８"), "BANK_FORM"),
        (replace(GOOD, bank_code="9999"), "BANK_UNKNOWN"),
        (replace(GOOD, branch_code=""), "BRANCH_FORM"),
        (replace(GOOD, branch_code="20"), "BRANCH_FORM"),
        (replace(GOOD, branch_code="998"), "BRANCH_UNKNOWN"),
        (replace(YUCHO, branch_code="409"), "BRANCH_UNKNOWN"),
        (replace(YUCHO, account_type="2"), "YUCHO_BRANCH"),
        (replace(YUCHO, branch_code="019"), "YUCHO_BRANCH"),
        (replace(GOOD, account_type="9"), "TYPE_UNKNOWN"),
        (replace(GOOD, account_type=""), "TYPE_UNKNOWN"),
        (replace(GOOD, account_number="12345"), "NUMBER_FORM"),
        (replace(GOOD, account_number="12345678"), "NUMBER_FORM"),  # a customer number (東温市)
        (replace(GOOD, account_number="12345-7"), "NUMBER_FORM"),
        (replace(GOOD, account_number="0000000"), "NUMBER_ZERO"),
        (replace(GOOD, holder_kana=" "), "HOLDER_MISSING"),
        (replace(GOOD, holder_kana="届 花子"), "HOLDER_CHARACTER"),
        (replace(GOOD, holder_kana="ﾄﾄﾞｹ,ﾊﾅｺ"), "HOLDER_CHARACTER"),
        (replace(GOOD, holder_kana="ｶﾞ" * 16), "HOLDER_LONG"),  # 32 bytes with the marks: refused, never cut
    ],
)
def test_every_bad_account_is_refused_by_its_own_rule(account: BankAccount, code: str) -> None:
    assert [fault.code for fault in faults(account)] == [code]


def test_all_faults_are_told_at_once() -> None:
    bad = replace(GOOD, bank_code="x", account_type="", account_number="", holder_kana="")
    assert [fault.field for fault in faults(bad)] == [
        "bank_code",
        "account_type",
        "account_number",
        "holder_kana",
    ]


@pytest.mark.parametrize(
    ("symbol", "number", "account"),
    [
        ("14030", "12345671", ("408", "1", "1234567")),
        ("15150", "21111111", ("518", "1", "2111111")),
        ("00580", "654321", ("059", "2", "0654321")),
        ("00160", "100001", ("019", "2", "0100001")),
    ],
)
def test_symbols_of_yucho_become_branch_and_number(
    symbol: str, number: str, account: tuple[str, str, str]
) -> None:
    """Samples of public converters, which agree with the bank's own page."""
    assert of_yucho(symbol, number) == account


@pytest.mark.parametrize(
    ("symbol", "number", "said"),
    [
        ("1403", "12345671", "数字5桁"),
        ("24030", "12345671", "数字5桁"),
        ("14031", "12345671", "数字5桁"),
        ("14030", "12345672", "末尾が1"),
        ("14030", "123456781", "8桁以内"),
        ("14030", "1234567x", "数字で"),
        ("14030", "12345681", "検査数字"),
        ("14040", "12345671", "検査数字"),
        ("00580", "7654321", "6桁以内"),
    ],
)
def test_a_wrong_symbol_is_refused_with_its_reason(symbol: str, number: str, said: str) -> None:
    with pytest.raises(UnreadableSymbol, match=said):
        of_yucho(symbol, number)


def test_every_single_wrong_digit_of_a_yucho_account_is_found_out() -> None:
    symbol, number = "14030", "12345671"
    digits = symbol + number
    for place, digit in enumerate(digits):
        if place in (0, 3, 4):  # kind of account, the check digit itself, always 0
            continue
        for other in "0123456789".replace(digit, ""):
            changed = digits[:place] + other + digits[place + 1 :]
            assert yucho_check_digit(changed[:5], changed[5:]) != symbol[3], changed


def test_the_holder_is_the_payee_or_somebody_looks_at_it() -> None:
    assert same_holder("ﾄﾄﾞｹ ﾊﾅｺ", "トドケ　ハナコ")
    assert same_holder("ｷﾔﾉﾝ ﾋﾞﾖｳ", "キャノン　ビョウ")
    assert not same_holder("ﾄﾄﾞｹ ﾀﾛｳ", "トドケ　ハナコ")
    assert not same_holder("", "")


def test_the_banks_calendar_knows_holidays_and_the_year_end() -> None:
    closed = ["2022-05-03", "2022-03-21", "2022-12-31", "2023-01-02", "2023-01-03", "2026-09-22", "2027-03-22", "2022-10-29"]  # fmt: skip
    assert all(bank_days.is_closed(date.fromisoformat(day)) for day in closed)
    opened = ["2022-05-02", "2023-01-04", "2022-12-30", "2026-09-24", "2022-10-31"]
    assert not any(bank_days.is_closed(date.fromisoformat(day)) for day in opened)


def test_the_cut_off_lies_before_the_holidays() -> None:
    until = bank_days.cut_off(date(2023, 1, 4), days=1, hour=12)
    assert until.isoformat() == "2022-12-30T12:00:00+09:00"
    at = datetime(2022, 12, 30, 2, 59, tzinfo=UTC)
    assert bank_days.earliest(at, days=1, hour=12) == date(2023, 1, 4)
    assert bank_days.earliest(at.replace(hour=3, minute=0), days=1, hour=12) == date(2023, 1, 5)
    assert bank_days.after(date(2022, 12, 30), 1) == date(2023, 1, 4)
