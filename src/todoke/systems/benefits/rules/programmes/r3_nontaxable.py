"""令和3年度 住民税非課税世帯等に対する臨時特別給付金, class ア: all members not taxed (PIA I.1②), and its R4 extension."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from todoke.systems.benefits.rules.articles.amounts import Article4FlatAmount
from todoke.systems.benefits.rules.articles.forming import FORMING
from todoke.systems.benefits.rules.articles.members import (
    Article3StatusUnknown,
    Article3TaxedMember,
    Article3TreatyExempt,
)
from todoke.systems.benefits.rules.articles.units import (
    Article3DependantsOnly,
    Article3EarlierRound,
    Article3Eligible,
    Article3FormerHead,
    Article3NotInJapan,
    Article4OncePerHousehold,
    Article5SoleMemberDied,
)
from todoke.systems.benefits.rules.deciding.push import Route
from todoke.systems.benefits.rules.programme import EarlierRound, Programme, Standing
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

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
    forming=FORMING,
    rules=(
        Article3TaxedMember,
        Article3TreatyExempt,
        Article3StatusUnknown,
        Article3DependantsOnly,
        Article4OncePerHousehold,
        Article5SoleMemberDied,
        Article3Eligible,
    ),
    amounts=(Article4FlatAmount,),
    documents=(
        (Route.CONFIRMATION, "本人確認書類の写し"),
        (Route.CONFIRMATION, "振込先口座を確認できる書類の写し"),
        (Route.APPLICATION, "本人確認書類の写し"),
        (Route.APPLICATION, "振込先口座を確認できる書類の写し"),
        (Route.APPLICATION, "令和3年1月1日の住所地の非課税証明書（照会で確認できないとき）"),
    ),
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
        "push": "Yokohama FAQ 2022-04-01（転入者は申請書（転入用））; facts/benefit.md §1.1",
        "documents": "facts/benefit.md §1.4, §2; 証明書の扱いは市の判断",
        "letters_from": "Yokohama: 確認書 mailed from 2022-02-14; facts/benefit.md §1.4",
        "deadline": "Yokohama: 2022-09-30 必着; facts/benefit.md §1.4",
        "transfer_on": "a bank business day after the deadline; this reference city's choice",
    },
)
"""The programme of the PIA."""

R4_EXTENSION: Final = replace(
    R3_NONTAXABLE,
    code="r4-extension",
    edition="2022-07-01",
    number=102,
    name="住民税非課税世帯等に対する臨時特別給付金（令和4年度新規非課税世帯）",
    base_date=date(2022, 6, 1),
    in_japan_on=date(2021, 12, 10),
    tax_year=2022,
    tax_date=date(2022, 1, 1),
    moved_in_from=date(2022, 1, 2),
    rules=(
        Article3TaxedMember,
        Article3TreatyExempt,
        Article3StatusUnknown,
        Article3DependantsOnly,
        Article3NotInJapan,
        Article3EarlierRound,
        Article3FormerHead,
        Article4OncePerHousehold,
        Article5SoleMemberDied,
        Article3Eligible,
    ),
    earlier=(
        EarlierRound(programme="r3-nontaxable", standings=frozenset(Standing)),
        EarlierRound(programme="r3-hardship", standings=frozenset({Standing.PAID})),
    ),
    letters_from=date(2022, 7, 15),
    accepts_from=date(2022, 7, 15),
    sources={
        "amount": "臨時特別給付金と同じ; facts/benefit.md §1.3, §1.4",
        "base_date": "Yokohama・大阪市: 令和4年6月1日; facts/benefit.md §1.3",
        "in_japan_on": "大阪市 FAQ: 令和3年12月10日に国内のいずれかの市区町村; facts/benefit.md §1.3",
        "tax_year": "令和4年度分; facts/benefit.md §1.3",
        "tax_date": "地方税法318条（賦課期日 1月1日）",
        "moved_in_from": "令和4年1月2日以降の転入者は市に課税記録がない",
        "adult_age": R3_NONTAXABLE.sources["adult_age"],
        "exempt": R3_NONTAXABLE.sources["exempt"],
        "earlier": "大阪市 FAQ・Yokohama（未申請・辞退を含み、元の世帯主を含む世帯も除く）; facts/benefit.md §1.3",
        "push": "Yokohama 20220606143409200.html（転入者は様式をダウンロード）; facts/benefit.md §1.3",
        "letters_from": "Yokohama: letters from 2022-07-15; facts/benefit.md §1.3",
        "deadline": "Yokohama: 2022-09-30; facts/benefit.md §1.4",
        "transfer_on": R3_NONTAXABLE.sources["transfer_on"],
    },
)
"""令和4年度に新たに非課税となった世帯."""
