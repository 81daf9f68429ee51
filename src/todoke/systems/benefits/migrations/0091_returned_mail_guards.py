"""返戻: a return is undone once and never deleted; a letter goes again only after its return was looked into, or when it was taken
out before the post because the address had changed; never after two returns."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.append_only import append_only

_RETURNED = """
CREATE FUNCTION benefits_returned_mail_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR OLD.undone_at IS NOT NULL
        OR (to_jsonb(NEW) - ARRAY['undone_at', 'undone_by']) IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['undone_at', 'undone_by'])
        OR EXISTS (SELECT FROM benefits_resend_order o WHERE o.letter_id = OLD.letter_id)
    THEN
        RAISE EXCEPTION 'a return is undone once, before the letter goes again'
            USING ERRCODE = '23514', CONSTRAINT = 'returned_undone_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_returned_mail_fixed BEFORE UPDATE OR DELETE ON benefits_returned_mail
    FOR EACH ROW EXECUTE FUNCTION benefits_returned_mail_fixed();
CREATE TRIGGER benefits_returned_mail_no_truncate BEFORE TRUNCATE ON benefits_returned_mail
    FOR EACH STATEMENT EXECUTE FUNCTION benefits_returned_mail_fixed();
"""
_ORDERED = """
CREATE FUNCTION benefits_resend_of_returned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n JOIN benefits_letter l ON l.id = n.letter_id
        WHERE 1 <> (
            SELECT count(*) FROM benefits_returned_mail r JOIN benefits_letter o ON o.id = r.letter_id
            WHERE o.case_id = l.case_id AND r.undone_at IS NULL
        ) OR NOT EXISTS (SELECT FROM benefits_returned_mail r WHERE r.letter_id = l.id AND r.undone_at IS NULL)
    ) THEN
        RAISE EXCEPTION 'only a letter that came back goes again, and only the first time'
            USING ERRCODE = '23514', CONSTRAINT = 'resend_of_first_return';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_resend_of_returned AFTER INSERT ON benefits_resend_order
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION benefits_resend_of_returned();
"""
_AGAIN = """
CREATE FUNCTION benefits_letter_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n JOIN benefits_letter_file f ON f.id = n.file_id
        WHERE f.kind = 'again' AND NOT EXISTS (
            SELECT FROM benefits_letter l
            WHERE l.case_id = n.case_id AND l.number < n.number AND (
                EXISTS (SELECT FROM benefits_resend_order o WHERE o.letter_id = l.id)
                OR EXISTS (SELECT FROM benefits_pull p WHERE p.letter_id = l.id AND p.reason = 'changed')
            )
        )
    ) THEN
        RAISE EXCEPTION 'no letter goes again without an order, or without having been taken out'
            USING ERRCODE = '23514', CONSTRAINT = 'letter_again_ordered';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_letter_again AFTER INSERT ON benefits_letter
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION benefits_letter_again();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0090_returned_mail")]
    operations: ClassVar = [
        migrations.RunSQL(
            _RETURNED,
            "DROP TRIGGER benefits_returned_mail_fixed ON benefits_returned_mail;"
            " DROP TRIGGER benefits_returned_mail_no_truncate ON benefits_returned_mail;"
            " DROP FUNCTION benefits_returned_mail_fixed();",
        ),
        migrations.RunSQL(
            _ORDERED,
            "DROP TRIGGER benefits_resend_of_returned ON benefits_resend_order; DROP FUNCTION benefits_resend_of_returned();",
        ),
        migrations.RunSQL(
            _AGAIN,
            "DROP TRIGGER benefits_letter_again ON benefits_letter; DROP FUNCTION benefits_letter_again();",
        ),
        append_only("benefits_resend_order"),
    ]
