"""What the database refuses of keyed forms: a sheet keyed twice by one person or after it counts, a third look without a
difference, a form that is not what two people keyed, an old account although another one was keyed."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.append_only import append_only

_FIELDS = (
    "route",
    "declines",
    "supporter_taxed",
    "proxy",
    "identity_attached",
    "account_changed",
    "account_attached",
    "bank_code",
    "branch_code",
    "account_type",
    "account_number",
    "holder_kana",
)


def _row(table: str) -> str:
    return "(" + ", ".join(f"{table}.{name}" for name in _FIELDS) + ")"


_ENTERED = f"""
CREATE FUNCTION benefits_form_entry_in_turn() RETURNS trigger LANGUAGE plpgsql AS $$
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
        WHERE e.paper_id = NEW.paper_id AND e.number = 1 AND f.number = 2 AND {_row("e")} IS DISTINCT FROM {_row("f")}
    ) THEN
        RAISE EXCEPTION 'a sheet is keyed twice, and a third time where these differ'
            USING ERRCODE = '23514', CONSTRAINT = 'form_entry_in_turn';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_form_entry_in_turn BEFORE INSERT ON benefits_form_entry
    FOR EACH ROW EXECUTE FUNCTION benefits_form_entry_in_turn();
"""
_ENTERED_BEFORE = """
DROP TRIGGER benefits_form_entry_in_turn ON benefits_form_entry;
DROP FUNCTION benefits_form_entry_in_turn();
"""
# 仙台市 2022-02: the account is the keyed one when a change was keyed, and the one of before only when none was
_AS_ENTERED = f"""
CREATE FUNCTION benefits_application_as_entered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n JOIN benefits_form_entry e ON e.id = n.entry_id JOIN benefits_paper p ON p.id = e.paper_id
        JOIN benefits_case c ON c.id = p.case_id
        LEFT JOIN benefits_application r ON r.id = n.replaces_id
        LEFT JOIN benefits_transfer t ON t.id = c.known_transfer_id
        LEFT JOIN LATERAL (
            SELECT * FROM benefits_account_correction k WHERE k.case_id = p.case_id ORDER BY k.id DESC LIMIT 1
        ) k ON r.id IS NOT NULL AND k.recorded_at > r.received_at
        WHERE n.case_id IS DISTINCT FROM p.case_id OR n.refusal <> '' OR n.received_by <> e.entered_by
            OR (p.kind = 'form') <> (n.correction = 0)
            OR n.correction > 0 AND (r.case_id, r.refusal, r.correction, r.received_on)
                IS DISTINCT FROM (n.case_id, '', n.correction - 1, n.received_on)
            OR n.correction = 0 AND n.received_on <> p.received_on
            OR (n.route, n.declines, n.proxy, n.identity_attached, n.account_attached) IS DISTINCT FROM
                (e.route, e.declines, e.proxy, e.identity_attached OR coalesce(r.identity_attached, false),
                    CASE WHEN e.account_changed THEN e.account_attached ELSE r.account_attached END)
            OR n.declared_supporter_taxed IS DISTINCT FROM coalesce(e.supporter_taxed, r.declared_supporter_taxed)
            OR (n.bank_code, n.branch_code, n.account_type, n.account_number, n.account_holder_kana) IS DISTINCT FROM (
                CASE WHEN e.account_changed THEN e.bank_code ELSE coalesce(k.bank_code, r.bank_code, t.bank_code) END,
                CASE WHEN e.account_changed THEN e.branch_code
                    ELSE coalesce(k.branch_code, r.branch_code, t.branch_code) END,
                CASE WHEN e.account_changed THEN e.account_type
                    ELSE coalesce(k.account_type, r.account_type, t.account_type) END,
                CASE WHEN e.account_changed THEN e.account_number
                    ELSE coalesce(k.account_number, r.account_number, t.account_number) END,
                CASE WHEN e.account_changed THEN e.holder_kana
                    ELSE coalesce(k.account_holder_kana, r.account_holder_kana, t.account_holder_kana) END)
            OR e.number < 3 AND NOT EXISTS (
                SELECT FROM benefits_form_entry f WHERE f.paper_id = e.paper_id AND f.number = 1 AND e.number = 2
                    AND {_row("e")} IS NOT DISTINCT FROM {_row("f")})
    ) THEN
        RAISE EXCEPTION 'a form is what two people keyed, or what a third one settled'
            USING ERRCODE = '23514', CONSTRAINT = 'application_as_entered';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_application_as_entered AFTER INSERT ON benefits_application
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION benefits_application_as_entered();
"""
_AS_ENTERED_BEFORE = """
DROP TRIGGER benefits_application_as_entered ON benefits_application;
DROP FUNCTION benefits_application_as_entered();
"""
_NOT_CANCELLED = """
CREATE FUNCTION benefits_paper_not_keyed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM benefits_form_entry e WHERE e.paper_id = OLD.id) THEN
        RAISE EXCEPTION 'a sheet that somebody keyed stays' USING ERRCODE = '23514', CONSTRAINT = 'paper_not_keyed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_paper_not_keyed BEFORE UPDATE ON benefits_paper
    FOR EACH ROW WHEN (OLD.state <> 'cancelled' AND NEW.state = 'cancelled') EXECUTE FUNCTION benefits_paper_not_keyed();
"""
_NOT_CANCELLED_BEFORE = """
DROP TRIGGER benefits_paper_not_keyed ON benefits_paper;
DROP FUNCTION benefits_paper_not_keyed();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0030_form_entry")]
    operations: ClassVar = [
        migrations.RunSQL(_ENTERED, _ENTERED_BEFORE),
        migrations.RunSQL(_AS_ENTERED, _AS_ENTERED_BEFORE),
        migrations.RunSQL(_NOT_CANCELLED, _NOT_CANCELLED_BEFORE),
        append_only("benefits_form_entry"),
        append_only("benefits_form_image"),
    ]
