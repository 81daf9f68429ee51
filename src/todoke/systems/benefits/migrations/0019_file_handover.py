"""Where the bank file lies, and who took it: once."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from todoke.oplog.append_only import append_only


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0018_forms_in_guards")]
    operations: ClassVar = [
        migrations.AddField(model_name="bankfile", name="folder", field=models.TextField(db_default="")),
        migrations.CreateModel(
            name="FileHandover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("taken_at", models.DateTimeField()),
                ("taken_by", models.TextField()),
                (
                    "file",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to="benefits.bankfile"),
                ),
            ],
            options={"db_table": "benefits_file_handover"},
        ),
        append_only("benefits_file_handover"),
    ]
