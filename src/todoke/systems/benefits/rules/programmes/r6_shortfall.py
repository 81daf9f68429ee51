"""調整給付 2024: a scheme per person, with the same engine (facts/benefit.md §1.4; the formula is [K])."""

from __future__ import annotations

from datetime import date
from typing import Final

from todoke.systems.benefits.rules.articles.amounts import Article4Shortfall
from todoke.systems.benefits.rules.articles.members import Article3FiguresMissing
from todoke.systems.benefits.rules.articles.units import (
    Article3Eligible,
    Article3NoShortfall,
    Article4OncePerHousehold,
    Article5SoleMemberDied,
)
from todoke.systems.benefits.rules.deciding import shortfall
from todoke.systems.benefits.rules.deciding.push import LATER_PUSH, Route
from todoke.systems.benefits.rules.programme import Programme, Unit
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

R6_SHORTFALL: Final = Programme(
    code="r6-shortfall",
    edition="2024-07-01",
    number=109,
    name="定額減税しきれないと見込まれる方への給付金（調整給付）",
    unit=Unit.PERSON,
    amount=10_000,
    base_date=date(2024, 6, 3),
    tax_year=2024,
    tax_date=date(2024, 1, 1),
    moved_in_from=date(2024, 1, 2),
    adult_age=18,
    exempt=frozenset({TaxStatus.EXEMPT, TaxStatus.WAIVED}),
    rules=(
        Article3FiguresMissing,
        Article3NoShortfall,
        Article4OncePerHousehold,
        Article5SoleMemberDied,
        Article3Eligible,
    ),
    amounts=(Article4Shortfall,),
    figures=shortfall.ITEMS,
    push=LATER_PUSH,
    paid_by=date(2024, 6, 28),
    documents=((Route.CONFIRMATION, "振込先口座を確認できる書類の写し（口座を変えるとき）"),),
    letters_from=date(2024, 7, 22),
    accepts_from=date(2024, 7, 22),
    deadline=date(2024, 10, 31),
    transfer_on=date(2024, 11, 29),
    sources={
        "amount": "端数処理の単位（1万円単位で切り上げ）; facts/benefit.md §1.4 [K]",
        "base_date": "この見本市の設定（制度は課税台帳による）",
        "tax_year": "令和6年度の所得割と令和6年分の推計所得税; facts/benefit.md §1.4",
        "tax_date": "地方税法318条（賦課期日 1月1日）",
        "push": "お知らせ・確認書・申請書; facts/benefit.md §1.4（不足額給付）",
        "deadline": "この見本市の設定",
        "transfer_on": "この見本市の設定",
    },
)
