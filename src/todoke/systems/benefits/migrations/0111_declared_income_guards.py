"""What the database refuses of declared incomes and of cases numbered on request: two keyings that differ in them, a third look
without any difference, a case that is approved although no decision has become favourable."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.append_only import append_only

_FIELDS = (
    "route", "declines", "supporter_taxed", "proxy", "identity_attached", "account_changed", "account_attached", "bank_code",
    "branch_code", "account_type", "account_number", "holder_kana",
)  # fmt: skip
_ITEMS = (
    "resident_code", "month", "salary", "business", "property", "pension", "business_cost", "property_cost", "dependants",
    "special",
)  # fmt: skip


def _row(table: str) -> str:
    return "(" + ", ".join(f"{table}.{name}" for name in _FIELDS) + ")"


_DECLARED = f"""
CREATE FUNCTION benefits_form_declared(entry bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(string_agg(ROW({", ".join(_ITEMS)})::text, ' ' ORDER BY resident_code), '')
    FROM benefits_declared_income WHERE entry_id = entry
$$;
"""
_IN_TURN = """
CREATE OR REPLACE FUNCTION benefits_form_entry_in_turn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sheet record;
BEGIN
    -- waits for whoever undoes the scan of this sheet
    SELECT p.case_id, p.kind INTO sheet FROM benefits_paper p
    WHERE p.id = NEW.paper_id AND p.kind IN ('form', 'correction') AND p.state IN ('held', 'out') FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'only a sheet that is here is keyed' USING ERRCODE = '23514', CONSTRAINT = 'form_entry_of_sheet';
    END IF;
    IF EXISTS (
        SELECT FROM benefits_application a WHERE a.case_id = sheet.case_id AND a.refusal = '' AND a.correction = 0
    ) = (sheet.kind = 'form')
    OR EXISTS (
        SELECT FROM benefits_application a JOIN benefits_form_entry e ON e.id = a.entry_id WHERE e.paper_id = NEW.paper_id
    ) THEN
        RAISE EXCEPTION 'the sheet is keyed already, or corrects nothing'
            USING ERRCODE = '23514', CONSTRAINT = 'form_entry_of_open_sheet';
    END IF;
    IF NEW.number <> 1 + (SELECT count(*) FROM benefits_form_entry e WHERE e.paper_id = NEW.paper_id)
    OR NEW.number = 3 AND NOT EXISTS (
        SELECT FROM benefits_form_entry e JOIN benefits_form_entry f ON f.paper_id = e.paper_id
        WHERE e.paper_id = NEW.paper_id AND e.number = 1 AND f.number = 2 AND ({differ})
    ) THEN
        RAISE EXCEPTION 'a sheet is keyed twice, and a third time where these differ'
            USING ERRCODE = '23514', CONSTRAINT = 'form_entry_in_turn';
    END IF;
    RETURN NEW;
END $$;
"""
_DIFFER = f"{_row('e')} IS DISTINCT FROM {_row('f')}"
_MORE = f"{_DIFFER} OR benefits_form_declared(e.id) <> benefits_form_declared(f.id)"
# What belongs to a keying is written with it, and never after the form counts
_WHILE_OPEN = """
CREATE FUNCTION benefits_declared_while_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n JOIN benefits_form_entry e ON e.id = n.entry_id
        WHERE EXISTS (SELECT FROM benefits_application a WHERE a.entry_id = e.id)
            OR EXISTS (SELECT FROM benefits_form_entry f WHERE f.paper_id = e.paper_id AND f.number > e.number)
    ) THEN
        RAISE EXCEPTION 'what was declared belongs to a keying that is ended'
            USING ERRCODE = '23514', CONSTRAINT = 'declared_with_its_keying';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_declared_while_open AFTER INSERT ON benefits_declared_income
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION benefits_declared_while_open();
"""
_AS_DECLARED = """
CREATE FUNCTION benefits_application_as_declared() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n JOIN benefits_form_entry e ON e.id = n.entry_id AND e.number = 2
        JOIN benefits_form_entry f ON f.paper_id = e.paper_id AND f.number = 1
        WHERE benefits_form_declared(e.id) <> benefits_form_declared(f.id)
    ) THEN
        RAISE EXCEPTION 'a form is what two people keyed, or what a third one settled'
            USING ERRCODE = '23514', CONSTRAINT = 'application_as_declared';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_application_as_declared AFTER INSERT ON benefits_application
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION benefits_application_as_declared();
"""
_AWARDED = """
CREATE OR REPLACE FUNCTION benefits_case_insert_awarded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n JOIN benefits_programme p ON p.code = n.programme
        JOIN benefits_decisionrun r ON r.id = n.decision_run_id
        LEFT JOIN benefits_decision d ON d.run_id = n.decision_run_id AND d.household_key = n.household_key
        WHERE {asked}r.programme <> n.programme OR d.outcome IS DISTINCT FROM 'eligible'
            OR d.amount_yen IS DISTINCT FROM n.amount_yen OR n.child_yen <> p.child_yen
            OR (NOT p.own_amounts AND n.base_yen <> p.amount_yen){ended}
    ) THEN
        RAISE EXCEPTION 'the amount of a case is not what its decision says'
            USING ERRCODE = '23514', CONSTRAINT = 'case_awarded';
    END IF;
    RETURN NULL;
