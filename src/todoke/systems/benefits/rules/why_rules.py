"""The rules of 住民税非課税世帯 benefits as conditions to be met, in the order in which the engine applies them.

Each is named after its article. Sources: PIA I.1②; facts/benefit.md §1.1.
"""

from __future__ import annotations

from typing import Final

from todoke.kernel.clock import wareki
from todoke.systems.benefits.rules import why_values
from todoke.systems.benefits.rules.outcome import Reason
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.tax_status import TaxStatus
from todoke.systems.benefits.rules.why import Household, Rule, Value, Verdict

Looked = tuple[Verdict, str, list[Value]]


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


RULES: Final = (
    Rule(
        reason=Reason.TAXED,
        condition="世帯の全員が、住民税（均等割・所得割）を課税されていないこと",
        article="PIA I.1② (1) ア、地方税法294条・295条",
        look=_taxed,
    ),
    Rule(
        reason=Reason.TREATY,
        condition="租税条約により住民税を免除されている人がいないこと",
        article="租税条約等実施特例法、支給要領（支給対象者の除外）",
        look=_treaty,
    ),
    Rule(
        reason=Reason.UNKNOWN,
        condition="世帯の全員の課税の状態が分かっていること",
        article="PIA I.1② (2)、地方税法317条の2（申告）",
        look=_unknown,
    ),
    Rule(
        reason=Reason.DEPENDANTS_ONLY,
        condition="課税されている人の扶養親族等だけの世帯でないこと",
        article="支給要領（支給対象者の除外）、地方税法292条1項9号",
        look=_dependants_only,
    ),
    Rule(
        reason=Reason.PAID,
        condition="この事業の給付金をまだ受けていないこと",
        article="支給要領（1世帯1回限り）",
        look=_paid,
    ),
    Rule(
        reason=Reason.DIED,
        condition="受け取る人がいること（一人世帯の方が申請の前に亡くなっていないこと）",
        article="支給要領（受給権者）、民法882条",
        look=_died,
    ),
)
"""Every reason but EXEMPT, which is what remains when all are met."""
