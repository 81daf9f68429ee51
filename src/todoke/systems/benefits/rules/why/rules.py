"""What each rule of a benefit (rules/articles) is shown with: the condition to be met, and the values that speak for or against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from todoke.kernel.clock import wareki
from todoke.systems.benefits.rules.articles import members, units
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.rule import DecidingRule
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus
from todoke.systems.benefits.rules.why import values as why_values
from todoke.systems.benefits.rules.why.explained import Household, Look, Looked, Value, Verdict
from todoke.systems.benefits.rules.why.lists import LOOKS_AT_LISTS


def _taxed(household: Household, programme: Programme) -> Looked:
    taxed = [m for m in household.members if m.status.taxed and m.status not in programme.exempt]
    if taxed:
        return (
            Verdict.NOT_MET,
            f"課税されている人が{len(taxed)}人います。",
            why_values.of_statuses(household, taxed),
        )
    if household.unknown:
        return Verdict.OPEN, f"課税の状態が分からない人が{len(household.unknown)}人います。", []
    return Verdict.MET, "課税されている人はいません。", why_values.of_statuses(household, household.members)


def _treaty(household: Household, programme: Programme) -> Looked:
    exempt = [m for m in household.members if m.status is TaxStatus.TREATY]
    if exempt and TaxStatus.TREATY not in programme.exempt:
        return (
            Verdict.NOT_MET,
            f"租税条約により免除されている人が{len(exempt)}人います。",
            why_values.of_statuses(household, exempt),
        )
    if household.unknown:
        return Verdict.OPEN, f"課税の状態が分からない人が{len(household.unknown)}人います。", []
    return Verdict.MET, "租税条約により免除されている人はいません。", []


def _unknown(household: Household, programme: Programme) -> Looked:
    unknown = [m for m in household.unknown if m.status not in programme.exempt]
    if unknown:
        sentence = (
            f"課税の状態が分からない人が{len(unknown)}人います。分からないことは、非課税ではありません。"
        )
        return Verdict.OPEN, sentence, why_values.of_statuses(household, unknown)
    return Verdict.MET, "全員の課税の状態が分かっています。", []


def _dependants_only(household: Household, programme: Programme) -> Looked:
    values = [value for member in household.members for value in why_values.of_dependant(household, member)]
    dependants = [m for m in household.members if m.dependant]
    if len(dependants) < len(household.members):
        return Verdict.MET, "扶養親族等でない人が世帯にいます。", values
    if all(member.supporter_taxed for member in dependants):
        return Verdict.NOT_MET, "全員が、課税されている人の扶養親族等です。", values
    if any(member.supporter_taxed is None for member in dependants):
        return Verdict.MET, "扶養している人の課税が市では分からないため、確認書の申出で確かめます。", values
    return Verdict.MET, "課税されていない人の扶養親族等がいます。", values


def _paid(household: Household, programme: Programme) -> Looked:
    shown = "支給の記録あり" if household.paid else "支給の記録なし"
    value = Value(whom="", item="この事業の支給", shown=shown, origin=household.origins.payments)
    if household.paid:
        return Verdict.NOT_MET, "この世帯には支給が済んでいます。", [value]
    return Verdict.MET, "この世帯への支給はまだありません。", [value]


def _died(household: Household, programme: Programme) -> Looked:
    alone = household.members[0] if len(household.members) == 1 else None
    if alone is None or alone.left_reason != "死亡":
        return Verdict.MET, "受け取る人がいます。", []
    died = wareki(alone.left_on) if alone.left_on else "日付の記録なし"
    applied = wareki(household.applied_on) if household.applied_on else "受付なし"
    values = [
        Value(whom=alone.title, item="死亡日", shown=died, origin=household.origins.latest),
        Value(whom="", item="確認書の受付", shown=applied, origin=household.origins.forms),
    ]
    if household.applied_on and alone.left_on and household.applied_on <= alone.left_on:
        return Verdict.MET, "亡くなる前に確認書を受け付けています。", values
    return Verdict.NOT_MET, "一人世帯の方が、申請の前に亡くなっています。", values


def _not_applied(household: Household, programme: Programme) -> Looked:
    applied = wareki(household.applied_on) if household.applied_on else "受付なし"
    value = Value(whom="", item="申請書の受付", shown=applied, origin=household.origins.forms)
    if household.applied_on is None:
        return Verdict.NOT_MET, "申請書をまだ受け付けていません。", [value]
    return Verdict.MET, "申請書を受け付けています。", [value]


def _all_exempt(household: Household, programme: Programme) -> Looked:
    if any(member.status is TaxStatus.PER_CAPITA_ONLY for member in household.members):
        return (
            Verdict.MET,
            "均等割だけを課税されている人がいます。",
            why_values.of_statuses(household, household.members),
        )
    if household.unknown:
        return Verdict.OPEN, f"課税の状態が分からない人が{len(household.unknown)}人います。", []
    return (
        Verdict.NOT_MET,
        "均等割だけを課税されている人がいません。",
        why_values.of_statuses(household, household.members),
    )


LOOKS: Final[Mapping[type[DecidingRule], Look]] = {
    members.Article3TaxedMember: Look(
        condition="この給付金で認めない住民税を課税されている人がいないこと", at=_taxed
    ),
    members.Article3TreatyExempt: Look(
        condition="租税条約により住民税を免除されている人がいないこと", at=_treaty
    ),
    members.Article3StatusUnknown: Look(condition="世帯の全員の課税の状態が分かっていること", at=_unknown),
    units.Article3DependantsOnly: Look(
        condition="課税されている人の扶養親族等だけの世帯でないこと", at=_dependants_only
    ),
    units.Article3NotApplied: Look(condition="申請書を受け付けていること", at=_not_applied),
    units.Article3AllExempt: Look(condition="均等割だけを課税されている人がいること", at=_all_exempt),
    units.Article4OncePerHousehold: Look(condition="この事業の給付金をまだ受けていないこと", at=_paid),
    units.Article5SoleMemberDied: Look(
        condition="受け取る人がいること（一人世帯の人が申請の前に亡くなっていないこと）", at=_died
    ),
    **LOOKS_AT_LISTS,
}
"""Rules that read what the household page knows; every other one is taken from the decision's own record."""