END $$;
"""
# On request: of a household that the run has, with the programme's own amount, not yet awarded by anybody
_ASKED = """CASE WHEN n.requested THEN
            r.programme <> n.programme OR d.run_id IS NULL OR d.outcome = 'eligible' OR n.state <> 'numbered'
            OR p.own_amounts OR n.base_yen <> p.amount_yen OR n.children <> 0 OR n.child_yen <> p.child_yen
        ELSE """
_REQUEST = """
CREATE FUNCTION benefits_case_request_awarded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM moved_to n WHERE n.requested
            AND n.state NOT IN ('numbered', 'printed', 'received', 'passed', 'deficient', 'declined', 'ineligible')
            AND NOT EXISTS (
                SELECT FROM benefits_decision d WHERE d.run_id = n.decision_run_id AND d.household_key = n.household_key
                    AND d.outcome = 'eligible' AND d.amount_yen = n.amount_yen)
    ) THEN
        RAISE EXCEPTION 'a case numbered on request is approved only by a favourable decision'
            USING ERRCODE = '23514', CONSTRAINT = 'case_request_awarded';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_case_request_awarded AFTER UPDATE ON benefits_case
    REFERENCING NEW TABLE AS moved_to FOR EACH STATEMENT EXECUTE FUNCTION benefits_case_request_awarded();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0110_declared_income")]
    operations: ClassVar = [
        migrations.RunSQL(_DECLARED, "DROP FUNCTION benefits_form_declared(bigint);"),
        migrations.RunSQL(_IN_TURN.format(differ=_MORE), _IN_TURN.format(differ=_DIFFER)),
        migrations.RunSQL(
            _WHILE_OPEN,
            "DROP TRIGGER benefits_declared_while_open ON benefits_declared_income;"
            " DROP FUNCTION benefits_declared_while_open();",
        ),
        migrations.RunSQL(
            _AS_DECLARED,
            "DROP TRIGGER benefits_application_as_declared ON benefits_application;"
            " DROP FUNCTION benefits_application_as_declared();",
        ),
        migrations.RunSQL(_AWARDED.format(asked=_ASKED, ended=" END"), _AWARDED.format(asked="", ended="")),
        migrations.RunSQL(
            _REQUEST,
            "DROP TRIGGER benefits_case_request_awarded ON benefits_case;"
            " DROP FUNCTION benefits_case_request_awarded();",
        ),
        append_only("benefits_declared_income"),
    ]
