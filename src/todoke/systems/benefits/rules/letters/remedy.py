"""教示: what a decision letter says about disputing it, by the legal nature of the benefit.

The benefits here rest on a 要綱 and are gifts (贈与; Osaka and 都留 say so, facts/benefit.md §1.4): no administrative disposition, so
no 審査請求; whoever disagrees asks the office to look again. Where a city's ordinance makes the decision a disposition, the letter
must name review, court and periods (行政不服審査法18条・82条, 行政事件訴訟法14条・46条).
"""

from __future__ import annotations

from enum import StrEnum


class LegalNature(StrEnum):
    """What the decision is in law; each city's own legal section says which."""

    GIFT = "gift"  # 要綱に基づく贈与
    DISPOSITION = "disposition"  # 条例・法律に基づく処分


def of_claim(nature: LegalNature, city: str) -> list[str]:
    """The paragraphs below a claim of money back: of a gift it is 不当利得 (民法703条・704条), which only a court can decide."""
    if nature is LegalNature.DISPOSITION:
        return instruction(nature, city)
    return [
        f"この請求は、{city}が民法に基づいて、お支払いする理由のなかった給付金（不当利得）を返していただくものです。行政不服審査法の"
        "「処分」に当たらないため、審査請求の対象になりません。",
        "内容に誤りがあると思われるときや、納得できないときは、期限までに下の問い合わせ先にお申し出ください。資料をもう一度確かめて、"
        "結果をお答えします。",
    ]


def of_ruling(city: str) -> list[str]:
    """The paragraph below a 裁決 (行政事件訴訟法14条)."""
    return [
        f"この裁決のもとになった決定に不服があるときは、この裁決があったことを知った日の翌日から起算して6か月以内に、{city}を被告として"
        f"（{city}長が{city}を代表します）、裁判所に決定の取消しの訴えを起こすことができます（裁決の日の翌日から起算して1年を"
        "過ぎると、できなくなります）。",
    ]


def instruction(nature: LegalNature, city: str) -> list[str]:
    """The paragraphs below a decision. `city`: 見本市."""
    if nature is LegalNature.GIFT:
        return [
            f"この給付金は、{city}が要綱に基づいてお贈りするものです。この決定は行政不服審査法の「処分」に当たらないため、"
            "審査請求の対象になりません。",
            "内容に誤りがあると思われるときや、納得できないときは、下の問い合わせ先にお申し出ください。"
            "資料をもう一度確かめて、結果をお答えします。",
        ]
    return [
        f"この決定に不服があるときは、この決定があったことを知った日の翌日から起算して3か月以内に、{city}長に審査請求をすることが"
        "できます（決定の日の翌日から起算して1年を過ぎると、できなくなります）。",
        f"また、この決定があったことを知った日の翌日から起算して6か月以内に、{city}を被告として（{city}長が{city}を代表します）、"
        "裁判所に決定の取消しの訴えを起こすことができます（決定の日の翌日から起算して1年を過ぎると、できなくなります）。"
        "審査請求をしたときは、その裁決があったことを知った日の翌日から起算して6か月以内です。",
    ]
