"""Who is in which household, and with which tax status: one row per person, as SQL common to DuckDB and Spark."""

from __future__ import annotations

import re
from collections.abc import Collection

from todoke.kernel.clock import born_after_for_age_under
from todoke.systems.benefits.rules.articles.forming import (
    Article2InstitutionChild,
    Article2ReRegistered,
    SpecialKind,
)
from todoke.systems.benefits.rules.hardship import conditions as hardship
from todoke.systems.benefits.rules.programme import Programme, Register, Unit
from todoke.systems.benefits.rules.rule import MemberRule, quoted
from todoke.systems.benefits.rules.tax.tax_status import ANSWERABLE, SupportedBy, TaxStatus

RELATIONS = frozenset(
    {
        "base",
        "latest",
        "tax",
        "assistance",
        "answers",
        "paid",
        "applications",
        "special",
        "earlier",
        "figures",
        "certificates",
    }
)
"""What a decision may be made from. Without a list of special persons, nobody is one, and its joins fall away."""

_COLUMNS = "resident_code, household_code, is_head, birth_date, moved_in_on, previous_municipality, protected"


def population(programme: Programme, given: Collection[str] = RELATIONS) -> str:
    """The relation `population`: everybody who is judged. On the newest register, who left after applying, too."""
    if programme.register is Register.LATEST:
        return f"""SELECT {", ".join(f"l.{name}" for name in _COLUMNS.split(", "))}
FROM latest l LEFT JOIN (SELECT household_key, min(received_on) AS received_on FROM applications GROUP BY household_key) a
    ON a.household_key = l.household_code
WHERE l.left_on IS NULL OR COALESCE(a.received_on <= l.left_on, false)"""
    registered = f"SELECT {_COLUMNS} FROM base"
    if not _asks(Article2ReRegistered, programme, given):
        return registered
    columns = ", ".join(f"l.{name}" for name in _COLUMNS.split(", "))
    return f"""{registered} UNION ALL
SELECT {columns} FROM (SELECT DISTINCT resident_code FROM special WHERE kind = '{SpecialKind.RE_REGISTERED}') s
    JOIN latest l ON l.resident_code = s.resident_code LEFT JOIN base b ON b.resident_code = s.resident_code
WHERE b.resident_code IS NULL AND l.moved_in_on > DATE '{programme.base_date}'
    AND l.moved_in_on <= DATE '{programme.deadline}'"""


def statuses(programme: Programme, read: str, given: Collection[str] = RELATIONS) -> str:
    """The relation `status`, from `population` and the files, with those columns that the SQL `read` reads.

    `place` is that of the first rule of the programme that a member meets: the household's reason, if any, is the least.
    """
    parts = (
        _noted(programme, given) + _members(programme, given),
        _evidence(programme, given),
        _status(programme, given),
    )
    columns = ("resident_code", "household_key", "source", "status", *_KEPT, *programme.figures)
    kept = [name for name in dict.fromkeys(columns) if name in columns[:4] or re.search(rf"\b{name}\b", read)]
    return f"WITH {', '.join(parts)}\nSELECT {', '.join(kept)}, {_place(programme)} AS place FROM status"


def _place(programme: Programme) -> str:
    cases = " ".join(
        f"WHEN {rule.when(programme)} THEN {place}"
        for place, rule in enumerate(programme.rules)
        if issubclass(rule, MemberRule)
    )
    return f"CAST({f'CASE {cases} END' if cases else 'NULL'} AS SMALLINT)"


