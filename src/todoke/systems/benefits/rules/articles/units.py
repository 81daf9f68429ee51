"""支給対象者 (第3条), 支給は一度 (第4条) and 受給権者 (第5条), asked of the household as a whole."""

from __future__ import annotations

from datetime import date

from todoke.systems.benefits.rules.deciding import shortfall
from todoke.systems.benefits.rules.deciding.outcome import Reason
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.rule import UnitRule
from todoke.systems.benefits.rules.tax.tax_status import SupportedBy, TaxStatus

_R3 = date(2021, 11, 26)
ABROAD = "99999"


class Article3NotApplied(UnitRule):
    """家計急変 is paid on application only."""

    citation = "Yokohama 家計急変世帯（申請が必要）; facts/benefit.md §1.2"
    sentence = "申請がないため、判定していません。"
    valid_from = _R3
    reason = Reason.NOT_APPLIED

    @classmethod
    def when(cls, programme: Programme) -> str:
        del programme
        return "received_on IS NULL"


class Article3AllExempt(UnitRule):
    """均等割のみ課税世帯: a household without anybody who pays 均等割 belongs to the benefit for 非課税世帯."""

    citation = "Yokohama R5 10万円（均等割のみ課税の者、または非課税の者との混在）; facts/benefit.md §1.4"
    sentence = "世帯の全員が非課税のため、非課税世帯への給付金の対象です（この給付金の対象にはなりません）。"
    valid_from = date(2023, 12, 1)
    reason = Reason.ALL_EXEMPT

    @classmethod
    def facts(cls, programme: Programme) -> dict[str, str]:
        del programme
        return {"per_capita_inside": f"bool_or(status = '{TaxStatus.PER_CAPITA_ONLY.value}')"}

    @classmethod
    def when(cls, programme: Programme) -> str:
        del programme
        return "NOT per_capita_inside"


class Article3DependantsOnly(UnitRule):
    """Wherever the supporters live; one member who is nobody's dependant is enough to be eligible."""

    citation = (
        "Yokohama R5 3万円・7万円・R6（課税者の扶養親族等のみからなる世帯を除く）; facts/benefit.md §1.1"
    )
    sentence = "世帯の全員が、住民税が課税されている方の扶養親族等であるため、対象になりません。"
    valid_from = _R3
    reason = Reason.DEPENDANTS_ONLY

    @classmethod
    def facts(cls, programme: Programme) -> dict[str, str]:
        del programme
        return {"dependants_only": f"min(supported_by) = {SupportedBy.TAXED.value}"}

    @classmethod
    def when(cls, programme: Programme) -> str:
        del programme
        return "dependants_only"


class Article3NotInJapan(UnitRule):
    """A second base date in another role: somebody of the household was in the register of any municipality then."""

    citation = (
        "大阪市・横浜市 R4拡充（令和3年12月10日に国内のいずれかの市区町村に登録）; facts/benefit.md §1.3"
    )
    sentence = "定められた日に、国内のどの市区町村にも住民登録のあった方がいないため、対象になりません。"
    valid_from = _R3
    reason = Reason.NOT_IN_JAPAN

    @classmethod
    def facts(cls, programme: Programme) -> dict[str, str]:
        if programme.in_japan_on is None:
            return {}
        day = f"DATE '{programme.in_japan_on}'"
        came = f"COALESCE(moved_in_on > {day} AND previous_municipality = '{ABROAD}', false)"
        return {"in_japan": f"bool_or(birth_date <= {day} AND NOT {came})"}

    @classmethod
    def when(cls, programme: Programme) -> str:
        return "NOT in_japan" if programme.in_japan_on else "false"


class Article3EarlierRound(UnitRule):
    """The same household, paid or (where the programme says so) a target that never applied or declined."""

    citation = "大阪市 FAQ・横浜市 R4拡充（未申請・辞退を含む）; facts/benefit.md §1.3"
    sentence = "先に行われた給付金の対象だった世帯のため、対象になりません。"
    valid_from = _R3
    reason = Reason.EARLIER_ROUND

    @classmethod
    def when(cls, programme: Programme) -> str:
        del programme
        return "earlier_round"


class Article3FormerHead(UnitRule):
    """A household split off is not a second household."""

    citation = "大阪市 FAQ・横浜市 R4拡充（対象世帯の世帯主であった者を含む世帯）; facts/benefit.md §1.3"
    sentence = "先に行われた給付金の対象世帯の世帯主だった方が世帯にいるため、対象になりません。"
    valid_from = _R3
    reason = Reason.FORMER_HEAD

    @classmethod
    def facts(cls, programme: Programme) -> dict[str, str]:
        del programme
        return {"former_head_inside": "bool_or(former_head)"}

    @classmethod
    def when(cls, programme: Programme) -> str:
        del programme
        return "former_head_inside"


class Article3NoShortfall(UnitRule):
    """調整給付: nothing is left over."""

    citation = "調整給付（定額減税しきれない額）; facts/benefit.md §1.4"
    sentence = "定額減税の全額が税額から差し引かれるため、対象になりません。"
    valid_from = date(2024, 6, 1)
    reason = Reason.NO_SHORTFALL

    @classmethod
    def facts(cls, programme: Programme) -> dict[str, str]:
        del programme
        return {"shortfall": f"max({shortfall.yen()})"}

    @classmethod
    def when(cls, programme: Programme) -> str:
        del programme
        return "COALESCE(shortfall, 0) = 0"


class Article4OncePerHousehold(UnitRule):
    """Once paid, a household and its protected part stay paid, also when the protection ends and they are one again."""

    citation = "支給要綱4条（1世帯1回限り）; facts/benefit.md §1.1"
    sentence = "この給付金はすでに支給されています。"
    valid_from = _R3
    reason = Reason.PAID

    @classmethod
    def when(cls, programme: Programme) -> str:
        del programme
        return "paid_before"


class Article5SoleMemberDied(UnitRule):
    """Nobody is left who could be entitled, unless the form came on the day of death or before."""

    citation = "支給要綱5条（受給権者の死亡; 2020年の国の取扱い）; facts/benefit.md §1.4"
    sentence = "お一人の世帯で、申請の前に亡くなられたため、支給できません。"
    valid_from = _R3
    reason = Reason.DIED

    @classmethod
    def facts(cls, programme: Programme) -> dict[str, str]:
        del programme
        return {"sole_member_died": "count(*) = 1 AND bool_or(died)", "died_on": "max(left_on)"}

    @classmethod
    def when(cls, programme: Programme) -> str:
        del programme
        return "sole_member_died AND NOT COALESCE(received_on <= died_on, false)"


class Article3Eligible(UnitRule):
    """Nothing stands against it: always the last rule."""

    citation = "支給要綱3条"
    sentence = "支給の要件を満たしています。"
    valid_from = _R3
    reason = Reason.EXEMPT

    @classmethod
    def when(cls, programme: Programme) -> str:
        del programme
        return "true"


UNITS = (
    Article3NotApplied,
    Article3AllExempt,
    Article3DependantsOnly,
    Article3NotInJapan,
    Article3EarlierRound,
    Article3FormerHead,
    Article3NoShortfall,
    Article4OncePerHousehold,
    Article5SoleMemberDied,
    Article3Eligible,
)
