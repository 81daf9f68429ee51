"""令和3年度 住民税非課税世帯等に対する臨時特別給付金, class ア: all members not taxed (PIA I.1②)."""

from __future__ import annotations

from datetime import date
from typing import Final

from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.tax_status import TaxStatus

R3_NONTAXABLE: Final = Programme(
    code="r3-nontaxable",
    edition="2022-02-01",
    number=101,
    name="住民税非課税世帯等に対する臨時特別給付金",
    amount=100_000,
    base_date=date(2021, 12, 10),
    tax_year=2021,
    tax_date=date(2021, 1, 1),
    moved_in_from=date(2021, 1, 2),
    adult_age=18,
    exempt=frozenset({TaxStatus.EXEMPT, TaxStatus.WAIVED}),
    letters_from=date(2022, 2, 14),
    accepts_from=date(2022, 2, 14),
    deadline=date(2022, 9, 30),
    transfer_on=date(2022, 10, 28),
    sources={
        "amount": "コロナ克服・新時代開拓のための経済対策（令和3年11月19日閣議決定）; facts/benefit.md §1.1",
        "base_date": "PIA I.1② (1) 令和3年12月10日",
        "tax_year": "PIA I.1② (1) ア 令和3年度分の市町村民税均等割",
        "tax_date": "地方税法318条（賦課期日 1月1日）",
        "moved_in_from": "PIA I.1② (2), II.2③ 令和3年1月2日以降に転入",
        "adult_age": "issue: no record and under 18 on 2021-01-01; age by 年齢計算ニ関スル法律",
        "exempt": "大阪市支給要綱3条（条例による免除を含む）; facts/benefit.md §1.1",
        "letters_from": "Yokohama: 確認書 mailed from 2022-02-14; facts/benefit.md §1.4",
        "deadline": "Yokohama: 2022-09-30 必着; facts/benefit.md §1.4",
        "transfer_on": "a bank business day after the deadline; this reference city's choice",
    },
)
"""The programme of the PIA."""
