"""支給判定 as one SQL expression: a named step per concern, the rules of the programme in their order, the whole city at once.

Relations it reads (columns as in docs/data.md, typed; dates as DATE, flags as BOOLEAN, absent as NULL):
base, latest — residents; tax; assistance; answers(resident_code, status); paid(lineage);
applications(household_key, received_on); special(resident_code, kind);
earlier(programme, household_key, head, standing); figures(resident_code, item, value);
certificates(resident_code, certified).

Only words that DuckDB and Spark SQL both know, with one meaning: no QUALIFY, no EXCLUDE, no SEMI JOIN, no list
functions of one of them; `FUNCTIONS` is the closed list, and a test reads every programme's SQL against it.
"""

from __future__ import annotations

from collections.abc import Collection

from todoke.engine.statement import Output, Statement, Step
from todoke.systems.benefits.rules.deciding.outcome import Outcome, Reason
from todoke.systems.benefits.rules.deciding.status_sql import RELATIONS, earlier_rounds, population, statuses
from todoke.systems.benefits.rules.programme import Programme, Register, Unit
from todoke.systems.benefits.rules.rule import AmountRule, DecidingRule, MemberRule, UnitRule
from todoke.systems.benefits.rules.tax.tax_status import SupportedBy, TaxStatus

__all__ = ["FUNCTIONS", "RELATIONS", "statement"]

ABSENT = {
    "answers": {"resident_code": "STRING", "status": "STRING"},
    "paid": {"lineage": "STRING"},
    "applications": {"household_key": "STRING", "received_on": "DATE"},
    "special": {"resident_code": "STRING", "kind": "STRING"},
    "earlier": {"programme": "STRING", "household_key": "STRING", "head": "STRING", "standing": "STRING"},
    "figures": {"resident_code": "STRING", "item": "STRING", "value": "BIGINT"},
    "certificates": {"resident_code": "STRING", "certified": "STRING"},
}
"""Relations that may have no file."""
SOURCES = ("livelihood_aid", "tax_record", "inquiry", "minor", "dependant", "none", "certificate")

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
        "contains",
        "count",
        "filter",
        "greatest",
        "max",
        "min",
        "min_by",
        "replace",
        "row_number",
        "split_part",
        "sum",
    ]
)
"""array_agg leaves nulls to FILTER; concat_ws joins an array; min_by takes a row as its order."""


def statement(programme: Programme, given: Collection[str] = RELATIONS) -> Statement:
    """The whole judging, for any engine. `given`: the relations that there is a file for."""
    household, decision = _household(programme), _decision(programme)
    return Statement(
        steps=(
            Step(name="population", query=population(programme, given)),
            Step(name="status", query=statuses(programme, household + _NAMED + _PAYEE, given), kept=True),
            Step(name="household", query=household, kept=True),
        ),
        outputs=(
            Output(name="persons", query=_PERSONS, key="resident_code"),
            Output(name="households", query=decision, key="household_key"),
        ),
        asked=_ASKED,
        written=_WRITTEN,
        absent=ABSENT,
        words={
            "status": tuple(TaxStatus),
            "source": SOURCES,
            "outcome": tuple(Outcome),
            "reason_code": tuple(Reason),
        },
    )


_PERSONS = "SELECT resident_code, household_key, status, source FROM status"
# Counted where they come in: a household that already has a branch number would swallow the protected part of another
_ASKED = """
SELECT count(*) AS residents, count(CASE WHEN contains(household_code, '-') THEN 1 END) AS split FROM population"""
_WRITTEN = """
SELECT (SELECT count(*) FROM persons) AS persons, count(*) AS households, COALESCE(sum(members), 0) AS members
FROM households"""


def _decision(programme: Programme) -> str:
    """One row per household (or person): outcome, reason, payee, amount.

    Columns, in this order and kept so: those of models/decision.py.
    """
    parts = [
        _NAMED,
        _PAYEE,
        _PAID,
        _APPLIED,
        _earlier(programme),
        _newborn(programme),
        _UNIT,
        _judged(programme),
    ]
    return f"WITH {', '.join(parts)}\n{_result(programme)}"


def _household(programme: Programme) -> str:
    """Counts over the members; `named_place` is the place of the rule that names some of them, if one does.

    A column costs time with every member, one of text four times as much: so there is no more than is read afterwards.
    """
    facts = {} if _coded(programme) else {"base_household_code": "any_value(base_household_code)"}
    for rule in (*programme.rules, *programme.amounts):
        facts |= rule.facts(programme) if issubclass(rule, UnitRule | AmountRule) else {}
    columns = "".join(f"\n    {aggregate} AS {name}," for name, aggregate in facts.items())
    return f"""
SELECT household_key, bool_or(protected) AS protected, CAST(count(*) AS SMALLINT) AS members,
    count(place) AS named, min(place) AS named_place,
    min(CASE WHEN place IS NOT NULL THEN resident_code END) AS first_named,
    min(CASE WHEN place IS NOT NULL THEN status END) AS first_status,
    min(supported_by) = {SupportedBy.UNKNOWN.value} AS needs_declaration,{columns}
    count(CASE WHEN is_head THEN 1 END) AS heads, min(CASE WHEN is_head THEN resident_code END) AS head,
    bool_or(died) AS bereaved
FROM status GROUP BY household_key"""


