"""起案の取消し, 決裁区分, and a claim that awaits money again because a receipt was reversed."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("benefits", "0150_proxy_proof"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="ApprovalLimit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField()),
                ("yen", models.BigIntegerField()),
                ("reason", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[("asked", "ASKED"), ("confirmed", "CONFIRMED"), ("withdrawn", "WITHDRAWN")]
                    ),
                ),
                ("state_at", models.DateTimeField()),
                ("state_by", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.TextField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("confirmed_by", models.TextField(null=True)),
                (
                    "programme",
                    models.ForeignKey(
                        db_column="programme",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="benefits.registeredprogramme",
                    ),
                ),
            ],
            options={
                "db_table": "benefits_approval_limit",
            },
        ),
        migrations.CreateModel(
            name="BatchCancellation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[("asked", "ASKED"), ("confirmed", "CONFIRMED"), ("withdrawn", "WITHDRAWN")]
                    ),
                ),
                ("state_at", models.DateTimeField()),
                ("state_by", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.TextField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("confirmed_by", models.TextField(null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="benefits.paymentbatch"
                    ),
                ),
            ],
            options={
                "db_table": "benefits_batch_cancellation",
            },
        ),
        migrations.RemoveConstraint(
            model_name="refund",
            name="refund_state_fits_sums",
        ),
        migrations.AlterField(
            model_name="refund",
            name="state",
            field=models.TextField(
                choices=[
                    ("proposed", "PROPOSED"),
                    ("claimed", "CLAIMED"),
                    ("settled", "SETTLED"),
                    ("reopened", "REOPENED"),
                    ("written_off", "WRITTEN_OFF"),
                    ("withdrawn", "WITHDRAWN"),
                ]
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("received_yen", 0), ("state__in", ["proposed", "withdrawn"]), ("written_off_yen", 0)
                    ),
                    models.Q(("state__in", ["claimed", "reopened"]), ("written_off_yen", 0)),
                    models.Q(("open_yen", 0), ("state", "settled"), ("written_off_yen", 0)),
                    models.Q(("open_yen", 0), ("state", "written_off"), ("written_off_yen__gte", 1)),
                    _connector="OR",
                ),
                name="refund_state_fits_sums",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvallimit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by__isnull", True),
                    models.Q(("confirmed_by", models.F("asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="approval_limit_two_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvallimit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("yen__gte", 0), ("yen__lte", 10000000), models.Q(("reason", ""), _negated=True)
                ),
                name="approval_limit_of_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="batchcancellation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "withdrawn"), _negated=True),
                fields=("batch",),
                name="cancellation_once_per_batch",
            ),
        ),
        migrations.AddConstraint(
            model_name="batchcancellation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by__isnull", True),
                    models.Q(("confirmed_by", models.F("asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="cancellation_two_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="batchcancellation",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="cancellation_has_reason"
            ),
        ),
    ]
