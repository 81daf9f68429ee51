"""お知らせ: the account that is known is the one into which the bank confirmed that it paid, not one that failed before it."""

from typing import ClassVar

from django.db import migrations

_KNOWN = """
CREATE OR REPLACE FUNCTION benefits_case_known_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n WHERE n.known_transfer_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM benefits_transfer t JOIN benefits_payment p ON p.id = t.payment_id
            JOIN benefits_case o ON o.id = p.case_id
            {paid}
            WHERE t.id = n.known_transfer_id AND o.payee_resident_code = n.payee_resident_code AND o.state = 'paid'
                AND o.programme <> n.programme {kept})
    ) THEN
        RAISE EXCEPTION 'a notice goes to an account into which the same payee was paid before'
            USING ERRCODE = '23514', CONSTRAINT = 'case_known_account';
    END IF;
    RETURN NULL;
END $$;
"""
_PAID = "JOIN benefits_transfer_result r ON r.transfer_id = t.id AND r.outcome = 'paid'"
_KEPT = "AND NOT EXISTS (SELECT FROM benefits_recall w WHERE w.transfer_id = t.id AND w.state = 'returned')"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0053_status_function")]
    operations: ClassVar = [
        migrations.RunSQL(_KNOWN.format(paid=_PAID, kept=_KEPT), _KNOWN.format(paid="", kept="")),
    ]
