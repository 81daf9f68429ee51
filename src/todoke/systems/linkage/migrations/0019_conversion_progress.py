"""How far a number conversion has come, beside the job, which only moves forward."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("linkage", "0018_registration_guards")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="ConversionProgress",
            fields=[
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="progress",
                        serialize=False,
                        to="linkage.conversionjob",
                    ),
                ),
                ("processed", models.BigIntegerField()),
            ],
        ),
    ]
