"""The operation log of one database (ADR 0006). Plain SQL where Django cannot say it: partitions, xid8, definer rights."""

from django.db import migrations, models

from todoke.oplog.append_only import append_only
from todoke.oplog.tables import FUNCTIONS, RECORDS, TABLES

_UNDO = "DROP TABLE oplog_operation, " + ", ".join(RECORDS) + " CASCADE"
_UNDO_FUNCTIONS = (
    "DROP FUNCTION oplog_guard(), oplog_open_month(date), oplog_drop_month(date), oplog_erase(bigint, bytea)"
)


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TABLES, _UNDO)],
            state_operations=[
                migrations.CreateModel(
                    name="Operation",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("at", models.DateTimeField()),
                        ("actor", models.TextField()),
                        ("organisation", models.TextField()),
                        ("session_id", models.TextField()),
                        ("terminal", models.TextField()),
                        ("duty", models.TextField()),
                        ("purpose", models.TextField()),
                        ("verb", models.TextField()),
                        ("subject", models.TextField()),
                        ("persons", models.BigIntegerField()),
                        ("object_type", models.TextField()),
                        ("object_index", models.BinaryField(null=True)),
                        ("outcome", models.TextField()),
                        ("permit_id", models.TextField()),
                        ("detail", models.BinaryField(null=True)),
                        ("salt", models.BinaryField(null=True)),
                        ("commitment", models.BinaryField(null=True)),
                        ("leaf", models.BinaryField()),
                    ],
                ),
            ],
        ),
        *(append_only(table) for table in RECORDS),
        migrations.RunSQL(FUNCTIONS, _UNDO_FUNCTIONS),
    ]
