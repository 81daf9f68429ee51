from __future__ import annotations

from typing import Any

import django.contrib.postgres.fields
import django.db.models.expressions
from django.db import migrations, models


def _id() -> tuple[str, models.BigAutoField[Any, Any]]:
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _programme() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        db_column="programme", on_delete=models.PROTECT, to="benefits.registeredprogramme"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("benefits", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LetterFile",
            fields=[
                _id(),
                ("number", models.PositiveIntegerField()),
                ("name", models.TextField()),
                ("sha256", models.TextField()),
                ("cases", models.PositiveIntegerField()),
                ("register_snapshot", models.TextField()),
                ("printed_at", models.DateTimeField()),
                ("printed_by", models.TextField()),
            ],
            options={
                "db_table": "benefits_letter_file",
            },
        ),
        migrations.CreateModel(
            name="PaymentBatch",
            fields=[
                _id(),
                ("number", models.PositiveIntegerField()),
                ("amount_yen", models.BigIntegerField()),
                ("payments", models.PositiveIntegerField()),
                ("total_yen", models.BigIntegerField()),
                ("transfer_on", models.DateField()),
                ("prepared_at", models.DateTimeField()),
                ("prepared_by", models.TextField()),
            ],
            options={
                "db_table": "benefits_payment_batch",
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                _id(),
                ("serial", models.BigIntegerField()),
                ("case_number", models.TextField(unique=True)),
                ("household_key", models.TextField()),
                ("lineage", models.TextField()),
                ("payee_resident_code", models.TextField()),
                ("protected", models.BooleanField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("numbered", "NUMBERED"),
                            ("printed", "PRINTED"),
                            ("received", "RECEIVED"),
                            ("passed", "PASSED"),
                            ("deficient", "DEFICIENT"),
                            ("declined", "DECLINED"),
                            ("ineligible", "INELIGIBLE"),
                            ("approved", "APPROVED"),
                            ("reserved", "RESERVED"),
                            ("ordered", "ORDERED"),
                            ("paid", "PAID"),
                            ("failed", "FAILED"),
                        ]
                    ),
                ),
                ("state_at", models.DateTimeField()),
                ("state_by", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                ("decision_run", models.ForeignKey(on_delete=models.PROTECT, to="benefits.decisionrun")),
            ],
            options={
                "db_table": "benefits_case",
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                _id(),
                ("household_key", models.TextField()),
                ("received_on", models.DateField()),
                ("route", models.TextField()),
                ("declines", models.BooleanField()),
                ("declared_supporter_taxed", models.BooleanField(null=True)),
                ("bank_code", models.TextField()),
                ("branch_code", models.TextField()),
                ("account_type", models.TextField()),
                ("account_number", models.TextField()),
                ("account_holder_kana", models.TextField()),
                (
                    "refusal",
                    models.TextField(
                        choices=[("", "受付"), ("duplicate", "重複"), ("no_case", "対象世帯なし")]
                    ),
                ),
                ("source_sha256", models.TextField()),
                ("source_row", models.PositiveIntegerField()),
                ("received_at", models.DateTimeField()),
                ("received_by", models.TextField()),
                ("case", models.ForeignKey(null=True, on_delete=models.PROTECT, to="benefits.case")),
            ],
            options={
                "db_table": "benefits_application",
            },
        ),
        migrations.CreateModel(
            name="Examination",
            fields=[
                _id(),
                ("round", models.PositiveSmallIntegerField()),
                ("outcome", models.TextField()),
                (
                    "codes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                ("register_snapshot", models.TextField()),
                ("bank_list", models.TextField()),
                ("examined_at", models.DateTimeField()),
                ("examined_by", models.TextField()),
                ("application", models.ForeignKey(on_delete=models.PROTECT, to="benefits.application")),
                ("case", models.ForeignKey(on_delete=models.PROTECT, to="benefits.case")),
                ("decision_run", models.ForeignKey(on_delete=models.PROTECT, to="benefits.decisionrun")),
            ],
            options={
                "db_table": "benefits_examination",
            },
        ),
        migrations.CreateModel(
            name="Approval",
            fields=[
                _id(),
                ("outcome", models.TextField(default="passed")),
                ("examined_by", models.TextField()),
                ("approved_at", models.DateTimeField()),
                ("approved_by", models.TextField()),
                ("case", models.ForeignKey(on_delete=models.PROTECT, to="benefits.case")),
                ("examination", models.OneToOneField(on_delete=models.PROTECT, to="benefits.examination")),
            ],
            options={
                "db_table": "benefits_approval",
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                _id(),
                ("position", models.PositiveIntegerField()),
                ("case", models.OneToOneField(on_delete=models.PROTECT, to="benefits.case")),
                ("file", models.ForeignKey(on_delete=models.PROTECT, to="benefits.letterfile")),
            ],
            options={
                "db_table": "benefits_letter",
            },
        ),
        migrations.CreateModel(
            name="BatchRelease",
            fields=[
                _id(),
                ("prepared_by", models.TextField()),
                ("released_at", models.DateTimeField()),
                ("released_by", models.TextField()),
                ("batch", models.OneToOneField(on_delete=models.PROTECT, to="benefits.paymentbatch")),
            ],
            options={
                "db_table": "benefits_batch_release",
            },
        ),
        migrations.CreateModel(
            name="BankFile",
            fields=[
                _id(),
                ("name", models.TextField()),
                ("sha256", models.TextField()),
                ("payments", models.PositiveIntegerField()),
                ("total_yen", models.BigIntegerField()),
                ("written_at", models.DateTimeField()),
                ("written_by", models.TextField()),
                ("batch", models.OneToOneField(on_delete=models.PROTECT, to="benefits.paymentbatch")),
            ],
            options={
                "db_table": "benefits_bank_file",
            },
        ),
        migrations.CreateModel(
            name="RegisteredProgramme",
            fields=[
                ("code", models.TextField(primary_key=True, serialize=False)),
                ("number", models.PositiveSmallIntegerField(unique=True)),
                ("amount_yen", models.BigIntegerField()),
            ],
            options={
                "db_table": "benefits_programme",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1), ("number__lte", 999)),
                        name="programme_three_digits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_yen__gt", 0)), name="programme_amount_positive"
                    ),
                    models.UniqueConstraint(fields=("code", "amount_yen"), name="programme_amount_key"),
                ],
            },
        ),
        migrations.AddField(
            model_name="paymentbatch",
            name="programme",
            field=_programme(),
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                _id(),
                ("lineage", models.TextField()),
                ("amount_yen", models.BigIntegerField()),
                ("examined_by", models.TextField()),
                ("approved_by", models.TextField()),
                ("reserved_at", models.DateTimeField()),
                ("reserved_by", models.TextField()),
                ("approval", models.OneToOneField(on_delete=models.PROTECT, to="benefits.approval")),
                ("case", models.OneToOneField(on_delete=models.PROTECT, to="benefits.case")),
                (
                    "programme",
                    _programme(),
                ),
            ],
            options={
                "db_table": "benefits_payment",
            },
        ),
        migrations.AddField(
            model_name="letterfile",
            name="programme",
            field=_programme(),
        ),
        migrations.AddField(
            model_name="case",
            name="programme",
            field=_programme(),
        ),
        migrations.AddField(
            model_name="application",
            name="programme",
            field=_programme(),
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                _id(),
                ("attempt", models.PositiveSmallIntegerField()),
                ("amount_yen", models.BigIntegerField()),
                ("bank_code", models.TextField()),
                ("branch_code", models.TextField()),
                ("account_type", models.TextField()),
                ("account_number", models.TextField()),
                ("account_holder_kana", models.TextField()),
                ("batch", models.ForeignKey(on_delete=models.PROTECT, to="benefits.paymentbatch")),
                ("payment", models.ForeignKey(on_delete=models.PROTECT, to="benefits.payment")),
            ],
            options={
                "db_table": "benefits_transfer",
            },
        ),
    ]
