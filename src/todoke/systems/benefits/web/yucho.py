"""ゆうちょ 記号・番号 in a form with an account: they become branch, kind and number, as the bank's own page does it."""

from __future__ import annotations

from typing import Any, Final

from django import forms

from todoke.systems.benefits.rules.accounts.bank_account import YUCHO, UnreadableSymbol, of_yucho

_ACCOUNT: Final = ("branch_code", "account_type", "account_number")


def convert(form: forms.Form, given: dict[str, Any]) -> None:
    """Take `symbol` and `yucho_number` out of what was given. What stands beside them already must be the same."""
    symbol, number = given.pop("symbol", ""), given.pop("yucho_number", "")
    if not (symbol or number):
        return
    if given.get("bank_code") != YUCHO:
        form.add_error("symbol", "記号・番号はゆうちょ銀行（9900）のときだけ入力します。")
        return
    try:
        account = dict(zip(_ACCOUNT, of_yucho(symbol, number), strict=True))
    except UnreadableSymbol as error:
        form.add_error("symbol", str(error))
        return
    for name, value in account.items():
        if given.get(name) not in ("", value):
            form.add_error(
                name,
                f"記号・番号から計算した{form.fields[name].label}は {value} です。空にするか、直してください。",
            )
    given |= account