def _members(programme: Programme, given: Collection[str]) -> str:
    alone = _asks(Article2InstitutionChild, programme, given)
    placed = f"""
placed AS (
    SELECT b.resident_code, row_number() OVER (PARTITION BY b.household_code ORDER BY b.resident_code) AS place
    FROM population b WHERE b.resident_code IN (
        SELECT resident_code FROM special WHERE kind = '{SpecialKind.INSTITUTION_CHILD}')
),"""
    heads = f"""
former_heads AS (SELECT DISTINCT head AS resident_code FROM earlier WHERE {earlier_rounds(programme, heads=True)}),"""
    return f"""{placed if alone else ""}{heads if programme.earlier else ""}
-- Protected persons first: split off from their household, together, into one of their own
member AS (
    SELECT b.resident_code, b.household_code AS base_household_code, b.is_head, b.birth_date, b.moved_in_on,
        b.previous_municipality, COALESCE(b.protected OR n.protected, false) AS protected, {_key(programme, alone=alone)} AS household_key,
        COALESCE(n.died, false) AS died, n.left_on, COALESCE(n.aided, false) AS aided, n.answered,
        {"f.resident_code IS NOT NULL" if programme.earlier else "false"} AS former_head
    FROM population b LEFT JOIN noted n USING (resident_code)
    {"LEFT JOIN placed c USING (resident_code)" if alone else ""}
    {"LEFT JOIN former_heads f USING (resident_code)" if programme.earlier else ""}
)"""


def _noted(programme: Programme, given: Collection[str]) -> str:
    """What is known of few persons only, gathered first: one small relation to look into, not one each."""
    protected = "UNION ALL SELECT resident_code, true, false, NULL, false, NULL FROM"
    before = f"\n        {protected} base WHERE protected" if programme.register is Register.LATEST else ""
    evacuees = (
        f"\n        {protected} special WHERE kind = '{SpecialKind.EVACUEE}'" if "special" in given else ""
    )
    day = f"DATE '{programme.tax_date}'"
    return f"""
noted AS (
    SELECT resident_code, bool_or(protected) AS protected, bool_or(died) AS died, max(left_on) AS left_on,
        bool_or(aided) AS aided, max(answered) AS answered
    FROM (
        SELECT resident_code, protected, COALESCE(left_reason = '死亡', false) AS died, left_on, false AS aided,
            CAST(NULL AS STRING) AS answered
        FROM latest WHERE protected OR left_on IS NOT NULL{before}{evacuees}
        UNION ALL SELECT resident_code, false, false, NULL, true, NULL FROM assistance
        WHERE kind = '生活保護' AND valid_from <= {day} AND COALESCE(valid_to >= {day}, true)
        UNION ALL SELECT resident_code, false, false, NULL, false, status FROM answers
    ) t GROUP BY resident_code
),"""


def _key(programme: Programme, *, alone: bool) -> str:
    if programme.unit is Unit.PERSON:
        return "b.resident_code"
    child = "WHEN c.resident_code IS NOT NULL THEN '-' || CAST(c.place + 1 AS STRING) " if alone else ""
    return f"b.household_code || CASE WHEN b.protected OR n.protected THEN '-1' {child}ELSE '' END"


def earlier_rounds(programme: Programme, *, heads: bool = False) -> str:
    """Which rows of `earlier` a programme counts."""
    rounds = [
        f"(programme = '{one.programme}' AND standing IN ({quoted(sorted(one.standings))}))"
        for one in programme.earlier
        if one.heads or not heads
    ]
    return " OR ".join(rounds) or "false"


_EVIDENCE = """
-- The year's records, reduced to what is asked of them before they are joined to anybody
roll AS (
    SELECT resident_code, declared, treaty_exempt, levy_waived, income_levy > 0 AS income_levied,
        per_capita_levy > 0 AS per_capita_levied, income_levy IS NULL OR per_capita_levy IS NULL AS amount_absent,
        CAST(CASE WHEN supporter IS NULL THEN {nobody} WHEN supporter_taxed IS NULL THEN {unknown}
            WHEN supporter_taxed THEN {taxed} ELSE {untaxed} END AS SMALLINT) AS supported_by
    FROM tax WHERE tax_year = '{tax_year}'
),{figure}
-- What a person's status is read from: the first of these that there is
evidence AS (
    SELECT m.*, COALESCE(r.supported_by, {nobody}) AS supported_by, r.treaty_exempt, r.levy_waived, r.income_levied,
        r.per_capita_levied, r.amount_absent,{figures}
        CASE
            WHEN aided THEN 'livelihood_aid'
            WHEN r.declared THEN 'tax_record'{certified}
            WHEN m.moved_in_on >= DATE '{moved_in_from}' THEN 'inquiry'
            WHEN m.birth_date >= DATE '{born_after}' THEN 'minor'
            WHEN r.supported_by > {nobody} THEN 'dependant'
            ELSE 'none'
        END AS source
    FROM member m LEFT JOIN roll r USING (resident_code){joined}
)"""


