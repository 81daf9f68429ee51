"""家計急変世帯 (class イ of the R3 benefit): equivalent to not taxed by one month's income (facts/benefit.md §1.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from todoke.systems.benefits.rules.articles.members import (
    Article3IncomeOverLimit,
    Article3StatusUnknown,
    Article3TaxedMember,
    Article3TreatyExempt,
)
from todoke.systems.benefits.rules.articles.units import (
    Article3DependantsOnly,
    Article3EarlierRound,
    Article3Eligible,
    Article3FormerHead,
    Article3NotApplied,
    Article3NotInJapan,
    Article4OncePerHousehold,
)
from todoke.systems.benefits.rules.deciding.push import APPLY_ONLY, Route
from todoke.systems.benefits.rules.hardship import conditions as hardship
from todoke.systems.benefits.rules.programme import EarlierRound, Hardship, Register, Standing
from todoke.systems.benefits.rules.programmes.r3_nontaxable import R3_NONTAXABLE
from todoke.systems.benefits.rules.tax import limits
from todoke.systems.benefits.rules.tax.income import SalaryMethod
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

_GRADE = 1
_TEST = Hardship(
    months=(202101, 202209),
    factor=12,
    incomes=hardship.INCOMES,
    grade=_GRADE,
    limits_year=2021,
    limits=limits.per_capita(_GRADE, 2021),
    salary=SalaryMethod.SIMPLE,
)

R3_HARDSHIP: Final = replace(
    R3_NONTAXABLE,
    code="r3-hardship",
    edition="2022-02-01",
    number=108,
    name="住民税非課税世帯等に対する臨時特別給付金（家計急変世帯）",
    register=Register.LATEST,
    in_japan_on=date(2021, 12, 10),
    exempt=R3_NONTAXABLE.exempt | {TaxStatus.EQUIVALENT},
    rules=(
        Article3NotApplied,
        Article3IncomeOverLimit,
        Article3TaxedMember,
        Article3TreatyExempt,
        Article3StatusUnknown,
        Article3DependantsOnly,
        Article3NotInJapan,
        Article3EarlierRound,
        Article3FormerHead,
        Article4OncePerHousehold,
        Article3Eligible,
    ),
    earlier=(EarlierRound(programme="r3-nontaxable", standings=frozenset({Standing.PAID})),),
    hardship=_TEST,
    figures=hardship.ITEMS,
    push=APPLY_ONLY,
    documents=(
        (Route.APPLICATION, "本人確認書類の写し"),
        (Route.APPLICATION, "振込先口座を確認できる書類の写し"),
        (Route.APPLICATION, "簡易な収入（所得）見込額の申立書"),
        (Route.APPLICATION, "申し立てた月の収入が分かる書類の写し（給与明細など）"),
    ),
    sources={
        **R3_NONTAXABLE.sources,
        "register": "広報よこはま（申請日に住民登録のある市区町村へ申請）; facts/benefit.md §1.2",
        "in_japan_on": "Yokohama: 令和3年12月10日に国内のいずれかに登録; facts/benefit.md §1.2",
        "earlier": "hamasikyo21.org・大阪市（ア と イ の両方は不可）; facts/benefit.md §1.2",
        "hardship": "Yokohama kakeikyuhen（任意の1か月×12、収入で超えれば所得で再判定、1人ごと）; 給与は速算式（表の印字値 [K]）; facts/benefit.md §1.2, §6",
        "exempt": "均等割非課税相当を含む; PIA I.1② (1) イ",
        "push": "申請による; facts/benefit.md §1.2",
    },
)
"""Months from January 2021; the edition in force until 2022-05-31."""

R3_HARDSHIP_FROM_JUNE: Final = replace(
    R3_HARDSHIP,
    edition="2022-06-01",
    hardship=replace(_TEST, months=(202201, 202209)),
    sources={
        **R3_HARDSHIP.sources,
        "hardship": "令和4年6月1日以降は令和4年1月以降の月に限る（osaka-hikazeikyufu.jp/r40601）; facts/benefit.md §1.2",
    },
)
"""Only months from January 2022 count for whoever applies from 2022-06-01."""
