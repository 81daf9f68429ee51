"""支給判定 as one SQL expression: a named step per rule, run over the whole city at once.

Relations it reads (columns as in docs/data.md, typed; dates as DATE, flags as BOOLEAN, absent as NULL):
base, latest — residents; tax; assistance; answers(resident_code, status); paid(lineage);
applications(household_key, received_on).
"""

from __future__ import annotations

from todoke.kernel.clock import born_after_for_age_under
from todoke.systems.benefits.rules.outcome import Reason
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.tax_status import TaxStatus

_MEMBERS = """
protection AS (
    SELECT resident_code FROM base WHERE protected UNION SELECT resident_code FROM latest WHERE protected
),
-- Protected persons first: split off from their base-date household, together, into one of their own
member AS (
    SELECT b.resident_code, b.household_code AS base_household_code, b.is_head, b.birth_date, b.moved_in_on,
        p.resident_code IS NOT NULL AS protected,
        b.household_code || CASE WHEN p.resident_code IS NULL THEN '' ELSE '-1' END AS household_key,
        coalesce(l.left_reason = '死亡', false) AS died, l.left_on, coalesce(l.is_head, false) AS head_now
    FROM base b LEFT JOIN protection p USING (resident_code) LEFT JOIN latest l USING (resident_code)
)"""

_STATUS = """
record AS (SELECT * FROM tax WHERE tax_year = '{tax_year}' AND declared),
registered_dependant AS (
    SELECT resident_code, supporter_taxed FROM tax WHERE tax_year = '{tax_year}' AND supporter IS NOT NULL
),
on_livelihood_aid AS (
    SELECT DISTINCT resident_code FROM assistance
    WHERE kind = '生活保護' AND valid_from <= DATE '{tax_date}' AND coalesce(valid_to >= DATE '{tax_date}', true)
),
-- What a person's status is read from: the first of these that there is
evidence AS (
    SELECT m.*, d.resident_code IS NOT NULL AS dependant, d.supporter_taxed, a.status AS answered,
        r.treaty_exempt, r.income_levy, r.per_capita_levy, r.levy_waived,
        CASE
            WHEN w.resident_code IS NOT NULL THEN 'livelihood_aid'
            WHEN r.resident_code IS NOT NULL THEN 'tax_record'
            WHEN m.moved_in_on >= DATE '{moved_in_from}' THEN 'inquiry'
            WHEN m.birth_date >= DATE '{born_after}' THEN 'minor'
            WHEN d.resident_code IS NOT NULL THEN 'dependant'
            ELSE 'none'
        END AS source
    FROM member m
    LEFT JOIN on_livelihood_aid w USING (resident_code)
    LEFT JOIN record r USING (resident_code)
    LEFT JOIN registered_dependant d USING (resident_code)
    LEFT JOIN answers a USING (resident_code)
),
-- A record without both amounts says nothing: absent is not zero
status AS (
    SELECT * EXCLUDE (answered, treaty_exempt, income_levy, per_capita_levy, levy_waived),
        CASE
            WHEN source IN ('livelihood_aid', 'minor', 'dependant') THEN '{exempt}'
            WHEN source = 'inquiry' THEN coalesce(answered, '{not_asked}')
            WHEN source = 'none' THEN '{undeclared}'
            WHEN treaty_exempt THEN '{treaty}'
            WHEN income_levy > 0 THEN '{income_levy}'
            WHEN per_capita_levy > 0 THEN '{per_capita_only}'
            WHEN income_levy IS NULL OR per_capita_levy IS NULL THEN '{undeclared}'
            WHEN levy_waived THEN '{waived}'
            ELSE '{exempt}'
        END AS status
    FROM evidence
)"""