def _certified(programme: Programme, given: Collection[str]) -> tuple[str, str, str]:
    """課税証明書 of whoever moved in, where the inquiry has not settled it: column, condition, join."""
    if "certificates" not in given:
        return "", "", ""
    settled = quoted([status for status in ANSWERABLE if not status.unknown])
    moved = f"m.moved_in_on >= DATE '{programme.moved_in_from}'"
    speaks = f"{moved} AND q.certified IS NOT NULL AND NOT COALESCE(m.answered IN ({settled}), false)"
    join = "\n    LEFT JOIN certificates q USING (resident_code)"
    return " q.certified,", f"\n            WHEN {speaks} THEN 'certificate'", join


def _evidence(programme: Programme, given: Collection[str]) -> str:
    items = programme.figures
    column, condition, join = _certified(programme, given)
    pivoted = ", ".join(f"max(CASE WHEN item = '{item}' THEN value END) AS {item}" for item in items)
    figure = f"\nfigure AS (SELECT resident_code, {pivoted} FROM figures GROUP BY resident_code),"
    return _EVIDENCE.format(
        tax_year=programme.tax_year,
        **{one.name.lower(): one.value for one in SupportedBy},
        moved_in_from=programme.moved_in_from,
        born_after=born_after_for_age_under(programme.adult_age, programme.tax_date),
        figure=figure if items else "",
        figures="".join(f" g.{item}," for item in items) + column,
        joined=("\n    LEFT JOIN figure g USING (resident_code)" if items else "") + join,
        certified=condition,
    )


_KEPT = (
    "base_household_code", "is_head", "birth_date", "moved_in_on", "previous_municipality", "protected", "died",
    "left_on", "former_head", "supported_by",
)  # fmt: skip


def _status(programme: Programme, given: Collection[str]) -> str:
    """A record without both amounts says nothing: absent is not zero."""
    word = TaxStatus
    declared = ""
    if programme.hardship is not None:
        usable, within = hardship.usable(programme), hardship.within(programme)
        declared = f"""
            WHEN ({hardship.declared(programme)}) AND NOT {usable} THEN '{word.UNDECLARED}'
            WHEN {usable} AND {within} THEN '{word.EQUIVALENT}'"""
    certified = "\n            WHEN source = 'certificate' THEN certified" if "certificates" in given else ""
    return f"""
status AS (
    SELECT resident_code, household_key, source, {", ".join((*_KEPT, *programme.figures))},
        CASE{declared}
            WHEN source IN ('livelihood_aid', 'minor', 'dependant') THEN '{word.EXEMPT}'{certified}
            WHEN source = 'inquiry' THEN COALESCE(answered, '{word.NOT_ASKED}')
            WHEN source = 'none' THEN '{word.UNDECLARED}'
            WHEN treaty_exempt THEN '{word.TREATY}'
            WHEN income_levied THEN '{word.INCOME_LEVY}'
            WHEN per_capita_levied THEN '{word.PER_CAPITA_ONLY}'
            WHEN amount_absent THEN '{word.UNDECLARED}'
            WHEN levy_waived THEN '{word.WAIVED}'
            ELSE '{word.EXEMPT}'
        END AS status
    FROM evidence
)"""


def _asks(rule: type, programme: Programme, given: Collection[str]) -> bool:
    return rule in programme.forming and "special" in given and programme.unit is Unit.HOUSEHOLD
