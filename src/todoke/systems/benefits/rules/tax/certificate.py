"""課税証明書: what another municipality certifies of one person's tax of one year, and the status that follows from it.

Whoever moved in after 賦課期日 brings it where the inquiry does not lead to an answer (next_steps.py). Both amounts stand on it:
a certificate with "***" in place of an amount (未申告) says nothing, and is not keyed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

from todoke.identifiers.municipality import ABROAD, city_of
from todoke.identifiers.municipality_names import nationwide
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

MOST_YEN: Final = 9_999_999_999
YEARS: Final = range(2000, 2100)
ITEM_WORDS: Final = {
    "tax_year": "課税年度", "municipality": "発行した市区町村", "issued_on": "発行日", "income_levy": "所得割額",
    "per_capita_levy": "均等割額",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """As it stands on the paper; `municipality`: the five-digit code of whoever issued it."""

    tax_year: int
    municipality: str
    issued_on: date
    income_levy: int
    per_capita_levy: int


def status(certificate: Certificate) -> TaxStatus:
    """As for a record of this city's own (status_sql.py)."""
    if certificate.income_levy > 0:
        return TaxStatus.INCOME_LEVY
    return TaxStatus.PER_CAPITA_ONLY if certificate.per_capita_levy > 0 else TaxStatus.EXEMPT


def status_sql() -> str:
    """The same over the columns of a table."""
    taxed = f"WHEN income_levy > 0 THEN '{TaxStatus.INCOME_LEVY}' WHEN per_capita_levy > 0 THEN '{TaxStatus.PER_CAPITA_ONLY}'"
    return f"CASE {taxed} ELSE '{TaxStatus.EXEMPT}' END"


def faults(certificate: Certificate, *, ours: str, moved_in_on: date | None, today: date) -> dict[str, str]:
    """What cannot be, by item. `ours`: this city, whose own record is read instead; `moved_in_on`: of the person."""
    found = {}
    place = city_of(certificate.municipality)
    if certificate.tax_year not in YEARS:
        found["tax_year"] = "課税年度を西暦4桁で入力してください（例：令和3年度は2021）。"
    elif moved_in_on is None or moved_in_on <= date(certificate.tax_year, 1, 1):
        found["tax_year"] = (
            "その年の1月1日に本市に住民登録があるため、課税は本市の課税情報で確かめます。年度を確かめてください。"
        )
    if place == ABROAD or place not in nationwide():
        found["municipality"] = "市区町村コードが見つかりません。証明書の発行者を確かめてください。"
    elif place == city_of(ours):
        found["municipality"] = "本市が発行した証明書です。課税は本市の課税情報で確かめます。"
    if not date(min(max(certificate.tax_year, 2000), 2099), 1, 1) < certificate.issued_on <= today:
        found["issued_on"] = "発行日は、課税年度の初めより後で、今日までの日を入力してください。"
    return found | _amounts(certificate)


def _amounts(certificate: Certificate) -> dict[str, str]:
    yen = {"income_levy": certificate.income_levy, "per_capita_levy": certificate.per_capita_levy}
    found = {
        item: f"{ITEM_WORDS[item]}を確かめてください。"
        for item, value in yen.items()
        if not 0 <= value <= MOST_YEN
    }
    if certificate.income_levy > 0 and certificate.per_capita_levy == 0:
        found["per_capita_levy"] = "所得割があるのに均等割が0円です。証明書を確かめてください。"
    return found


def differing(one: Certificate, other: Certificate) -> list[str]:
    """The items in which two keyings differ, in words; never the values."""
    mine, theirs = asdict(one), asdict(other)
    return [word for item, word in ITEM_WORDS.items() if mine[item] != theirs[item]]
