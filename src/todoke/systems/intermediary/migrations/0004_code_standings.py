"""符号管理: why a 符号 was not acquired; 計画停止."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intermediary", "0003_flow_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="ServicePause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("reason", models.TextField()),
                ("planned_by", models.TextField()),
                ("planned_at", models.DateTimeField()),
            ],
            options={
                "db_table": "intermediary_service_pause",
            },
        ),
        migrations.AddField(
            model_name="linkcode",
            name="failure",
            field=models.TextField(db_default=""),
        ),
        # until now there was one reason
        migrations.RunSQL(
            "UPDATE intermediary_link_code SET failure = 'duplicate_person' WHERE state = 'failed'",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="linkcode",
            index=models.Index(
                condition=models.Q(("state", "requested")), fields=["requested_at"], name="link_code_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="linkcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "failed"), models.Q(("failure", ""), _negated=True)),
                    models.Q(models.Q(("state", "failed"), _negated=True), ("failure", "")),
                    _connector="OR",
                ),
                name="link_code_failure_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicepause",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gte", models.F("begins_at"))), name="pause_ends_after_begin"
            ),
        ),
        migrations.AddConstraint(
            model_name="servicepause",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="pause_has_a_reason"
            ),
        ),
    ]
