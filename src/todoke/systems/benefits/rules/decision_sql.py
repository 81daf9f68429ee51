"""支給判定 as one SQL expression: a named step per concern, the rules of the programme in their order, the whole city at once.

Relations it reads (columns as in docs/data.md, typed; dates as DATE, flags as BOOLEAN, absent as NULL):
base, latest — residents; tax; assistance; answers(resident_code, status); paid(lineage);
applications(household_key, received_on); special(resident_code, kind);
earlier(programme, household_key, head, standing); figures(resident_code, item, value).

Only words that DuckDB and Spark SQL both know, with one meaning: no QUALIFY, no EXCLUDE, no SEMI JOIN, no list
functions of one of them; `FUNCTIONS` is the closed list, and a test reads every programme's SQL against it.
"""

from __future__ import annotations

from todoke.systems.benefits.rules.outcome import Outcome
from todoke.systems.benefits.rules.programme import Programme, Register
from todoke.systems.benefits.rules.rule import AmountRule, DecidingRule, MemberRule, UnitRule
from todoke.systems.benefits.rules.status_sql import RELATIONS, earlier_rounds, population, statuses

__all__ = ["FUNCTIONS", "RELATIONS", "households", "population", "statuses"]

FUNCTIONS = frozenset(
    [
        "array_agg",
        "array_sort",
        "bool_and",
        "bool_or",
        "any_value",
        "cast",
        "coalesce",
        "concat_ws",
        "count",
        "filter",
        "greatest",
        "max",
        "min",
        "min_by",
        "nullif",
        "row_number",
        "sum",
    ]
)
"""array_agg leaves nulls to FILTER; concat_ws joins an array; min_by takes a row as its order."""


def households(programme: Programme) -> str:
    """One row per household (or person) from the relation `status`: outcome, reason, payee, amount.

    Columns, in this order and kept so: those of models/decision.py.
    """
    parts = [_household(programme), _BEREAVED, _PAID, _APPLIED, _earlier(programme), _newborn(programme)]
    named = _named(programme)
    return f"WITH {', '.join([*parts, named, _unit(programme), _judged(programme)])}\n{_result(programme)}"


_NAMED = "named_"


def _members(programme: Programme) -> dict[str, type[MemberRule]]:
    """Column of the names → rule."""
    return {
        f"{_NAMED}{place}": rule for place, rule in enumerate(programme.rules) if issubclass(rule, MemberRule)
    }


def _named(programme: Programme) -> str:
    """Codes have one length, so sorting the texts sorts by resident."""
    rules = _members(programme)
    if not rules:
        return "named AS (SELECT household_key FROM household WHERE false)"
    columns = ",\n        ".join(
        f"NULLIF(concat_ws('|', array_sort(array_agg(person) FILTER (WHERE {rule.when(programme)}))), '') AS {name}"
        for name, rule in rules.items()
    )
    any_of = " OR ".join(f"({rule.when(programme)})" for rule in rules.values())
    return f"""
named AS (
    SELECT household_key,
        {columns}
    FROM (SELECT *, resident_code || '=' || status AS person FROM status WHERE {any_of}) t
    GROUP BY household_key
)"""


def _household(programme: Programme) -> str:
    facts: dict[str, str] = {}
    for rule in (*programme.rules, *programme.amounts):
        facts |= rule.facts(programme) if issubclass(rule, UnitRule | AmountRule) else {}
    columns = "".join(f"\n        {aggregate} AS {name}," for name, aggregate in facts.items())
    return f"""
household AS (
    SELECT household_key, any_value(base_household_code) AS base_household_code, bool_or(protected) AS protected,
        CAST(count(*) AS SMALLINT) AS members,
        bool_and(dependant) AND bool_or(supporter_taxed IS NULL) AS needs_declaration,{columns}
        min_by(resident_code, (NOT is_head, birth_date, resident_code)) AS base_payee
    FROM status GROUP BY household_key
)"""


