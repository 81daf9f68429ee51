"""The rounds after the first: 価格高騰緊急支援 (50,000), R5 30,000 and 70,000, R5 均等割のみ 100,000, R6 30,000 (facts/benefit.md §1.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from todoke.systems.benefits.rules.articles.amounts import Article4ChildSupplement, Article4FlatAmount
from todoke.systems.benefits.rules.articles.members import (
    Article3StatusUnknown,
    Article3TaxedMember,
    Article3TreatyExempt,
)
from todoke.systems.benefits.rules.articles.units import (
    Article3AllExempt,
    Article3DependantsOnly,
    Article3Eligible,
    Article4OncePerHousehold,
    Article5SoleMemberDied,
)
from todoke.systems.benefits.rules.deciding.push import LATER_PUSH, Route
from todoke.systems.benefits.rules.programme import ChildSupplement, Programme
from todoke.systems.benefits.rules.programmes.r3_nontaxable import R3_NONTAXABLE
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

_OURS = "出典を確認できず、この見本市の設定"
_COMMON = {
    "tax_date": "地方税法318条（賦課期日 1月1日）",
    "moved_in_from": "賦課期日の翌日以降の転入者は市に課税記録がない",
    "adult_age": R3_NONTAXABLE.sources["adult_age"],
    "exempt": "大阪市支給要綱（条例による免除を含む）; facts/benefit.md §1.1",
    "push": "Yokohama 2022-11（前回を本人口座へ支給し氏名が同じなら手続不要）; facts/benefit.md §1.4",
    "documents": "facts/benefit.md §1.4, §2; 証明書の扱いは市の判断",
    "transfer_on": "期限後の銀行営業日; この見本市の設定",
}
_DOCUMENTS = (
    (Route.CONFIRMATION, "振込先口座を確認できる書類の写し（口座を変えるとき）"),
    (Route.APPLICATION, "本人確認書類の写し"),
    (Route.APPLICATION, "振込先口座を確認できる書類の写し"),
    (Route.APPLICATION, "賦課期日の住所地の非課税証明書（照会で確認できないとき）"),
)

R4_PRICE_RISE: Final = replace(
    R3_NONTAXABLE,
    code="r4-price-rise",
    edition="2022-11-01",
    number=103,
    name="電力・ガス・食料品等価格高騰緊急支援給付金",
    amount=50_000,
    base_date=date(2022, 9, 30),
    tax_year=2022,
    tax_date=date(2022, 1, 1),
    moved_in_from=date(2022, 1, 2),
    push=LATER_PUSH,
    paid_by=date(2022, 10, 19),
    documents=_DOCUMENTS,
    letters_from=date(2022, 11, 14),
    accepts_from=date(2022, 11, 15),
    deadline=date(2023, 1, 31),
    transfer_on=date(2023, 2, 28),
    sources={
        **_COMMON,
        "amount": "Yokohama kakakukotokyufu/hikazei.html: 5万円; facts/benefit.md §1.4",
        "base_date": "Yokohama: 令和4年9月30日; facts/benefit.md §1.4",
        "tax_year": "Yokohama: 令和4年度分; facts/benefit.md §1.4",
        "paid_by": "Yokohama: 10月19日までに支給; facts/benefit.md §1.4",
        "letters_from": "Yokohama: お知らせ 11月14日; facts/benefit.md §1.4",
        "accepts_from": "Yokohama: 確認書 11月15日; facts/benefit.md §1.4",
        "deadline": "Yokohama: 令和5年1月31日; facts/benefit.md §1.4",
    },
)

R5_30K: Final = replace(
    R4_PRICE_RISE,
    code="r5-30k",
    edition="2023-07-01",
    number=104,
    name="電力・ガス・食料品等価格高騰重点支援給付金（3万円）",
    amount=30_000,
    base_date=date(2023, 6, 1),
    tax_year=2023,
    tax_date=date(2023, 1, 1),
    moved_in_from=date(2023, 1, 2),
    paid_by=date(2023, 3, 31),
    letters_from=date(2023, 7, 18),
    accepts_from=date(2023, 7, 19),
    deadline=date(2023, 10, 18),
    transfer_on=date(2023, 11, 30),
    sources={
        **_COMMON,
        "amount": "Yokohama R5: 3万円; facts/benefit.md §1.4",
        "base_date": "Yokohama: 令和5年6月1日; facts/benefit.md §1.4",
        "tax_year": "Yokohama: 令和5年度分; facts/benefit.md §1.4",
        "paid_by": _OURS,
        "letters_from": "Yokohama: お知らせ 7月18日; facts/benefit.md §1.4",
        "accepts_from": "Yokohama: 7月19日から; facts/benefit.md §1.4",
        "deadline": "Yokohama: 10月18日（3か月）; facts/benefit.md §1.4",
    },
)

R5_70K: Final = replace(
    R5_30K,
    code="r5-70k",
    edition="2024-01-10",
    number=105,
    name="物価高騰対応重点支援給付金（7万円）",
    amount=70_000,
    base_date=date(2023, 12, 1),
    paid_by=date(2023, 11, 30),
    letters_from=date(2024, 1, 22),
    accepts_from=date(2024, 1, 23),
    deadline=date(2024, 4, 22),
    transfer_on=date(2024, 5, 31),
    sources={
        **_COMMON,
        "amount": "Yokohama R5: 7万円（shirai-masako.jp/5951）; facts/benefit.md §1.4",
        "base_date": "Yokohama: 令和5年12月1日; facts/benefit.md §1.4",
        "tax_year": "Yokohama: 令和5年度分; facts/benefit.md §1.4",
        "paid_by": _OURS,
        "letters_from": _OURS,
        "accepts_from": _OURS,
        "deadline": f"{_OURS}（発送から3か月）",
    },
)

R5_PER_CAPITA: Final = replace(
    R5_70K,
    code="r5-per-capita-100k",
    edition="2024-02-01",
    number=106,
    name="物価高騰対応重点支援給付金（均等割のみ課税世帯・10万円）",
    amount=100_000,
    child=ChildSupplement(amount=50_000, born_from=date(2005, 4, 2), newborn_until=date(2024, 5, 31)),
    exempt=R3_NONTAXABLE.exempt | {TaxStatus.PER_CAPITA_ONLY},
    rules=(
        Article3TaxedMember,
        Article3TreatyExempt,
        Article3StatusUnknown,
        Article3AllExempt,
        Article3DependantsOnly,
        Article4OncePerHousehold,
        Article5SoleMemberDied,
        Article3Eligible,
    ),
    amounts=(Article4FlatAmount, Article4ChildSupplement),
    letters_from=date(2024, 2, 26),
    accepts_from=date(2024, 2, 27),
    deadline=date(2024, 5, 31),
    transfer_on=date(2024, 6, 28),
    sources={
        **_COMMON,
        "amount": "Yokohama R5: 10万円; facts/benefit.md §1.4",
        "child": "Yokohama R5: 児童1人5万円、平成17年4月2日以降に生まれた児童、新生児を含む; facts/benefit.md §1.4",
        "base_date": "Yokohama: 令和5年12月1日; facts/benefit.md §1.4",
        "tax_year": "Yokohama: 令和5年度分; facts/benefit.md §1.4",
        "exempt": "Yokohama R5: 全員が均等割のみ課税、または非課税との混在; facts/benefit.md §1.4",
        "paid_by": _OURS,
        "letters_from": _OURS,
        "accepts_from": _OURS,
        "deadline": _OURS,
    },
)

R6_30K: Final = replace(
    R4_PRICE_RISE,
    code="r6-30k",
    edition="2025-02-01",
    number=107,
    name="令和6年度住民税非課税世帯への給付金（3万円・こども加算2万円）",
    amount=30_000,
    child=ChildSupplement(amount=20_000, born_from=date(2006, 4, 2), newborn_until=date(2025, 5, 30)),
    base_date=date(2024, 12, 13),
    tax_year=2024,
    tax_date=date(2024, 1, 1),
    moved_in_from=date(2024, 1, 2),
    amounts=(Article4FlatAmount, Article4ChildSupplement),
    paid_by=date(2024, 12, 27),
    letters_from=date(2025, 2, 12),
    accepts_from=date(2025, 2, 12),
    deadline=date(2025, 5, 30),
    transfer_on=date(2025, 6, 30),
    sources={
        **_COMMON,
        "amount": "Yokohama R6-3man-annai: 3万円; facts/benefit.md §1.4",
        "child": "Yokohama: 児童1人2万円、平成18年4月2日以降、新生児は令和7年5月30日まで; facts/benefit.md §1.4",
        "base_date": "Yokohama: 令和6年12月13日; facts/benefit.md §1.4",
        "tax_year": "Yokohama: 令和6年度分; facts/benefit.md §1.4",
        "paid_by": _OURS,
        "letters_from": "Yokohama: 令和7年2月12日; facts/benefit.md §1.4",
        "deadline": "Yokohama: 令和7年5月30日必着; facts/benefit.md §1.4",
    },
)

LATER_ROUNDS: tuple[Programme, ...] = (R4_PRICE_RISE, R5_30K, R5_70K, R5_PER_CAPITA, R6_30K)