_HOUSEHOLDS = """
-- Codes have one length, so sorting the texts sorts by resident
named AS (
    SELECT household_key,
        array_to_string(list_sort(list(person) FILTER (status IN ({taxed}))), '|') AS taxed,
        array_to_string(list_sort(list(person) FILTER (status = '{treaty}')), '|') AS treaty,
        array_to_string(list_sort(list(person) FILTER (status NOT IN ({taxed}, '{treaty}'))), '|') AS unknown
    FROM (SELECT household_key, status, resident_code || '=' || status AS person FROM status)
    WHERE status NOT IN ({exempts}) GROUP BY household_key
),
household AS (
    SELECT household_key, any_value(base_household_code) AS base_household_code, any_value(protected) AS protected,
        count(*)::SMALLINT AS members,
        bool_and(dependant AND coalesce(supporter_taxed, false)) AS dependants_only,
        bool_and(dependant) AND bool_or(supporter_taxed IS NULL) AS needs_declaration,
        count(*) = 1 AND bool_and(died) AS sole_member_died, max(left_on) AS left_on,
        arg_min(resident_code, ROW(NOT is_head, birth_date, resident_code)) AS base_payee
    FROM status GROUP BY household_key
),
bereaved AS (
    SELECT household_key, list(resident_code) FILTER (died) AS dead,
        arg_min(resident_code, ROW(died, NOT head_now, birth_date, resident_code)) AS successor
    FROM status SEMI JOIN (SELECT household_key FROM status WHERE died) USING (household_key) GROUP BY household_key
),
-- Once paid, a household and its protected part stay paid, also when the protection ends and they are one again
paid_household AS (
    SELECT household_key FROM household SEMI JOIN paid ON lineage = household_key
    UNION ALL
    SELECT household_key FROM household SEMI JOIN paid ON lineage = household_key || '-1'
    WHERE household_key || '-1' NOT IN (SELECT household_key FROM household WHERE protected)
),
applied AS (SELECT household_key, min(received_on) AS received_on FROM applications GROUP BY household_key),
judged AS (
    SELECT h.*, b.dead, b.successor, n.taxed, n.treaty, n.unknown,
        CASE
            WHEN n.taxed IS NOT NULL THEN '{TAXED}'
            WHEN n.treaty IS NOT NULL THEN '{TREATY}'
            WHEN n.unknown IS NOT NULL THEN '{UNKNOWN}'
            WHEN h.dependants_only THEN '{DEPENDANTS_ONLY}'
            WHEN h.household_key IN (SELECT household_key FROM paid_household) THEN '{PAID}'
            WHEN h.sole_member_died AND NOT coalesce(f.received_on <= h.left_on, false) THEN '{DIED}'
            ELSE '{EXEMPT}'
        END AS reason_code
    FROM household h
    LEFT JOIN named n USING (household_key)
    LEFT JOIN applied f USING (household_key)
    LEFT JOIN bereaved b USING (household_key)
)"""

_RESULT = """
SELECT household_key, base_household_code,
    CASE WHEN list_contains(dead, base_payee) THEN successor ELSE base_payee END AS payee_resident_code,
    CASE reason_code WHEN '{EXEMPT}' THEN 'eligible' WHEN '{UNKNOWN}' THEN 'undecided' ELSE 'ineligible' END AS outcome,
    reason_code,
    concat_ws(':', reason_code,
        CASE reason_code WHEN '{TAXED}' THEN taxed WHEN '{TREATY}' THEN treaty WHEN '{UNKNOWN}' THEN unknown END
    ) AS reasons,
    members, needs_declaration, protected
FROM judged
"""


def statuses(programme: Programme) -> str:
    """Who is in which household with which status: resident_code, household_key, status and what decided it."""
    return "WITH " + ",".join((_MEMBERS, _STATUS)).format(**_words(programme)) + "\nSELECT * FROM status"


def households(programme: Programme) -> str:
    """One row per household from the relation `status`: outcome, reason, payee (see models/decision.py)."""
    return ("WITH " + _HOUSEHOLDS + _RESULT).format(**_words(programme))


def _words(programme: Programme) -> dict[str, str]:
    words = {reason.name: reason.value for reason in Reason}
    words |= {status.name.lower(): status.value for status in TaxStatus}
    words["taxed"] = _listed([status for status in TaxStatus if status.taxed])
    words["exempts"] = _listed([status for status in TaxStatus if status in programme.exempt])
    return words | {
        "tax_year": str(programme.tax_year),
        "tax_date": programme.tax_date.isoformat(),
        "moved_in_from": programme.moved_in_from.isoformat(),
        "born_after": born_after_for_age_under(programme.adult_age, programme.tax_date).isoformat(),
    }


def _listed(statuses: list[TaxStatus]) -> str:
    return ", ".join(f"'{status.value}'" for status in statuses)
