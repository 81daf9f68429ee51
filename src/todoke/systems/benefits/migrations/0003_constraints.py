import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("benefits", "0002_cases_and_payments")]

    operations = [
        migrations.AddConstraint(
            model_name="examination",
            constraint=models.UniqueConstraint(
                fields=("application", "round"), name="examination_round_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="examination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("codes", []), ("outcome", "passed")),
                    models.Q(
                        ("outcome__in", ["deficient", "declined", "ineligible"]),
                        models.Q(("codes", []), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="examination_outcome_has_codes",
            ),
        ),
        migrations.AddConstraint(
            model_name="examination",
            constraint=models.UniqueConstraint(
                fields=("id", "case", "examined_by", "outcome"), name="examination_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome", "passed")), name="approval_of_passed"
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.CheckConstraint(
                condition=models.Q(("approved_by", models.F("examined_by")), _negated=True),
                name="approver_is_not_examiner",
            ),
        ),
        migrations.AddConstraint(
            model_name="approval",
            constraint=models.UniqueConstraint(
                fields=("id", "case", "examined_by", "approved_by"), name="approval_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(fields=("file", "position"), name="letter_position_once"),
        ),
        migrations.AddConstraint(
            model_name="batchrelease",
            constraint=models.CheckConstraint(
                condition=models.Q(("released_by", models.F("prepared_by")), _negated=True),
                name="releaser_is_not_preparer",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentbatch",
            constraint=models.UniqueConstraint(fields=("programme", "number"), name="batch_number_once"),
        ),
        migrations.AddConstraint(
            model_name="paymentbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("payments__gte", 1), ("payments__lte", 999999)), name="batch_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "total_yen",
                        django.db.models.expressions.CombinedExpression(
                            models.F("payments"), "*", models.F("amount_yen")
                        ),
                    )
                ),
                name="batch_total_is_count_by_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentbatch",
            constraint=models.UniqueConstraint(fields=("id", "amount_yen"), name="batch_amount_key"),
        ),
        migrations.AddConstraint(
            model_name="paymentbatch",
            constraint=models.UniqueConstraint(fields=("id", "prepared_by"), name="batch_preparer_key"),
        ),
        migrations.AddConstraint(
            model_name="paymentbatch",
            constraint=models.UniqueConstraint(
                fields=("id", "payments", "total_yen"), name="batch_total_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                fields=("programme", "lineage"), name="payment_once_per_lineage"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(fields=("id", "amount_yen"), name="payment_amount_key"),
        ),
        migrations.AddConstraint(
            model_name="letterfile",
            constraint=models.UniqueConstraint(fields=("programme", "number"), name="letter_file_once"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["programme", "state"], name="case_state"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(fields=("programme", "lineage"), name="case_once_per_lineage"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(fields=("programme", "serial"), name="case_serial_once"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                fields=("id", "programme", "lineage"), name="case_lineage_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("case_number__regex", "^[0-9]{13}$")), name="case_number_13_digits"
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(("refusal", "")), fields=("case",), name="application_once_per_case"
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                fields=("source_sha256", "source_row"), name="application_row_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("case__isnull", True), ("refusal", "no_case")),
                    models.Q(("case__isnull", False), ("refusal__in", ["", "duplicate"])),
                    _connector="OR",
                ),
                name="application_refusal_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(fields=("id", "case"), name="application_case_key"),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(fields=("payment", "attempt"), name="transfer_attempt_once"),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("attempt", 1)), name="transfer_first_attempt_only"
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("bank_code__regex", "^[0-9]{4}$"),
                    ("branch_code__regex", "^[0-9]{3}$"),
                    ("account_type__in", ["1", "2", "4"]),
                    ("account_number__regex", "^[0-9]{7}$"),
                    models.Q(("account_holder_kana", ""), _negated=True),
                ),
                name="transfer_account_complete",
            ),
        ),
    ]