def _coded(programme: Programme) -> bool:
    """Whether `household_key` begins with the code of the household in the register (`asked` counts those with a `-`)."""
    return programme.unit is Unit.HOUSEHOLD


# Nearly always one person is named, and `household` has that one; of the others most are two, for whom least and greatest
# do. Codes have one length, so the order of the texts is that of the residents
_NAMES = """
    SELECT s.household_key, {names} AS names
    FROM (SELECT household_key, place, resident_code || '=' || status AS name FROM status WHERE place IS NOT NULL) s
    JOIN (SELECT household_key, named_place FROM household WHERE named {how_many}) h
        ON h.household_key = s.household_key AND h.named_place = s.place
    GROUP BY s.household_key"""
_TWO = _NAMES.format(
    names="min(name) || CASE WHEN count(*) > 1 THEN '|' || max(name) ELSE '' END", how_many="= 2"
)
_MORE = _NAMES.format(names="concat_ws('|', array_sort(array_agg(name)))", how_many="> 2")
_NAMED = f"""
several AS ({_TWO}
    UNION ALL{_MORE}
)"""
_PAYEE = """
-- Nearly always the one head, alive; the others are put in order
payee AS (
    SELECT s.household_key, min_by(s.died, (NOT s.is_head, s.birth_date, s.resident_code)) AS died,
        min_by(s.resident_code, (NOT s.is_head, s.birth_date, s.resident_code)) AS first_choice,
        min_by(s.resident_code, (s.died, l.resident_code IS NULL, s.birth_date, s.resident_code)) AS successor
    FROM status s LEFT JOIN (SELECT resident_code FROM latest WHERE is_head) l ON l.resident_code = s.resident_code
    WHERE s.household_key IN (SELECT household_key FROM household WHERE bereaved OR heads <> 1)
    GROUP BY s.household_key
)"""
_PAID = """
-- Once paid, a household and its protected part stay paid, also when the protection ends and they are one again
paid_household AS (
    SELECT lineage AS household_key FROM paid
    UNION
    SELECT replace(lineage, '-1', '') FROM paid
    WHERE lineage LIKE '%-1' AND lineage NOT IN (SELECT household_key FROM household WHERE protected)
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


_UNIT = """
unit AS (
    SELECT h.*, COALESCE(a.names, h.first_named || '=' || h.first_status) AS names,
        CASE WHEN y.died THEN y.successor ELSE COALESCE(y.first_choice, h.head) END AS payee_resident_code,
        f.received_on, p.household_key IS NOT NULL AS paid_before, e.household_key IS NOT NULL AS earlier_round,
        COALESCE(w.newborns, 0) AS newborns
    FROM household h
    LEFT JOIN several a ON a.household_key = h.household_key
    LEFT JOIN payee y ON y.household_key = h.household_key
    LEFT JOIN applied f ON f.household_key = h.household_key
    LEFT JOIN paid_household p ON p.household_key = h.household_key
    LEFT JOIN earlier_household e ON e.household_key = h.household_key
    LEFT JOIN newborn w ON w.household_key = h.household_key
)"""


def _judged(programme: Programme) -> str:
    """The first rule that applies, by its place in the list."""
    cases = "\n        ".join(
        f"WHEN {_applies(rule, place, programme)} THEN {place}" for place, rule in enumerate(programme.rules)
    )
    return f"""
judged AS (
    SELECT *, CASE
        {cases}
    END AS place FROM unit
)"""


def _applies(rule: type[DecidingRule], place: int, programme: Programme) -> str:
    return f"named_place = {place}" if issubclass(rule, MemberRule) else rule.when(programme)


def _result(programme: Programme) -> str:
    rules = list(enumerate(programme.rules))
    reason = " ".join(f"WHEN {place} THEN '{rule.reason}'" for place, rule in rules)
    outcome = " ".join(f"WHEN {place} THEN '{rule.reason.outcome}'" for place, rule in rules)
    base = "split_part(household_key, '-', 1)" if _coded(programme) else "base_household_code"
    yen = " + ".join(rule.yen(programme) for rule in programme.amounts)
    paid = " ".join(f"WHEN {n} THEN {yen}" for n, rule in rules if rule.reason.outcome is Outcome.ELIGIBLE)
    return f"""
SELECT household_key, {base} AS base_household_code, payee_resident_code,
    CASE place {outcome} END AS outcome,
    CASE place {reason} END AS reason_code,
    CASE place {reason} END || CASE WHEN place = named_place THEN ':' || names ELSE '' END AS reasons,
    members, needs_declaration, protected,
    CAST(CASE place {paid} ELSE 0 END AS BIGINT) AS amount_yen
FROM judged
"""
