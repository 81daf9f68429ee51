"""不開示 as the parties of a permit told it; append-only."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from todoke.oplog.append_only import append_only


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("network", "0006_discrepancy_guards"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Nondisclosure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("party", models.TextField()),
                ("code", models.TextField()),
                ("marked_at", models.DateTimeField()),
                ("told_at", models.DateTimeField()),
                (
                    "record",
                    models.ForeignKey(
                        db_column="permit_id",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="marks",
                        to="network.exchangerecord",
                    ),
                ),
            ],
            options={
                "db_table": "network_nondisclosure",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("record", "party", "marked_at"), name="network_nondisclosure_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__regex", "^[0-9A-Z]$"), ("party__in", ["inquirer", "provider"])
                        ),
                        name="network_nondisclosure_form",
                    ),
                ],
            },
        ),
        append_only("network_nondisclosure"),
    ]
