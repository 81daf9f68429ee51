"""転記の規則: what is keyed from a form, what two keyings must agree on, and what cannot be.

口座変更 is a key of its own that must be pressed. Source: facts/benefit.md §3 (仙台市 2022-02: forms with another account
were sorted as "same account", and 174 transfers went to the old one; 木津川市 2020: one form was keyed twice and paid twice).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields
from typing import Final

from todoke.records.repertoires import to_zengin_kana, zengin_losses
from todoke.systems.benefits.rules.accounts.account_name import LENGTH
from todoke.systems.benefits.rules.accounts.bank_account import TYPES
from todoke.systems.benefits.rules.hardship.declared_income import Declared

ROUTES: Final = {"1": "郵送", "2": "窓口"}
PROXIES: Final = {"0": "", "1": "法定代理人", "2": "親族", "3": "施設職員など"}
YES_NO: Final = {"1": False, "2": True}
"""Digits of the ten-key: 1 is always the plain case, 2 the one that needs something more."""
DECLARED: Final = {"0": None, "1": False, "2": True}
MANDATE, REGISTERED, KINSHIP, FACILITY = "委任状", "登記事項証明書など", "続柄の書類", "施設の証明"
NO_PROOF: Final = "なし"
AUTHORITIES: Final = {"": "", "0": NO_PROOF, "1": MANDATE, "2": REGISTERED, "3": KINSHIP, "4": FACILITY}
"""代理権を示す書類 that is enclosed; a 委任欄 that is filled in on the form is a 委任状. Empty: nobody acts for the payee."""
ENCLOSED: Final = {"": None, **YES_NO}
"""Of a proxy's own 本人確認書類."""
PROVES: Final = {"法定代理人": (REGISTERED,), "親族": (MANDATE, KINSHIP), "施設職員など": (MANDATE, FACILITY)}
"""What shows that whoever acts may act, by who it is. Source: facts/benefit.md §1.4 (Yokohama, Osaka); the list itself is a city's [K]."""
MOST: Final = 3
"""Two keyings, and a third where they differ."""


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """What one person keyed. Empty account fields: none is written on the form."""

    route: str
    declines: bool
    supporter_taxed: bool | None
    proxy: str
    identity_attached: bool
    account_changed: bool
    account_attached: bool
    bank_code: str = ""
    branch_code: str = ""
    account_type: str = ""
    account_number: str = ""
    holder_kana: str = ""
    proxy_identity_attached: bool | None = None
    proxy_authority: str = ""
    incomes: tuple[Declared, ...] = ()


TITLES: Final = {
    "route": "受付の経路", "declines": "辞退", "supporter_taxed": "課税者の扶養だけの世帯か", "proxy": "代理人",
    "identity_attached": "本人確認書類", "account_changed": "口座変更", "account_attached": "口座の書類",
    "bank_code": "金融機関コード", "branch_code": "支店コード", "account_type": "預金種目", "account_number": "口座番号",
    "holder_kana": "口座名義", "proxy_identity_attached": "代理人の本人確認書類", "proxy_authority": "代理権を示す書類",
    "incomes": "収入の申立て",
}  # fmt: skip
ACCOUNT: Final = ("bank_code", "branch_code", "account_type", "account_number", "holder_kana")
_LENGTHS: Final = {"bank_code": (4, "4桁"), "branch_code": (3, "3桁"), "account_number": (7, "7桁")}


def digits(text: str) -> str:
    """As typed at a ten-key, in half width, without spaces and hyphens."""
    return "".join(unicodedata.normalize("NFKC", text).replace("-", "").split())


def holder(text: str) -> str:
    """口座名義 as banks write it: however it was typed, the same name is the same text."""
    return " ".join(to_zengin_kana(text).split())


def differences(one: Keyed, other: Keyed) -> tuple[str, ...]:
    """The fields in which two keyings differ, in the order of the form."""
    return tuple(each.name for each in fields(Keyed) if getattr(one, each.name) != getattr(other, each.name))


def faults(keyed: Keyed, *, account_known: bool) -> dict[str, str]:
    """What cannot be, by its field; whether the account exists is asked later, by the examination.

    `account_known`: the form came with an account, or the case has one from before, that may stay.
    """
    if found := _proxy(keyed):
        return found
    written = any(getattr(keyed, name) for name in ACCOUNT)
    if not keyed.account_changed:
        if not account_known:
            return {
                "account_changed": "この世帯には前からの口座がありません。様式の口座を 2 で入力してください。"
            }
        if keyed.account_attached:
            return {
                "account_changed": "口座の書類が付いている様式は「変更なし」にできません。2 で入力してください。"
            }
        if written:
            return {
                "account_changed": "口座が入力されています。変更があるなら 2 を、ないなら口座を空にしてください。"
            }
        return {}
    return _account(keyed) if written else {}


def _proxy(keyed: Keyed) -> dict[str, str]:
    """What shows who acts is keyed of a proxy, and of nobody else."""
    given = {
        "proxy_identity_attached": keyed.proxy_identity_attached is not None, "proxy_authority": bool(keyed.proxy_authority)
    }  # fmt: skip
    wrong = (name for name, known in given.items() if known != bool(keyed.proxy))
    said = (
        "代理人の様式です。数字で答えてください。"
        if keyed.proxy
        else "代理人がいない様式です。空にしてください。"
    )
    return {name: f"{TITLES[name]}：{said}" for name in wrong}


def _account(keyed: Keyed) -> dict[str, str]:
    """An account is keyed whole or not at all."""
    found = {}
    for name, (length, words) in _LENGTHS.items():
        text: str = getattr(keyed, name)
        if len(text) != length or not (text.isascii() and text.isdigit()):
            found[name] = f"{TITLES[name]}は数字{words}です。"
    if keyed.account_type not in TYPES:
        found["account_type"] = "預金種目は 1（普通）、2（当座）、4（貯蓄）のどれかです。"
    if not keyed.holder_kana:
        found["holder_kana"] = "口座名義のカナを入力してください。"
    elif zengin_losses(keyed.holder_kana):
        found["holder_kana"] = "口座名義に振込で使えない文字があります。通帳のカナのとおり入力してください。"
    elif len(keyed.holder_kana) > LENGTH:
        found["holder_kana"] = f"口座名義が{LENGTH}字を超えます。切り詰めず、係に相談してください。"
    return found


def words(name: str, value: object) -> str:
    """A keyed value as a person reads it."""
    if name == "account_type":
        return TYPES.get(str(value), str(value)) or "記入なし"
    if name in _EMPTY:
        return str(value) or _EMPTY[name]
    return _WORDS[name].get(value, "") if name in _WORDS else str(value) or "記入なし"


_EMPTY: Final = {"proxy": "なし（本人）", "proxy_authority": "代理人なし"}
_WORDS: Final[dict[str, dict[object, str]]] = {
    "declines": {False: "しない", True: "する"},
    "supporter_taxed": {None: "記入なし", False: "いいえ", True: "はい"},
    "identity_attached": {False: "なし", True: "あり"},
    "account_changed": {False: "変更なし", True: "変更あり・口座の記入あり"},
    "account_attached": {False: "なし", True: "あり"},
    "proxy_identity_attached": {None: "代理人なし", False: "なし", True: "あり"},
}
