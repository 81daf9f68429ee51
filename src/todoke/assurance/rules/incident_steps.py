"""事故発生時手順: the steps after a leak, their deadlines and the law, counted from the day on which the city knew.

個人情報の保護に関する法律68条、同法施行規則43条 (報告する事態: 行政機関等では本人が100人を超えるもの)・44条 (速報は知った後速やかに＝おおむね
3〜5日以内、確報は30日以内、不正の目的のおそれがあるときは60日以内)。特定個人情報は番号法29条の4と、同条に基づく漏えい等の報告の規則 (平成27年
特定個人情報保護委員会規則第5号) 2条・3条 (同じ日数; 不正の目的でも、ここでは短い30日を採る)。What was checked where: docs/law.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from todoke.kernel.clock import JAPAN

NUMBERS, SENSITIVE, PROPERTY, WRONGFUL, MANY, OTHER = (
    "numbers",
    "sensitive",
    "property",
    "wrongful",
    "many",
    "other",
)
_REPORTED: Final = frozenset({NUMBERS, SENSITIVE, PROPERTY, WRONGFUL, MANY})
_LAW: Final = "個人情報の保護に関する法律68条1項"
_NUMBERS_LAW: Final = "番号法29条の4第1項"


@dataclass(frozen=True, kw_only=True)
class StepRule:
    """One step. `days`: its deadline from the day of knowledge; 0: at once, the same day; None: no fixed day."""

    key: str
    title: str
    what: str
    law: str
    days: int | None

    def due(self, detected_at: datetime) -> datetime | None:
        """When it must be done at the latest; None without a fixed day. The day of knowledge is the first, so the end of the last
        one is meant; what is to be done at once is late a day later."""
        if not self.days:
            return None if self.days is None else detected_at + timedelta(days=1)
        known_on = detected_at.astimezone(JAPAN).date()
        return datetime.combine(known_on + timedelta(days=self.days - 1), time(23, 59), tzinfo=JAPAN)


def steps_of(kind: str) -> tuple[StepRule, ...]:
    """The steps of an incident of this kind, in their order."""
    law = _NUMBERS_LAW if kind == NUMBERS else _LAW
    report = (
        StepRule(
            key="first_report",
            title="個人情報保護委員会への速報",
            what="概要、個人データの項目、本人の数、原因、二次被害のおそれ、本人への対応、公表、再発防止策のうち、わかっていることを報告します。",
            law=f"{law}、施行規則（知った後速やかに: おおむね3〜5日以内）",
            days=5,
        ),
        StepRule(
            key="notify_persons",
            title="本人への通知",
            what="本人に、概要、情報の項目、原因、二次被害のおそれとその内容を、わかりやすい方法で知らせます。知らせるのが困難なときは公表します。",
            law=f"{law.replace('1項', '2項')}（状況に応じて速やかに）",
            days=None,
        ),
        StepRule(
            key="final_report",
            title="個人情報保護委員会への確報",
            what="速報の項目のすべてを報告します。",
            law=f"{law}、施行規則（{_final(kind)}日以内）",
            days=_final(kind),
        ),
    )
    return (*_FIRST, *(report if kind in _REPORTED else ()), *_LAST)


def _final(kind: str) -> int:
    return 60 if kind == WRONGFUL else 30


_FIRST: Final = (
    StepRule(
        key="contain",
        title="被害の拡大の防止",
        what="流出した情報の回収、利用の停止（職員ID・端末・出力ファイル）、発送の停止を行います。",
        law="番号法12条",
        days=0,
    ),
    StepRule(
        key="tell_inside",
        title="所属長・保護責任者への報告",
        what="所属長、総括保護管理者、市民局市民情報課に知らせ、体制を決めます。委託先で起きたときは、委託先からの報告を受け取ります。",
        law="個人情報取扱特記事項（事故発生時等における報告）",
        days=0,
    ),
    StepRule(
        key="find_out",
        title="事実関係の調査と原因の究明",
        what="操作の記録で、誰がいつ何をしたか、影響する本人を確かめます。記録の検証の結果を添えます。",
        law="番号法12条",
        days=None,
    ),
)
_LAST: Final = (
    StepRule(
        key="announce",
        title="公表",
        what="内容、件数、原因、再発防止策を公表します。個人がわかることは書きません。",
        law="市の事故対応の手順",
        days=None,
    ),
    StepRule(
        key="prevent",
        title="再発防止策の決定",
        what="再発防止策と、それに当たる評価書の措置を記録します。評価書の変更が要るかを判断します。",
        law="番号法12条",
        days=None,
    ),
)
