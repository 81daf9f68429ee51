"""口座の確認: whether an account that a person gives can be paid into, each fault by a rule of its own.

ゆうちょ銀行: 記号 1abc0 and 番号 are turned into 店番 ab8 and an account number of seven digits, 記号 0abc0 into ab9
(総合口座 and 振替口座; the bank's own page 記号番号から振込用の店名・預金種目・口座番号; facts/benefit.md §4). c is a check digit
over all others. Its weights are not on that page; they are those of public converters that agree with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from todoke.records.repertoires import to_zengin_kana, zengin_losses
from todoke.systems.benefits.rules.accounts import bank_list
from todoke.systems.benefits.rules.accounts.account_name import LENGTH

YUCHO: Final = "9900"
TYPES: Final = {"1": "普通", "2": "当座", "4": "貯蓄"}


@dataclass(frozen=True, kw_only=True)
class BankAccount:
    """振込先: codes as digits, 預金種目 1, 2 or 4, holder in kana as on the passbook."""

    bank_code: str
    branch_code: str
    account_type: str
    account_number: str
    holder_kana: str


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with an account, by the field that shows it."""

    field: str
    code: str
    sentence: str


Listed = Callable[[BankAccount], Fault | None]
"""What a list of banks and branches has against the codes of an account, whose form is right."""


def faults(account: BankAccount, listed: Listed | None = None) -> list[Fault]:
    """Everything that is wrong with an account; none: it may be paid into, if the holder is the payee.

    `listed` asks a dated list; without it, the list of the software.
    """
    return [*_bank(account, listed or _in_software), *_number(account), *_holder(account)]


def same_holder(holder_kana: str, payee_kana: str) -> bool:
    """Whether the name on the passbook is the payee's; width, small kana, marks and spaces do not count."""
    return bool(payee_kana.strip()) and _comparable(holder_kana) == _comparable(payee_kana)


def _comparable(name: str) -> str:
    return to_zengin_kana(name).replace(" ", "")


def _in_software(account: BankAccount) -> Fault | None:
    if not bank_list.knows(account.bank_code):
        return Fault(field="bank_code", code="BANK_UNKNOWN", sentence="金融機関コードが一覧にありません。")
    if not bank_list.knows(account.bank_code, account.branch_code):
        return Fault(field="branch_code", code="BRANCH_UNKNOWN", sentence="支店コードがこの金融機関の一覧にありません。")  # fmt: skip
    return None


def _bank(account: BankAccount, listed: Listed) -> list[Fault]:
    if not _digits(account.bank_code, 4):
        return [
            Fault(field="bank_code", code="BANK_FORM", sentence="金融機関コードは数字4桁で入力してください。")
        ]
    if not _digits(account.branch_code, 3):
        return [Fault(field="branch_code", code="BRANCH_FORM", sentence="支店コードは数字3桁で入力してください。")]  # fmt: skip
    if found := listed(account):
        return [found]
    return _yucho(account) if account.bank_code == YUCHO else []


def _yucho(account: BankAccount) -> list[Fault]:
    """店番 ends in 8 for 総合口座・通常貯金 (普通 or 貯蓄) and in 9 for 振替口座 (当座)."""
    giro = account.account_type == "2"
    if account.branch_code.endswith("9") != giro or not account.branch_code.endswith(("8", "9")):
        return [Fault(field="branch_code", code="YUCHO_BRANCH", sentence="ゆうちょ銀行の店番は、普通・貯蓄なら末尾8、当座なら末尾9です。")]  # fmt: skip
    return []


def _number(account: BankAccount) -> list[Fault]:
    found = []
    if account.account_type not in TYPES:
        found.append(Fault(field="account_type", code="TYPE_UNKNOWN", sentence="預金種目は普通・当座・貯蓄のどれかです。"))  # fmt: skip
    if not _digits(account.account_number, 7):
        found.append(Fault(field="account_number", code="NUMBER_FORM", sentence="口座番号は数字7桁です。7桁に満たないときは、銀行の定めにより前に0を付けてください。"))  # fmt: skip
    elif account.account_number == "0000000":
        found.append(Fault(field="account_number", code="NUMBER_ZERO", sentence="口座番号がすべて0です。"))
    return found


def _holder(account: BankAccount) -> list[Fault]:
    if not account.holder_kana.strip():
        return [
            Fault(field="holder_kana", code="HOLDER_MISSING", sentence="口座名義のカナを入力してください。")
        ]
    if zengin_losses(account.holder_kana):
        return [Fault(field="holder_kana", code="HOLDER_CHARACTER", sentence="口座名義に振込で使えない文字があります。通帳のカナのとおり入力してください。")]  # fmt: skip
    if len(to_zengin_kana(account.holder_kana)) > LENGTH:
        return [Fault(field="holder_kana", code="HOLDER_LONG", sentence=f"口座名義が{LENGTH}字を超えます。切り詰めず、銀行に振込用の名義を確かめてください。")]  # fmt: skip
    return []


class UnreadableSymbol(ValueError):
    """記号・番号 that are not of a ゆうちょ account; the sentence says which and why."""


def of_yucho(symbol: str, number: str) -> tuple[str, str, str]:
    """(店番, 預金種目, 口座番号) of ゆうちょ 記号 (5 digits) and 番号 (2 to 8 digits; of a 振替口座 1 to 6).

    Raises UnreadableSymbol. The last digit of a 総合口座's 番号 is always 1 and falls away.
    """
    if not _digits(symbol, 5) or symbol[0] not in "01" or symbol[4] != "0":
        raise UnreadableSymbol(
            "記号は0または1で始まり、0で終わる数字5桁です。通帳の1ページ目を確かめてください。"
        )
    giro = symbol[0] == "0"
    if not (number.isascii() and number.isdigit()):
        raise UnreadableSymbol("番号は数字で入力してください。")
    if giro and len(number) > 6:
        raise UnreadableSymbol("振替口座の番号は6桁以内です。")
    if not giro and not (2 <= len(number) <= 8 and number[-1] == "1"):
        raise UnreadableSymbol("総合口座の番号は8桁以内で、末尾が1です。")
    if symbol[3] != yucho_check_digit(symbol, number):
        raise UnreadableSymbol("記号と番号の検査数字が合いません。どちらかが一桁違っています。")
    if giro:
        return f"{symbol[1:3]}9", "2", number.zfill(7)
    return f"{symbol[1:3]}8", "1", number[:-1].zfill(7)


def yucho_check_digit(symbol: str, number: str) -> str:
    """The fourth digit that the 記号 must have with that 番号: weights 1, 3, 2 in turn, the digits of 2 × n added up."""
    digits = [int(digit) for digit in f"{symbol[:3]}0{symbol[4]}{number.zfill(8)}"]
    weighted = (
        digit * (1, 3, 2)[place % 3] - (9 if place % 3 == 2 and digit > 4 else 0)
        for place, digit in enumerate(digits)
    )
    return str(sum(weighted) % 10)


def _digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()
