from django.db import migrations, models

from todoke.oplog.append_only import append_only


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel(
            name="Operation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("verb", models.TextField()),
                ("subject", models.TextField()),
                ("persons", models.BigIntegerField(default=0)),
            ],
            options={"indexes": [models.Index(fields=["at"], name="operation_at")]},
        ),
        append_only("oplog_operation"),
    ]
