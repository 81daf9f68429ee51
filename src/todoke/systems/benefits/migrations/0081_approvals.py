"""承認: level and limit stand in every approval, nobody approves what they keyed, and 差戻し has its reason and another person."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from todoke.oplog.append_only import append_only

_BEFORE = 10**12
"""Approvals of before had no limit."""
_APPROVED = """
CREATE FUNCTION benefits_approver_did_not_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n JOIN benefits_paper p ON p.case_id = n.case_id
        JOIN benefits_form_entry e ON e.paper_id = p.id AND e.entered_by = n.approved_by
    ) OR EXISTS (
        SELECT FROM added n JOIN benefits_account_correction k ON k.case_id = n.case_id AND k.recorded_by = n.approved_by
    ) THEN
        RAISE EXCEPTION 'the approver keyed the form or an account'
            USING ERRCODE = '23514', CONSTRAINT = 'approver_did_not_key';
    END IF;
    IF EXISTS (SELECT FROM added n JOIN benefits_approval_return r ON r.examination_id = n.examination_id) THEN
        RAISE EXCEPTION 'the examination was sent back' USING ERRCODE = '23514', CONSTRAINT = 'approval_not_returned';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_approver_did_not_key AFTER INSERT ON benefits_approval
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION benefits_approver_did_not_key();
"""
_APPROVED_BEFORE = """
DROP TRIGGER benefits_approver_did_not_key ON benefits_approval;
DROP FUNCTION benefits_approver_did_not_key();
"""
_RETURNED = """
ALTER TABLE benefits_approval_return ADD CONSTRAINT approval_return_examined
    FOREIGN KEY (examination_id, case_id, examined_by, outcome)
    REFERENCES benefits_examination (id, case_id, examined_by, outcome);
CREATE FUNCTION benefits_return_before_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM benefits_approval a WHERE a.examination_id = NEW.examination_id) THEN
        RAISE EXCEPTION 'the examination was approved' USING ERRCODE = '23514', CONSTRAINT = 'return_before_approval';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_return_before_approval BEFORE INSERT ON benefits_approval_return
    FOR EACH ROW EXECUTE FUNCTION benefits_return_before_approval();
"""
_RETURNED_BEFORE = """
DROP TRIGGER benefits_return_before_approval ON benefits_approval_return;
DROP FUNCTION benefits_return_before_approval();
ALTER TABLE benefits_approval_return DROP CONSTRAINT approval_return_examined;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0080_hand_examination")]
    operations: ClassVar = [
        migrations.CreateModel(
            "ApprovalReturn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("outcome", models.TextField(db_default="passed")),
                ("examined_by", models.TextField()),
                ("reason", models.TextField()),
                ("note", models.TextField(blank=True)),
                ("returned_at", models.DateTimeField()),
                ("returned_by", models.TextField()),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="benefits.case")),
                (
                    "examination",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, to="benefits.examination"
                    ),
                ),
            ],
            options={
                "db_table": "benefits_approval_return",
                "constraints": [
                    models.CheckConstraint(condition=Q(outcome="passed"), name="approval_return_of_passed"),
                    models.CheckConstraint(
                        condition=~Q(returned_by=F("examined_by")), name="returner_is_not_examiner"
                    ),
                    models.CheckConstraint(
                        condition=~Q(reason="") & (~Q(reason="9") | ~Q(note="")),
                        name="approval_return_has_reason",
                    ),
                ],
            },
        ),
        migrations.AddField("approval", "level", models.TextField(db_default="chief")),
        migrations.AddField("approval", "limit_yen", models.BigIntegerField(db_default=_BEFORE)),
        migrations.AlterField("approval", "limit_yen", models.BigIntegerField(db_default=0)),
        migrations.AddConstraint(
            "approval",
            models.CheckConstraint(
                condition=Q(level="manager") | Q(level="chief", amount_yen__lte=F("limit_yen")),
                name="approval_within_limit",
            ),
        ),
        migrations.RunSQL(_APPROVED, _APPROVED_BEFORE),
        migrations.RunSQL(_RETURNED, _RETURNED_BEFORE),
        append_only("benefits_approval_return"),
    ]
