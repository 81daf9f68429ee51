"""記録の不一致 as the network told it, for the screens of the platform's operator."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("intermediary", "0012_held_back")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="OpenDiscrepancy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("side", models.TextField(choices=[("inquirer", "INQUIRER"), ("provider", "PROVIDER")])),
                ("permit_id", models.TextField()),
                ("inquirer", models.TextField()),
                ("provider", models.TextField()),
                (
                    "difference",
                    models.TextField(
                        choices=[
                            ("missing_there", "当事者の記録がない"),
                            ("missing_here", "ネットワークの記録がない"),
                            ("content", "内容が違う"),
                            ("outcome", "結果または日時が違う"),
                        ]
                    ),
                ),
                ("network_outcome", models.TextField()),
                ("inquirer_outcome", models.TextField()),
                ("provider_outcome", models.TextField()),
                ("found_at", models.DateTimeField()),
                ("told_at", models.DateTimeField()),
            ],
            options={
                "db_table": "intermediary_open_discrepancy",
                "constraints": [
                    models.UniqueConstraint(fields=("side", "permit_id"), name="open_discrepancy_once_a_side")
                ],
            },
        ),
    ]