_BEREAVED = """
bereaved AS (
    SELECT household_key, min_by(died, (NOT is_head, birth_date, resident_code)) AS payee_died,
        min_by(resident_code, (died, NOT head_now, birth_date, resident_code)) AS successor
    FROM status WHERE household_key IN (SELECT household_key FROM status WHERE died) GROUP BY household_key
)"""
_PAID = """
-- Once paid, a household and its protected part stay paid, also when the protection ends and they are one again
paid_household AS (
    SELECT h.household_key FROM household h JOIN paid p ON p.lineage = h.household_key
    UNION
    SELECT h.household_key FROM household h JOIN paid p ON p.lineage = h.household_key || '-1'
    LEFT JOIN household part ON part.household_key = h.household_key || '-1' WHERE part.household_key IS NULL
)"""
_APPLIED = """
applied AS (SELECT household_key, min(received_on) AS received_on FROM applications GROUP BY household_key)"""


def _earlier(programme: Programme) -> str:
    return f"""
earlier_household AS (SELECT DISTINCT household_key FROM earlier WHERE {earlier_rounds(programme)})"""


def _newborn(programme: Programme) -> str:
    """Children of the newest register who could not be in the one of the base date."""
    child, days = programme.child, "false"
    if child is not None and programme.register is Register.BASE:
        first, last = programme.base_date, child.newborn_until
        days = f"left_on IS NULL AND birth_date > DATE '{first}' AND birth_date <= DATE '{last}'"
    return f"""
newborn AS (
    SELECT household_code || CASE WHEN protected THEN '-1' ELSE '' END AS household_key, count(*) AS newborns
    FROM latest WHERE {days} GROUP BY household_code || CASE WHEN protected THEN '-1' ELSE '' END
)"""


def _unit(programme: Programme) -> str:
    names = "".join(f", n.{name}" for name in _members(programme))
    return f"""
unit AS (
    SELECT h.*, b.payee_died, b.successor, f.received_on, p.household_key IS NOT NULL AS paid_before,
        e.household_key IS NOT NULL AS earlier_round, COALESCE(w.newborns, 0) AS newborns{names}
    FROM household h
    LEFT JOIN named n USING (household_key)
    LEFT JOIN applied f USING (household_key)
    LEFT JOIN bereaved b USING (household_key)
    LEFT JOIN paid_household p USING (household_key)
    LEFT JOIN earlier_household e USING (household_key)
    LEFT JOIN newborn w USING (household_key)
)"""


def _judged(programme: Programme) -> str:
    """The first rule that applies, by its place in the list."""
    named = _members(programme)
    names = {rule: name for name, rule in named.items()}
    cases = "\n        ".join(
        f"WHEN {_applies(rule, programme, names)} THEN {place}" for place, rule in enumerate(programme.rules)
    )
    return f"""
judged AS (
    SELECT *, CASE
        {cases}
    END AS place FROM unit
)"""


def _applies(rule: type[DecidingRule], programme: Programme, names: dict[type[MemberRule], str]) -> str:
    return f"{names[rule]} IS NOT NULL" if issubclass(rule, MemberRule) else rule.when(programme)


def _result(programme: Programme) -> str:
    rules = list(enumerate(programme.rules))
    reason = " ".join(f"WHEN {place} THEN '{rule.reason}'" for place, rule in rules)
    outcome = " ".join(f"WHEN {place} THEN '{rule.reason.outcome}'" for place, rule in rules)
    named = " ".join(f"WHEN {name.removeprefix(_NAMED)} THEN {name}" for name in _members(programme))
    yen = " + ".join(rule.yen(programme) for rule in programme.amounts)
    paid = " ".join(f"WHEN {n} THEN {yen}" for n, rule in rules if rule.reason.outcome is Outcome.ELIGIBLE)
    return f"""
SELECT household_key, base_household_code,
    CASE WHEN payee_died THEN successor ELSE base_payee END AS payee_resident_code,
    CASE place {outcome} END AS outcome,
    CASE place {reason} END AS reason_code,
    concat_ws(':', CASE place {reason} END{f", CASE place {named} END" if named else ""}) AS reasons,
    members, needs_declaration, protected,
    CAST(CASE place {paid} ELSE 0 END AS BIGINT) AS amount_yen
FROM judged
"""
