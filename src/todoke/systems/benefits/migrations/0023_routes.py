"""お知らせ・確認書・申請書: the route is sealed in the case; silence counts only after the window of a printed お知らせ.

Whatever was numbered before got a 確認書.
"""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

_ROUTES: list[tuple[str, str]] = [
    ("お知らせ", "NOTICE"),
    ("確認書", "CONFIRMATION"),
    ("申請書", "APPLICATION"),
]
_BEFORE = "確認書"
_ACCOUNT = """
CREATE FUNCTION benefits_case_known_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n WHERE n.known_transfer_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM benefits_transfer t JOIN benefits_payment p ON p.id = t.payment_id
            JOIN benefits_case o ON o.id = p.case_id
            WHERE t.id = n.known_transfer_id AND o.payee_resident_code = n.payee_resident_code AND o.state = 'paid'
                AND o.programme <> n.programme)
    ) THEN
        RAISE EXCEPTION 'a notice goes to an account into which the same payee was paid before'
            USING ERRCODE = '23514', CONSTRAINT = 'case_known_account';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_case_known_account AFTER INSERT ON benefits_case
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION benefits_case_known_account();
"""
_LETTER = """
CREATE FUNCTION benefits_letter_of_route() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n JOIN benefits_case c ON c.id = n.case_id JOIN benefits_letter_file f ON f.id = n.file_id
        WHERE c.route <> f.route OR c.programme <> f.programme OR (c.route = 'お知らせ') <> (n.opt_out_until IS NOT NULL)
            OR n.opt_out_until <= (f.printed_at AT TIME ZONE 'Asia/Tokyo')::date
    ) THEN
        RAISE EXCEPTION 'the letter is not the one of the case''s route'
            USING ERRCODE = '23514', CONSTRAINT = 'letter_of_route';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_letter_of_route AFTER INSERT ON benefits_letter
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION benefits_letter_of_route();
"""
_SILENCE = """
CREATE FUNCTION benefits_application_of_silence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n JOIN benefits_letter l ON l.id = n.letter_id JOIN benefits_case c ON c.id = l.case_id
        LEFT JOIN benefits_transfer t ON t.id = c.known_transfer_id
        WHERE n.case_id IS DISTINCT FROM l.case_id OR c.route <> 'お知らせ' OR n.declines
            OR (n.received_on > l.opt_out_until AND n.received_on <= (n.received_at AT TIME ZONE 'Asia/Tokyo')::date)
                IS NOT TRUE
            OR (n.bank_code, n.branch_code, n.account_type, n.account_number, n.account_holder_kana) IS DISTINCT FROM
                (t.bank_code, t.branch_code, t.account_type, t.account_number, t.account_holder_kana)
    ) THEN
        RAISE EXCEPTION 'silence counts only after the window of a notice, and for the account that is known'
            USING ERRCODE = '23514', CONSTRAINT = 'application_of_silence';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_application_of_silence AFTER INSERT ON benefits_application
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION benefits_application_of_silence();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0022_bank_list")]
    operations: ClassVar = [
        migrations.AlterField(
            "arrival", "channel",
            models.TextField(choices=[("scan", "読み取り"), ("file", "ファイル"), ("notice", "お知らせの期限")]),
        ),
        migrations.AddField(
            "case", "route", models.TextField(choices=_ROUTES, default=_BEFORE), preserve_default=False
        ),
        migrations.AddField(
            "case", "route_reason", models.TextField(blank=True, default=""), preserve_default=False
        ),
        migrations.AddField(
            "case", "known_transfer",
            models.ForeignKey(
                db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING,
                to="benefits.transfer",
            ),
        ),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                condition=Q(route="お知らせ", known_transfer__isnull=False)
                | Q(route__in=["確認書", "申請書"], known_transfer__isnull=True),
                name="case_notice_has_account",
            ),
        ),
        migrations.AddField(
            "letterfile", "route", models.TextField(choices=_ROUTES, default=_BEFORE), preserve_default=False
        ),
        migrations.AddField("letter", "opt_out_until", models.DateField(null=True)),
        migrations.AddField(
            "application", "letter",
            models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, to="benefits.letter"),
        ),
        migrations.RunSQL(
            _ACCOUNT,
            "DROP TRIGGER benefits_case_known_account ON benefits_case; DROP FUNCTION benefits_case_known_account();",
        ),
        migrations.RunSQL(
            _LETTER,
            "DROP TRIGGER benefits_letter_of_route ON benefits_letter; DROP FUNCTION benefits_letter_of_route();",
        ),
        migrations.RunSQL(
            _SILENCE,
            "DROP TRIGGER benefits_application_of_silence ON benefits_application;"
            " DROP FUNCTION benefits_application_of_silence();",
        ),
    ]  # fmt: skip
