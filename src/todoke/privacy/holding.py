"""保有個人情報 (what is held on one person): how each model's rows are found, and what of them the person may be told.

Which fields there are is not said here: they are read from the models' classes, so that a new one cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import msgspec


class Ground(StrEnum):
    """不開示の理由 (個人情報の保護に関する法律78条1項各号・81条), in the order in which they are asked."""

    PERSON = "person"
    OTHERS = "others"
    CONDUCT = "conduct"
    EXISTENCE = "existence"
    EXCHANGE = "exchange"

    @property
    def law(self) -> str:
        """The article and what it says."""
        return _LAW[self]


_LAW: Final = {
    Ground.PERSON: "78条1項1号（本人の生命、健康、生活又は財産を害するおそれ）",
    Ground.OTHERS: "78条1項2号（開示請求者以外の個人に関する情報）",
    Ground.CONDUCT: "78条1項7号（事務又は事業の適正な遂行に支障を及ぼすおそれ）",
    Ground.EXISTENCE: "81条（あるかないかを答えるだけで不開示情報を開示することになる）",
    Ground.EXCHANGE: "78条1項各号（情報提供等記録で、番号法23条2項により不開示情報であると記録されたもの）",
}


class Item(msgspec.Struct, frozen=True, array_like=True):
    """One fact in words; `withheld` is the ground in whose place it is not told, and then there is no value."""

    label: str
    value: str
    withheld: str = ""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one kind that a system holds on the person, oldest first."""

    system: str
    key: str
    title: str
    rows: tuple[tuple[Item, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One model: `by` is the look-up that is one of the person's identifiers `key`.

    payee: path to the resident code whose row it is; to whoever else of the household asks, fields of `third` are not told.
    others: fields that name somebody or a household, told only when it is one of the person's own.
    unsaid: fields that always tell of other members. guarded: fields that tell of a protection; `person` rows tell them to
    the person alone. words: what the values of a field are in Japanese.
    """

    model: str
    title: str
    by: str
    key: str
    payee: str = ""
    third: str = ""
    others: str = ""
    unsaid: str = ""
    guarded: str = ""
    person: bool = False
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Holding:
    """All of one system: what is told, what is left out and why, and what the fields are called."""

    system: str
    title: str
    kept: tuple[Kept, ...]
    left_out: Mapping[str, str]


PLACES: Final = frozenset(
    {
        "address", "postal_code", "ward_code", "previous_municipality", "household_code", "moved_in_on",
        "left_on", "left_reason", "phone", "household_before", "household_after", "ward_before", "ward_after",
        "address_before", "address_after", "lineage", "household_key", "base_household_code", "town",
        "provider", "inquirer", "asked", "taxing_municipality", "bank_code", "branch_code", "account_type",
        "account_number", "account_holder_kana", "holder_kana", "local_number", "sent_to", "evidence", "note",
        "text", "grounds", "reason", "said", "answer", "office", "wanted", "missing", "representative", "handed_to",
    }
)  # fmt: skip
"""Fields by which somebody could be found. A representative is told none of them, whoever the person is: an answer that
differed for protected persons would tell of the protection (DESIGN law 11, 個人情報保護法81条)."""
